"""What components of awsx (Pulumi Crosswalk for AWS) register inside the engine.

By the source of release 3: https://github.com/pulumi/pulumi-awsx. A component that is given what is not written here is
as one that nobody knows: what it makes is not seen, and that is said.
"""

from analyser.run.awsx.balancer import expand_application, expand_network
from analyser.run.awsx.vpc import expand_vpc

COMPONENTS = {
    "awsx:ec2:Vpc": expand_vpc,
    "awsx:lb:ApplicationLoadBalancer": expand_application,
    "awsx:lb:NetworkLoadBalancer": expand_network,
}

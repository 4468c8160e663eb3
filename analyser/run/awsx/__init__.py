"""What components of awsx (Pulumi Crosswalk for AWS) register inside the engine.

By the source of release 3: https://github.com/pulumi/pulumi-awsx. A component that is given what is not written here is
as one that nobody knows: what it makes is not seen, and that is said.
"""

from analyser.run.awsx.attachment import expand_attachment
from analyser.run.awsx.balancer import expand_application, expand_network
from analyser.run.awsx.defaults import expand_default_vpc
from analyser.run.awsx.ecr import expand_image, expand_registry_image, expand_repository
from analyser.run.awsx.ecs import (
    expand_ec2_service,
    expand_ec2_task,
    expand_fargate_service,
    expand_fargate_task,
)
from analyser.run.awsx.trail import expand_trail
from analyser.run.awsx.vpc import expand_vpc

COMPONENTS = {
    "awsx:cloudtrail:Trail": expand_trail,
    "awsx:ec2:DefaultVpc": expand_default_vpc,
    "awsx:ec2:Vpc": expand_vpc,
    "awsx:ecr:Image": expand_image,
    "awsx:ecr:RegistryImage": expand_registry_image,
    "awsx:ecr:Repository": expand_repository,
    "awsx:ecs:EC2Service": expand_ec2_service,
    "awsx:ecs:EC2TaskDefinition": expand_ec2_task,
    "awsx:ecs:FargateService": expand_fargate_service,
    "awsx:ecs:FargateTaskDefinition": expand_fargate_task,
    "awsx:lb:ApplicationLoadBalancer": expand_application,
    "awsx:lb:NetworkLoadBalancer": expand_network,
    "awsx:lb:TargetGroupAttachment": expand_attachment,
}

"""What the components of pulumi-eks 4.4 register inside the engine.

Established by recording Pulumi's own engine with stand-in cloud providers; tests/analyser/run/eks_components.json holds
the facts. Where a recording says nothing, pulumi-eks's source decides: https://github.com/pulumi/pulumi-eks
"""

from analyser.run.eks.addon import expand_addon
from analyser.run.eks.cloudformation_nodes import expand_node_group_v1
from analyser.run.eks.cluster import expand_cluster
from analyser.run.eks.node_group import expand_node_group
from analyser.run.eks.self_managed import expand_node_group_v2, expand_node_security_group

COMPONENTS = {
    "eks:index:Addon": expand_addon,
    "eks:index:Cluster": expand_cluster,
    "eks:index:ManagedNodeGroup": expand_node_group,
    "eks:index:NodeGroup": expand_node_group_v1,
    "eks:index:NodeGroupSecurityGroup": expand_node_security_group,
    "eks:index:NodeGroupV2": expand_node_group_v2,
}

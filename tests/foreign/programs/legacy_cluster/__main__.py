"""A cluster with all left to pulumi-eks, in the account's default VPC, and a group of nodes of the first version."""

import pulumi
import pulumi_eks as eks

cluster = eks.Cluster("plain")
eks.NodeGroup(
    "spot",
    cluster=cluster,
    instance_type="m5.large",
    spot_price="0.1",
    desired_capacity=3,
    max_size=5,
    node_root_volume_size=50,
    node_root_volume_type="gp2",
)
pulumi.export("kubeconfig", cluster.kubeconfig)

"""A network of awsx and a cluster in it, with nodes that EKS manages."""

import pulumi
import pulumi_awsx as awsx
import pulumi_eks as eks

network = awsx.ec2.Vpc("shop", number_of_availability_zones=2, nat_gateways={"strategy": "Single"})
cluster = eks.Cluster(
    "shop",
    vpc_id=network.vpc_id,
    public_subnet_ids=network.public_subnet_ids,
    private_subnet_ids=network.private_subnet_ids,
    node_associate_public_ip_address=False,
    instance_type="t3.large",
    desired_capacity=3,
    min_size=3,
    max_size=6,
)
pulumi.export("kubeconfig", cluster.kubeconfig)

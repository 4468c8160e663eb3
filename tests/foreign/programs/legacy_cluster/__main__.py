"""A cluster by its name alone: everything is left to pulumi-eks, in the account's default VPC."""

import pulumi
import pulumi_eks as eks

cluster = eks.Cluster("plain")
pulumi.export("kubeconfig", cluster.kubeconfig)

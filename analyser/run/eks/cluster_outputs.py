"""What eks:index:Cluster hands back to the program."""

import json
from typing import Any

from analyser.graph import Node
from analyser.run.eks.service_role import ServiceRole
from analyser.run.remote_components import Expansion, Traced, applied, output_of, reference_to


def kubeconfig(cluster: Node) -> Traced:
    """How kubectl reaches the cluster, by a token of the AWS CLI."""

    def build(name: str, endpoint: str, authority: dict[str, str], arn: str) -> dict[str, Any]:
        arguments = ["--region", arn.split(":")[3], "eks", "get-token", "--cluster-name", name, "--output", "json"]
        environment = [
            {"name": "KUBERNETES_EXEC_INFO", "value": '{"apiVersion": "client.authentication.k8s.io/v1beta1"}'}
        ]
        call = {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": arguments,
            "env": environment,
        }
        server = {"server": endpoint, "certificate-authority-data": authority["data"]}
        return {
            "apiVersion": "v1",
            "clusters": [{"cluster": server, "name": "kubernetes"}],
            "contexts": [{"context": {"cluster": "kubernetes", "user": "aws"}, "name": "aws"}],
            "current-context": "aws",
            "kind": "Config",
            "users": [{"name": "aws", "user": {"exec": call}}],
        }

    return applied(build, *(output_of(cluster, key) for key in ("name", "endpoint", "certificateAuthority", "arn")))


def hand_back(
    expansion: Expansion,
    cluster: Node,
    settings: Traced,
    provider: Node,
    *,
    iam_role: Node,
    nodes: ServiceRole | None,
    instances: Node | None,
) -> None:
    """Sets every output; those of a default node group, Fargate and an OIDC provider are empty."""
    issuer = applied(lambda found: found[0]["oidcs"][0]["issuer"], output_of(cluster, "identities"))
    own_group = applied(lambda vpc: vpc["clusterSecurityGroupId"], output_of(cluster, "vpcConfig"))
    roles = [reference_to(instances)] if instances else []
    outputs: dict[str, Any] = {
        "autoModeNodeRoleName": output_of(nodes.role, "name") if nodes else "",
        "clusterIngressRuleId": "",
        # Without groups of pulumi-eks's own these are the group that EKS itself makes.
        "clusterSecurityGroupId": own_group,
        "nodeSecurityGroupId": own_group,
        "defaultNodeGroupAsgName": "",
        "eksCluster": reference_to(cluster),
        "fargateProfileId": "",
        "fargateProfileStatus": "",
        "instanceRoles": roles,
        "kubeconfig": settings,
        "kubeconfigJson": applied(json.dumps, settings),
        "oidcIssuer": applied(lambda url: url.removeprefix("https://"), issuer),
        "oidcProviderArn": "",
        "oidcProviderUrl": issuer,
        "core": {
            "cluster": reference_to(cluster),
            "clusterIamRole": reference_to(iam_role),
            "endpoint": output_of(cluster, "endpoint"),
            "instanceRoles": roles,
            "nodeGroupOptions": {},
            "provider": reference_to(provider),
            "subnetIds": Traced(cluster.inputs["vpcConfig"].get("subnetIds")),
            "vpcId": expansion.given("vpcId"),
        },
    }
    for key, value in outputs.items():
        expansion.output(key, value)

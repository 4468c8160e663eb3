"""What eks:index:Cluster hands back to the program."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run.eks.default_groups import NodeGroupRules
from analyser.run.eks.default_nodes import Network
from analyser.run.eks.service_role import ServiceRole
from analyser.run.remote_components import Expansion, Traced, applied, id_of, output_of, reference_to


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


@dataclass(frozen=True)
class Made:
    """The resources that a cluster component created."""

    cluster: Node
    provider: Node
    iam_role: Node
    nodes: ServiceRole | None
    roles: Sequence[Node]
    api: Node | None
    """The security group of pulumi-eks's own around the API server."""
    rules: NodeGroupRules | None
    group: Node | None
    profile: Node | None
    oidc: Node | None


def hand_back(expansion: Expansion, made: Made, settings: Traced, network: Network) -> None:
    """Sets every output; those of what was not made are empty."""
    cluster = made.cluster
    issuer = applied(lambda found: found[0]["oidcs"][0]["issuer"], output_of(cluster, "identities"))
    # Without groups of pulumi-eks's own these are the group that EKS itself makes.
    own_group = applied(lambda vpc: vpc["clusterSecurityGroupId"], output_of(cluster, "vpcConfig"))
    roles = [reference_to(role) for role in made.roles]
    outputs: dict[str, Any] = {
        "autoModeNodeRoleName": output_of(made.nodes.role, "name") if made.nodes else "",
        "clusterIngressRuleId": output_of(made.rules.ingress, "securityGroupRuleId") if made.rules else "",
        "clusterSecurityGroup": reference_to(made.api) if made.api else None,
        "clusterSecurityGroupId": id_of(made.api) if made.api else own_group,
        "nodeSecurityGroup": reference_to(made.rules.group) if made.rules else None,
        "nodeSecurityGroupId": id_of(made.rules.group) if made.rules else own_group,
        "eksClusterIngressRule": reference_to(made.rules.ingress) if made.rules else None,
        "defaultNodeGroupAsgName": output_of(made.group, "name") if made.group else "",
        "eksCluster": reference_to(cluster),
        "fargateProfileId": id_of(made.profile) if made.profile else "",
        "fargateProfileStatus": output_of(made.profile, "status") if made.profile else "",
        "instanceRoles": roles,
        "kubeconfig": settings,
        "kubeconfigJson": applied(json.dumps, settings),
        "oidcIssuer": applied(lambda url: url.removeprefix("https://"), issuer),
        "oidcProviderArn": output_of(made.oidc, "arn") if made.oidc else "",
        "oidcProviderUrl": issuer,
        "core": {
            "cluster": reference_to(cluster),
            "clusterIamRole": reference_to(made.iam_role),
            "endpoint": output_of(cluster, "endpoint"),
            "instanceRoles": roles,
            "nodeGroupOptions": {},
            "oidcProvider": reference_to(made.oidc) if made.oidc else None,
            "provider": reference_to(made.provider),
            "subnetIds": Traced(cluster.inputs["vpcConfig"].get("subnetIds")),
            "vpcId": network.vpc,
        },
    }
    for key, value in outputs.items():
        expansion.output(key, value)

"""Who may join a cluster that reads its users from a ConfigMap, its storage classes and its Fargate profile.

``cluster/authenticationMode.ts``, ``cluster/storageclass.ts`` and ``cluster/cluster.ts`` of
https://github.com/pulumi/pulumi-eks
"""

import json
from collections.abc import Sequence
from typing import Any

import yaml

from analyser.graph import Node
from analyser.run.eks.service_role import service_role
from analyser.run.remote_components import Expansion, Traced, applied, output_of

CONFIG_MAP, BOTH, API = "CONFIG_MAP", "API_AND_CONFIG_MAP", "API"
_NODES = ("system:bootstrappers", "system:nodes")
_FARGATE_POLICIES = ("AmazonEKSFargatePodExecutionRolePolicy",)


def config_map(expansion: Expansion, cluster_provider: Node, roles: Sequence[Node]) -> Node:
    """``aws-auth`` of the cluster: the roles of nodes, and those and the users that the program maps."""
    arns = [output_of(role, "arn") for role in roles]
    data = {
        "mapRoles": applied(_roles, expansion.given("roleMappings"), *arns),
        "mapUsers": applied(_users, expansion.given("userMappings"))
        if "userMappings" in expansion.component.inputs
        else None,
    }
    return expansion.resource(
        "kubernetes:core/v1:ConfigMap",
        f"{expansion.name}-nodeAccess",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "immutable": False,
            "metadata": {
                "name": "aws-auth",
                "namespace": "kube-system",
                "annotations": {"pulumi.com/patchForce": "true"},
            },
            "data": data,
        },
        after=[cluster_provider],
    )


def _roles(mapped: list[dict[str, Any]] | None, *arns: str) -> str:
    own = [
        {"rolearn": each["roleArn"], "username": each["username"], "groups": each["groups"]} for each in mapped or ()
    ]
    nodes = [{"rolearn": arn, "username": "system:node:{{EC2PrivateDNSName}}", "groups": list(_NODES)} for arn in arns]
    return yaml.safe_dump([*own, *nodes], sort_keys=False)


def _users(mapped: list[dict[str, Any]] | None) -> str:
    found = [
        {"userarn": each["userArn"], "username": each["username"], "groups": each["groups"]} for each in mapped or ()
    ]
    return yaml.safe_dump(found, sort_keys=False)


def storage_classes(expansion: Expansion, after: Sequence[Node]) -> None:
    """One for each that the program describes, or for the one type that it names."""
    said = expansion.plain("storageClasses") or {}
    for name, each in ({said: {"type": said, "default": True}} if isinstance(said, str) else said).items():
        metadata = dict(each.get("metadata") or {})
        if each.get("default"):
            mark = {"storageclass.kubernetes.io/is-default-class": "true"}
            metadata["annotations"] = {**(metadata.get("annotations") or {}), **mark}
        told = {key: json.dumps(each[key]) for key in ("iopsPerGb", "encrypted") if key in each}
        zones = {"zones": ", ".join(each["zones"])} if each.get("zones") else {}
        key = {"kmsKeyId": each["kmsKeyId"]} if each.get("kmsKeyId") else {}
        kept = ("allowVolumeExpansion", "mountOptions", "reclaimPolicy", "volumeBindingMode")
        expansion.resource(
            "kubernetes:storage.k8s.io/v1:StorageClass",
            f"{expansion.name.lower()}-{name}",
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": metadata,
                "provisioner": "kubernetes.io/aws-ebs",
                "parameters": {"type": each["type"], **zones, **told, **key},
                **{option: each.get(option) for option in kept},
            },
            after=after,
        )


def fargate_profile(expansion: Expansion, cluster: Node, subnets: Traced, after: Sequence[Node]) -> Node | None:
    """The profile by which pods run without nodes; None where none is asked for."""
    said = expansion.plain("fargate")
    if not said:
        return None
    asked: dict[str, Any] = said if isinstance(said, dict) else {}
    role: Any = asked.get("podExecutionRoleArn")
    if role is None:
        made = service_role(
            expansion, "podExecutionRole", service="eks-fargate-pods.amazonaws.com", policies=_FARGATE_POLICIES
        )
        role = output_of(made.role, "arn")
    name = expansion.name
    reserved = name.lower() == "eks" or name.lower().startswith("eks-")
    return expansion.resource(
        "aws:eks/fargateProfile:FargateProfile",
        f"{name.replace('-', '_', 1)}fargateProfile" if reserved else f"{name}-fargateProfile",
        {
            "clusterName": output_of(cluster, "name"),
            "podExecutionRoleArn": role,
            "selectors": asked.get("selectors") or [{"namespace": "default"}, {"namespace": "kube-system"}],
            "subnetIds": asked.get("subnetIds") or subnets,
        },
        after=after,
    )

"""A cluster to make objects in, and checks that every object must pass."""

import functools
import json
from collections.abc import Callable
from typing import Any

import kubernetes_validate
import kubernetes_validate.utils
import pulumi
import pulumi_aws as aws
from pulumi_kubernetes import Provider

from analyser.graph import Graph, Node
from components.security.key import Key
from policy.unknown import UNKNOWN
from tests.support import ACCOUNT, record

CLUSTER_ARN = ACCOUNT.arn("eks", "cluster/records-test")
RELEASE = "kubernetes:helm.sh/v3:Release"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"

_CUSTOM = tuple(f"kubernetes:{group}" for group in ("external-secrets", "karpenter", "elbv2", "autoscaling.k8s.io"))
"""API groups of controllers that are installed into the cluster."""

_NO_SCHEMA = "no schema for its kind"

# The library reads all definitions of a version, 1.6 MB, and the list of versions anew for each object.
for _name in ("schema_contents", "all_versions"):
    vars(kubernetes_validate.utils)[_name] = functools.cache(vars(kubernetes_validate.utils)[_name])


class Cluster:
    """What workloads know of an EKS cluster."""

    def __init__(self) -> None:
        self.cluster_name = "records-test"
        self.kubernetes_version = "1.36"
        self.arn = pulumi.Output.from_input(CLUSTER_ARN)
        self.provider = Provider("cluster", kubeconfig="{}")


def nodes() -> list[pulumi.Resource]:
    """Stands for the node groups."""
    return [aws.iam.Role("nodes", assume_role_policy="{}")]


def key(name: str) -> Key:
    return Key(name, account=ACCOUNT, purpose=name)


def of(program: Callable[[], Any]) -> Graph:
    """The graph of a program, once every Kubernetes object in it has passed its schema."""
    graph = record(program)
    assert invalid_objects(graph) == []
    return graph


def objects(graph: Graph) -> list[Node]:
    """The Kubernetes objects, releases left out."""
    return [node for node in graph.resources if node.package == "kubernetes" and node.type != RELEASE]


def invalid_objects(graph: Graph) -> list[str]:
    """What Kubernetes 1.36 would refuse, in strict mode; kinds of custom resources have no schema."""
    found = []
    for node in objects(graph):
        problem = _problem(json.dumps(node.inputs, sort_keys=True))
        if problem and not (problem == _NO_SCHEMA and node.type.startswith(_CUSTOM)):
            found.append(f"{node.name} ({node.type}): {problem}")
    return found


@functools.cache
def _problem(manifest: str) -> str:
    """What is wrong with an object, if anything; each is looked at once, as reading the schemas takes its time."""
    try:
        kubernetes_validate.validate(json.loads(manifest), "1.36", strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return _NO_SCHEMA
    except kubernetes_validate.ValidationError as error:
        return error.message
    return ""


def statements(graph: Graph, name: str, token: str = "aws:iam/rolePolicy:RolePolicy") -> dict[str, dict[str, Any]]:
    """A policy's statements by their ids."""
    text = graph.only(token, name).inputs["policy"]
    assert text is not UNKNOWN
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def waits_for(graph: Graph, node: Node, other: Node) -> bool:
    """Whether a resource is made after another, directly or through others, and so destroyed before it."""
    seen: set[str] = set()
    queue = [node.urn]
    while queue:
        current = graph[queue.pop()]
        for urn in current.dependencies:
            if urn == other.urn:
                return True
            if urn not in seen:
                seen.add(urn)
                queue.append(urn)
    return False

"""What objects of Kubernetes name, and whether the stack, a chart, an add-on or Kubernetes itself makes it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyser.graph import Graph, Node
from tests.systems.other_sides import Asked, Kind, made_arn, said

_PODS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job")
_CRON_JOB = "kubernetes:batch/v1:CronJob"
_GIVEN_NAMESPACES = {"default", "kube-system"}
# Accounts that EKS's add-ons bring: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
_ADD_ONS = {"aws-node", "ebs-csi-controller-sa", "efs-csi-controller-sa", "efs-csi-node-sa", "cloudwatch-agent"}


def objects(graph: Graph) -> Iterator[tuple[Node, str, str]]:
    """Every object with its kind and namespace."""
    for node in graph.resources:
        if node.package == "kubernetes" and "metadata" in node.inputs:
            yield node, node.kind, node.inputs["metadata"].get("namespace", "")


def pods(graph: Graph) -> Iterator[tuple[Node, str, dict[str, Any]]]:
    for token in _PODS:
        for node in graph.of_type(token):
            yield node, node.inputs["metadata"]["namespace"], node.inputs["spec"]["template"]
    for node in graph.of_type(_CRON_JOB):
        yield node, node.inputs["metadata"]["namespace"], node.inputs["spec"]["jobTemplate"]["spec"]["template"]


def named_objects(graph: Graph) -> Asked:
    """As ``kind namespace/name``, and for secrets ``#key``."""
    for node, kind, space in objects(graph):
        if space:
            yield node.name, f"Namespace /{space}"
        yield from ((node.name, what) for what in _references(kind, space, node.inputs))
    for node, space, pod in pods(graph):
        yield from ((node.name, what) for what in _of_pod(space, pod["spec"]))


def _references(kind: str, space: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    spec = inputs.get("spec", {})
    for path in ("scaleTargetRef", "targetRef", "secretStoreRef"):
        if found := spec.get(path):
            yield f"{found['kind']} {space}/{found['name']}"
    if kind == "TargetGroupBinding":
        yield f"Service {space}/{spec['serviceRef']['name']}"
    if kind == "PersistentVolumeClaim" and spec.get("volumeName"):
        yield f"PersistentVolume /{spec['volumeName']}"
    if kind == "PersistentVolume":
        claim = spec["claimRef"]
        yield f"PersistentVolumeClaim {claim['namespace']}/{claim['name']}"
    if kind.endswith("RoleBinding"):
        role = inputs["roleRef"]
        yield f"{role['kind']} {space if role['kind'] == 'Role' else ''}/{role['name']}"
        for who in inputs["subjects"]:
            yield f"{who['kind']} {who.get('namespace', '')}/{who['name']}"


def _of_pod(space: str, spec: Mapping[str, Any]) -> Iterator[str]:
    yield f"ServiceAccount {space}/{spec['serviceAccountName']}"
    for volume in spec.get("volumes", ()):
        if "configMap" in volume:
            yield f"ConfigMap {space}/{volume['configMap']['name']}"
        if "persistentVolumeClaim" in volume:
            yield f"PersistentVolumeClaim {space}/{volume['persistentVolumeClaim']['claimName']}"
    for container in (*spec["containers"], *spec.get("initContainers", ())):
        for source in container.get("envFrom", ()):
            yield f"ConfigMap {space}/{source['configMapRef']['name']}"
        for one in container.get("env", ()):
            if key := one.get("valueFrom", {}).get("secretKeyRef"):
                yield f"Secret {space}/{key['name']}#{key['key']}"


def made_object(graph: Graph, what: str) -> bool:
    kind, _, path = what.partition(" ")
    if kind == "Namespace" and path[1:] in _GIVEN_NAMESPACES:
        return True
    if kind == "Group":
        entries = graph.of_type("aws:eks/accessEntry:AccessEntry")
        return any(path[1:] in (node.inputs.get("kubernetesGroups") or ()) for node in entries)
    return path in (_secrets(graph) if kind == "Secret" else _objects(graph, kind))


def _objects(graph: Graph, kind: str) -> set[str]:
    return {f"{space}/{node.inputs['metadata']['name']}" for node, one, space in objects(graph) if one == kind}


def _secrets(graph: Graph) -> set[str]:
    """What the operator makes of Secrets Manager, with its keys."""
    made = set()
    for node in graph.of_type("kubernetes:external-secrets.io/v1:ExternalSecret"):
        target = node.inputs["spec"]["target"]
        keys = target.get("template", {}).get("data") or [one["secretKey"] for one in node.inputs["spec"]["data"]]
        made |= {f"{node.inputs['metadata']['namespace']}/{target['name']}#{key}" for key in keys}
    return made


def selections(graph: Graph) -> Asked:
    """Labels by which services, policies, budgets and deployments choose pods, unless they choose all."""
    for node, kind, space in objects(graph):
        spec = node.inputs.get("spec") or {}
        chosen = spec.get("podSelector") or spec.get("selector") if kind != "Job" else None
        labels = chosen and chosen.get("matchLabels", chosen)
        if labels:
            yield node.name, f"{space} {json.dumps(labels, sort_keys=True)}"


def selected(graph: Graph, what: str) -> bool:
    space, _, labels = what.partition(" ")
    wanted = json.loads(labels).items()
    return any(where == space and wanted <= pod["metadata"]["labels"].items() for _, where, pod in pods(graph))


def identities(graph: Graph) -> Asked:
    for node in graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        yield node.name, f"{node.inputs['namespace']}/{node.inputs['serviceAccount']}"


def has_account(graph: Graph, what: str) -> bool:
    """The program makes it, or a chart or an add-on does."""
    account = what.partition("/")[2]
    charts = json.dumps([node.inputs.get("values") for node in graph.of_type("kubernetes:helm.sh/v3:Release")])
    brought = account in _ADD_ONS and bool(graph.of_type("aws:eks/addon:Addon"))
    return what in _objects(graph, "ServiceAccount") or f'"{account}"' in charts or brought


def images(graph: Graph) -> Asked:
    for node, _, pod in pods(graph):
        yield from ((node.name, one["image"]) for one in pod["spec"]["containers"])
    for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition"):
        yield from ((node.name, one["image"]) for one in json.loads(node.inputs["containerDefinitions"]))


def has_repository(graph: Graph, image: str) -> bool:
    """A repository of the stack, or a public registry."""
    repository = re.split(r"@|:(?=[^/]+$)", image)[0]
    public = repository.startswith(("public.ecr.aws/", "docker.io/", "registry.k8s.io/"))
    return public or repository in said(graph, "aws:ecr/repository:Repository", "repositoryUrl")


def outside_kubernetes(graph: Graph) -> Asked:
    """File systems, keys and secrets of AWS that objects name."""
    for node, kind, _ in objects(graph):
        spec = node.inputs.get("spec") or {}
        if kind == "PersistentVolume":
            yield from ((node.name, part) for part in spec["csi"]["volumeHandle"].split("::"))
        if kind == "ExternalSecret":
            yield from ((node.name, one["remoteRef"]["key"]) for one in spec["data"])


def made_outside(graph: Graph, what: str) -> bool:
    if what.startswith("arn:"):
        return made_arn(graph, what)
    ids = {node.id for node in graph.resources if node.type.startswith("aws:efs/")}
    return what in ids | said(graph, "aws:secretsmanager/secret:Secret", "name", "id")


def log_groups(graph: Graph) -> Asked:
    """By name, in the configuration of agents and tasks."""
    for node in graph.of_type("kubernetes:core/v1:ConfigMap"):
        yield from (
            (node.name, name) for name in re.findall(r"log_group_name\s+(\S+)", "\n".join(node.inputs["data"].values()))
        )
    for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition"):
        for one in json.loads(node.inputs["containerDefinitions"]):
            yield node.name, one["logConfiguration"]["options"]["awslogs-group"]


KUBERNETES_KINDS: Mapping[str, Kind] = {
    "an object of Kubernetes": Kind(named_objects, made_object),
    "the labels of pods": Kind(selections, selected),
    "the account of a pod identity": Kind(identities, has_account),
    "an image": Kind(images, has_repository),
    "a thing of AWS that an object names": Kind(outside_kubernetes, made_outside),
    "a log group": Kind(
        log_groups, lambda graph, name: name in said(graph, "aws:cloudwatch/logGroup:LogGroup", "name")
    ),
}

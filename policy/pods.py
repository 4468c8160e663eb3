"""Pods wherever Kubernetes objects describe them, and what belongs to them in their namespace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from policy.graph import Graph
from policy.resources import Block, Resource
from policy.tokens import canonical
from policy.unknown import known, wholly_known

POD = "kubernetes:core/v1:Pod"
POD_TEMPLATE = "kubernetes:core/v1:PodTemplate"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
REPLICA_SET = "kubernetes:apps/v1:ReplicaSet"
REPLICATION_CONTROLLER = "kubernetes:core/v1:ReplicationController"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
_SPECS = {
    POD: "spec",
    POD_TEMPLATE: "template.spec",
    DEPLOYMENT: "spec.template.spec",
    STATEFUL_SET: "spec.template.spec",
    DAEMON_SET: "spec.template.spec",
    REPLICA_SET: "spec.template.spec",
    REPLICATION_CONTROLLER: "spec.template.spec",
    JOB: "spec.template.spec",
    CRON_JOB: "spec.jobTemplate.spec.template.spec",
}
WORKLOADS = tuple(_SPECS)
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True)
class Pod:
    """The pods that a workload starts."""

    workload: Resource
    spec: Block

    def containers(self) -> Iterator[Block]:
        """All containers, those that run first included."""
        yield from self.spec.blocks("initContainers")
        yield from self.spec.blocks("containers")

    def effective(self, container: Block, key: str) -> Any:
        """A setting of the security context: the container's own, else the pod's; UNKNOWN where it cannot be told."""
        own = container.get(f"securityContext.{key}")
        return self.spec.get(f"securityContext.{key}") if own is None else own

    def contexts(self) -> Iterator[tuple[str, Block]]:
        """Every security context, the pod's own and the containers', with the beginning of a sentence about it."""
        for context in self.spec.blocks("securityContext"):
            yield "", context
        for container in self.containers():
            for context in container.blocks("securityContext"):
                yield f"{name_of(container)} ", context

    def metadata(self, key: str) -> str:
        """The path of the pods' labels or annotations."""
        return f"{_spec(self.workload).rpartition('spec')[0]}metadata.{key}"

    @property
    def labels(self) -> Any:
        """The labels that selectors see; UNKNOWN where they are."""
        return self.workload.get(self.metadata("labels"), {})

    def host_paths(self) -> Iterator[Block]:
        """The volumes that are directories of the node."""
        for volume in self.spec.blocks("volumes"):
            if volume.has("hostPath"):
                yield volume

    def mounts(self, volume: Block) -> Iterator[Block]:
        """Where containers mount a volume of known name."""
        name = volume.get("name")
        for container in self.containers():
            for mount in container.blocks("volumeMounts"):
                if known(name) and mount.has("name", name):
                    yield mount


def pods(workload: Resource) -> Iterator[Pod]:
    """The pods that a workload starts, if their spec is known: one or none."""
    for spec in workload.blocks(_spec(workload)):
        yield Pod(workload, spec)


def _spec(workload: Resource) -> str:
    return _SPECS[canonical(workload.type)]


def name_of(container: Block) -> str:
    """How messages name a container."""
    name = container.get("name")
    return f"container {name}" if isinstance(name, str) else "a container"


def namespace_of(resource: Resource) -> Any:
    """The namespace an object lives in; UNKNOWN where it is."""
    return resource.get("metadata.namespace", DEFAULT_NAMESPACE)


def in_namespace(graph: Graph, token: str, namespace: str) -> list[Resource]:
    """The objects of a type in a namespace, and those whose namespace is not known."""
    index = _by_namespace(graph, token)
    return [*index.get(namespace, ()), *index.get(None, ())]


@lru_cache(maxsize=32)
def _by_namespace(graph: Graph, token: str) -> Mapping[str | None, list[Resource]]:
    # Rules ask for every workload of a graph in turn: one pass a type instead of one a workload.
    index: dict[str | None, list[Resource]] = {}
    for resource in graph.of(token):
        namespace = namespace_of(resource)
        index.setdefault(namespace if known(namespace) else None, []).append(resource)
    return index


def selects(selector: Any, labels: Any) -> bool:
    """Whether a label selector takes in these labels, as far as is known; an empty one takes in everything."""
    if not wholly_known(selector) or not wholly_known(labels):
        return True
    wanted = selector or {}
    if wanted.get("matchExpressions"):
        return True
    return all((labels or {}).get(key) == value for key, value in (wanted.get("matchLabels") or {}).items())


def is_node_agent(pod: Pod, read_only_paths: tuple[str, ...]) -> bool:
    """Whether it is a DaemonSet that reads the node's logs, or may: it mounts such paths, read-only, and no others."""
    if canonical(pod.workload.type) != DAEMON_SET:
        return False
    volumes = list(pod.host_paths())
    unread = pod.spec.partly_unknown("volumes", "hostPath")
    return (unread or bool(volumes)) and all(is_read_only(pod, volume, read_only_paths) for volume in volumes)


def is_read_only(pod: Pod, volume: Block, paths: tuple[str, ...]) -> bool:
    """Whether, as far as is known, it is one of these directories or below, and every mount of it is read-only."""
    if any(mount.lacks("readOnly", True) for mount in pod.mounts(volume)):
        return False
    path = volume.get("hostPath.path")
    if not known(path):
        return True
    inside = isinstance(path, str) and ".." not in path.split("/")
    return inside and any(path == allowed or path.startswith(f"{allowed}/") for allowed in paths)

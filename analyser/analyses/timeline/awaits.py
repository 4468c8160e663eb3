"""What Pulumi's Kubernetes provider waits for before an object counts as created.

The provider of Kubernetes answers only when an object does its work: a Service when pods answer behind it, an Ingress
when its Services do, a claim when a volume is bound. Where the program makes these later, the wait is lost time, and
the update fails when it is over. The rules are pulumi-kubernetes's:
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/awaiters.go
https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#await-behavior
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Graph, Node, inside

_SERVICE = "kubernetes:core/v1:Service"
_INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
_PODS = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
)
_SKIP = "pulumi.com/skipAwait"


@dataclass(frozen=True)
class Await:
    """What one object waits for: any of ``on``, whichever is there first.

    ``on`` is empty where the stack makes nothing of the kind, or only after the object itself.
    """

    node: Node
    on: tuple[Node, ...]
    what: str


def awaits(graph: Graph, waits: Mapping[str, Iterable[str]]) -> tuple[Await, ...]:
    """Every object that waits for others, but for those that are told not to (``pulumi.com/skipAwait``).

    ``waits`` says what each resource needs before it is made. Whatever needs the waiting object first, through waits of
    others too, is no answer to its wait.
    """
    before = {urn: set(others) for urn, others in waits.items()}
    waiting = [node for token in (_SERVICE, _INGRESS) for node in graph.of_type(token) if not _skips(node)]
    found = []
    for wait in (wait for node in waiting for wait in _of(graph, node)):
        on = tuple(node for node in wait.on if not _needs(node.urn, wait.node.urn, before))
        before[wait.node.urn].update(node.urn for node in on)
        found.append(Await(wait.node, on, wait.what))
    return tuple(found)


def _needs(urn: str, other: str, before: Mapping[str, Iterable[str]]) -> bool:
    """Whether one resource is only made once another is."""
    seen, todo = set[str](), [urn]
    while todo:
        each = todo.pop()
        if each == other:
            return True
        if each not in seen:
            seen.add(each)
            todo.extend(before[each])
    return False


def _of(graph: Graph, node: Node) -> Iterator[Await]:
    if node.type == _SERVICE:
        selector = _selector(node)
        if selector:
            yield Await(node, tuple(_selected(graph, node, selector)), "pods that answer")
        return
    for name in _backends(node.at("spec")):
        services = [s for s in graph.of_type(_SERVICE) if s.at("metadata", "name") == name and _together(s, node)]
        yield Await(node, tuple(services), f"the Service {name}")


def _selector(service: Node) -> Mapping[str, Any]:
    """The labels of the pods that a Service waits for; nothing for one without pods of its own, or a headless one."""
    spec = service.at("spec")
    if not isinstance(spec, Mapping) or spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None":
        return {}
    selector = spec.get("selector")
    return selector if isinstance(selector, Mapping) else {}


def _selected(graph: Graph, service: Node, selector: Mapping[str, Any]) -> Iterator[Node]:
    for token in _PODS:
        for node in graph.of_type(token):
            labels = node.at("spec", "template", "metadata", "labels")
            if isinstance(labels, Mapping) and selector.items() <= labels.items() and _together(service, node):
                yield node


def _backends(spec: Any) -> Iterator[str]:
    """The Services that an Ingress names."""
    if not isinstance(spec, Mapping):
        return
    rules = [path for rule in _list(spec.get("rules")) for path in _list(inside(rule, "http", "paths"))]
    for backend in (spec.get("defaultBackend"), *(inside(path, "backend") for path in rules)):
        name = inside(backend, "service", "name")
        if isinstance(name, str):
            yield name


def _skips(node: Node) -> bool:
    return node.at("metadata", "annotations", _SKIP) in ("true", True)


def _together(one: Node, other: Node) -> bool:
    return bool(one.at("metadata", "namespace") == other.at("metadata", "namespace"))


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()

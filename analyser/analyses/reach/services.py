"""Kubernetes services: the pods that they choose, and the ports that they lead to."""

from collections.abc import Iterator, Mapping

from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.place import Place
from analyser.analyses.reach.workloads import DEPLOYMENTS
from policy.model import Block, Resource


def selected(view: View, places: Mapping[str, Place], service: Resource, namespace: str) -> Iterator[Place]:
    """The pods whose labels a service asks for."""
    selector = service.get("spec.selector")
    for found in view.of(*DEPLOYMENTS):
        place = places.get(found.urn)
        if place and place.pods and place.pods.namespace == namespace and isinstance(selector, dict):
            labels = place.pods.labels
            if selector and all(labels.get(key) == value for key, value in selector.items()):
                yield place


def service_port(service: Resource, wanted: object) -> Block | None:
    """The entry of a service for a port by its number or name."""
    ports = list(service.blocks("spec.ports"))
    fitting = (entry for entry in ports if isinstance(wanted, int | str) and entry.has("port", wanted))
    named = (entry for entry in ports if isinstance(wanted, str) and entry.has("name", wanted))
    return next(fitting, None) or next(named, None)


def container_port(entry: Block, place: Place) -> int | None:
    """The port of the pods that an entry leads to."""
    wanted = entry.get("targetPort", entry.get("port"))
    if isinstance(wanted, str) and place.pods:
        return place.pods.named_ports.get(wanted) or (int(wanted) if wanted.isdigit() else None)
    return wanted if isinstance(wanted, int) else None

"""Ports of a cluster's nodes that lead to pods: Services of type NodePort, and the load balancers' own.

https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
"""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.instances import Machines
from analyser.analyses.reach.kubernetes_edge import SERVICE
from analyser.analyses.reach.place import Interface, Kind, Place
from analyser.analyses.reach.workloads import DEPLOYMENTS
from policy.model import Block, Resource

LAST_NODE_PORT = 32767
FIRST_NODE_PORT = 30000


def on_nodes(service: Resource) -> list[Block]:
    """The entries of a service that every node answers for."""
    apart = service.has("spec.type", "LoadBalancer") and not service.has("spec.allocateLoadBalancerNodePorts", False)
    if not apart and not service.has("spec.type", "NodePort"):
        return []
    return [entry for entry in service.blocks("spec.ports") if entry.lacks("protocol", "UDP", "SCTP")]


def node_ports(view: View) -> Iterator[Place]:
    """A place for each service that nodes answer for, where these stand in a network of the stack."""
    nodes = Machines(view).of_nodes()
    yield from _host_port_places(view, nodes) if nodes else ()
    for service in view.of(SERVICE) if nodes else ():
        entries = on_nodes(service)
        if entries:
            yield Place(
                name=name_on_nodes(service),
                kind=Kind.BALANCER,
                urns=(service.urn,),
                interfaces=nodes,
                ports=tuple(dict.fromkeys(port for entry in entries for port in answered(entry))),
                words=frozenset({"node-port"}),
                region=view.region_of(service),
            )


def _host_port_places(view: View, nodes: tuple[Interface, ...]) -> Iterator[Place]:
    for found in view.of(*DEPLOYMENTS):
        ports = [port for block in host_ports(found) if isinstance(port := block.get("hostPort"), int)]
        if ports:
            yield Place(
                name=name_of_host_ports(view, found),
                kind=Kind.BALANCER,
                urns=(),
                interfaces=nodes,
                ports=tuple(dict.fromkeys(ports)),
                words=frozenset({"host-port"}),
                region=view.region_of(found),
            )


def host_ports(found: Resource) -> list[Block]:
    """The ports of its containers that are ports of their nodes as well, where they have no network in common."""
    path = "spec.template.spec"
    if found.has(f"{path}.hostNetwork", True):
        return []
    ports = [port for container in found.blocks(f"{path}.containers") for port in container.blocks("ports")]
    return [port for port in ports if port.given("hostPort") and port.lacks("protocol", "UDP", "SCTP")]


def name_of_host_ports(view: View, found: Resource) -> str:
    """What users call the ports of the nodes that lead to pods by themselves."""
    namespace = text(found.get("metadata.namespace")) or "default"
    return f"host port of {namespace}/{text(found.get('metadata.name')) or view.owner(found)}"


def name_on_nodes(service: Resource) -> str:
    """What users call a service as the nodes answer for it."""
    namespace = text(service.get("metadata.namespace")) or "default"
    return f"node port of {namespace}/{text(service.get('metadata.name')) or service.name}"


def answered(entry: Block) -> tuple[int, ...]:
    """The port of the nodes; both ends of the range that Kubernetes chooses from where nobody says."""
    given = entry.get("nodePort")
    return (given,) if isinstance(given, int) else (FIRST_NODE_PORT, LAST_NODE_PORT)

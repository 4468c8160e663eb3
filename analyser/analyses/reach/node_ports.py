"""Ports of a cluster's nodes that lead to pods: Services of type NodePort, and the load balancers' own.

https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
"""

from collections.abc import Iterator

from analyser.analyses.reach.kubernetes_edge import SERVICE
from analyser.analyses.reach.machines import Machines
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.view import View, text
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


def name_on_nodes(service: Resource) -> str:
    """What users call a service as the nodes answer for it."""
    namespace = text(service.get("metadata.namespace")) or "default"
    return f"node port of {namespace}/{text(service.get('metadata.name')) or service.name}"


def answered(entry: Block) -> tuple[int, ...]:
    """The port of the nodes; both ends of the range that Kubernetes chooses from where nobody says."""
    given = entry.get("nodePort")
    return (given,) if isinstance(given, int) else (FIRST_NODE_PORT, LAST_NODE_PORT)

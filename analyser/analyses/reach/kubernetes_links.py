"""From the load balancers that a cluster's controllers make to the pods behind their services."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.gateway_api import Forward, GatewayApi, namespace_of
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.kubernetes_edge import INGRESS, SERVICE, backends
from analyser.analyses.reach.network_policies import Correspondent
from analyser.analyses.reach.node_ports import answered, host_ports, name_of_host_ports, name_on_nodes, on_nodes
from analyser.analyses.reach.place import Check, Link, Place, not_known
from analyser.analyses.reach.security_groups import ANYWHERE
from analyser.analyses.reach.services import container_port, selected, service_port
from analyser.analyses.reach.workloads import DEPLOYMENTS
from policy.model import Block, Resource

_TARGETS = "alb.ingress.kubernetes.io/target-type"
_NLB_TARGETS = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"


class KubernetesLinks:
    """Follows Services and Ingresses. Controllers open the nodes' groups for them, not the pods' policies."""

    def __init__(
        self, view: View, every: Iterable[Place], places: Mapping[str, Place], connections: Connections
    ) -> None:
        self._view = view
        self._places = places
        self._by_name = {place.name: place for place in every}
        self._connections = connections
        self._gateways = GatewayApi(view)

    def links(self) -> Iterator[Link]:
        """Every link, open or not."""
        for found in self._view.of(SERVICE):
            if found.has("spec.type", "LoadBalancer"):
                yield from self._of_service(self._places[found.urn], found, list(found.blocks("spec.ports")), found)
        for found in self._view.of(SERVICE):
            yield from self._of_nodes(found)
        for found in self._view.of(INGRESS):
            yield from self._of_ingress(found)
        for found in self._gateways.gateways():
            yield from self._of_gateway(found)
        yield from self._of_host_ports()

    def may_lead_anywhere(self) -> Iterator[Place]:
        """The gateways whose routes cannot be read, so that their targets are unknown."""
        yield from (self._places[found.urn] for found in self._gateways.gateways() if self._gateways.unread(found))

    def past_balancers(self, internet: Place) -> Iterator[Link]:
        """To pods whose service has an address of its own that leads to its nodes, by whatever routes."""
        for service in self._view.of(SERVICE):
            for place in selected(self._view, self._places, service, _namespace(service)):
                for entry in service.blocks("spec.ports") if service.given("spec.externalIPs") else ():
                    port = container_port(entry, place)
                    says = f"who routes to the externalIPs of {service.name} is not known"
                    yield Link(internet, place, port, (not_known(says),))

    def _of_gateway(self, found: Resource) -> Iterator[Link]:
        for forward in self._gateways.forwards(found):
            home = namespace_of(forward.route, forward.backend)
            if forward.backend.has("kind", "Gateway"):
                yield from self._to_gateway(found, forward, home)
                continue
            for service in self._view.of(SERVICE):
                if service.has("metadata.name", forward.backend.get("name")) and _namespace(service) == home:
                    entry = service_port(service, forward.backend.get("port"))
                    for link in self._of_service(self._places[found.urn], service, [entry] if entry else [], found):
                        yield replace(link, checks=(*forward.checks, *link.checks), entered=forward.port)

    def _to_gateway(self, found: Resource, forward: Forward, home: str) -> Iterator[Link]:
        for other in self._gateways.gateways():
            port = forward.backend.get("port")
            named = other.has("metadata.name", forward.backend.get("name")) and _namespace(other) == home
            if named and isinstance(port, int):
                yield Link(self._places[found.urn], self._places[other.urn], port, forward.checks, forward.port)

    def _of_host_ports(self) -> Iterator[Link]:
        """From ports of the nodes to the pods that have asked for them, which see who comes."""
        for found in self._view.of(*DEPLOYMENTS):
            place, source = self._places.get(found.urn), self._by_name.get(name_of_host_ports(self._view, found))
            for block in host_ports(found) if place and source else ():
                entered, port = block.get("hostPort"), block.get("containerPort")
                if place and source and isinstance(port, int) and isinstance(entered, int):
                    says = f"its pods answer on port {entered} of their nodes"
                    through = Check(ok=True, says=says, urns=(found.urn,))
                    client = Correspondent("the internet", ANYWHERE)
                    policy = self._connections.policies.into(place.pods, client, port) if place.pods else None
                    yield Link(source, place, port, (through, *([policy] if policy else [])), entered)

    def _of_nodes(self, service: Resource) -> Iterator[Link]:
        """From the nodes' ports; which of them it is nobody can tell where Kubernetes chooses it."""
        source = self._by_name.get(name_on_nodes(service))
        for entry in on_nodes(service) if source else ():
            given = entry.get("nodePort") is not None
            chosen = (
                () if given else (not_known(f"which port of the nodes {service.name} gets is Kubernetes' to choose"),)
            )
            for link in self._of_service(source, service, [entry], service) if source else ():
                for entered in answered(entry):
                    yield replace(link, checks=(*link.checks, *chosen), entered=entered)

    def _of_ingress(self, found: Resource) -> Iterator[Link]:
        source = self._places[found.urn]
        for backend in backends(found):
            named = text(backend.get("name"))
            for service in self._view.of(SERVICE):
                if service.has("metadata.name", named) and _namespace(service) == _namespace(found):
                    wanted = backend.get("port.number", backend.get("port.name"))
                    entry = service_port(service, wanted)
                    yield from self._of_service(source, service, [entry] if entry else [], found)

    def _of_service(self, source: Place, service: Resource, entries: list[Block], asked: Resource) -> Iterator[Link]:
        says = f"{asked.type.rpartition(':')[2]} {asked.name} sends to service {text(service.get('metadata.name'))}"
        through = Check(ok=True, says=says, urns=(service.urn,))
        for place in selected(self._view, self._places, service, _namespace(service)):
            for entry in entries:
                port = container_port(entry, place)
                if port is not None:
                    entered = entry.get("port") if asked is service else None
                    checks = (through, *self._policies(source, place, service, asked, port))
                    yield Link(source, place, port, checks, entered if isinstance(entered, int) else None)

    def _policies(self, source: Place, place: Place, service: Resource, asked: Resource, port: int) -> Iterator[Check]:
        """What the pods' policies say of whoever they see: the client, a node, or the balancer in its subnets."""
        if place.pods is None:
            return
        annotations = asked.get("metadata.annotations")
        kind = str((annotations if isinstance(annotations, dict) else {}).get(_TARGETS, ""))
        keeps = service.has("spec.externalTrafficPolicy", "Local") and asked is service
        if keeps:
            policy = self._connections.policies.into(place.pods, Correspondent("the internet", ANYWHERE), port)
        else:
            subnets = tuple(one for interface in place.interfaces for one in interface.subnets)
            cidrs = self._connections.network.cidrs(subnets)
            who = f"{source.name}'s own addresses" if kind == "ip" else f"the nodes of {place.name}"
            policy = self._connections.policies.into(place.pods, Correspondent(who, cidrs), port)
        if policy and policy.missing and not keeps:
            yield not_known(f"from which addresses {source.name} speaks to its pods is not known; else {policy.says}")
        elif policy:
            yield policy


def _namespace(found: Resource) -> str:
    return text(found.get("metadata.namespace")) or "default"

"""PrivateLink between VPCs: from an interface endpoint of one to the load balancer that offers a service in another.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html
"""

from collections.abc import Iterator, Mapping

from analyser.analyses.reach.endpoints import ENDPOINT_TYPE
from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place, not_known
from analyser.analyses.reach.protocols import number
from analyser.analyses.reach.targets import Targets
from policy.model import Resource

SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
ACCEPTER = "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_LISTENER = "aws:lb/listener:Listener"


class PrivateLinks:
    """The endpoints of a stack that lead to services of the stack."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._offered = dict(self._pairs())

    def places(self) -> Iterator[Place]:
        """One place for each interface endpoint of an endpoint service."""
        for endpoint, service in self._offered.items():
            yield Place(
                name=self._view.owner(endpoint),
                kind=Kind.BALANCER,
                urns=(endpoint.urn,),
                interfaces=(Interface(names(endpoint, "subnetIds"), names(endpoint, "securityGroupIds")),),
                ports=tuple(dict.fromkeys(port for one in self._behind(service) for port in self._ports(one))),
                words=frozenset({"vpc-endpoint", "private-link"}),
                region=self._view.region_of(endpoint),
            )

    def links(self, places: Mapping[str, Place], targets: Targets) -> Iterator[Link]:
        """From each endpoint to the load balancer, and past it to its targets, which see no client's address."""
        for endpoint, service in self._offered.items():
            source = places[endpoint.urn]
            accepted = self._accepted(endpoint, service)
            for balancer in self._behind(service):
                checks = (accepted, *self._filtered(balancer))
                for port in self._ports(balancer):
                    yield Link(source, places[balancer.urn], port, checks, port)
                for listener, member in targets.listed(balancer):
                    link = targets.to_member(places[balancer.urn], member)
                    through = Check(ok=True, says=f"listener {listener} of {places[balancer.urn].name} forwards to it")
                    yield Link(source, link.target, link.port, (*checks, through, *link.checks), listener)

    def _pairs(self) -> Iterator[tuple[Resource, Resource]]:
        services = self._view.of(SERVICE)
        for endpoint in self._view.of(ENDPOINT_TYPE):
            named = self._view.refers(endpoint, "serviceName", SERVICE)
            name = text(endpoint.get("serviceName"))
            named = named or [one for one in services if name and name == text(one.outputs.get("serviceName"))]
            if named and endpoint.lacks("vpcEndpointType", "GatewayLoadBalancer"):
                yield endpoint, named[0]

    def _behind(self, service: Resource) -> list[Resource]:
        return self._view.refers(service, "networkLoadBalancerArns", _BALANCER)

    def _ports(self, balancer: Resource) -> list[int]:
        listeners = self._view.resources.companions(balancer, _LISTENER, by="loadBalancerArn")
        ports = [number(one.get("port")) for one in listeners if not one.has("protocol", "UDP", "QUIC")]
        return [port for port in ports if port]

    def _accepted(self, endpoint: Resource, service: Resource) -> Check:
        says = f"endpoint {endpoint.name} leads to service {service.name}"
        by = self._view.resources.companions(endpoint, ACCEPTER, by="vpcEndpointId")
        if service.has("acceptanceRequired", False) or endpoint.has("autoAccept", True) or by:
            return Check(ok=True, says=says, urns=(endpoint.urn, service.urn))
        return not_known(f"{says}, if somebody accepts it", (endpoint.urn, service.urn))

    def _filtered(self, balancer: Resource) -> Iterator[Check]:
        """A balancer with groups asks these for PrivateLink too, unless it is told not to."""
        if balancer.given("securityGroups") and not balancer.has(
            "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "off"
        ):
            yield not_known(f"whether the groups of {balancer.name} let PrivateLink in is not modelled")

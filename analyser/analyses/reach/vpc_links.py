"""From an API into a VPC: by a VPC link to a load balancer, or by the public name of one."""

from collections.abc import Callable, Iterator, Mapping

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place, not_known
from analyser.analyses.reach.protocols import number
from policy.model import Resource

_LINK = "aws:apigateway/vpcLink:VpcLink"
_LINK_2 = "aws:apigatewayv2/vpcLink:VpcLink"
_LISTENER = "aws:lb/listener:Listener"

Behind = Callable[[str], Iterator[tuple[Place, str]]]


class VpcLinks:
    """The links of an API's integrations that are not functions."""

    def __init__(self, view: View, places: Mapping[str, Place], connections: Connections, behind: Behind) -> None:
        self._view = view
        self._places = places
        self._connections = connections
        self._behind = behind

    def of(self, source: Place, integration: Resource, uri: str) -> Iterator[Link]:
        """Where an integration leads: by its VPC link where it has one, or to whatever answers for its host name."""
        through = Check(ok=True, says=f"integration {integration.name} of {source.name} calls it")
        if integration.has("connectionType", "VPC_LINK"):
            yield from self._by_link(source, integration, uri, through)
            return
        host, _, rest = text(integration.get(uri)).partition("://")[2].partition("/")
        name, _, given = host.partition(":")
        port = number(given) or (80 if text(integration.get(uri)).startswith("http:") else 443)
        for target, says in self._behind(name) if name and rest is not None else ():
            named = Check(ok=True, says=f"{name} is {says}")
            checks = self._connections.from_internet(target, port, any_will_do=False)
            yield Link(source, target, port, (through, named, *checks))

    def _by_link(self, source: Place, integration: Resource, uri: str, through: Check) -> Iterator[Link]:
        links = self._view.refers(integration, "connectionId", _LINK, _LINK_2)
        for link in links:
            by = Check(ok=True, says=f"VPC link {link.name}", urns=(link.urn,))
            if link.type == _LINK_2:
                near = Interface(names(link, "subnetIds"), names(link, "securityGroupIds"))
                at = Place(f"VPC link {link.name}", Kind.API, (link.urn,), (near,))
                for listener in self._view.refers(integration, uri, _LISTENER):
                    yield from self._to_listener(source, at, listener, (through, by))
            else:
                for balancer in self._view.refers(link, "targetArn"):
                    yield from self._to_balancer(source, balancer, (through, by))
        if not links:
            yield Link(source, source, None, (through, not_known("its VPC link is not in the stack")))

    def _to_listener(self, source: Place, at: Place, listener: Resource, so_far: tuple[Check, ...]) -> Iterator[Link]:
        port = number(listener.get("port"))
        for balancer in self._view.refers(listener, "loadBalancerArn"):
            target = self._places.get(balancer.urn)
            if target and port:
                yield Link(source, target, port, (*so_far, *self._connections.inside(at, target, port)))

    def _to_balancer(self, source: Place, balancer: Resource, so_far: tuple[Check, ...]) -> Iterator[Link]:
        """By PrivateLink, past every route; a balancer with groups may be told to filter that too."""
        target = self._places.get(balancer.urn)
        for port in target.ports if target else ():
            filtered = balancer.given("securityGroups") and not balancer.has(
                "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "off"
            )
            more = (not_known(f"whether the groups of {balancer.name} let PrivateLink in is not modelled"),)
            if target:
                yield Link(source, target, port, (*so_far, *(more if filtered else ())))

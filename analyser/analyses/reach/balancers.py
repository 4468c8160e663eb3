"""Application and network load balancers: their listeners, and where they stand."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.place import Interface, Kind, Place
from analyser.analyses.reach.protocols import number
from policy.model import Resource

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"


def balancers(view: View) -> Iterator[Place]:
    """The places of a stack's load balancers."""
    for found in view.of(BALANCER):
        listeners = view.resources.companions(found, LISTENER, by="loadBalancerArn")
        ports = [number(one.get("port")) for one in listeners if not one.has("protocol", "UDP", "QUIC")]
        yield Place(
            name=view.owner(found),
            kind=Kind.BALANCER,
            urns=(found.urn,),
            interfaces=(_interface(found),),
            ports=tuple(sorted({port for port in ports if port}, reverse=True)),
            words=frozenset({"alb", "load-balancer"}),
            region=view.region_of(found),
            unsure=any(one.unknown("port") for one in listeners),
        )


def _interface(found: Resource) -> Interface:
    """A network load balancer made without groups filters nothing, and never will."""
    mapped = tuple(text(block.get("subnetId")) for block in found.blocks("subnetMappings"))
    network = found.has("loadBalancerType", "network", "gateway")
    groups = names(found, "securityGroups") or (None if network else ())
    internal = flag(found, "internal", False)
    dual = text(found.get("ipAddressType")).startswith("dualstack")
    public = None if internal is None else not internal
    four = public if not found.has("ipAddressType", "dualstack-without-public-ipv4") else False
    return Interface(names(found, "subnets") or mapped, groups, public=four, ipv6=dual and public)

"""Classic load balancers: their listeners, and the instances that are registered with them."""

from collections.abc import Iterator, Mapping

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.graph_view import View, names
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place
from analyser.analyses.reach.protocols import number
from policy.model import Resource

CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
_ATTACHMENT = "aws:elb/attachment:Attachment"
_GROUP = "aws:autoscaling/group:Group"
_GROUP_ATTACHMENT = "aws:autoscaling/attachment:Attachment"


def classic_balancers(view: View) -> Iterator[Place]:
    """The places of a stack's classic load balancers."""
    for found in view.of(CLASSIC):
        internal = flag(found, "internal", False)
        public = None if internal is None else not internal
        ports = [number(block.get("lbPort")) for block in found.blocks("listeners")]
        yield Place(
            name=view.owner(found),
            kind=Kind.BALANCER,
            urns=(found.urn,),
            interfaces=(Interface(names(found, "subnets"), names(found, "securityGroups"), public),),
            ports=tuple(sorted({port for port in ports if port}, reverse=True)),
            words=frozenset({"elb", "load-balancer"}),
            region=view.region_of(found),
        )


def classic_links(view: View, places: Mapping[str, Place], connections: Connections) -> Iterator[Link]:
    """From each listener to each registered instance."""
    for found in view.of(CLASSIC):
        source = places[found.urn]
        for registered in dict.fromkeys(_registered(view, found)):
            target = places.get(registered.urn)
            for block in found.blocks("listeners") if target else ():
                port, entered = number(block.get("instancePort")), number(block.get("lbPort"))
                if target and port:
                    through = Check(ok=True, says=f"listener {entered} forwards to it")
                    yield Link(source, target, port, (through, *connections.inside(source, target, port)), entered)


def _registered(view: View, found: Resource) -> Iterator[Resource]:
    yield from view.refers(found, "instances")
    for attachment in view.resources.companions(found, _ATTACHMENT, by="elb"):
        yield from view.refers(attachment, "instance")
    yield from view.resources.companions(found, _GROUP, by="loadBalancers")
    for attachment in view.resources.companions(found, _GROUP_ATTACHMENT, by="elb"):
        yield from view.refers(attachment, "autoscalingGroupName", _GROUP)

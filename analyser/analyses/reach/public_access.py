"""VPC Block Public Access: what a region's VPCs may exchange with the internet, whatever their routes say.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.network import Subnet
from analyser.analyses.reach.place import Check, not_known
from policy.model import Resource

_OPTIONS = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
_EXCLUSION = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"
_MODE, _EXCLUDED = "internetGatewayBlockMode", "internetGatewayExclusionMode"


class PublicAccess:
    """The block of each region, and what is excluded from it."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._options = view.of(_OPTIONS)
        self._exclusions = view.of(_EXCLUSION)

    def inward(self, subnet: Subnet) -> Check | None:
        """What is in the way of requests from the internet; None for nothing."""
        return self._blocked(subnet, ("block-bidirectional", "block-ingress"), ("allow-bidirectional",), "lets in")

    def outward(self, subnet: Subnet, *, one_way: bool) -> Check | None:
        """The same for requests to the internet; ``one_way`` by a gateway that lets out only."""
        blocking = ("block-bidirectional",) if one_way else ("block-bidirectional", "block-ingress")
        return self._blocked(subnet, blocking, ("allow-bidirectional", "allow-egress"), "lets out")

    def _blocked(self, subnet: Subnet, modes: tuple[str, ...], spared: tuple[str, ...], does: str) -> Check | None:
        vpc = self._view.by_id(subnet.vpc)
        region = self._view.region_of(vpc) if vpc else self._view.graph.region
        for found in self._options:
            if self._view.region_of(found) != region:
                continue
            says = f"VPC Block Public Access ({found.name}) {does} nothing of {subnet.name}"
            excluded = [one for one in self._exclusions if self._about(one, subnet)]
            # One for what goes out only has no effect where what goes out is let out anyway.
            of_mode = spared if found.lacks(_MODE, "block-ingress") else ("allow-bidirectional",)
            if any(one.has(_EXCLUDED, *of_mode) for one in excluded):
                continue
            if found.unknown(_MODE) or any(one.unknown(_EXCLUDED) for one in excluded):
                return not_known(f"{says} by a mode that is not known yet", (found.urn,))
            if text(found.get(_MODE)) in modes:
                return Check(ok=False, says=says, urns=(found.urn,))
        return None

    def _about(self, exclusion: Resource, subnet: Subnet) -> bool:
        named = {text(exclusion.get(key)) for key in ("vpcId", "subnetId")}
        named |= {self._view.id_of(one) for key in ("vpcId", "subnetId") for one in self._view.refers(exclusion, key)}
        return bool({subnet.vpc, subnet.id} & named)

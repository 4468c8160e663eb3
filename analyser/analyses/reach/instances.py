"""EC2 instances, alone, in Auto Scaling groups, and as nodes of a cluster."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyser.analyses.reach.fargate import PROFILE, Fargate
from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text
from analyser.analyses.reach.group_rules import cluster_group, remote_access_group
from analyser.analyses.reach.interfaces import CONFIGURATION, INSTANCE, SPOT, Interfaces, template_of
from analyser.analyses.reach.place import Interface, Kind, Place
from policy.model import Resource

GROUP = "aws:autoscaling/group:Group"
_CLUSTER = "aws:eks/cluster:Cluster"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_OF_CLUSTER = "kubernetes.io/cluster/"


class Machines:
    """Finds what runs on EC2 in one stack."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._interfaces = Interfaces(view)

    def instances(self) -> Iterator[Place]:
        """Instances, and groups that make them."""
        for found in self._view.of(INSTANCE, SPOT):
            yield self._place(found, Kind.INSTANCE, self._interfaces.of(found))
        for found in self._view.of(GROUP):
            yield replace(self._place(found, Kind.INSTANCE, self._of_group(found)), words=frozenset({"asg"}))

    def nodes(self) -> Iterator[Place]:
        """The nodes that a cluster's pods run on."""
        own = next((cluster_group(cluster) for cluster in self._view.of(_CLUSTER)), "")
        for found in self._view.of(_NODE_GROUP):
            yield self._place(found, Kind.NODES, self._node_group(found, own))
        for found in self._view.of(_NODE_CLASS):
            subnets, groups = (
                _selected(found, terms) for terms in ("subnetSelectorTerms", "securityGroupSelectorTerms")
            )
            yield self._place(found, Kind.NODES, (Interface(subnets, groups),))
        for found in self._view.of(PROFILE):
            yield self._place(found, Kind.NODES, Fargate(self._view).interfaces_of(found))
        for found in self._view.of(GROUP):
            if any(text(tag.get("key")).startswith(_OF_CLUSTER) for tag in found.blocks("tags")):
                yield self._place(found, Kind.NODES, self._of_group(found))
        for found in self._view.of(_CLUSTER):
            if found.has("computeConfig.enabled", True):
                subnets = names(found, "vpcConfig.subnetIds")
                interface = Interface(subnets, (cluster_group(found) or UNKNOWN_NAME,))
                yield Place(
                    f"{self._view.owner(found)} auto mode",
                    Kind.NODES,
                    (found.urn,),
                    (interface,),
                    region=self._view.region_of(found),
                )

    def of_nodes(self) -> tuple[Interface, ...]:
        """The interfaces of all nodes that are machines."""
        profiles = {found.urn for found in self._view.of(PROFILE)}
        nodes = (place for place in self.nodes() if not profiles & set(place.urns))
        return tuple(dict.fromkeys(one for place in nodes for one in place.interfaces))

    def _node_group(self, found: Resource, own: str) -> tuple[Interface, ...]:
        """Nodes whose template names no group get the cluster's own; remote access gets one that EKS makes."""
        subnets = names(found, "subnetIds")
        template = template_of(self._view, found, "launchTemplate")
        made = self._interfaces.of_template(template or found, subnets)
        groups = (own or UNKNOWN_NAME,)
        if found.has("remoteAccess.ec2SshKey") or found.unknown("remoteAccess"):
            groups = (*groups, remote_access_group(found))
        return _merged(one if one.groups else replace(one, groups=groups) for one in made)

    def _of_group(self, found: Resource) -> tuple[Interface, ...]:
        subnets = names(found, "vpcZoneIdentifiers")
        paths = ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification")
        template = next((one for path in paths if (one := template_of(self._view, found, path))), None)
        if template is None:
            template = next(iter(self._view.refers(found, "launchConfiguration", CONFIGURATION)), None)
        return _merged(self._interfaces.of_template(template, subnets))

    def _place(self, found: Resource, kind: Kind, interfaces: tuple[Interface, ...]) -> Place:
        return Place(
            name=self._view.owner(found),
            kind=kind,
            urns=(found.urn,),
            interfaces=interfaces,
            region=self._view.region_of(found),
        )


def _merged(interfaces: Iterable[Interface]) -> tuple[Interface, ...]:
    """Interfaces that differ by subnet alone as one."""
    found: dict[Interface, list[str]] = {}
    for one in interfaces:
        found.setdefault(replace(one, subnets=()), []).extend(one.subnets)
    return tuple(replace(one, subnets=tuple(dict.fromkeys(subnets))) for one, subnets in found.items())


def _selected(found: Resource, terms: str) -> tuple[str, ...]:
    return tuple(text(term.get("id")) for term in found.blocks(f"spec.{terms}") if term.has("id"))

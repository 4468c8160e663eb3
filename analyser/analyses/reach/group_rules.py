"""The rules of every security group: inline, as resources of their own, and those that AWS makes itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyser.analyses.reach.addresses import ALL, ALL4, NOWHERE, Bounds, exactly, of
from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text, texts
from analyser.analyses.reach.prefix_lists import PrefixLists
from analyser.analyses.reach.protocols import ANY_PORT, Ports, tcp_ports
from policy.model import Block, Resource

GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
VPC = "aws:ec2/vpc:Vpc"
_CLUSTER = "aws:eks/cluster:Cluster"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_GROUPS = ("referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups")
_CIDRS = ("cidrIpv4", "cidrBlocks", "cidrIpv6", "ipv6CidrBlocks")
_LISTS = ("prefixListId", "prefixListIds")


@dataclass(frozen=True)
class Rule:
    """One rule as far as it is about TCP."""

    name: str
    urn: str
    ports: Ports
    groups: tuple[str, ...]
    addresses: Bounds
    cidrs: tuple[str, ...]
    prefix_lists: tuple[str, ...]


class GroupRules:
    """The rules by the group's id and direction.

    A group that the stack does not make has rules that nobody here knows (``knows``).
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._lists = PrefixLists(view)
        self._rules: dict[tuple[str, bool], list[Rule]] = {}
        self._names: dict[str, str] = {}
        self._known: set[str] = set()
        self._same: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self._default_groups()
        for group in view.of(GROUP, DEFAULT_GROUP):
            self._inline(group)
        for token, inward in ((INGRESS, True), (EGRESS, False)):
            for found in view.of(token):
                self._apart(found, "ipProtocol", inward=inward)
        for found in view.of(RULE):
            if found.unknown("type"):
                for inward in (True, False):
                    self._add(UNKNOWN_NAME, _unknown(found), inward=inward)
            else:
                self._apart(found, "protocol", inward=found.has("type", "ingress"))
        self._of_eks()

    def of(self, group: str, *, inward: bool) -> list[Rule]:
        """The rules of a group; with those of which nobody knows whose they are."""
        return [*self._rules.get((self._one(group), inward), ()), *self._rules.get((UNKNOWN_NAME, inward), ())]

    def knows(self, group: str) -> bool:
        """Whether all rules of the group are in the stack."""
        return self._one(group) in self._known

    def default_of(self, vpc: str) -> str:
        """The group of whatever is put into a VPC without one."""
        return self._defaults.get(vpc, UNKNOWN_NAME)

    def name(self, group: str) -> str:
        """The user-visible name of a security group."""
        return self._names.get(self._one(group)) or self._view.named(group)

    def same(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Groups under the one id that rules name them by."""
        return tuple(map(self._one, groups))

    def _one(self, group: str) -> str:
        return self._same.get(group, group)

    def _default_groups(self) -> None:
        """Open to its own members and outward, until a resource takes it over and brings rules of its own.

        https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
        """
        managed = self._view.of(DEFAULT_GROUP)
        for vpc in self._view.of(VPC, "aws:ec2/defaultVpc:DefaultVpc"):
            identifier = self._view.id_of(vpc)
            group = text(vpc.outputs.get("defaultSecurityGroupId")) or f"default group of {vpc.name}"
            self._defaults[identifier] = group
            self._known.add(group)
            self._names[group] = f"default of {self._view.owner(vpc)}"
            mine = [one for one in managed if vpc in self._view.refers(one, "vpcId")]
            for one in mine:
                self._same[self._view.id_of(one)] = group
            if not mine:
                everyone = ("0.0.0.0/0",)
                self._add(group, Rule("of AWS", vpc.urn, ANY_PORT, (group,), exactly(NOWHERE), (), ()), inward=True)
                self._add(group, Rule("of AWS", vpc.urn, ANY_PORT, (), exactly(ALL), everyone, ()), inward=False)

    def _inline(self, group: Resource) -> None:
        identifier = self._one(self._view.id_of(group))
        self._known.add(identifier)
        if given := text(group.get("name")):
            self._same.setdefault(given, identifier)
        for key, inward in (("ingress", True), ("egress", False)):
            if group.unknown(key):
                self._add(identifier, _unknown(group), inward=inward)
            for block in group.blocks(key):
                self._add(identifier, self._rule(group, block, "protocol", own=identifier), inward=inward)

    def _apart(self, found: Resource, protocol: str, *, inward: bool) -> None:
        (identifier,) = names(found, "securityGroupId") or (UNKNOWN_NAME,)
        if identifier == UNKNOWN_NAME:
            identifier = next(
                (self._view.id_of(group) for group in self._view.refers(found, "securityGroupId", GROUP)), UNKNOWN_NAME
            )
        rule = self._rule(found, found, protocol, own=identifier)
        if identifier == UNKNOWN_NAME and rule:
            rule = _unknown(found)
        self._add(identifier, rule, inward=inward)

    def _rule(self, written_in: Resource, found: Resource | Block, protocol: str, own: str) -> Rule | None:
        ports = tcp_ports(found, protocol)
        if ports is None:
            return None
        # One of a VPC that is peered may be named with its account before it: 123456789012/sg-1.
        groups = tuple(group.rpartition("/")[2] for key in _GROUPS for group in names(found, key))
        if found.has("self", True):
            groups = (*groups, own)
        lists = tuple(item for key in _LISTS for item in texts(found.list(key)))
        return Rule(
            name=written_in.name,
            urn=written_in.urn,
            ports=ports,
            groups=self.same(groups),
            addresses=self._addresses(written_in, found, lists),
            cidrs=tuple(cidr for key in _CIDRS for cidr in texts(found.list(key))),
            prefix_lists=lists,
        )

    def _addresses(self, written_in: Resource, found: Resource | Block, lists: tuple[str, ...]) -> Bounds:
        certain, possible, why = NOWHERE, NOWHERE, []
        for key in _CIDRS:
            for cidr in texts(found.list(key)):
                certain |= of(cidr) or NOWHERE
        for held in map(self._lists.addresses, lists):
            certain |= held.certain
            possible |= held.possible
            why += held.why
        if any(UNKNOWN_NAME in names(found, key) for key in (*_CIDRS, *_LISTS)):
            possible, why = ALL, [f"whom rule {written_in.name} names is not known yet"]
        return Bounds(certain, certain | possible, tuple(why))

    def _add(self, group: str, rule: Rule | None, *, inward: bool) -> None:
        if rule:
            self._rules.setdefault((self._one(group), inward), []).append(rule)

    def _of_eks(self) -> None:
        for cluster in self._view.of(_CLUSTER):
            self._cluster_group(cluster)
        for nodes in self._view.of(_NODE_GROUP):
            self._remote_access(nodes)

    def _cluster_group(self, cluster: Resource) -> None:
        """EKS makes it open to its own members and to anywhere outward.

        https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
        """
        group = cluster_group(cluster)
        if group:
            self._known.add(group)
            self._names[group] = f"{self._view.owner(cluster)} (EKS's own)"
            everyone = ("0.0.0.0/0",)
            self._add(group, Rule("of EKS", cluster.urn, ANY_PORT, (group,), exactly(NOWHERE), (), ()), inward=True)
            self._add(group, Rule("of EKS", cluster.urn, ANY_PORT, (), exactly(ALL), everyone, ()), inward=False)

    def _remote_access(self, nodes: Resource) -> None:
        """Port 22, or 3389 of Windows, for the groups that are named or for everybody.

        https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html
        """
        group = remote_access_group(nodes)
        port = 3389 if text(nodes.get("amiType")).startswith("WINDOWS") else 22
        self._known.add(group)
        groups = names(nodes, "remoteAccess.sourceSecurityGroupIds")
        everyone = () if groups else ("0.0.0.0/0",)
        addresses = exactly(NOWHERE if groups else ALL4)
        self._add(
            group, Rule("of EKS", nodes.urn, Ports(port, port), self.same(groups), addresses, everyone, ()), inward=True
        )


def remote_access_group(nodes: Resource) -> str:
    """What stands for the id of the group that EKS makes for those who log in to nodes."""
    return f"remote access to {nodes.name}"


def cluster_group(cluster: Resource) -> str:
    """The id of the group that EKS makes for a cluster."""
    config = cluster.outputs.get("vpcConfig")
    return text(config.get("clusterSecurityGroupId")) if isinstance(config, dict) else ""


def _unknown(found: Resource) -> Rule:
    nobody_knows = Bounds(NOWHERE, ALL, (f"the rules of {found.name} are not known yet",))
    return Rule(found.name, found.urn, ANY_PORT, (), nobody_knows, (), ())

"""What security groups let in and out."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from analyser.analyses.reach.network import networks, overlap
from analyser.analyses.reach.place import Check
from analyser.analyses.reach.view import View, text, texts
from analyser.run.mock_cloud.invokes import PREFIX_LISTS
from policy.exposure import internet
from policy.model import Block, Resource

GROUP = "aws:ec2/securityGroup:SecurityGroup"
_DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_CLUSTER = "aws:eks/cluster:Cluster"
_PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ANYWHERE = ("0.0.0.0/0",)
CLOUDFRONT_LIST = PREFIX_LISTS["com.amazonaws.global.cloudfront.origin-facing"]
_LAST_PORT = 65535


@dataclass(frozen=True)
class Peer:
    """The other end of a connection, as a rule may name it."""

    says: str
    groups: tuple[str, ...] = ()
    cidrs: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()

    @property
    def anywhere(self) -> bool:
        """Whether it may be any public address."""
        return self.cidrs == ANYWHERE


@dataclass(frozen=True)
class _Rule:
    name: str
    urn: str
    first: int
    last: int
    groups: tuple[str, ...]
    cidrs: tuple[str, ...]
    prefix_lists: tuple[str, ...]

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last <= self.last


class SecurityGroups:
    """The rules of all groups by the group's id; AWS's own group of an EKS cluster included."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rules: dict[tuple[str, bool], list[_Rule]] = {}
        self._names: dict[str, str] = {}
        self._lists = {view.id_of(found): _entries(found) for found in view.of(_PREFIX_LIST)}
        for group in view.of(GROUP, _DEFAULT_GROUP):
            identifier = view.id_of(group)
            for key, inward in (("ingress", True), ("egress", False)):
                for block in group.blocks(key):
                    self._add(identifier, _rule(group, block, own=identifier), inward=inward)
        for token, inward in ((_INGRESS, True), (_EGRESS, False)):
            for found in view.of(token):
                self._add(text(found.get("securityGroupId")), _rule(found, found), inward=inward)
        for found in view.of(_RULE):
            identifier = text(found.get("securityGroupId"))
            self._add(identifier, _rule(found, found, own=identifier), inward=found.has("type", "ingress"))
        for cluster in view.of(_CLUSTER):
            self._cluster_group(cluster)

    def out(self, groups: tuple[str, ...] | None, peer: Peer, port: int, last: int | None = None) -> Check:
        """Whether one of the groups lets its members open connections to ``peer``."""
        return self._check(groups, peer, (port, last or port), inward=False)

    def into(self, groups: tuple[str, ...] | None, peer: Peer, port: int, last: int | None = None) -> Check:
        """Whether one of the groups lets ``peer`` open connections to its members."""
        return self._check(groups, peer, (port, last or port), inward=True)

    def name(self, group: str) -> str:
        """What users call a group."""
        return self._names.get(group) or self._view.named(group)

    def _check(self, groups: tuple[str, ...] | None, peer: Peer, ports: tuple[int, int], *, inward: bool) -> Check:
        if groups is None:
            return Check(ok=True, says=f"no security group filters what comes from or goes to {peer.says}")
        names = " and ".join(map(self.name, groups)) or "no security group"
        verb, preposition = ("lets in", "from") if inward else ("lets out", "to")
        wanted = f"tcp {ports[0]}" if ports[0] == ports[1] else f"tcp {ports[0]}-{ports[1]}"
        fitting = [rule for group in groups for rule in self._rules.get((group, inward), []) if rule.covers(*ports)]
        for rule in fitting:
            if (only := self._matches(rule, peer)) is not None:
                limit = f", only {preposition} {only}" if only else ""
                says = f"security group {names} {verb} {wanted} {preposition} {peer.says}{limit} (rule {rule.name})"
                return Check(ok=True, says=says, urns=(rule.urn,))
        others = sorted({name for rule in fitting for name in self._peers(rule)})
        rest = f"; it does so {preposition} {', '.join(others)}" if others else ""
        says = f"security group {names} {verb} no {wanted} {preposition} {peer.says}{rest}"
        return Check(ok=False, says=says)

    def _matches(self, rule: _Rule, peer: Peer) -> str | None:
        """None for a rule that is not about the peer; what it narrows the peer to, or nothing, for one that is."""
        if set(rule.groups) & set(peer.groups) or set(rule.prefix_lists) & set(peer.prefix_lists):
            return ""
        cidrs = rule.cidrs + tuple(cidr for found in rule.prefix_lists for cidr in self._lists.get(found, ()))
        if not peer.anywhere:
            return "" if overlap(cidrs, peer.cidrs) else None
        if any(map(internet, cidrs)):
            return ""
        public = [str(found) for found in networks(cidrs) if _is_public(found)]
        return ", ".join(public) or None

    def _peers(self, rule: _Rule) -> Iterator[str]:
        yield from map(self.name, rule.groups)
        yield from rule.cidrs
        yield from ("CloudFront" if found == CLOUDFRONT_LIST else found for found in rule.prefix_lists)

    def _add(self, group: str, rule: _Rule | None, *, inward: bool) -> None:
        if rule:
            self._rules.setdefault((group, inward), []).append(rule)

    def _cluster_group(self, cluster: Resource) -> None:
        """EKS makes it open to its own members and to anywhere outward.

        https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
        """
        group = cluster_group(cluster)
        if group:
            self._names[group] = f"{self._view.owner(cluster)} (EKS's own)"
            self._add(group, _Rule("of EKS", cluster.urn, 0, _LAST_PORT, (group,), (), ()), inward=True)
            self._add(group, _Rule("of EKS", cluster.urn, 0, _LAST_PORT, (), ANYWHERE, ()), inward=False)


def cluster_group(cluster: Resource) -> str:
    """The id of the group that EKS makes for a cluster."""
    config = cluster.outputs.get("vpcConfig")
    return text(config.get("clusterSecurityGroupId")) if isinstance(config, dict) else ""


def _is_public(found: IPv4Network) -> bool:
    return not found.is_private and not found.is_link_local


def _rule(written_in: Resource, found: Resource | Block, own: str = "") -> _Rule | None:
    """A rule as far as it is about TCP; None for other protocols."""
    protocol = text(found.get("ipProtocol")) or text(found.get("protocol"))
    first, last = found.get("fromPort"), found.get("toPort")
    if protocol in ("-1", "all"):
        first, last = 0, _LAST_PORT
    elif protocol not in ("tcp", "6") or not isinstance(first, int) or not isinstance(last, int):
        return None
    keys = ("referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups")
    groups = tuple(group for key in keys for group in texts(found.list(key)))
    if own and found.has("self", True):
        groups = (*groups, own)
    return _Rule(
        name=written_in.name,
        urn=written_in.urn,
        first=first,
        last=last,
        groups=groups,
        cidrs=tuple(cidr for key in ("cidrIpv4", "cidrBlocks") for cidr in texts(found.list(key))),
        prefix_lists=tuple(item for key in ("prefixListId", "prefixListIds") for item in texts(found.list(key))),
    )


def _entries(found: Resource) -> tuple[str, ...]:
    return tuple(text(entry.get("cidr")) for entry in found.blocks("entries"))

"""New ingress: security group rules that admit more, and network policies that are removed or changed."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.pairing import Resource

_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_SOURCES = (
    *("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    *("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups", "sourceSecurityGroupId", "self"),
)
_ALL = "-1"


@dataclass(frozen=True)
class Door:
    """Source addresses or groups that are admitted to a range of ports."""

    source: str
    protocol: str
    first: int
    last: int

    def covers(self, other: "Door") -> bool:
        """Whether this rule admits all that the other admits."""
        ports = self.protocol == _ALL or (
            self.protocol == other.protocol and self.first <= other.first and other.last <= self.last
        )
        return ports and _holds(self.source, other.source)

    def __str__(self) -> str:
        """In words."""
        if self.protocol == _ALL:
            return f"{self.source} to every port"
        ports = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.source} to {self.protocol} {ports}"


def new_doors(old: Resource | None, new: Resource | None) -> Iterator[tuple[str, bool]]:
    """Who comes in that did not before, in words, and whether that is certain."""
    token = (new or old or {})["type"]
    if token == _POLICY:
        yield from _policies(old, new)
    elif new:
        before, into = list(_doors(old)), _group(new)
        # The rule of another group opens that one's doors for the first time.
        moved = old is None or _group(old) != into
        for door in _doors(new):
            if door not in before and (moved or not any(one.covers(door) for one in before)):
                yield str(door), True


def _policies(old: Resource | None, new: Resource | None) -> Iterator[tuple[str, bool]]:
    if old and not new:
        yield "the network policy is gone", True
    elif old and new and old["inputs"].get("spec") != new["inputs"].get("spec"):
        yield "the network policy says something else", False
    elif new and not old and (new["inputs"].get("spec") or {}).get("ingress"):
        yield "the network policy lets in more, where another one stands", False


def _group(resource: Resource) -> Any:
    found = resource["inputs"].get("securityGroupId")
    return None if hidden(found) else found


def _doors(resource: Resource | None) -> Iterator[Door]:
    if resource is None:
        return
    inputs = resource["inputs"]
    if resource["type"] == _RULE or (resource["type"] == _OLD_RULE and inputs.get("type") == "ingress"):
        yield from _of(inputs)
    elif resource["type"] == _LIST:
        entries = inputs.get("entries") or ()
        yield from (Door(str(one["cidr"]), _ALL, -1, -1) for one in entries if not hidden(entries) and one.get("cidr"))
    elif resource["type"] in _GROUPS:
        for block in inputs.get("ingress") or ():
            yield from _of(block)


def _of(rule: Mapping[str, Any]) -> Iterator[Door]:
    if hidden(rule):
        return
    protocol = str(rule.get("ipProtocol", rule.get("protocol", _ALL)))
    first, last = (_port(rule.get(name)) for name in ("fromPort", "toPort"))
    for name in _SOURCES:
        found = rule.get(name)
        for source in found if isinstance(found, list) else [found]:
            if source:
                yield Door(_named(name, source), protocol, first, last)


def _port(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _named(name: str, source: Any) -> str:
    if hidden(source):
        return "a source known only after up"
    return "itself" if name == "self" else str(source)


def _holds(wide: str, narrow: str) -> bool:
    """Whether a network holds another; other sources are only themselves."""
    if wide == narrow:
        return True
    try:
        networks = [ipaddress.ip_network(one, strict=False) for one in (wide, narrow)]
    except ValueError:
        return False
    return networks[0].version == networks[1].version and networks[1].subnet_of(networks[0])  # ty: ignore[invalid-argument-type] - of one version, as asked before

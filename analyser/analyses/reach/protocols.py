"""TCP in the rules of security groups and network ACLs, however it is spelled.

By name in any case or by number, -1 and "all" for every protocol (ports are then ignored):
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

from dataclasses import dataclass

from policy.model import Block, Resource, known

_EVERY = frozenset({"-1", "all"})
_TCP = frozenset({"6", "tcp"})
LAST_PORT = 65535


@dataclass(frozen=True)
class Ports:
    """The TCP ports of a rule, ``first`` to ``last``; ``known`` says whether they are, or may be any."""

    first: int
    last: int
    known: bool = True

    def covers(self, first: int, last: int) -> bool:
        """Whether this port range includes all of the other."""
        return self.first <= first and last <= self.last


ANY_PORT = Ports(0, LAST_PORT)


def tcp_ports(rule: Resource | Block, protocol: str) -> Ports | None:
    """The TCP ports that a rule is about; None for one about other protocols.

    ``protocol`` is the input that names the protocol.
    """
    named = rule.get(protocol)
    if not known(named):
        return Ports(0, LAST_PORT, known=False)
    spelled = str(named).strip().lower()
    if spelled in _EVERY:
        return ANY_PORT
    if spelled not in _TCP:
        return None
    first, last = rule.get("fromPort"), rule.get("toPort")
    if not known(first) or not known(last):
        return Ports(0, LAST_PORT, known=False)
    if first is None and last is None:
        return ANY_PORT
    begin, end = number(first), number(last)
    return None if begin is None or end is None else Ports(begin, end)


def number(value: object) -> int | None:
    """A port or a rule's number, also where it is given as text."""
    if isinstance(value, bool) or not known(value):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.strip().lstrip("-").isdigit() else None

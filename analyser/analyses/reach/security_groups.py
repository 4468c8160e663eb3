"""What security groups let in and out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyser.analyses.reach.address_filters import Passing
from analyser.analyses.reach.addresses import INTERNET4, INTERNET6, NOWHERE, Addresses, Bounds, of_all
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.group_rules import UNKNOWN_NAME, GroupRules, Rule
from analyser.analyses.reach.place import Check
from analyser.analyses.reach.prefix_lists import CLOUDFRONT_LIST
from policy.exposure import internet

ANYWHERE = ("0.0.0.0/0",)
ANYWHERE6 = ("::/0",)
_ANYWHERE = {ANYWHERE: INTERNET4, ANYWHERE6: INTERNET6}


@dataclass(frozen=True)
class Peer:
    """The other end of a connection, as a rule may name it."""

    says: str
    groups: tuple[str, ...] = ()
    cidrs: tuple[str, ...] = ()
    """Where it stands; none where only its groups or lists are known, and it may stand anywhere."""
    prefix_lists: tuple[str, ...] = ()
    unreferred: str = ""
    """Why rules that name its groups say nothing of it; empty where they do."""
    one_of: bool = False
    """Whether it stands at some of these addresses, nobody knows which."""
    apart: Addresses = NOWHERE
    """Where it is known not to stand."""
    addresses: Addresses = field(init=False)

    def __post_init__(self) -> None:
        every = _ANYWHERE.get(self.cidrs) or of_all(self.cidrs or ANYWHERE)
        object.__setattr__(self, "addresses", every - self.apart if self.apart else every)

    @property
    def anywhere(self) -> bool:
        """Whether it may be any public address, of which one that passes is enough."""
        return self.cidrs in _ANYWHERE and not self.one_of


class SecurityGroups:
    """The rules of all groups by the group's id, with those that AWS makes itself."""

    def __init__(self, view: View) -> None:
        self.rules = GroupRules(view)
        self._checked: dict[tuple[tuple[str, ...] | None, Peer, tuple[int, int], bool], tuple[Check, Bounds]] = {}

    def out(self, groups: tuple[str, ...] | None, peer: Peer, port: int, last: int | None = None) -> Check:
        """Whether one of the groups lets its members open connections to ``peer``."""
        return self.check(groups, peer, (port, last or port), inward=False)[0]

    def into(self, groups: tuple[str, ...] | None, peer: Peer, port: int, last: int | None = None) -> Check:
        """Whether one of the groups lets ``peer`` open connections to its members."""
        return self.check(groups, peer, (port, last or port), inward=True)[0]

    def check(
        self, groups: tuple[str, ...] | None, peer: Peer, ports: tuple[int, int], *, inward: bool
    ) -> tuple[Check, Bounds]:
        """The same, and which of the peer's addresses it holds for."""
        # What stands in the same groups asks and answers alike, and most of a stack does.
        asked = (groups, peer, ports, inward)
        if asked not in self._checked:
            self._checked[asked] = self._check(groups, peer, ports, inward=inward)
        return self._checked[asked]

    def _check(
        self, groups: tuple[str, ...] | None, peer: Peer, ports: tuple[int, int], *, inward: bool
    ) -> tuple[Check, Bounds]:
        everything = Bounds(peer.addresses, peer.addresses)
        if groups is None:
            return Check(ok=True, says=f"no security group filters what comes from or goes to {peer.says}"), everything
        rules = [rule for group in groups for rule in self.rules.of(group, inward=inward)]
        found = [(rule, self._matching(rule, peer, ports)) for rule in rules]
        certain, possible = NOWHERE, NOWHERE
        for _, bounds in found:
            certain |= bounds.certain
            possible |= bounds.possible
        why = [self._unknown_group(group) for group in groups if not self.rules.knows(group)]
        why += [reason for _, bounds in found for reason in bounds.why]
        bounds = Bounds(certain, peer.addresses if why else possible, tuple(dict.fromkeys(why)))
        passing = Passing(peer.addresses, any_will_do=peer.anywhere)
        matching = [rule for rule, one in found if one.certain]
        names = " and ".join(dict.fromkeys(map(self.rules.name, groups))) or "no security group"
        passing.add(
            bounds,
            yes=self._lets(names, matching, peer, ports, certain, inward=inward),
            no=self._lets_not(names, rules, peer, ports, inward=inward),
            urns=(matching[0].urn,) if matching else (),
        )
        return passing.checks[0], bounds

    def _matching(self, rule: Rule, peer: Peer, ports: tuple[int, int]) -> Bounds:
        """Which addresses of the peer a rule is about."""
        if not rule.ports.covers(*ports):
            return Bounds(NOWHERE, NOWHERE)
        if not rule.ports.known:
            return Bounds(NOWHERE, peer.addresses, (f"protocol and ports of rule {rule.name} are not known yet",))
        if set(rule.prefix_lists) & set(peer.prefix_lists):
            return Bounds(peer.addresses, peer.addresses)
        mine = set(rule.groups) & set(peer.groups)
        if mine and not peer.unreferred:
            return Bounds(peer.addresses, peer.addresses)
        if UNKNOWN_NAME in rule.groups or (UNKNOWN_NAME in peer.groups and rule.groups):
            return Bounds(NOWHERE, peer.addresses, (f"whom rule {rule.name} names is not known yet",))
        within = rule.addresses & Bounds(peer.addresses, peer.addresses)
        return Bounds(within.certain, within.possible, rule.addresses.why if within.possible - within.certain else ())

    def _unknown_group(self, group: str) -> str:
        if group == UNKNOWN_NAME:
            return "one of the security groups is not known yet"
        return f"the rules of security group {group} are not in the stack"

    def _lets(
        self, names: str, rules: list[Rule], peer: Peer, ports: tuple[int, int], certain: Addresses, *, inward: bool
    ) -> str:
        verb, preposition = ("lets in", "from") if inward else ("lets out", "to")
        limit = ""
        if peer.anywhere and not any(map(internet, certain.cidrs())):
            only = ", ".join(certain.cidrs())
            limit = f", only {preposition} {only}" if not self._named_by_list(rules, peer) else ""
        by = f" (rule {rules[0].name})" if rules else ""
        return f"security group {names} {verb} {_tcp(ports)} {preposition} {peer.says}{limit}{by}"

    def _named_by_list(self, rules: list[Rule], peer: Peer) -> bool:
        return any(set(rule.prefix_lists) & set(peer.prefix_lists) for rule in rules)

    def _lets_not(self, names: str, rules: list[Rule], peer: Peer, ports: tuple[int, int], *, inward: bool) -> str:
        verb, preposition = ("lets in", "from") if inward else ("lets out", "to")
        fitting = [rule for rule in rules if rule.ports.covers(*ports)]
        others = sorted({name for rule in fitting for name in self._peers(rule)})
        rest = f"; it does so {preposition} {', '.join(others)}" if others else ""
        named = any(set(rule.groups) & set(peer.groups) for rule in fitting)
        rest += f", but {peer.unreferred}" if named and peer.unreferred else ""
        return f"security group {names} {verb} no {_tcp(ports)} {preposition} {peer.says}{rest}"

    def _peers(self, rule: Rule) -> Iterator[str]:
        yield from map(self.rules.name, (group for group in rule.groups if group != UNKNOWN_NAME))
        yield from rule.cidrs
        yield from ("CloudFront" if found == CLOUDFRONT_LIST else found for found in rule.prefix_lists)


def _tcp(ports: tuple[int, int]) -> str:
    return f"tcp {ports[0]}" if ports[0] == ports[1] else f"tcp {ports[0]}-{ports[1]}"

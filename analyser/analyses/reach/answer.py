"""Answers: the path from one place to another, what stops it, or what would have to be known to tell."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise, product
from typing import Any

import networkx

from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.place import Check, Kind, Link, Place, not_known
from analyser.analyses.reach.relays import RELAYS

VERSION = 1
"""Of the JSON form. Members may be added under the same version; none changes its meaning or goes away."""

_PER_MISSING = 1_000_000  # one thing missing outweighs any number of things that are not known
_PAST_RELAYS = 500_000  # of two ways that lack as much, the one that something was built for is meant
_PER_NOT_KNOWN = 1000  # and one of these any number of hops


class Verdict(StrEnum):
    """Whether one place can open a connection to another."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Answer:
    """Whether one place can open a connection to another, by the way that lacks least."""

    source: Place
    target: Place
    path: tuple[Link, ...]
    unseen: str = ""
    """Said where the graph does not hold all that the stack has, so that nothing is known to be missing."""

    @property
    def yes(self) -> bool:
        """Whether everything on the way is there."""
        return bool(self.path) and all(link.open for link in self.path)

    @property
    def verdict(self) -> Verdict:
        """A no only where something on every way is known to be missing."""
        if self.yes:
            return Verdict.YES
        return Verdict.NO if self.missing and not self.unseen else Verdict.UNKNOWN

    @property
    def not_known(self) -> list[str]:
        """What is not known on the most promising way."""
        return [*([self.unseen] if self.unseen else []), *(text for link in self.path for text in link.not_known)]

    @property
    def port(self) -> int | None:
        """The port of the target that the path ends at."""
        return self.path[-1].port if self.path else None

    @property
    def missing(self) -> list[str]:
        """All that is missing on the most promising way, the first thing first."""
        if not self.path:
            return [_nothing_leads(self.target)]
        return [text for link in self.path for text in link.missing]


def ask(reach: Reach, source: str, target: str, port: int | None = None) -> list[Answer]:
    """One answer for each pair of places that the words mean: those that say yes first, then what lacks least.

    Raises UnknownPlaceError for a word that means nothing.
    """
    pairs = [(one, other) for one in reach.find(source) for other in reach.find(target) if one is not other]
    return sorted(
        (_answer(reach, *pair, port) for pair in pairs),
        key=lambda found: (not found.yes, len(found.missing), len(found.not_known)),
    )


def matrix(reach: Reach, kinds: frozenset[Kind] = frozenset(Kind)) -> list[Answer]:
    """Every pair of which the first, a place of these kinds, can open a connection to the second, with its way."""
    return [answer for answer in survey(reach, kinds) if answer.yes]


def survey(reach: Reach, kinds: frozenset[Kind] = frozenset(Kind)) -> tuple[Answer, ...]:
    """Every pair of which the first, of these kinds, opens connections or passes them on, by what lacks least."""
    return _surveyed(reach, kinds)


@functools.lru_cache(maxsize=8)
def _surveyed(reach: Reach, kinds: frozenset[Kind]) -> tuple[Answer, ...]:
    """Kept as models are: a page shows it as a table and as a picture."""
    found: list[Answer] = []
    for source in reach.places:
        if source.kind not in kinds or not (source.opens or reach.passed_on(source)):
            continue
        ways = _ways(reach, source, reach.places, None)
        _, paths = networkx.single_source_dijkstra(ways, (source, None), weight="cost")
        others = [place for place in reach.places if place is not source]
        found += [Answer(source, place, _links(ways, paths.get((place, None), [])), reach.unseen) for place in others]
    return tuple(found)


def _answer(reach: Reach, source: Place, target: Place, port: int | None) -> Answer:
    ways = _ways(reach, source, (target,), port)
    try:
        stops = networkx.shortest_path(ways, (source, None), (target, None), weight="cost")
    except (networkx.NetworkXNoPath, networkx.NodeNotFound):
        return Answer(source, target, (), reach.unseen)
    return Answer(source, target, _links(ways, stops), reach.unseen)


def _ways(reach: Reach, source: Place, targets: tuple[Place, ...], port: int | None) -> Any:
    """What the source itself can open, and what goes on from there.

    A load balancer is a stop for each of its listeners, since what comes in by one does not go on by another; what
    comes in nobody knows where may come in by any.
    """
    ways = networkx.DiGraph()
    ways.add_node((source, None))
    for link in _all_links(reach, source, targets, port):
        begins = {(link.source, None if link.source is source else link.entered)}
        ends = {(link.target, None)}
        if link.target.kind is Kind.BALANCER:
            ends |= {(link.target, number) for number in ((link.port,) if link.port else link.target.ports)}
        for begin, end in product(begins, ends):
            cost = _cost(link, source)
            known = ways.get_edge_data(begin, end)
            if known is None or cost < known["cost"]:
                ways.add_edge(begin, end, cost=cost, link=link)
    return ways


def _all_links(reach: Reach, source: Place, targets: tuple[Place, ...], port: int | None) -> Iterator[Link]:
    relays = [place for place in reach.places if place.kind in RELAYS]
    if source.opens:
        for place in targets:
            yield from _given(reach.connections.direct(source, place, port))
        for place in relays if port is None else (place for place in relays if place not in targets):
            yield from reach.entered(source, place)
    yield from _by_others(reach, source, targets, port)
    for place in dict.fromkeys([source, *relays]):
        for link in reach.passed_on(place):
            seen = replace(link, checks=link.again(source)) if link.again and place is not source else link
            yield _on_port(seen, port) if link.target in targets else seen
        if place in reach.leading_anywhere:
            yield from (
                Link(place, target, port, (reach.leading_anywhere[place],)) for target in targets if target is not place
            )


def _by_others(reach: Reach, source: Place, targets: tuple[Place, ...], port: int | None) -> Iterator[Link]:
    """To what is not modelled, and from what dials for those whom it lets in."""
    for target in targets:
        if target in reach.not_modelled and target is not source:
            yield Link(source, target, port, (not_known(target.closed),))
        for door in reach.places:
            ports = [number for number in door.dials if number == 0 or port in (None, number)]
            if door is not source and door is not target:
                for number in ports:
                    yield from _given(reach.connections.direct(door, target, number or port))


def _cost(link: Link, source: Place) -> int:
    past = link.missing and link.source is source and link.target.interfaces
    return 1 + _PER_MISSING * len(link.missing) + _PER_NOT_KNOWN * len(link.not_known) + (_PAST_RELAYS if past else 0)


def _given(link: Link | None) -> Iterator[Link]:
    if link:
        yield link


def _on_port(link: Link, port: int | None) -> Link:
    if port is None or link.port in (None, port):
        return link
    other = Check(ok=False, says=f"{link.source.name} passes on to port {link.port} of {link.target.name}, not {port}")
    return replace(link, checks=(*link.checks, other))


def _links(ways: Any, stops: list[Any]) -> tuple[Link, ...]:
    return tuple(ways.edges[pair]["link"] for pair in pairwise(stops))


def _nothing_leads(target: Place) -> str:
    if target.kind in (Kind.FUNCTION, Kind.BUILD):
        return f"nobody connects to {target.name}: AWS starts it, and nothing on the way from there calls it"
    if not target.ports:
        return f"{target.name} answers on no port that is known; name one with --port"
    return f"nothing leads from there to {target.name}"


def document(answer: Answer) -> dict[str, Any]:
    """An answer as JSON data."""
    return {
        "from": answer.source.name,
        "to": answer.target.name,
        "port": answer.port,
        "yes": answer.yes,
        "answer": str(answer.verdict),
        "missing": [] if answer.yes else answer.missing,
        "notKnown": [] if answer.yes else answer.not_known,
        "path": [_hop(link) for link in answer.path],
    }


def matrix_document(answers: list[Answer]) -> list[dict[str, Any]]:
    """A matrix as JSON data: one entry for each pair that can, with the places on its way."""
    return [
        {
            "from": found.source.name,
            "to": found.target.name,
            "port": found.port,
            "via": [link.target.name for link in found.path[:-1]],
        }
        for found in answers
    ]


def survey_document(answers: Sequence[Answer]) -> dict[str, Any]:
    """A survey as JSON data: the matrix, the pairs of which it is not known, and every place that was asked about."""
    places = dict.fromkeys(place for answer in answers for place in (answer.source, answer.target))
    return {
        "reach": matrix_document([answer for answer in answers if answer.yes]),
        "notKnown": [
            {"from": found.source.name, "to": found.target.name, "port": found.port, "why": found.not_known}
            for found in answers
            if found.verdict is Verdict.UNKNOWN
        ],
        "places": [{"name": place.name, "kind": str(place.kind)} for place in places],
    }


def _hop(link: Link) -> dict[str, Any]:
    checks = [{"ok": check.ok, "known": check.known, "says": check.says} for check in link.checks]
    return {"from": link.source.name, "to": link.target.name, "port": link.port, "checks": checks}

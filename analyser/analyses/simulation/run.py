"""Simulates one loss after another and reports what each results in."""

from collections.abc import Iterator

from analyser.analyses.recovery import Recovery, recovery
from analyser.analyses.recovery.buckets import copies
from analyser.analyses.recovery.model import StandingBy, State, Verdict
from analyser.analyses.simulation.answering import INTERNET, SERVES, Answering, Pairs, broken, silent, uncertified
from analyser.analyses.simulation.faults import faults
from analyser.analyses.simulation.model import Outcome, Pair
from analyser.analyses.simulation.promotion import difference, forbidden, steps
from analyser.analyses.simulation.remaining import taken_over, without_zone, zones
from analyser.analyses.trace import Story
from analyser.graph import Graph
from settings.objectives import Loss

_INSIDE = (Story.STORE, Story.REGISTRY)
"""Of the region that takes over: what users ask for is asked as a whole, since a home region has names of its own, such
as the one at which its health is asked."""


_COPIED = frozenset({"principal", "tls"})
"""What a copy has from its source without being told: users that a migration made, and TLS."""


def simulate(home: Graph, pair: Pair | None = None) -> Iterator[Outcome]:
    """Every loss in turn: each zone, what stores hold, the stores, the region, the account."""
    found, before = standing(home, pair), Answering(home)
    for zone in zones(home):
        yield lost_zone(before, found, zone)
    for loss in (Loss.CORRUPTION, Loss.DELETION):
        yield Outcome(f"data by {loss}", (), (), (), _of(found, loss))
    yield lost_region(before, found, pair)
    yield Outcome("account", (), (), (), _of(found, Loss.ACCOUNT))


def standing(home: Graph, pair: Pair | None) -> Recovery:
    """What the stack can achieve, with the one that stands by for it."""
    if pair is None:
        return recovery(home)
    return recovery(home, StandingBy(pair.standby, steps(pair)))


def lost_zone(before: Answering, found: Recovery, zone: str) -> Outcome:
    """A zone is gone: what stood in it, and what AWS may have put there."""
    left = without_zone(before.graph, zone)
    gone = tuple(node.name for node in before.graph.resources if left.get(node.urn) is None)
    after = Answering(left)
    verdicts = _of(found, Loss.ZONE)
    unanswered = tuple(silent(before.pairs, after.pairs, _spared(verdicts)))
    return Outcome(f"zone {zone}", gone, unanswered, tuple(broken(before, after)), verdicts)


def lost_region(before: Answering, found: Recovery, pair: Pair | None) -> Outcome:
    """The region is gone, with its state and the control planes of us-east-1: the one that stands by is promoted."""
    verdicts = _of(found, Loss.REGION)
    what = f"region {before.graph.region}"
    if pair is None:
        return Outcome(what, (), (), (), verdicts)
    changed = difference(pair)
    after = Answering(taken_over(pair.home, pair.promoted))
    unanswered = tuple(silent(_meant(before, after, verdicts), after.pairs, set()))
    return Outcome(
        what,
        (),
        unanswered,
        tuple(dict.fromkeys((*broken(before, after, _INSIDE, _COPIED), *uncertified(after)))),
        verdicts,
        steps(pair),
        (*faults(pair), *forbidden(pair, changed)),
    )


def _meant(before: Answering, after: Answering, verdicts: tuple[Verdict, ...]) -> Pairs:
    """What has to answer from the other region: what users ask for, and stores of which something is stated.

    What looks after the home region alone, such as its runner of deployments, need not be there. A bucket answers
    there by the name of its copy.
    """
    stores = {verdict.store.node.urn for verdict in verdicts if verdict.state is not State.UNSTATED}
    names = {urn: place.name for place in after.pairs.values() for urn in place.urns}
    there = {urn: names[copy] for urn, copy in copies(before.graph) if copy in names}
    return {
        (source, next((there[urn] for urn in place.urns if urn in there), target), port): place
        for (source, target, port), place in before.pairs.items()
        if (source == INTERNET and place.kind in SERVES)
        or (source in after.sources and stores.intersection(place.urns))
    }


def _of(found: Recovery, loss: Loss) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in found.verdicts if verdict.loss is loss)


def _spared(verdicts: tuple[Verdict, ...]) -> set[str]:
    """The stores of which nothing is stated: they need not go on."""
    return {verdict.store.node.urn for verdict in verdicts if verdict.state is State.UNSTATED}

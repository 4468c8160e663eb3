"""What serves in a graph, and what of it fails in what remains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from analyser.analyses.reach.answer import matrix
from analyser.analyses.reach.model import reach_of
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.trace import STORIES, Chain, State, Story
from analyser.analyses.trace.survey import Survey
from analyser.graph import Graph

_TOLD = (Story.BROWSER, Story.STORE, Story.REGISTRY)
"""Stories of a service that serves; the others are of those who look after it."""
Pairs = Mapping[tuple[str, str, int | None], Place]
"""Names of who opens a connection and of what answers, and the port, with what answers."""
INTERNET = "internet"
SERVES = (Kind.CLOUDFRONT, Kind.PODS, Kind.TASKS, Kind.FUNCTION)
"""What users ask for, whatever is between."""
_RUNS = frozenset({Kind.INTERNET, Kind.PODS, Kind.TASKS, Kind.FUNCTION})


@dataclass(frozen=True)
class Answering:
    """What a graph's places can open connections to, and how its stories end."""

    graph: Graph

    @cached_property
    def pairs(self) -> Pairs:
        """Whom the internet and whatever runs can open a connection to."""
        answers = matrix(reach_of(self.graph), _RUNS)
        return {(answer.source.name, answer.target.name, answer.port): answer.target for answer in answers}

    @cached_property
    def sources(self) -> frozenset[str]:
        """Who opens connections."""
        return frozenset(source for source, _, _ in self.pairs)

    @cached_property
    def chains(self) -> dict[tuple[Story, str], Chain]:
        """The stories of a service that serves."""
        survey = Survey(self.graph)
        return {(chain.story, chain.title): chain for story in _TOLD for chain in STORIES[story](survey)}


def silent(before: Pairs, after: Pairs, spared: set[str]) -> Iterator[str]:
    """Who answered before and does not any more; ``spared`` are URNs of stores that are not meant to go on."""
    for key, place in sorted(before.items(), key=str):
        source, target, port = key
        if key not in after and spared.isdisjoint(place.urns):
            yield f"{source} no longer reaches {target}{f' on {port}' if port else ''}"


def broken(
    before: Answering, after: Answering, stories: tuple[Story, ...] = _TOLD, spared: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Stories that lack something, and lacked nothing before; ``spared`` are kinds of links that need not be there."""
    for key, chain in after.chains.items():
        was = before.chains.get(key)
        lacks = next((each for each in chain.links if each.state is State.MISSING and each.kind not in spared), None)
        if lacks and chain.story in stories and (was is None or was.state is not State.MISSING):
            yield f"{chain.title}: {lacks.says}: {lacks.because}"


def uncertified(after: Answering) -> Iterator[str]:
    """Names that something answers for with a certificate that is not for them, or with none: TLS ends there."""
    for (story, _), chain in after.chains.items():
        for link in chain.links if story is Story.BROWSER else ():
            if link.kind == "certificate" and link.state is State.MISSING:
                yield f"{link.says}: {link.because}"

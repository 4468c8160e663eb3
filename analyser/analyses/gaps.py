"""What an answer does not cover: unknown resource types, and what the run could not see."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum

from analyser.analyses.cost.estimate import is_priced
from analyser.analyses.inventory.stores import READERS
from analyser.analyses.reach.unmodelled_types import bears_on_reach
from analyser.analyses.timeline.times import is_timed
from analyser.graph import Gap, Graph
from resource_types import fact

_NAMED = 5
_CLUSTERS = ("aws", "kubernetes")
"""The packages whose connections and rights are read."""


class Answer(StrEnum):
    """What can be asked of a stack, in the words that say what is missing of it."""

    COST = "cost"
    TIME = "time"
    REACH = "reach"
    RIGHTS = "rights"
    POLICIES = "policies"
    INVENTORY = "inventory"
    PICTURE = "picture"
    RECOVERY = "recovery"
    TRACE = "trace"


def _empty(token: str) -> bool:
    """Whether a type keeps no data, or keeps it with another."""
    borne = fact(token, "bears")
    return borne is not None and ("data" not in borne or "within" in (fact(token, "recovery") or {}))


_UNSAID: Mapping[Answer, tuple[str, Callable[[str], bool]]] = {
    Answer.COST: ("without a price, so not in the total", is_priced),
    Answer.TIME: ("without a creation time, which count as quick", is_timed),
    Answer.REACH: (
        "without a place in reach",
        lambda token: _package(token) in _CLUSTERS and not bears_on_reach(token),
    ),
    Answer.RIGHTS: ("of clouds whose rights are not read", lambda token: _package(token) in _CLUSTERS),
    Answer.POLICIES: ("of clouds that no rule is about", lambda token: _package(token) in _CLUSTERS),
    Answer.INVENTORY: (
        "whose data is not read, if they keep any",
        lambda token: token in READERS or _empty(token),
    ),
    Answer.RECOVERY: (
        "of which nobody has said whether they keep data",
        lambda token: fact(token, "bears") is not None,
    ),
}
_NO_CLOUD = (
    *("pulumi", "pulumi-python", "pulumi-nodejs", "random", "tls", "command", "time", "std"),
    *("archive", "docker", "docker-build"),
)
"""Packages that make nothing that could be reached, be stored in or have rights."""
_HIDDEN: Mapping[Answer, str] = {
    Answer.COST: "is not priced",
    Answer.TIME: "takes no time here",
    Answer.REACH: "may open a way, so a no is 'not known'",
    Answer.RIGHTS: "may give rights, so a no is 'not known'",
    Answer.POLICIES: "is not judged, and nothing of it mends what is missing elsewhere",
    Answer.INVENTORY: "is not searched for data",
    Answer.PICTURE: "is not drawn",
    Answer.RECOVERY: "is not searched for data",
    Answer.TRACE: "may be what is not found, so nothing is missing for certain",
}
"""What it means for an answer that what a component makes is not seen."""


def lacks(graph: Graph, answer: Answer) -> list[str]:
    """One line for the types of which an answer knows nothing, and one for each kind of gap, with their numbers."""
    return [*unsaid(graph, answer), *gap_lines(graph.gaps, _HIDDEN[answer])]


def unsaid(graph: Graph, answer: Answer) -> Iterator[str]:
    """The types of which an answer knows nothing: how many, of how many resources, and which; no line for none."""
    if answer not in _UNSAID:
        return
    words, is_said = _UNSAID[answer]
    cloudless = () if answer in (Answer.COST, Answer.TIME) else _NO_CLOUD
    found = Counter(
        {
            token: number
            for token, number in graph.counts.items()
            if _package(token) not in cloudless and not is_said(token)
        }
    )
    if found:
        yield f"{_count(len(found), 'type')} {words} ({_count(found.total(), 'resource')}): {', '.join(sorted(found))}"


def gap_lines(found: Iterable[Gap], hidden: str) -> Iterator[str]:
    """One line for each kind of gap; ``hidden`` says what becomes of what a component makes that is not seen."""
    kinds: dict[str, list[Gap]] = {}
    for gap in found:
        kinds.setdefault(gap.kind, []).append(gap)
    for kind, gaps in kinds.items():
        effect = f"; what they make {hidden}" if kind == "component" else ""
        yield f"{len(gaps)} {Gap.KINDS[kind]}{effect}: {_named(gaps)}"


def _named(gaps: list[Gap]) -> str:
    names = [" ".join(filter(None, (gap.token, gap.name))) for gap in gaps]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _package(token: str) -> str:
    return token.partition(":")[0]


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"

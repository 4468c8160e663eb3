"""What is known of types of resources, fact by fact, and what nobody has said of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.cost.services import PRICERS
from analyser.analyses.inventory.stores import READERS
from analyser.analyses.reach.stores import TYPES
from resource_types import Fact, fact, file_of

NEEDED = ("bears", "cost", "creation", "replacement")
"""The facts without which an answer about a type is a guess."""


@dataclass(frozen=True)
class Coverage:
    """What is recorded of one type, in a few words for each fact; empty where nothing is."""

    token: str
    bears: str
    cost: str
    creation: str
    replacement: str
    reach: str
    """How connections to it are judged; empty for what answers none and for what ``reach`` has other rules for."""
    inventory: str
    """Whether the inventory of data reads it."""


def coverage(tokens: Iterable[str]) -> list[Coverage]:
    """What is known of each of the types, in order of their tokens."""
    return [
        Coverage(
            token,
            bears=next(iter(fact(token, "bears") or ("",))),
            cost="rule" if token in PRICERS else _cost(fact(token, "cost")),
            creation=_creation(fact(token, "creation")),
            replacement=_replacement(fact(token, "replacement")),
            reach=_reach(token),
            inventory="store" if token in READERS else "",
        )
        for token in sorted(tokens)
    ]


def missing(tokens: Iterable[str]) -> Iterator[str]:
    """Facts that are not recorded of the types, one line each, with the file to write them in."""
    for known in coverage(tokens):
        for name in NEEDED:
            if not getattr(known, name):
                yield f"{known.token}: no {name} in {file_of(known.token)} (docs/extending.md)"


def _cost(said: Fact | None) -> str:
    return "" if said is None else "free" if "free" in said else "lines"


def _creation(said: Fact | None) -> str:
    if said is None:
        return ""
    return "quick" if said.get("quick") else f"{said['typical']:,} s, at worst {said['worst']:,} s"


def _replacement(said: Fact | None) -> str:
    if said is None:
        return ""
    number = len({*said["replaces"], *said.get("when", ()), *said.get("may", ()), *said.get("may_when", ())})
    return f"{number} inputs" if number > 1 else "1 input" if number else "no input of its own"


def _reach(token: str) -> str:
    port, api = fact(token, "answers"), fact(token, "public_api")
    said = [f"port {port['port']}" if port else "", f"API of {api['service']}" if api else ""]
    return ", ".join(filter(None, said)) or ("rule" if token in TYPES else "")

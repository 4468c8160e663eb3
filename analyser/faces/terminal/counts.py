"""How many resources of each type, one line a service."""

from collections import Counter
from collections.abc import Iterator

from analyser.graph import Graph

_FEW = 5
"""Services with fewer resources share one line."""


def counts(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """Services by the number of their resources: number, name, and how many of each type."""
    by_service: dict[str, Counter[str]] = {}
    for token, number in graph.counts.items():
        package, module, kind = token.split(":")
        service = module.split("/")[0] if package == "aws" else package
        by_service.setdefault(service, Counter())[kind] += number
    ordered = sorted(by_service.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    for service, kinds in ordered:
        if kinds.total() >= _FEW:
            yield str(kinds.total()), service, _list(kinds)
    few = Counter({service: kinds.total() for service, kinds in ordered if kinds.total() < _FEW})
    if few:
        yield str(few.total()), "others", _list(few)


def _list(numbers: Counter[str]) -> str:
    ordered = sorted(numbers.items(), key=lambda entry: (-entry[1], entry[0]))
    return " · ".join(f"{number} {name}" for name, number in ordered)

"""How many resources of each type, one line a service."""

from collections import Counter

from rich.table import Table
from rich.text import Text

from preview.graph import Graph


def counts(graph: Graph) -> Table:
    """Services by the number of their resources, with the types of each."""
    by_service: dict[str, Counter[str]] = {}
    for token, number in graph.counts.items():
        package, module, kind = token.split(":")
        service = module.split("/")[0] if package == "aws" else package
        by_service.setdefault(service, Counter())[kind] += number
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for service, kinds in sorted(by_service.items(), key=lambda entry: (-entry[1].total(), entry[0])):
        ordered = sorted(kinds.items(), key=lambda entry: (-entry[1], entry[0]))
        table.add_row(str(kinds.total()), service, Text(" · ".join(f"{number} {kind}" for kind, number in ordered)))
    return table

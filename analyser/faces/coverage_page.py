"""docs/resource-types.md: what is known of every type."""

from collections.abc import Iterable, Sequence

from analyser.analyses.coverage import NEEDED, Coverage

PAGE = "docs/resource-types.md"
_HEAD = """\
# What is known of each resource type

Written by `make update` from `resource_types/`: do not edit it. [extending.md](extending.md) shows how a type comes in.

- **Bears**: what is lost with it that no `up` makes again. **Cost**: `free`, `lines` in its file, or a `rule` in
  `analyser/analyses/cost/services/`. **Creation**: `quick` is its package's own figure. **Replacement**: how many
  inputs may force it, beside those that do so for every type of the package.
- **Reach**: how connections to it are judged; networks, balancers, APIs and what runs code have rules of their own in
  `analyser/analyses/reach/`. **Inventory**: whether it is read as a store of data.
- **?** is not known: a type of which one of the first four is not known is named by the answers that lack it.

{known} types; of {whole} of them all of the first four are known. Of whatever is not listed, nothing is.

"""
_COLUMNS = ("Type", "Bears", "Cost", "Creation", "Replacement", "Reach", "Inventory")


def page(rows: Sequence[Coverage]) -> str:
    """The page in Markdown."""
    whole = sum(all(getattr(row, fact) for fact in NEEDED) for row in rows)
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS)), *(_line(_cells(row)) for row in rows)]
    return _HEAD.format(known=len(rows), whole=whole) + "".join(lines)


def _cells(row: Coverage) -> list[str]:
    needed = (row.bears, row.cost, row.creation, row.replacement)
    return [f"`{row.token}`", *(cell or "**?**" for cell in needed), row.reach, row.inventory]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n".replace("|  ", "| ")

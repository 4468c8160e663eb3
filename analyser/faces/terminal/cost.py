"""Costs in a terminal or a pipe."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from rich.text import Text

from analyser.analyses.changes.difference import Difference
from analyser.analyses.cost.published import Comparison
from analyser.analyses.cost.result import NOT_KNOWN, SPANS, Amount, Cost, Line, ResourceCost
from analyser.faces.changes_text import shown, unpriced
from analyser.faces.terminal.lines import Lines

_SMALL = 0.01
"""Components below this part of the total share one line."""
_MOST = 25
_NAMED = 3
"""Resources of a group that are named."""

_WHOLE = 9.995
"""USD from which an amount is told without cents."""


def summary(cost: Cost) -> Iterator[tuple[str, str]]:
    """The components with their cost and range, the small ones together, the total, and what the estimate lacks."""
    whole = cost.total
    small = [amount for _, amount in cost.by_component if amount.usd < whole.usd * _SMALL]
    for name, amount in cost.by_component:
        if amount.usd >= whole.usd * _SMALL:
            yield name, _range(amount)
    if small:
        rest = Amount(sum(a.usd for a in small), sum(a.low for a in small), sum(a.high for a in small))
        yield f"{len(small)} others", _range(rest)
    yield "total", f"{NOT_KNOWN:>10}" if cost.unknown else _range(whole)
    if cost.unverified:
        yield "", f"{len(cost.unverified)} of the prices used were not read at AWS yet (make prices)"
    for line in cost.without_price:
        yield "not priced", line


def show(stack: str, cost: Cost, tables: list[Comparison], *, file: IO[str] | None = None) -> None:
    """Prints every line of the bill by component and resource, then the design's tables beside it."""
    console = Lines(file)
    console.print(Text.assemble((stack, "bold cyan"), "  USD a month, on demand, 730 hours"))
    for component, amount in cost.by_component:
        console.print(Text.assemble(f"\n{_money(amount.usd)}  ", (component, "bold"), _dim(amount)))
        for members in _alike(resource for resource in cost.resources if resource.component == component):
            console.print(Text(f"            {_names(members)}", "cyan"))
            for lines in zip(*(resource.lines for resource in members), strict=True):
                console.print(Text(_line(lines)))
            if members[0].note:
                console.print(Text(f"              {members[0].note}", "dim"))
    whole = (NOT_KNOWN.rjust(10), ("", "")) if cost.unknown else (_money(cost.total.usd), _dim(cost.total))
    console.print(Text.assemble(f"\n{whole[0]}  ", ("total", "bold"), whole[1]))
    console.print(Text(SPANS, "dim"))
    console.print(Text("? after a price: not read at AWS yet, make prices does; ~ before a quantity: assumed", "dim"))
    for problem in cost.without_price:
        console.print(Text(f"not priced: {problem}", "yellow"))
    for line in cost.unused:
        console.print(Text(f"nothing by assumption: {line} is 0", "dim"))
    for table in tables:
        _table(console, table)


def _alike(resources: Iterable[ResourceCost]) -> list[list[ResourceCost]]:
    """Resources of a type whose bills are the same share theirs, such as fifty alarms."""
    groups: dict[object, list[ResourceCost]] = {}
    for resource in resources:
        groups.setdefault((resource.type, resource.region, resource.lines), []).append(resource)
    return list(groups.values())


def _names(members: Sequence[ResourceCost]) -> str:
    kind = members[0].type.rsplit(":", 1)[-1]
    names = ", ".join(resource.name for resource in members[:_NAMED])
    more = f" and {len(members) - _NAMED} more" if len(members) > _NAMED else ""
    return f"{f'{len(members)}x ' if len(members) > 1 else ''}{kind} {names}{more}"


def _line(lines: Sequence[Line]) -> str:
    """One line of bills that are the same, with their sum."""
    line = lines[0]
    each = f"{len(lines)}x " if len(lines) > 1 else ""
    times = f" x {line.factor:g}" if line.factor != 1 else ""
    assumed = f"  [{line.basis}]" if line.basis else ""
    price = f"{line.price.usd:.10f}".rstrip("0").rstrip(".")
    quantity = f"{'~' if line.basis else ''}{line.quantity:,.6g}"
    doubt = "" if line.price.verified else "?"
    told = f"{line.label}: {each}{quantity}{times} {line.price.unit} at ${price}{doubt}{assumed}"
    return f"{_money(line.usd * len(lines))}    {told}"


def _table(console: Lines, table: Comparison) -> None:
    console.print(Text(f"\n{table.title}", "bold"))
    console.print(Text(f"{'table':>17}  {'estimate':>10}  {'apart':>10}", "dim"))
    for line in (*table.lines, table.total):
        console.print(Text(_compared(line.low, line.high, line.usd, line.difference) + f"  {line.name}: {line.why}"))
    for service, usd in table.missing:
        console.print(Text(_compared(0, 0, usd, usd) + f"  {service}: not in the table"))
    if table.missing:
        whole = table.total.usd + sum(usd for _, usd in table.missing)
        apart = max(0.0, whole - table.total.high) + min(0.0, whole - table.total.low)
        console.print(Text(_compared(table.total.low, table.total.high, whole, apart) + "  everything", "bold"))


def _compared(low: float, high: float, usd: float, difference: float) -> str:
    table = f"{low:,.2f}" if low == high else f"{low:,.0f}-{high:,.0f}"
    return f"{table if high else '':>17}  {usd:>10,.2f}  {difference:>+10,.2f}"


def show_difference(found: Difference, *, file: IO[str] | None = None) -> None:
    """Prints what two previews differ by in cost, and how many resources they share."""
    console = Lines(file)
    console.print(Text.assemble((found.before, "bold cyan"), " to ", (found.after, "bold cyan"), "  USD a month"))
    console.print(Text(f"{'before':>12}  {'after':>12}  {'difference':>12}", "dim"))
    for change in (*found.components[:_MOST], found.total):
        if change is found.total and not found.total_is_known:
            before, after = _side(found.before_is_known, change.before), _side(found.after_is_known, change.after)
            console.print(Text(f"{before}  {after}  {NOT_KNOWN:>12}  {change.name}"))
            continue
        style = "red" if change.usd > 0 else "green"
        console.print(
            Text.assemble(
                f"{change.before:>12,.2f}  {change.after:>12,.2f}  ",
                (f"{change.usd:>+12,.2f}", style),
                f"  {change.name}",
            )
        )
    if len(found.components) > _MOST:
        console.print(Text(f"and {len(found.components) - _MOST} components with smaller differences", "dim"))
    for line in unpriced(found):
        console.print(Text(shown(line), "yellow"))
    console.print(
        Text(
            f"\nResources: {found.same} in both, {len(found.only_before)} only in {found.before}, "
            f"{len(found.only_after)} only in {found.after}"
        )
    )


def _side(known: bool, usd: float) -> str:
    return f"{usd:>12,.2f}" if known else f"{NOT_KNOWN:>12}"


def _money(usd: float) -> str:
    return f"{usd:>10,.2f}"


def _range(amount: Amount) -> str:
    return f"{_money(amount.usd)}{'' if amount.low == amount.high else f'  ({_span(amount)})'}"


def _dim(amount: Amount) -> tuple[str, str]:
    return f"  {_span(amount)}", "dim"


def _span(amount: Amount) -> str:
    """From the least to the most; with cents where whole dollars would say little, or nothing."""
    places = 0 if amount.high >= _WHOLE else 2
    return f"{amount.low:,.{places}f} to {amount.high:,.{places}f}"

"""What a stack can carry, in the terminal."""

from collections.abc import Sequence
from typing import IO

from rich.table import Table
from rich.text import Text

from analyser.faces.terminal.lines import Lines
from systems.records.capacity import Limit
from systems.records.load import LoadSettings

_NEAR = 0.8


def show(
    stack: str, load: LoadSettings, limits: Sequence[Limit], unknown: Sequence[str], file: IO[str] | None = None
) -> None:
    """Prints every limit, the one that gives out first at the top, and what to change about that one."""
    console = Lines(file)
    asked = f"{load.reads:,} reads, {load.pages:,} pages and {load.writes:,} writes a second"
    console.print(Text.assemble((stack, "bold"), f"  {load.rows:,} records of {load.body_bytes} bytes, {asked}"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (("used", "right"), ("limit", "left"), ("needed", "right"), ("there", "right"), ("", "left")):
        table.add_column(title, justify=side)
    for limit in limits:
        style = "red" if limit.used > 1 else "yellow" if limit.used > _NEAR else ""
        used = Text(f"{limit.used:.0%}", style=style)
        table.add_row(used, limit.name, f"{limit.needed:,.1f}", f"{limit.available:,.1f}", limit.unit)
    console.print(table)
    console.print()
    first = limits[0]
    console.print(Text(f"{first.name} gives out first: {first.because}"))
    console.print(Text(f"raise {first.setting}"))
    for name in unknown:
        console.print(Text(f"not known: what {name} has; its limits are left out", style="yellow"))

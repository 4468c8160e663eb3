"""What an update would replace, in a terminal or a pipe."""

import sys
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.text import Text

from analyser.analyses.changes.replaced import Replaced


def show_replaced(found: Sequence[Replaced], *, file: IO[str] | None = None) -> None:
    """Prints a line for each, with what forces it, what would be lost, and whether Pulumi refuses."""
    console = Console(file=file or sys.stdout, highlight=False, soft_wrap=True)
    bearing = sum(one.bearing is not None for one in found)
    console.print(Text(f"\nReplaced: {len(found)}{f', of which {bearing} with data or identity' if bearing else ''}"))
    for one in found:
        style = "red" if one.bearing else "default"
        label = f"  {one.type.rsplit(':', 1)[-1]} {one.name}"
        console.print(Text.assemble((label, style), f"  {', '.join(one.properties)}{_said(one)}"))


def _said(one: Replaced) -> str:
    parts = []
    if one.since:
        parts.append(f"since {' and '.join(one.since)} is replaced")
    if not one.certain:
        parts.append("may force it")
    if one.bearing:
        parts.append(f"its {one.bearing.kind} would be lost: {one.bearing.what}")
    if one.protected:
        parts.append("protected, so `pulumi up` stops")
    return f"; {'; '.join(parts)}" if parts else ""

"""What an answer lacks, in a terminal or a pipe: one block after it."""

import sys
from collections.abc import Sequence
from typing import IO

from rich.text import Text

from analyser.analyses.gaps import Answer, lacks
from analyser.faces.terminal.lines import Lines
from analyser.graph import Graph


def show_gaps(graph: Graph, answer: Answer, *, beside_json: bool = False, file: IO[str] | None = None) -> None:
    """Prints the block; nothing for an answer that lacks nothing. Beside JSON on stdout it goes to stderr."""
    show_lacking(lacks(graph, answer), beside_json=beside_json, file=file)


def show_lacking(lines: Sequence[str], *, beside_json: bool = False, file: IO[str] | None = None) -> None:
    """Prints the block of these lines; nothing for none."""
    if not lines:
        return
    out = file or (sys.stderr if beside_json else sys.stdout)
    console = Lines(out)
    console.print(Text("\nNot in this answer", "bold"))
    for line in lines:
        console.print(Text(f"  {line}", "yellow"))

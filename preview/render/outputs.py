"""The stack's outputs."""

import json

from rich.table import Table
from rich.text import Text

from preview.graph import Graph
from preview.report import plain


def outputs(graph: Graph) -> Table:
    """One line an output; values that AWS would compute are stand-ins."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in sorted(graph.exports.items()):
        told = value if isinstance(value, str) else json.dumps(plain(value))
        table.add_row(key, Text(told))
    return table

"""Every secret of every stack has somebody who replaces it, or a reason why nobody does: ``docs/secrets.md``."""

from collections.abc import Iterator

import pytest

from analyser.graph import Graph, Node
from tests.docs.secrets import PAGE, page
from tests.stacks import ROOT, STACKS, home_of, serving, stack_graph
from tests.systems.changed import OTHERWISE, otherwise
from tests.systems.secret_claims import unkept
from tests.systems.secret_table import ROWS, Row, bears

ONLY_ASKED_FOR = {"Secrets of sign-in providers", "The token by which Amplify joins the repository"}
"""What comes with a secret of the configuration, which no stack file has."""


def secrets(graph: Graph) -> Iterator[tuple[Node, Row | None]]:
    for node in graph:
        if bears(node):
            yield node, next((row for row in ROWS if row.fits(node)), None)


@pytest.mark.parametrize("stack", STACKS)
def test_every_secret_is_in_the_table(stack: str) -> None:
    missing = [f"{node.name} ({node.type})" for node, row in secrets(stack_graph(stack)) if row is None]
    assert missing == [], "who replaces it, how often, by what? a row in tests/systems/secret_table.py"


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_table_claims_holds(stack: str) -> None:
    graph = serving(stack)
    assert [line for node, row in secrets(graph) if row for line in unkept(graph, row, node)] == []


@pytest.mark.parametrize("stack", [stack for stack in OTHERWISE if home_of(stack) is None])
def test_the_same_with_settings_that_are_off(stack: str) -> None:
    graph = otherwise(stack)
    assert [node.name for node, row in secrets(graph) if row is None] == []
    assert [line for node, row in secrets(graph) if row for line in unkept(graph, row, node)] == []


def test_every_row_is_of_some_stack() -> None:
    graphs = [*map(stack_graph, STACKS), otherwise("consulting-prod")]
    found = {row.what for graph in graphs for _, row in secrets(graph) if row}
    assert {row.what for row in ROWS} - found == ONLY_ASKED_FOR


def test_the_page_is_that_of_the_table() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "make update writes it"

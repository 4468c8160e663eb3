"""A route that comes between others, or goes again, changes what is published and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from analyser.analyses.changes.difference import compare
from analyser.analyses.report import compared
from analyser.graph import Graph
from tests.components.edge import test_rest_api, test_websocket_api
from tests.components.edge.apis import Called
from tests.support import record

REST = {"auth": ("/auth", {"authorized": False}), "users": ("/api/users", {})}
MORE = {"auth": REST["auth"], "pages": ("/api/pages", {}), "users": REST["users"]}


def rest(routes: Mapping[str, Any]) -> Graph:
    return record(lambda: test_rest_api.build(routes=dict(routes)), stack="prod")


def sockets(*more: str) -> Graph:
    def program() -> None:
        api = test_websocket_api.build()
        for route_key in more:
            api.route(route_key, Called("later"))

    return record(program, stack="prod")


def changed(before: Graph, after: Graph) -> set[tuple[str, str]]:
    """Kind of change, and name, of whatever is not wholly new or gone."""
    found = compare(*(compared(graph) for graph in (before, after)))
    return {(str(change.kind), change.name) for change in found.changes if str(change.kind) not in ("added", "removed")}


@pytest.mark.parametrize(("before", "after"), [(REST, MORE), (MORE, REST)], ids=["added", "removed"])
def test_a_route_of_a_rest_api(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    first, second = rest(before), rest(after)
    others = {node.name for node in first} ^ {node.name for node in second}
    assert len(others) == 6
    assert all("pages" in name for name in others)
    assert changed(first, second) == {("replaced", "api-deployment")}


def test_a_route_of_a_websocket_api() -> None:
    first, second = sockets(), sockets("leave")
    assert len(second.of_type(test_websocket_api.ROUTE)) == len(first.of_type(test_websocket_api.ROUTE)) + 1
    assert changed(first, second) == changed(second, first) == set()

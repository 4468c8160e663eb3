"""Values by path, and which way they changed."""

from typing import Any

import pytest

from analyser.analyses.changes.values import at, directions

INPUTS = {
    "name": "shop",
    "zones": ["b", "a"],
    "on": False,
    "blocks": [{"size": 2, "id": "x"}, {"size": 1}],
    "one": {"deep": {"kind": "gp3"}},
    "tags": {"b": 2, "a": 1},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("name", ["shop"]),
        ("zones", ["a", "b"]),
        ("on", [False]),
        ("blocks.size", [1, 2]),
        ("blocks.id", ["x"]),
        ("one.deep.kind", ["gp3"]),
        ("tags", [{"b": 2, "a": 1}]),
        ("blocks[]", [True, True]),
        ("one[]", [True]),
        ("missing", []),
        ("missing[]", []),
        ("name.deeper", []),
    ],
)
def test_every_value_at_a_path(path: str, found: list[Any]) -> None:
    assert at(INPUTS, path) == found


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        ([], ["a"], {"add", "grow"}),
        (["a"], [], {"remove", "shrink"}),
        ([1], [1, 2], {"grow"}),
        ([1, 2], [1], {"shrink"}),
        (["7.0"], ["7.1"], {"up"}),
        (["15.19"], ["15.2"], {"down"}),
        (["9"], ["10"], {"up"}),
        ([True], [False], {"down"}),
        ([0.5], [0.7], {"up"}),
        (["gp2"], ["gp3"], {"up", "down"}),
        (["3.9.x.kraft"], ["4.0.x.kraft"], {"up"}),
        (["OpenSearch_2.19"], ["OpenSearch_2.9"], {"down"}),
        (["3.9.x.kraft"], ["4.0.x"], {"up", "down"}),
        (["Elasticsearch_7.10"], ["OpenSearch_2.19"], {"up", "down"}),
        (["1", "2"], ["1", "3"], {"up", "down"}),
    ],
)
def test_ways_of_a_change(before: list[Any], after: list[Any], ways: set[str]) -> None:
    assert directions(before, after) == ways

"""What compares the tables of figures with a graph sees each kind of difference."""

from collections.abc import Mapping
from typing import Any

import pytest

from analyser.graph import Graph, Node
from tests.systems.figures import Of, unmet

INPUTS = {
    "size": 3,
    "of": "i-1",
    "rules": [{"days": 1, "to": "A"}, {"days": 2}],
    "policy": '{"Statement": [{"Sid": "A"}]}',
}


def graph() -> Graph:
    nodes = [
        Node("urn:a", "aws:x/y:Y", "a", INPUTS, {}, id="a-1"),
        Node("urn:b", "aws:x/z:Z", "b", {}, {"arn": "arn:b"}, id="i-1"),
    ]
    return Graph("project", "stack", nodes, {})


@pytest.mark.parametrize(
    "asked",
    [
        {"size": 3},
        {"of": Of("b")},
        {"rules": [{"days": 2}, {"to": "A"}]},
        {"policy": {"Statement": [{"Sid": "A"}]}},
        {"absent": None},
    ],
)
def test_what_is_as_asked_for(asked: Mapping[str, Any]) -> None:
    assert unmet(graph(), [("aws:x/y:Y", "a", asked)]) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"size": 4}, "size is 3, not 4"),
        ({"of": Of("b", "arn")}, "of is 'i-1', not 'arn:b'"),
        ({"rules": [{"days": 3}]}, "rules has no {'days': 3}"),
        ({"rules": [{"days": 1}, {"to": "A"}]}, "rules has no {'to': 'A'}"),
        ({"policy": {"Statement": [{"Sid": "B"}]}}, "policy.Statement has no {'Sid': 'B'}"),
        ({"size": None}, "size is 3, not None"),
        ({"absent": 0}, "absent is None, not 0"),
    ],
)
def test_what_is_otherwise(asked: Mapping[str, Any], said: str) -> None:
    (found,) = unmet(graph(), [("aws:x/y:Y", "a", asked)])
    assert found.startswith(f"stack: aws:x/y:Y a.{said}")


def test_what_is_not_there_at_all() -> None:
    assert unmet(graph(), [("aws:x/y:Y", "b", {})]) == ["stack: there is no aws:x/y:Y b"]
    with pytest.raises(LookupError, match="0 resources are called c"):
        unmet(graph(), [("aws:x/y:Y", "a", {"of": Of("c")})])

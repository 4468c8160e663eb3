"""How two values differ, by path."""

import json
from typing import Any

import pytest

from analyser.analyses.changes.edits import Edit, edits, holds_hidden

UNKNOWN, SECRET = {"$unknown": True}, {"$secret": True}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Edit("a", "changed", 1, 2)]),
        ({}, {"a": False}, [Edit("a", "added", None, False)]),
        ({"a": {"b": 0}}, {"a": {}}, [Edit("a.b", "removed", 0)]),
        ({"a": None}, {}, []),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, [Edit("a", "reordered", ["x", "y"], ["y", "x"])]),
        ({"a": ["x"]}, {"a": ["x", "x"]}, [Edit("a[]", "added", None, "x")]),
        ({"a": ["x", "y"]}, {"a": ["x", "z"]}, [Edit("a[1]", "changed", "y", "z")]),
        ({"a": "text"}, {"a": ["text"]}, [Edit("a", "changed", "text", ["text"])]),
    ],
)
def test_values_by_path(before: dict[str, Any], after: dict[str, Any], found: list[Edit]) -> None:
    assert list(edits(before, after)) == found


def test_elements_with_names_are_told_apart_by_them() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after = {"env": [{"name": "C", "value": "3"}, {"name": "A", "value": "9"}]}
    assert list(edits(before, after)) == [
        Edit("env[A].value", "changed", "1", "9"),
        Edit("env[B]", "removed", {"name": "B", "value": "2"}),
        Edit("env[C]", "added", None, {"name": "C", "value": "3"}),
    ]


def test_a_name_that_two_elements_share_tells_nothing_apart() -> None:
    twice = [{"name": "A", "port": 1}, {"name": "A", "port": 2}]
    assert [edit.path for edit in edits({"p": twice}, {"p": [*twice, {"name": "A", "port": 3}]})] == ["p[]"]


def test_json_texts_are_compared_by_what_they_say() -> None:
    before, after = ({"policy": json.dumps({"Statement": [{"Sid": "Read", "Action": action}]}, indent=indent)}
                     for action, indent in (("s3:Get*", None), ("s3:*", 2)))  # fmt: skip
    assert list(edits(before, after)) == [Edit("policy.Statement[Read].Action", "changed", "s3:Get*", "s3:*")]
    assert list(edits(before, {"policy": json.dumps(json.loads(before["policy"]), indent=4)})) == []
    assert [edit.path for edit in edits({"a": "{not json"}, {"a": "{nor this"})] == ["a"]


@pytest.mark.parametrize("hidden", [UNKNOWN, SECRET])
def test_what_is_hidden_on_one_side_is_no_difference_that_is_claimed(hidden: dict[str, Any]) -> None:
    for before, after in ((hidden, "x"), ("x", hidden), (None, hidden), (SECRET, UNKNOWN)):
        assert [edit.kind for edit in edits({"a": before}, {"a": after})] == ["unknown"]
    assert list(edits({"a": [hidden]}, {"a": [hidden]})) == []


def test_a_list_that_may_hold_what_is_gone_claims_nothing_of_it() -> None:
    assert [edit.kind for edit in edits({"a": [UNKNOWN]}, {"a": ["x", "y"]})] == ["unknown", "added", "added"]


def test_hidden_values_are_found_inside() -> None:
    assert holds_hidden({"a": [1, {"b": SECRET}]})
    assert not holds_hidden({"$secret": False, "a": [{}]})


def test_a_path_without_its_elements() -> None:
    assert Edit("spec.containers[web.x].ports[0].port", "changed").plain_path == "spec.containers.ports.port"


def test_widgets_are_told_apart_by_their_titles() -> None:
    def body(*titles: str) -> dict[str, Any]:
        widgets = [{"type": "metric", "y": place, "properties": {"title": one}} for place, one in enumerate(titles)]
        return {"dashboardBody": json.dumps({"widgets": widgets})}

    found = [(edit.path, edit.kind) for edit in edits(body("a", "b"), body("new", "a", "b"))]
    assert found == [
        ("dashboardBody.widgets[a].y", "changed"),
        ("dashboardBody.widgets[b].y", "changed"),
        ("dashboardBody.widgets[new]", "added"),
    ]

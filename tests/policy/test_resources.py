from dataclasses import replace
from typing import Any

import pytest

from policy.model import UNKNOWN, Block
from policy.resources import split_path, stack_of
from tests.policy.support import resource

INPUTS: dict[str, Any] = {
    "flag": True,
    "text": "false",
    "empty": "",
    "none": None,
    "count": 5,
    "digits": "35",
    "words": ["a", "b"],
    "partly": ["a", UNKNOWN],
    "hidden": UNKNOWN,
    "block": {"inner": {"leaf": 1}, "hidden": UNKNOWN},
    "blocks": [{"on": True}, UNKNOWN, {"on": False}],
    "single": [{"leaf": 1}],
    "labels": {"app.kubernetes.io/name": "api"},
}
IT = resource("t", "it", **INPUTS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("flag", True),
        ("block.inner.leaf", 1),
        ("blocks[2].on", False),
        ("blocks[7].on", None),
        ("words[1]", "b"),
        ("single.leaf", 1),
        ("block[0].inner.leaf", 1),
        ("missing.leaf", None),
        ("none", None),
        ("count.leaf", None),
        ('labels["app.kubernetes.io/name"]', "api"),
    ],
)
def test_get_by_path(path: str, value: object) -> None:
    assert IT.get(path) == value


@pytest.mark.parametrize("path", ["hidden", "hidden.a.b", "block.hidden", "blocks[1].on", "partly[1]"])
def test_get_is_unknown_when_anything_on_the_way_is(path: str) -> None:
    assert IT.get(path) is UNKNOWN
    assert IT.unknown(path)
    assert not IT.has(path)
    assert not IT.lacks(path)
    assert not IT.has(path, True)
    assert not IT.lacks(path, True)
    assert not IT.below(path, 10, default=0)
    assert not IT.above(path, 0, default=10)


def test_has_and_lacks_are_opposites_of_what_is_known() -> None:
    assert IT.has("flag", True)
    assert not IT.lacks("flag", True)
    assert IT.lacks("flag", False)
    assert not IT.has("flag", False)
    assert IT.has("text", False)
    assert IT.lacks("text", True)
    assert IT.lacks("missing", False)
    assert IT.lacks("missing")
    assert not IT.has("missing")
    assert IT.lacks("empty")
    assert IT.lacks("none")
    assert IT.has("flag")
    assert IT.has("count", 5)
    assert IT.lacks("count", True)
    assert IT.lacks("flag", 1)


def test_numbers() -> None:
    assert IT.below("count", 6)
    assert not IT.below("count", 5)
    assert IT.above("count", 4)
    assert not IT.above("count", 5)
    assert IT.below("digits", 36)
    assert not IT.below("digits", 35)
    assert IT.below("missing", 1, default=0)
    assert not IT.below("missing", 1)
    assert not IT.below("flag", 10)
    assert not IT.below("words", 10)
    assert not IT.below("text", 10)


def test_lists() -> None:
    assert IT.list("partly") == ["a"]
    assert IT.list("count") == [5]
    assert IT.list("missing") == []
    assert IT.contains("words", "b", "z")
    assert not IT.contains("words", "z")
    assert IT.omits("words", "z")
    assert not IT.omits("words", "a")
    assert IT.contains("partly", "a")
    assert not IT.omits("partly", "z")
    assert IT.omits("missing", "a")


def test_what_no_member_says_may_stand_in_one_that_is_not_known() -> None:
    assert IT.partly_unknown("hidden")
    assert IT.partly_unknown("partly")
    assert IT.partly_unknown("blocks")
    assert not IT.partly_unknown("words")
    assert not IT.partly_unknown("missing")
    named = resource("t", entries=[{"name": "a"}, {"name": UNKNOWN, "value": 1}])
    assert not named.partly_unknown("entries")
    assert named.partly_unknown("entries", "value", "name")
    assert not named.partly_unknown("entries", "value")


def test_what_is_computed_is_given() -> None:
    assert IT.given("hidden")
    assert IT.given("text")
    assert not IT.given("missing")
    assert not IT.given("empty")


def test_of_what_is_not_seen_nothing_is_known() -> None:
    unseen = replace(IT, inputs={}, seen=False)
    for path in ("flag", "missing", "block.inner", "blocks[0].on"):
        assert unseen.unknown(path)
        assert not unseen.has(path)
        assert not unseen.lacks(path)
        assert not unseen.given(path)
    assert unseen.partly_unknown("blocks")
    assert list(unseen.blocks("blocks")) == []
    assert not unseen.omits("words", "z")


def test_blocks_know_their_path() -> None:
    assert [(block.path("on"), block.get("on")) for block in IT.blocks("blocks")] == [
        ("blocks[0].on", True),
        ("blocks[2].on", False),
    ]
    (inner,) = IT.blocks("block")
    assert [nested.path("leaf") for nested in inner.blocks("inner")] == ["block.inner.leaf"]
    assert list(IT.blocks("hidden")) == []
    assert list(IT.blocks("count")) == []
    assert Block({}, "a").path("") == "a"


def test_paths() -> None:
    assert split_path('a.b[0]["c.d/e"].f') == ("a", "b", 0, "c.d/e", "f")


def test_stack_of_a_urn() -> None:
    assert stack_of("urn:pulumi:prod::strata::t::n") == IT.stack == "prod"
    assert stack_of("something else") == ""


def test_protected() -> None:
    assert resource("t", options={"protect": True}).protected
    assert not IT.protected

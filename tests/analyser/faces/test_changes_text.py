"""Changes in words."""

import json
from typing import Any

from analyser.analyses.changes.difference import Difference, compare, difference_document
from analyser.faces.changes_text import asides, lines, of_tags, widenings
from tests.analyser.analyses.changes.documents import preview, resource

INSTANCE, BOARD = "aws:rds/instance:Instance", "aws:cloudwatch/dashboard:Dashboard"


def of(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    return compare(preview(before), preview(after))


def test_where_many_widgets_stand_is_one_line() -> None:
    def board(*titles: str) -> dict[str, Any]:
        widgets = [{"y": place, "properties": {"title": one}} for place, one in enumerate(titles)]
        return resource(BOARD, "board", {"dashboardBody": json.dumps({"widgets": widgets})})

    (change,) = of(board(*"abcd"), board("new", *"abcd")).changes
    assert lines(change) == [
        'dashboardBody.widgets[new]  + {"y": 0, "properties": {"title": "new"}}',
        "dashboardBody.widgets.y  in 4 elements",
    ]
    (change,) = of(board(*"abc"), board("new", *"abc")).changes
    assert lines(change)[0] == "dashboardBody.widgets[a].y  0 → 1"


def test_default_tags_differ_though_no_input_does() -> None:
    ours, theirs = ({**preview(), "defaultTags": {"version": one}} for one in ("v1", "v2"))
    assert of_tags(compare(ours, theirs)) == ["version  v1 → v2"]
    assert difference_document(compare(ours, theirs))["defaultTags"][0]["after"] == "v2"
    # A preview of an earlier release does not say what it has.
    assert compare(preview(), theirs).tags == ()


def test_what_only_pulumi_knows_is_no_update_of_the_resource() -> None:
    (change,) = of(resource(INSTANCE, "a", protect=True), resource(INSTANCE, "a")).changes
    assert asides(change) == ["in Pulumi's state alone, which no preview counts"]
    (change,) = of(resource(INSTANCE, "a", protect=True), resource(INSTANCE, "a", {"port": 1})).changes
    assert asides(change) == []


def test_a_resource_that_loses_two_guards_is_counted_once() -> None:
    before = resource(INSTANCE, "a", {"deletionProtection": True}, protect=True)
    found = of(before, resource(INSTANCE, "a", {"deletionProtection": False}))
    ((words, members),) = widenings(found, "deletion")
    assert words == ["deletionProtection  true → false", "options.protect  true → false"]
    assert [one.name for one in members] == ["a"]

"""Which resource is which: by URN, by stack, by alias."""

from typing import Any

import pytest

from analyser.analyses.changes.pairing import pairs
from tests.analyser.analyses.changes.documents import preview, resource

GROUP, BUCKET, PART = "strata:data:Group", "aws:s3/bucket:Bucket", "strata:data:Part"
START = "urn:pulumi:shop::strata::"


def paired(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = pairs(preview(*before), preview(*after)).both
    return [(old["name"], new["name"]) for old, new in found]


def test_the_same_name_in_another_stack_is_the_same() -> None:
    other = resource(BUCKET, "b", urn=f"urn:pulumi:other::strata::{BUCKET}::b")
    assert len(pairs(preview(resource(BUCKET, "b")), preview(other, stack="other")).both) == 1


def test_components_and_providers_are_not_resources() -> None:
    both = [resource(GROUP, "g", component=True), resource("pulumi:providers:aws", "aws")]
    found = pairs(preview(*both), preview(*both))
    assert (found.both, found.only_before, found.only_after) == ((), (), ())


@pytest.mark.parametrize(
    "alias",
    [f"{START}{BUCKET}::old", {"name": "old"}, {"name": "old", "noParent": True}, {"type": BUCKET, "name": "old"}],
)
def test_an_alias_is_a_former_urn_or_what_changed_of_it(alias: Any) -> None:
    assert paired([resource(BUCKET, "old")], [resource(BUCKET, "new", options={"aliases": [alias]})]) == [
        ("old", "new")
    ]


def test_without_an_alias_one_goes_and_one_comes() -> None:
    found = pairs(preview(resource(BUCKET, "old")), preview(resource(BUCKET, "new")))
    assert ([r["name"] for r in found.only_before], [r["name"] for r in found.only_after]) == (["old"], ["new"])


def test_an_alias_of_what_is_still_there_takes_nothing_from_it() -> None:
    new = resource(BUCKET, "new", options={"aliases": [f"{START}{BUCKET}::old"]})
    assert paired([resource(BUCKET, "old")], [resource(BUCKET, "old"), new]) == [("old", "old")]


def test_of_two_that_say_they_were_the_same_one_is() -> None:
    news = [resource(BUCKET, name, options={"aliases": [{"name": "old"}]}) for name in ("a", "b")]
    assert paired([resource(BUCKET, "old")], news) == [("old", "a")]


def test_children_follow_their_parent_with_its_name() -> None:
    def inside(group: str, part: str, bucket: str, **options: Any) -> list[dict[str, Any]]:
        parent = resource(GROUP, group, component=True, options=options)
        middle_urn = f"{START}{GROUP}${PART}::{part}"
        middle = resource(PART, part, component=True, parent=parent["urn"], urn=middle_urn)
        urn = f"{START}{GROUP}${PART}${BUCKET}::{bucket}"
        return [parent, middle, resource(BUCKET, bucket, parent=middle_urn, urn=urn)]

    before = inside("old", "old-part", "old-part-bucket")
    after = inside("new", "new-part", "new-part-bucket", aliases=[{"name": "old"}])
    assert paired(before, after) == [("old-part-bucket", "new-part-bucket")]


def test_a_parent_that_is_new_leaves_the_urn_to_the_alias() -> None:
    parent = resource(GROUP, "g", component=True)
    urn = f"{START}{GROUP}${BUCKET}::b"
    inside = resource(BUCKET, "b", parent=parent["urn"], urn=urn, options={"aliases": [{"noParent": True}]})
    assert paired([resource(BUCKET, "b")], [parent, inside]) == [("b", "b")]
    moved = resource(BUCKET, "b", options={"aliases": [{"parentUrn": parent["urn"]}]})
    assert paired([resource(BUCKET, "b", urn=urn)], [moved]) == [("b", "b")]

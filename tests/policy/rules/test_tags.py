"""Tags that a policy configuration asks for."""

from policy.model import UNKNOWN
from policy.rules import rds
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

TABLE = resource("aws:dynamodb/table:Table", "table", tags={"cost-center": "4711", "owner": "wiki", "own": "x"})
ASKED = {"cost-center": "4711", "owner": ""}
CASES = [
    Case(
        "tags-required",
        [TABLE],
        [Set("tags.owner"), Set("tags.owner", ""), Set('tags["cost-center"]'), Set("tags")],
        thresholds={"tags": ASKED},
    )
]


def test_asks_for_nothing_unless_told() -> None:
    assert check("tags-required", resource(rds.INSTANCE)) == []


def test_a_tag_keeps_its_own_value() -> None:
    other = resource("aws:sqs/queue:Queue", tags={"cost-center": "1", "owner": UNKNOWN})
    assert check("tags-required", other, tags=ASKED) == []


def test_known_tags_are_judged_beside_unknown_ones() -> None:
    half = resource("aws:sqs/queue:Queue", "jobs", tags={"cost-center": UNKNOWN})
    assert check("tags-required", half, tags=ASKED) == ['jobs: has no tag owner (tags["owner"])']

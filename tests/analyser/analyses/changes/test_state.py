"""A real state beside a preview."""

from typing import Any

import pytest

from analyser.analyses.changes.state import beside, invented
from tests.analyser.analyses.changes.documents import preview, resource

TOKEN = "aws:sqs/queue:Queue"


def left(state: dict[str, Any], program: dict[str, Any]) -> Any:
    (found,) = beside(preview(resource(TOKEN, "a", state)), preview(resource(TOKEN, "a", program)))["resources"]
    return found["inputs"]


@pytest.mark.parametrize(
    ("state", "program", "found"),
    [
        ({"__defaults": ["name"], "name": "a-12ab34c", "fifo": True}, {}, {"fifo": True}),
        ({"__defaults": ["name"], "name": "a-12ab34c"}, {"name": "a"}, {"name": "a-12ab34c"}),
        ({"__defaults": [], "region": "us-east-1", "tagsAll": {"a": "b"}}, {}, {}),
        ({"region": "us-east-1"}, {"region": "eu-west-1"}, {"region": "us-east-1"}),
        ({"rules": [{"__defaults": ["x"], "x": 1, "region": "r"}]}, {"rules": [{}]}, {"rules": [{"region": "r"}]}),
        ({"rules": [{"__defaults": ["x"], "x": 1, "y": 2}]}, {"rules": []}, {"rules": [{"y": 2}]}),
        ({"metadata": {"annotations": {"pulumi.com/autonamed": "true"}, "name": "a-1"}}, {}, {"metadata": {}}),
        (
            {"metadata": {"annotations": {"pulumi.com/autonamed": "true", "b": "c"}, "name": "a-1"}},
            {"metadata": {"annotations": {"b": "c"}}},
            {"metadata": {"annotations": {"b": "c"}}},
        ),
    ],
)
def test_what_providers_filled_in_is_left_out(state: dict[str, Any], program: dict[str, Any], found: Any) -> None:
    assert left(state, program) == found


def test_of_a_preview_that_made_values_up_only_its_own_are_known() -> None:
    inputs = {"vpc": "vpc-1", "role": "arn:aws:iam::123:role/a", "size": 3}
    made = resource(TOKEN, "a", inputs, propertyDependencies={"vpc": ["urn:x"]})
    (found,) = invented(preview(made), "123")["resources"]
    assert found["inputs"] == {"vpc": {"$unknown": True}, "role": {"$unknown": True}, "size": 3}

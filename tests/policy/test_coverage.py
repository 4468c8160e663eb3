"""policy/COVERAGE.md is what the SDK and the rules say, and says of known types what they do."""

import pytest

from policy.tokens import canonical
from tests.policy.coverage import BY_HAND, NAMES, PAGE, does, inputs, page, without_rule
from tests.policy.coverage_left import LEFT, REASONS
from tests.stacks import ROOT


def test_the_page_is_as_written() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run `make update`"


@pytest.mark.parametrize(
    ("token", "question", "by"),
    [
        ("aws:rds/instance:Instance", "door", "publiclyAccessible"),
        ("aws:memorydb/snapshot:Snapshot", "data", "kmsKeyArn"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "rights", "policyArn"),
        ("aws:ec2/internetGateway:InternetGateway", "door", "by hand: leads a VPC to the internet"),
    ],
)
def test_what_a_type_does_is_told_by_its_inputs(token: str, question: str, by: str) -> None:
    assert does(token, inputs()[token])[question] == by


def test_types_that_do_none_of_it_are_not_listed() -> None:
    token = "aws:cloudwatch/dashboard:Dashboard"
    assert does(token, inputs()[token]) == {}


def test_what_is_listed_by_hand_is_a_type_that_its_inputs_do_not_tell() -> None:
    for token, (question, _) in BY_HAND.items():
        assert canonical(token) == token
        assert not [name for name in inputs()[token] if NAMES[question].search(name)], token


def test_every_type_without_a_rule_has_one_reason_and_no_other_has_any() -> None:
    assert sorted(token for tokens in LEFT.values() for token in tokens) == sorted(without_rule())
    assert len(REASONS) == sum(map(len, LEFT.values()))

from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import wafv2
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

METRICS = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True, "metricName": "m"}


def managed(name: str, **changes: Any) -> dict[str, Any]:
    statement = {"managedRuleGroupStatement": {"vendorName": "AWS", "name": name}}
    return {"name": name, "statement": statement, "overrideAction": {"none": {}}, "visibilityConfig": METRICS} | changes


RATE: dict[str, Any] = {
    "name": "rate",
    "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}},
    "action": {"block": {}},
    "visibilityConfig": METRICS,
}
COMMON, BAD_INPUTS = managed("AWSManagedRulesCommonRuleSet"), managed("AWSManagedRulesKnownBadInputsRuleSet")


def acl(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {
        "scope": "CLOUDFRONT",
        "defaultAction": {"allow": {}},
        "visibilityConfig": METRICS,
        "rules": [RATE, COMMON, BAD_INPUTS],
    }
    return resource(wafv2.WEB_ACL, "acl", **inputs | changes)


LOGGING = resource(
    wafv2.LOGGING,
    "logs",
    refers={"resourceArn": acl()},
    resourceArn=UNKNOWN,
    redactedFields=[{"singleHeader": {"name": "Authorization"}}, {"singleHeader": {"name": "cookie"}}],
)
CASES = [
    Case("waf-rules", [acl()], [Set("rules"), Set("rules", [])]),
    Case(
        "waf-managed-groups",
        [acl()],
        [
            Set("rules", [RATE, COMMON]),
            Set("rules[2].overrideAction", {"count": {}}),
            Set("rules[1].statement.managedRuleGroupStatement.name", "AWSManagedRulesLinuxRuleSet"),
        ],
    ),
    Case("waf-rate-limit", [acl()], [Set("rules", [COMMON]), Set("rules[0].action", {"count": {}})]),
    Case("waf-logging", [acl(), LOGGING], [Without("logs", "resourceArn")]),
    Case(
        "waf-logging-redacts",
        [LOGGING],
        [Set("redactedFields"), Set("redactedFields", [{"singleHeader": {"name": "cookie"}}])],
    ),
    Case(
        "waf-metrics",
        [acl()],
        [
            Set("visibilityConfig.cloudwatchMetricsEnabled", False),
            Set("rules[0].visibilityConfig", METRICS | {"cloudwatchMetricsEnabled": False}),
        ],
    ),
]
SET_UP_ELSEWHERE = {"rules": None, "ruleJson": "[]"}


def test_an_acl_that_blocks_by_default_needs_no_managed_rules() -> None:
    closed = acl(defaultAction={"block": {}}, rules=None)
    assert check("waf-rules", closed) == []
    assert check("waf-managed-groups", closed) == []


@pytest.mark.parametrize("rule", ["waf-rules", "waf-managed-groups", "waf-rate-limit"])
@pytest.mark.parametrize("changes", [{"rules": UNKNOWN}, SET_UP_ELSEWHERE])
def test_rules_that_cannot_be_seen_are_not_missed(rule: str, changes: dict[str, Any]) -> None:
    assert check(rule, acl(**changes)) == []


def test_standalone_rules_count() -> None:
    bare = acl(rules=None)
    apart = resource(wafv2.WEB_ACL_RULE, "rate", refers={"webAclArn": bare}, webAclArn=UNKNOWN, **RATE)
    assert check("waf-rate-limit", bare, apart) == []
    assert check("waf-rate-limit", bare) == ["acl: limits no client's rate of requests (rules)"]


def test_which_groups_are_required_is_configurable() -> None:
    found = check("waf-managed-groups", acl(), required=("AWSManagedRulesSQLiRuleSet",))
    assert found == ["acl: does not apply AWSManagedRulesSQLiRuleSet (rules)"]

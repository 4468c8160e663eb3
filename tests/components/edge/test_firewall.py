import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from components.edge.firewall import Firewall, FirewallSettings
from components.edge.firewall_rules import ALWAYS
from components.edge.origin_secret import OriginSecret, OriginSecretSettings
from tests.components.edge.support import DOMAIN, key
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

ACL = "aws:wafv2/webAcl:WebAcl"
SETTINGS = FirewallSettings(hosts=(DOMAIN,), sqli_body_rule=True, large_bodies=True)


def firewall(settings: FirewallSettings = SETTINGS, stage_path: str = "") -> Firewall:
    return Firewall("records", settings, account=ACCOUNT, log_key=key(), stage_path=stage_path)


def rules(settings: FirewallSettings = SETTINGS, stage_path: str = "") -> dict[str, dict[str, Any]]:
    found = record(lambda: firewall(settings, stage_path)).only(ACL).inputs["rules"]
    return {rule["name"]: rule for rule in found}


def pattern(rule: dict[str, Any]) -> re.Pattern[str]:
    statement = rule["statement"]
    statement = statement.get("notStatement", {}).get("statement", statement)
    return re.compile(statement["regexMatchStatement"]["regexString"])


def test_a_web_acl_of_cloudfront_lives_in_us_east_1_with_all_that_belongs_to_it() -> None:
    graph = record_once(firewall, region="eu-west-1")
    acl = graph.only(ACL)
    assert acl.inputs["scope"] == "CLOUDFRONT"
    assert acl.inputs["defaultAction"] == {"allow": {}}
    for node in (
        acl,
        graph.only("aws:cloudwatch/logGroup:LogGroup"),
        graph.only("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"),
    ):
        assert node.inputs["region"] == "us-east-1"


def test_a_name_is_made_up_unless_given() -> None:
    assert "name" not in record_once(firewall).only(ACL).inputs
    assert record(lambda: firewall(FirewallSettings(acl_name="Guard"))).only(ACL).inputs["name"] == "Guard"


def test_a_regional_one_lives_in_the_stack_s_region_and_is_attached() -> None:
    graph = record(lambda: firewall(FirewallSettings(scope="REGIONAL")).protect("balancer", "arn:alb"))
    acl = graph.only(ACL)
    assert acl.inputs["scope"] == "REGIONAL"
    assert "region" not in acl.inputs
    association = graph.only("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    assert association == {"webAclArn": acl.outputs["arn"], "resourceArn": "arn:alb"}


def test_a_distribution_attaches_its_web_acl_itself() -> None:
    with pytest.raises(Exception, match="attached by the distribution"):
        record(lambda: firewall().protect("balancer", "arn:alb"))


def test_without_a_setting_it_limits_rates_blocks_paths_and_runs_the_managed_groups() -> None:
    found = rules(FirewallSettings())
    assert [(r["name"], r["priority"]) for r in found.values()] == [
        ("RateLimit", 1),
        ("BlockedPaths", 3),
        ("AmazonIpReputationList", 10),
        ("CommonRuleSet", 11),
        ("KnownBadInputsRuleSet", 12),
        ("SQLiRuleSet", 13),
    ]
    for name, rule in found.items():
        assert rule["visibilityConfig"]["metricName"] == name
        if rule["priority"] < 10:
            assert rule["action"] == {"block": {}}
        else:
            assert rule["overrideAction"] == {"none": {}}
            group = rule["statement"]["managedRuleGroupStatement"]
            assert group == {"vendorName": "AWS", "name": f"AWSManagedRules{name}"}


def test_an_address_has_2000_requests_in_five_minutes() -> None:
    statement = rules()["RateLimit"]["statement"]["rateBasedStatement"]
    assert statement == {"limit": 2000, "aggregateKeyType": "IP", "evaluationWindowSec": 300}


@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/users", "/.git/config", "/.env", "/actuator/heapdump"])
def test_blocked_paths_are_blocked_with_all_below_them(path: str) -> None:
    assert pattern(rules()["BlockedPaths"]).search(path)


@pytest.mark.parametrize("path", ["/administrators", "/api/admin", "/xgit", "/aenv", "/"])
def test_paths_that_only_look_alike_are_not(path: str) -> None:
    assert not pattern(rules()["BlockedPaths"]).search(path)


def test_paths_are_compared_decoded_and_in_lower_case() -> None:
    statement = rules()["BlockedPaths"]["statement"]["regexMatchStatement"]
    assert [t["type"] for t in statement["textTransformations"]] == ["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"]
    assert statement["fieldToMatch"] == {"uriPath": {}}


def test_only_known_hosts_may_be_asked_for() -> None:
    known = pattern(rules()["UnknownHosts"])
    assert known.search(DOMAIN)
    assert not known.search("recordsxexample.com")
    assert not known.search(f"evil-{DOMAIN}")
    assert not known.search("")
    statement = rules()["UnknownHosts"]["statement"]["notStatement"]["statement"]["regexMatchStatement"]
    assert statement["fieldToMatch"] == {"singleHeader": {"name": "host"}}


def test_large_bodies_are_only_counted_when_the_application_takes_them() -> None:
    overrides = rules()["CommonRuleSet"]["statement"]["managedRuleGroupStatement"]["ruleActionOverrides"]
    assert overrides == [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]
    assert "ruleActionOverrides" not in rules()["SQLiRuleSet"]["statement"]["managedRuleGroupStatement"]


GROUPS = {
    "CommonRuleSet": {"CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY"},
    "SQLiRuleSet": {"SQLi_BODY"},
}
DOCUMENTS = FirewallSettings(document_paths=("/api/documents", "/api/pages"))


def counted(found: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    """The rules of managed groups that stop nothing by themselves."""
    groups = {name: r["statement"].get("managedRuleGroupStatement", {}) for name, r in found.items()}
    return {
        name: {override["name"] for override in group["ruleActionOverrides"]}
        for name, group in groups.items()
        if "ruleActionOverrides" in group
    }


def passes(rule: dict[str, Any], method: str, path: str) -> bool:
    """Whether a labelled request is let through by the rule of markup."""
    saved = rule["statement"]["andStatement"]["statements"][1]["notStatement"]["statement"]
    below, written = (s["regexMatchStatement"] for s in saved["andStatement"]["statements"])
    assert (below["fieldToMatch"], written["fieldToMatch"]) == ({"uriPath": {}}, {"method": {}})
    return bool(re.search(below["regexString"], path) and re.search(written["regexString"], method))


def test_documents_with_markup_pass_where_they_are_saved_and_stop_everywhere_else() -> None:
    found = rules(DOCUMENTS)
    assert counted(found) == GROUPS
    rule = found["MarkupElsewhere"]
    assert rule["action"] == {"block": {}}
    assert rule["priority"] > max(found[name]["priority"] for name in GROUPS)
    labels = rule["statement"]["andStatement"]["statements"][0]["orStatement"]["statements"]
    # A rule's label is its name, but for the part of the request that it looks at.
    assert {s["labelMatchStatement"]["key"] for s in labels} == {
        f"awswaf:managed:aws:{group}:{name.replace('_BODY', '_Body')}"
        for group, names in (("core-rule-set", GROUPS["CommonRuleSet"]), ("sql-database", GROUPS["SQLiRuleSet"]))
        for name in names
    }
    assert {s["labelMatchStatement"]["scope"] for s in labels} == {"LABEL"}
    assert passes(rule, "PUT", "/api/documents/7")
    assert passes(rule, "POST", "/api/pages")
    for method, path in (("GET", "/api/documents"), ("POST", "/api/documents-of-others"), ("POST", "/api/comments")):
        assert not passes(rule, method, path)


def test_every_rule_of_the_managed_groups_stops_where_no_documents_are_saved() -> None:
    assert counted(rules(FirewallSettings())) == {}
    assert "MarkupElsewhere" not in rules(FirewallSettings())


def test_paths_of_an_api_are_told_with_its_stage_and_without() -> None:
    found = rules(DOCUMENTS, "/Prod.1")
    rule, blocked = found["MarkupElsewhere"], pattern(found["BlockedPaths"])
    assert passes(rule, "PUT", "/prod.1/api/pages/7")
    assert passes(rule, "PUT", "/api/pages/7")
    assert not passes(rule, "PUT", "/prodx1/api/pages/7")
    assert not passes(rule, "GET", "/prod.1/api/pages/7")
    assert [bool(blocked.search(path)) for path in ("/prod.1/admin", "/admin", "/other/admin")] == [True, True, False]


def test_a_group_that_is_not_there_is_not_waited_for() -> None:
    made = rules(FirewallSettings(document_paths=("/api/pages",), managed_groups=ALWAYS))
    labelled = made["MarkupElsewhere"]["statement"]["andStatement"]["statements"][0]
    keys = [each["labelMatchStatement"]["key"] for each in labelled["orStatement"]["statements"]]
    assert len(keys) == 3
    assert all("core-rule-set" in key for key in keys)


def test_sql_in_a_body_is_blocked_as_it_was_sent() -> None:
    rule = rules()["SQLInjection"]
    assert rule["priority"] == 2
    statement = rule["statement"]["sqliMatchStatement"]
    assert statement["fieldToMatch"]["body"] == {"oversizeHandling": "CONTINUE"}
    assert statement["textTransformations"] == [{"priority": 1, "type": "NONE"}]


def test_requests_are_logged_encrypted_and_without_credentials() -> None:
    graph = record_once(firewall)
    group = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["namePrefix"].startswith("aws-waf-logs-")
    assert group.inputs["kmsKeyId"] == graph.only("aws:kms/key:Key").outputs["arn"]
    logging = graph.only("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs
    assert logging["logDestinationConfigs"] == [group.outputs["arn"]]
    assert logging["redactedFields"] == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
        {"singleHeader": {"name": "referer"}},
        {"singleHeader": {"name": "sec-websocket-protocol"}},
        {"singleHeader": {"name": "x-origin-verify"}},
        {"queryString": {}},
    ]
    headers = [one["singleHeader"]["name"] for one in logging["redactedFields"] if "singleHeader" in one]
    assert graph.only(ACL).inputs["dataProtectionConfig"]["dataProtections"] == [
        {"action": "SUBSTITUTION", "field": {"fieldType": "QUERY_STRING"}},
        {"action": "SUBSTITUTION", "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": headers}},
    ]


@pytest.mark.parametrize("generations", [("1",), ("2", "1")])
def test_strangers_are_those_without_the_header_of_the_distribution(generations: tuple[str, ...]) -> None:
    def program() -> None:
        secret = OriginSecret("secret", OriginSecretSettings(generations=generations))
        Firewall("api", FirewallSettings(scope="REGIONAL"), account=ACCOUNT, log_key=key(), origin_secret=secret)

    graph = record(program)
    values = [
        graph.only("random:index/randomPassword:RandomPassword", f"secret-{g}").outputs["result"] for g in generations
    ]
    acl = graph.only(ACL)
    (rule,) = [rule for rule in acl.inputs["rules"] if rule["name"] == "Strangers"]
    sent = rule["statement"]["notStatement"]["statement"]
    matches = [s["byteMatchStatement"] for s in (sent["orStatement"]["statements"] if len(values) > 1 else [sent])]
    assert [match["searchString"] for match in matches] == values
    for match in matches:
        assert match["positionalConstraint"] == "EXACTLY"
        assert match["fieldToMatch"] == {"singleHeader": {"name": "x-origin-verify"}}
        assert match["textTransformations"] == [{"priority": 0, "type": "NONE"}]
    assert list(rule["action"]) == ["block"]
    assert "rules" in acl.secret_inputs


@pytest.mark.parametrize(
    "make",
    [
        lambda: FirewallSettings(rate_limit=9),
        lambda: FirewallSettings(blocked_paths=("admin",)),
        lambda: FirewallSettings(blocked_paths=("/Admin",)),
        lambda: FirewallSettings(managed_groups=()),
        lambda: FirewallSettings(managed_groups=("CommonRuleSet", "SQLiRuleSet")),
        lambda: FirewallSettings(managed_groups=(*ALWAYS, "AWSManagedRulesSQLiRuleSet")),  # ty: ignore[invalid-argument-type]  # what is refused
    ],
)
def test_settings_that_cannot_work_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValidationError):
        make()


def test_patterns_fit_into_a_rule() -> None:
    longest = FirewallSettings(blocked_paths=tuple(f"/{i}{'a' * 38}" for i in range(10)))
    assert len(pattern(rules(longest)["BlockedPaths"]).pattern) <= 512


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(firewall) == []


def test_its_metric_is_the_stack_s_own_and_has_only_what_waf_takes() -> None:
    """Two stacks of an account and region would otherwise be one to CloudWatch."""
    names = {
        stack: record(firewall, stack=stack).only(ACL).inputs["visibilityConfig"]["metricName"]
        for stack in ("prod", "dev", "My.Odd_Stack", "x" * 130)
    }
    assert names["prod"] != names["dev"]
    assert names["My.Odd_Stack"] == "My-Odd_Stack-records"
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name) for name in names.values())

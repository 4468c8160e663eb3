"""Web ACLs."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Block, Finding, Graph, Level, Resource, RuleConfig, Severity, known, rule, stack_rule

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_RULE = "aws:wafv2/webAclRule:WebAclRule"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
_LINK = "https://docs.aws.amazon.com/waf/latest/developerguide/"
_SECRET_HEADERS = ("authorization", "cookie")


class ManagedGroups(RuleConfig):
    """What every web ACL must stop."""

    required: tuple[str, ...] = Field(
        ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"),
        description="Managed rule groups that every web ACL applies",
    )


def _rules(acl: Resource, graph: Graph) -> list[Block | Resource] | None:
    """The rules of a web ACL, inline and standalone; None where they are not all known."""
    by = "webAclArn"
    if (
        acl.partly_unknown("rules")
        or acl.unknown("ruleJson")
        or acl.has("ruleJson")
        or graph.unresolved(WEB_ACL_RULE, by)
    ):
        return None
    return [*acl.blocks("rules"), *graph.companions(acl, WEB_ACL_RULE, by=by)]


def _counts(entry: Block | Resource, action: str) -> bool:
    """Whether a rule is known to count only; the block that says so is empty."""
    count = entry.get(f"{action}.count")
    return known(count) and count is not None


def _blocks_by_default(acl: Resource) -> bool:
    return acl.unknown("defaultAction") or acl.get("defaultAction.block") is not None


@stack_rule(
    "waf-rules",
    title="Web ACLs have rules or block by default",
    severity=Severity.HIGH,
    types=[WEB_ACL],
    frameworks={"FSBP": "WAF.10", "Checkov": "CKV_AWS_175"},
    remedy="Add rules, or make defaultAction block.",
    link=_LINK + "web-acl.html",
)
def has_rules(acl: Resource, graph: Graph) -> Iterator[Finding]:
    """An ACL that allows everything looks like protection and is none."""
    if _rules(acl, graph) == [] and not _blocks_by_default(acl):
        yield Finding("lets every request pass", "rules")


@stack_rule(
    "waf-managed-groups",
    title="Web ACLs apply AWS's managed rules for common attacks",
    severity=Severity.MEDIUM,
    types=[WEB_ACL],
    frameworks={
        "Checkov": ("CKV_AWS_192", "CKV2_AWS_47", "CKV2_AWS_76", "CKV2_AWS_77"),
        "Well-Architected": "SEC05-BP03",
    },
    remedy="Add a managedRuleGroupStatement of vendor AWS for each, with overrideAction none.",
    link=_LINK + "aws-managed-rule-groups-list.html",
    config=ManagedGroups,
)
def managed_groups(acl: Resource, graph: Graph, config: ManagedGroups) -> Iterator[Finding]:
    """They follow new exploits, Log4j among them, without anybody's doing; counting alone stops nothing."""
    rules = _rules(acl, graph)
    if rules is None or _blocks_by_default(acl):
        return
    path = "statement.managedRuleGroupStatement.name"
    for name in config.required:
        found = [entry for entry in rules if entry.has(path, name)]
        if not found and not any(entry.unknown(path) for entry in rules):
            yield Finding(f"does not apply {name}", "rules")
        elif found and all(_counts(entry, "overrideAction") for entry in found):
            yield Finding(f"only counts what {name} finds", found[0].path("overrideAction.count"))


@stack_rule(
    "waf-rate-limit",
    title="Web ACLs limit the rate of requests",
    severity=Severity.MEDIUM,
    types=[WEB_ACL],
    frameworks={"Well-Architected": ("SEC05-BP03", "REL05-BP02")},
    remedy="Add a rule with a rateBasedStatement and action block, captcha or challenge.",
    link=_LINK + "waf-rule-statement-type-rate-based.html",
)
def rate_limit(acl: Resource, graph: Graph) -> Iterator[Finding]:
    """Guessing passwords, scraping and floods are many harmless requests; only their number gives them away."""
    rules = _rules(acl, graph)
    if rules is None or any(entry.unknown("statement.rateBasedStatement") for entry in rules):
        return
    limits = [entry for entry in rules if entry.has("statement.rateBasedStatement")]
    if all(_counts(entry, "action") for entry in limits):
        yield Finding("limits no client's rate of requests", "rules")


@stack_rule(
    "waf-logging",
    title="Web ACLs log the requests they judge",
    severity=Severity.MEDIUM,
    types=[WEB_ACL],
    frameworks={"Security Hub": "WAF.11", "Checkov": "CKV2_AWS_31"},
    remedy="Add a WebAclLoggingConfiguration for the web ACL.",
    link=_LINK + "logging.html",
    level=Level.MANDATORY_IN_PROD,
)
def logging(acl: Resource, graph: Graph) -> Iterator[Finding]:
    """Without the log nobody can tell an attack that was stopped from a customer who was."""
    if not graph.may_have(acl, LOGGING, by="resourceArn"):
        yield Finding("logs nothing")


@rule(
    "waf-logging-redacts",
    title="Logs of web ACLs leave credentials out",
    severity=Severity.MEDIUM,
    types=[LOGGING],
    frameworks={"Well-Architected": "SEC07-BP02"},
    remedy="Add redactedFields with singleHeader authorization and cookie.",
    link=_LINK + "logging-management.html",
)
def logging_redacts(configuration: Resource) -> Iterator[Finding]:
    """Whoever may read the log could take over the sessions in it."""
    fields = list(configuration.blocks("redactedFields"))
    if configuration.partly_unknown("redactedFields", "singleHeader.name"):
        return
    redacted = {str(field.get("singleHeader.name", "")).lower() for field in fields}
    for header in _SECRET_HEADERS:
        if header not in redacted:
            yield Finding(f"logs the {header} header", "redactedFields")


@stack_rule(
    "waf-metrics",
    title="Rules of web ACLs have metrics",
    severity=Severity.LOW,
    types=[WEB_ACL],
    frameworks={"FSBP": "WAF.12"},
    remedy="Set visibilityConfig.cloudwatchMetricsEnabled of the web ACL and of each rule.",
    link=_LINK + "monitoring-cloudwatch.html",
    level=Level.ADVISORY,
)
def metrics(acl: Resource, graph: Graph) -> Iterator[Finding]:
    """A rule that suddenly blocks ten times as much is an attack or a mistake, and both want somebody to look."""
    path = "visibilityConfig.cloudwatchMetricsEnabled"
    for entry in (acl, *(_rules(acl, graph) or ())):
        if entry.lacks(path, True):
            yield Finding("has no metrics", entry.path(path))

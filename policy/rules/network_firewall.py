"""Network Firewall: that it filters, and says what it saw."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

FIREWALL = "aws:networkfirewall/firewall:Firewall"
FIREWALL_POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
RULE_GROUP = "aws:networkfirewall/ruleGroup:RuleGroup"
LOGGING = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
_LINK = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/"
_GROUPS = ("firewallPolicy.statefulRuleGroupReferences", "firewallPolicy.statelessRuleGroupReferences")
_DEFAULTS = ("firewallPolicy.statelessDefaultActions", "firewallPolicy.statelessFragmentDefaultActions")


@rule(
    "networkfirewall-filters",
    title="Network Firewall policies drop or inspect what no rule names",
    severity=Severity.MEDIUM,
    types=[FIREWALL_POLICY],
    frameworks={"FSBP": ("NetworkFirewall.3", "NetworkFirewall.4", "NetworkFirewall.5")},
    remedy="Name a rule group, and aws:drop or aws:forward_to_sfe as default actions.",
    link=_LINK + "stateless-default-actions.html",
)
def filters(policy: Resource) -> Iterator[Finding]:
    """A firewall that passes packets by default, whole ones or fragments, filters nothing that is not foreseen."""
    for path in _DEFAULTS:
        if policy.contains(path, "aws:pass"):
            yield Finding("lets packets pass that no rule names", path)
    if all(policy.lacks(path) for path in _GROUPS):
        yield Finding("has no rule group", _GROUPS[0])


@rule(
    "networkfirewall-group-not-empty",
    title="Stateless rule groups have rules",
    severity=Severity.LOW,
    types=[RULE_GROUP],
    frameworks={"FSBP": "NetworkFirewall.6"},
    remedy="Add rules to the group, or leave the group out.",
    link=_LINK + "stateless-rule-groups.html",
    level=Level.ADVISORY,
)
def group_not_empty(group: Resource) -> Iterator[Finding]:
    """An empty group looks as if something were filtered."""
    path = "ruleGroup.rulesSource.statelessRulesAndCustomActions.statelessRules"
    if group.has("type", "STATELESS") and group.lacks("rules") and group.lacks(path):
        yield Finding("has no rule", path)


@stack_rule(
    "networkfirewall-logs",
    title="Network Firewalls write logs",
    severity=Severity.MEDIUM,
    types=[FIREWALL],
    frameworks={"FSBP": "NetworkFirewall.2"},
    remedy="Add a LoggingConfiguration for the firewall.",
    link=_LINK + "firewall-logging.html",
    level=Level.MANDATORY_IN_PROD,
)
def firewall_logs(firewall: Resource, graph: Graph) -> Iterator[Finding]:
    """What was dropped, and what went through, is answered by nothing else."""
    if not graph.may_have(firewall, LOGGING, by="firewallArn"):
        yield Finding("writes no log")

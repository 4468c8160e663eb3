"""AWS Backup: vaults, plans, and what they take."""

import re
from collections.abc import Iterator

from pydantic import Field

from policy.iam import RESOURCE, documents, grants
from policy.model import Finding, Graph, Level, Resource, RuleConfig, Severity, rule, stack_rule, wholly_known

VAULT = "aws:backup/vault:Vault"
VAULT_POLICY = "aws:backup/vaultPolicy:VaultPolicy"
VAULT_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
_INSTANCE = "aws:rds/instance:Instance"
_CLUSTER = "aws:rds/cluster:Cluster"
_COPIES = {_INSTANCE: "replicateSourceDb", _CLUSTER: "replicationSourceIdentifier"}
"""What may be a copy of something else, and the input that says of what."""
_PROTECTED = (
    _INSTANCE,
    _CLUSTER,
    "aws:dynamodb/table:Table",
    "aws:efs/fileSystem:FileSystem",
    "aws:ebs/volume:Volume",
)
VAULT_NOTIFICATIONS = "aws:backup/vaultNotifications:VaultNotifications"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
_CRON = re.compile(r"cron\((?P<minute>\d+) (?P<hour>\d+) [?*] \* [?*] \*\)")
"""A schedule of every day, at one time."""
_WINDOW = re.compile(r"(\w{3}:)?(?P<fromhour>\d\d):(?P<fromminute>\d\d)-(\w{3}:)?(?P<tohour>\d\d):(?P<tominute>\d\d)")
_DAY, _HOUR = 24 * 60, 60
_LINK = "https://docs.aws.amazon.com/aws-backup/latest/devguide/"


@rule(
    "backup-vault-customer-key",
    title="Backup vaults are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[VAULT],
    frameworks={"FSBP": "Backup.1", "Checkov": "CKV_AWS_166"},
    remedy="Set kmsKeyArn. It can only be chosen at creation.",
    link=_LINK + "encryption.html",
)
def vault_customer_key(vault: Resource) -> Iterator[Finding]:
    """Backups under the key that AWS manages can be copied to no other account."""
    if vault.lacks("kmsKeyArn"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyArn")


@stack_rule(
    "backup-vault-keeps-backups",
    title="Nobody deletes backups before their time",
    severity=Severity.HIGH,
    types=[VAULT],
    frameworks={"Well-Architected": "REL09-BP02"},
    remedy="Add a VaultPolicy that denies backup:DeleteRecoveryPoint to everybody, or a VaultLockConfiguration.",
    link=_LINK + "vault-lock.html",
    level=Level.MANDATORY_IN_PROD,
)
def vault_keeps_backups(vault: Resource, graph: Graph) -> Iterator[Finding]:
    """Whoever takes an administrator's place deletes the backups first. A denial may spare AWS Backup itself."""
    if graph.may_have(vault, VAULT_LOCK, by="backupVaultName"):
        return
    policies = graph.companions(vault, VAULT_POLICY, by="backupVaultName")
    found = [document for policy in policies for document in documents(policy, RESOURCE)]
    statements = [statement for document in found for statement in document.statements]
    if any(
        each.effect == "Deny"
        and "*" in each.principals_of("AWS")
        and grants(each.known_actions(), "backup:DeleteRecoveryPoint")
        for each in statements
    ):
        return
    unread = any(policy.unknown("policy") for policy in policies) or any(not each.complete for each in found)
    if not unread and not graph.unresolved(VAULT_POLICY, "backupVaultName"):
        yield Finding("lets backups be deleted")


class Retention(RuleConfig):
    """How long backups are kept."""

    minimum_days: int = Field(7, ge=1, description="Least days after which a plan may delete backups and their copies")


@rule(
    "backup-plan-retention",
    title="Backup plans keep what they make for long enough",
    severity=Severity.MEDIUM,
    types=[PLAN],
    frameworks={"Well-Architected": "REL09-BP03"},
    remedy="Set lifecycle.deleteAfter of rules and copies to 7 days or more, or leave it out to keep them for ever.",
    link=_LINK + "creating-a-backup-plan.html",
    level=Level.MANDATORY_IN_PROD,
    config=Retention,
)
def plan_retention(plan: Resource, config: Retention) -> Iterator[Finding]:
    """A mistake found after the weekend must not be older than the oldest backup."""
    for each in plan.blocks("rules"):
        for made in (each, *each.blocks("copyActions")):
            if made.below("lifecycle.deleteAfter", config.minimum_days):
                yield Finding(f"deletes in less than {config.minimum_days} days", made.path("lifecycle.deleteAfter"))


@rule(
    "backup-plan-copies-elsewhere",
    title="Backup plans of production copy what they make",
    severity=Severity.MEDIUM,
    types=[PLAN],
    frameworks={"Well-Architected": "REL09-BP01"},
    remedy="Give a rule copyActions whose destinationVaultArn is a vault of another region or account.",
    link=_LINK + "cross-region-backup.html",
    level=Level.ADVISORY,
)
def plan_copies(plan: Resource) -> Iterator[Finding]:
    """A vault goes with its region, and with its account: what is to outlive either lies elsewhere as well."""
    rules = list(plan.blocks("rules"))
    if rules and all(each.lacks("copyActions") for each in rules):
        yield Finding("copies no backup to another region or account", "rules")


@stack_rule(
    "backup-vault-watched",
    title="Somebody is told of backups that fail",
    severity=Severity.MEDIUM,
    types=[VAULT],
    frameworks={"Well-Architected": "REL09-BP03"},
    remedy="Add a MetricAlarm on AWS/Backup, an EventRule of aws.backup, or VaultNotifications.",
    link=_LINK + "monitoring.html",
    level=Level.ADVISORY,
)
def vault_watched(vault: Resource, graph: Graph) -> Iterator[Finding]:
    """Who notices on the day of a restore that the last backup is a year old has none.

    What happens in a vault is said in its own region, so a vault of copies needs somebody there. Alarms are often a
    program's of their own: one that has none at all says nothing.
    """
    if graph.may_have(vault, VAULT_NOTIFICATIONS, by="backupVaultName"):
        return
    watchers = graph.of(METRIC_ALARM, EVENT_RULE)
    if watchers and not any(_tells(each) and _beside(each, vault) for each in watchers):
        yield Finding("tells nobody of backups that fail")


def _beside(watcher: Resource, vault: Resource) -> bool:
    """Whether both are in one region, or may be; what names none is in the provider's."""
    unknown = watcher.unknown("region") or vault.unknown("region")
    return unknown or watcher.get("region") == vault.get("region")


def _tells(watcher: Resource) -> bool:
    """Whether it is about AWS Backup, or may be."""
    if watcher.type == EVENT_RULE:
        return watcher.unknown("eventPattern") or "aws.backup" in str(watcher.get("eventPattern"))
    asked = [watcher, *(each for query in watcher.blocks("metricQueries") for each in query.blocks("metric"))]
    return any(each.unknown("namespace") or each.has("namespace", "AWS/Backup") for each in asked)


@stack_rule(
    "backup-plan-meets-no-window",
    title="Backups do not start while RDS refuses them",
    severity=Severity.MEDIUM,
    types=[PLAN],
    frameworks={"Well-Architected": "REL09-BP03"},
    remedy="Set a schedule that leaves the maintenance and backup windows, and the hour before each, to RDS.",
    link=_LINK + "troubleshooting.html",
    level=Level.MANDATORY_IN_PROD,
)
def plan_meets_no_window(plan: Resource, graph: Graph) -> Iterator[Finding]:
    """RDS takes no backup of AWS Backup in its windows and in the hour before: that day has none."""
    for each in plan.blocks("rules"):
        start = _CRON.fullmatch(_text(each.get("schedule")))
        for store in _backed_up(plan, graph) if start else ():
            for key in ("maintenanceWindow", "backupWindow"):
                window = _WINDOW.fullmatch(_text(store.get(key)))
                if start and window and _meets(start, window):
                    yield Finding(f"starts when {store.name} has its {key}, or an hour before", each.path("schedule"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _backed_up(plan: Resource, graph: Graph) -> Iterator[Resource]:
    for selection in graph.companions(plan, SELECTION, by="planId"):
        yield from graph.refers(selection, "resources", _INSTANCE)


def _meets(start: re.Match[str], window: re.Match[str]) -> bool:
    """Whether a daily time falls into a window or the hour before it, whatever the day of the week."""
    at = int(start["hour"]) * 60 + int(start["minute"])
    opens, closes = (int(window[f"{edge}hour"]) * 60 + int(window[f"{edge}minute"]) for edge in ("from", "to"))
    refused = (closes - opens) % _DAY + _HOUR
    return (at - (opens - _HOUR)) % _DAY < refused


class Coverage(RuleConfig):
    """Which programs the rule judges."""

    without_plan: bool = Field(False, description="Whether a program that has no backup plan at all is asked too")


@stack_rule(
    "backup-plan-covers-data",
    title="Databases, tables, file systems and volumes are in a backup plan",
    severity=Severity.MEDIUM,
    types=_PROTECTED,
    frameworks={
        "FSBP": "EFS.2",
        "Security Hub": ("DynamoDB.4", "EC2.28", "RDS.26"),
        "Checkov": ("CKV2_AWS_8", "CKV2_AWS_9", "CKV2_AWS_18"),
    },
    remedy="Add its ARN to the resources of a Selection, or select it by tag.",
    link=_LINK + "assigning-resources.html",
    level=Level.MANDATORY_IN_PROD,
    config=Coverage,
)
def plan_covers_data(store: Resource, graph: Graph, config: Coverage) -> Iterator[Finding]:
    """A service's own backups lie in the same account and go with it; a vault stays. Replicas follow their source.

    Plans are often a program's of their own, or the organization's, and select by tag: one that has none says nothing.
    """
    if not (config.without_plan or graph.of(PLAN) or graph.of(SELECTION)):
        return
    by = _COPIES.get(store.type)
    if by and (store.unknown(by) or store.has(by)):
        return
    if graph.companions(store, SELECTION, by="resources"):
        return
    if not any(_may_cover(selection, graph) for selection in graph.of(SELECTION)):
        yield Finding("is in no backup plan")


def _may_cover(selection: Resource, graph: Graph) -> bool:
    """Whether it selects by tags or patterns, or by what is not known yet and leads to no resource."""
    if any(selection.has(path) or selection.unknown(path) for path in ("selectionTags", "conditions", "notResources")):
        return True
    members = selection.list("resources")
    if any("*" in str(member) for member in members):
        return True
    return not wholly_known(selection.get("resources")) and not graph.refers(selection, "resources", *_PROTECTED)

"""RDS: logs, monitoring, upgrades and standby of instances and clusters."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"
_WITH_FINAL_SNAPSHOT = (
    INSTANCE,
    CLUSTER,
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:redshift/cluster:Cluster",
)
_LINK = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
_EXPORTS = "enabledCloudwatchLogsExports"
# The log that shows who did what: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-9
_LOGS = {
    "postgres": "postgresql",
    "aurora-postgresql": "postgresql",
    "aurora-mysql": "audit",
    "mysql": "audit",
    "mariadb": "audit",
    "sqlserver-ee": "error",
    "sqlserver-se": "error",
    "sqlserver-ex": "error",
    "sqlserver-web": "error",
}
# What Security Hub asks of a subscription to events of each kind (RDS.19 to RDS.22).
_EVENTS = {
    "db-instance": ("maintenance", "configuration change", "failure"),
    "db-cluster": ("maintenance", "failure"),
    "db-parameter-group": ("configuration change",),
    "db-security-group": ("configuration change", "failure"),
}


@rule(
    "rds-log-exports",
    title="Databases send their logs to CloudWatch",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER],
    frameworks={
        "FSBP": ("RDS.9", "RDS.34", "RDS.36", "RDS.37", "RDS.40", "RDS.42"),
        "cdk-nag": "AwsSolutions-RDS16",
        "Checkov": ("CKV_AWS_129", "CKV_AWS_324", "CKV_AWS_325"),
    },
    remedy="Set enabledCloudwatchLogsExports with the engine's log: postgresql, audit or error.",
    link=_LINK + "USER_LogAccess.html",
    level=Level.ADVISORY,
)
def log_exports(database: Resource) -> Iterator[Finding]:
    """The database's own copy is gone with it, and after a few days in any case."""
    engine = database.get("engine")
    log = _LOGS.get(engine) if isinstance(engine, str) else None
    if log is not None and database.omits(_EXPORTS, log):
        yield Finding(f"does not send its {log} log to CloudWatch", _EXPORTS)


@rule(
    "rds-minor-upgrades",
    title="Databases take minor versions by themselves",
    severity=Severity.HIGH,
    types=[INSTANCE, CLUSTER, CLUSTER_INSTANCE],
    frameworks={"FSBP": ("RDS.13", "RDS.35"), "CIS": "3.2.2", "Checkov": "CKV_AWS_226"},
    remedy="Leave autoMinorVersionUpgrade on.",
    link=_LINK + "USER_UpgradeDBInstance.Upgrading.html",
    level=Level.MANDATORY_IN_PROD,
)
def minor_upgrades(database: Resource) -> Iterator[Finding]:
    """Minor versions carry the security fixes; they come in the maintenance window."""
    if database.has("autoMinorVersionUpgrade", False):
        yield Finding("stays at its minor version", "autoMinorVersionUpgrade")


@rule(
    "rds-enhanced-monitoring",
    title="Databases show what their operating system does",
    severity=Severity.LOW,
    types=[INSTANCE, CLUSTER_INSTANCE],
    frameworks={"FSBP": "RDS.6", "Checkov": "CKV_AWS_118"},
    remedy="Set monitoringInterval, say 60 seconds, and monitoringRoleArn.",
    link=_LINK + "USER_Monitoring.OS.html",
    level=Level.ADVISORY,
)
def enhanced_monitoring(instance: Resource) -> Iterator[Finding]:
    """What the hypervisor sees does not say which process took the memory."""
    if instance.below("monitoringInterval", 1, default=0):
        yield Finding("has no enhanced monitoring", "monitoringInterval")


@rule(
    "rds-performance-insights-key",
    title="Performance Insights are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER, CLUSTER_INSTANCE],
    frameworks={"Checkov": "CKV_AWS_354"},
    remedy="Set performanceInsightsKmsKeyId. It can only be chosen when they are switched on.",
    link=_LINK + "USER_PerfInsights.access-control.html",
)
def performance_insights_key(instance: Resource) -> Iterator[Finding]:
    """They hold the text of statements, and with it what stands in their literals."""
    if instance.has("performanceInsightsEnabled", True) and instance.lacks("performanceInsightsKmsKeyId"):
        yield Finding("has its statements under the key that AWS manages", "performanceInsightsKmsKeyId")


@rule(
    "rds-copy-tags",
    title="Snapshots carry the tags of their database",
    severity=Severity.LOW,
    types=[INSTANCE, CLUSTER],
    frameworks={
        "FSBP": ("RDS.16", "RDS.17", "RDS.47", "RDS.48"),
        "Checkov": ("CKV_AWS_313", "CKV2_AWS_60"),
    },
    remedy="Set copyTagsToSnapshot.",
    link=_LINK + "USER_Tagging.html",
    level=Level.ADVISORY,
)
def copy_tags(database: Resource) -> Iterator[Finding]:
    """Permissions, retention and cost by tag miss a snapshot that has none."""
    if database.lacks("copyTagsToSnapshot", True):
        yield Finding("leaves its snapshots untagged", "copyTagsToSnapshot")


@stack_rule(
    "rds-cluster-multi-az",
    title="Clusters survive the loss of an availability zone",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"FSBP": "RDS.15"},
    remedy="Add a second ClusterInstance, or set dbClusterInstanceClass for a Multi-AZ DB cluster.",
    link=_AURORA + "Concepts.AuroraHighAvailability.html",
    level=Level.MANDATORY_IN_PROD,
)
def cluster_multi_az(cluster: Resource, graph: Graph) -> Iterator[Finding]:
    """Aurora's storage spans zones; with one instance the database is down until that one is recreated.

    A cluster that copies an instance of RDS is a second copy already, and AWS has it consist of one instance.
    """
    if cluster.unknown("replicationSourceIdentifier") or cluster.has("replicationSourceIdentifier"):
        return
    if cluster.unknown("dbClusterInstanceClass") or cluster.has("dbClusterInstanceClass"):
        return
    instances = graph.companions(cluster, CLUSTER_INSTANCE, by="clusterIdentifier")
    if len(instances) < 2 and not graph.unresolved(CLUSTER_INSTANCE, "clusterIdentifier"):
        yield Finding(f"has {len(instances)} instances; two are needed")


@rule(
    "rds-backtrack",
    title="Aurora MySQL clusters can be wound back",
    severity=Severity.LOW,
    types=[CLUSTER],
    frameworks={"FSBP": "RDS.14", "cdk-nag": "AwsSolutions-RDS14", "Checkov": "CKV_AWS_326"},
    remedy="Set backtrackWindow in seconds, at most 259200. It can only be chosen at creation.",
    link=_AURORA + "AuroraMySQL.Managing.Backtrack.html",
    level=Level.ADVISORY,
)
def backtrack(cluster: Resource) -> Iterator[Finding]:
    """A faulty statement is undone in minutes, in place, instead of by a restored second cluster."""
    if cluster.has("engine", "aurora-mysql") and cluster.below("backtrackWindow", 1, default=0):
        yield Finding("cannot be wound back", "backtrackWindow")


@rule(
    "rds-event-categories",
    title="Subscriptions to database events hear of failures and changes",
    severity=Severity.LOW,
    types=[SUBSCRIPTION],
    frameworks={"FSBP": ("RDS.19", "RDS.20", "RDS.21", "RDS.22")},
    remedy="Leave eventCategories out, or list the critical ones: maintenance, configuration change, failure.",
    link=_LINK + "USER_Events.Messages.html",
    level=Level.ADVISORY,
)
def event_categories(subscription: Resource) -> Iterator[Finding]:
    """A subscription that leaves failures out looks like monitoring and is none."""
    if subscription.has("enabled", False):
        yield Finding("is switched off", "enabled")
    source = subscription.get("sourceType")
    critical = _EVENTS.get(source, ()) if isinstance(source, str) else ()
    for category in critical if subscription.has("eventCategories") else ():
        if subscription.omits("eventCategories", category):
            yield Finding(f"does not hear of: {category}", "eventCategories")


@rule(
    "rds-final-snapshot",
    title="Databases leave a snapshot when they are deleted",
    severity=Severity.MEDIUM,
    types=_WITH_FINAL_SNAPSHOT,
    frameworks={"Well-Architected": "REL09-BP01"},
    remedy="Leave skipFinalSnapshot off and set finalSnapshotIdentifier.",
    link=_LINK + "USER_DeleteInstance.html",
    level=Level.MANDATORY_IN_PROD,
)
def final_snapshot(database: Resource) -> Iterator[Finding]:
    """Automated backups go with the instance; the last state is what one wants back. A replica has its source's."""
    replica = not database.lacks("replicateSourceDb") or not database.lacks("replicationSourceIdentifier")
    if not replica and database.has("skipFinalSnapshot", True):
        yield Finding("leaves no snapshot when it is deleted", "skipFinalSnapshot")

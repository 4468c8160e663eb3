"""Redshift clusters, and serverless namespaces and workgroups."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

CLUSTER = "aws:redshift/cluster:Cluster"
PARAMETER_GROUP = "aws:redshift/parameterGroup:ParameterGroup"
LOGGING = "aws:redshift/logging:Logging"
NAMESPACE = "aws:redshiftserverless/namespace:Namespace"
WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup"
_LINK = "https://docs.aws.amazon.com/redshift/latest/mgmt/"


@rule(
    "redshift-encrypted",
    title="Warehouses are encrypted with a customer key",
    severity=Severity.HIGH,
    types=[CLUSTER, NAMESPACE],
    frameworks={
        "FSBP": "Redshift.10",
        "cdk-nag": "AwsSolutions-RS6",
        "Checkov": ("CKV_AWS_64", "CKV_AWS_142", "CKV_AWS_282"),
    },
    remedy="Set encrypted and kmsKeyId; for a serverless namespace kmsKeyId.",
    link=_LINK + "working-with-db-encryption.html",
)
def encrypted(warehouse: Resource) -> Iterator[Finding]:
    """A warehouse is where all other stores are copied to."""
    if warehouse.type == CLUSTER and warehouse.lacks("encrypted", True):
        yield Finding("is not encrypted at rest", "encrypted")
    elif warehouse.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@rule(
    "redshift-not-public",
    title="Warehouses have no public address",
    severity=Severity.CRITICAL,
    types=[CLUSTER, WORKGROUP],
    frameworks={
        "FSBP": ("Redshift.1", "RedshiftServerless.3"),
        "cdk-nag": "AwsSolutions-RS8",
        "Checkov": ("CKV_AWS_87", "CKV_AWS_391"),
    },
    remedy="Leave publiclyAccessible at false.",
    link=_LINK + "managing-clusters-vpc.html",
)
def not_public(warehouse: Resource) -> Iterator[Finding]:
    """A public address leaves a security group as the only thing between the internet and the data."""
    if warehouse.has("publiclyAccessible", True):
        yield Finding("is publicly accessible", "publiclyAccessible")


@stack_rule(
    "redshift-requires-tls",
    title="Warehouses refuse connections without TLS",
    severity=Severity.HIGH,
    types=[CLUSTER, WORKGROUP],
    frameworks={
        "FSBP": ("Redshift.2", "RedshiftServerless.2"),
        "cdk-nag": "AwsSolutions-RS1",
        "Checkov": "CKV_AWS_105",
    },
    remedy="Set require_ssl to true in the cluster's parameter group or the workgroup's configParameters.",
    link=_LINK + "connecting-ssl-support.html",
)
def requires_tls(warehouse: Resource, graph: Graph) -> Iterator[Finding]:
    """A client that does not ask for TLS sends password and rows in clear."""
    if warehouse.type == WORKGROUP:
        for each in warehouse.blocks("configParameters"):
            if each.has("parameterKey", "require_ssl") and each.lacks("parameterValue", "true"):
                yield Finding("does not force TLS", each.path("parameterValue"))
        return
    for group in graph.refers(warehouse, "clusterParameterGroupName", PARAMETER_GROUP):
        values = [each.get("value") for each in group.blocks("parameters") if each.has("name", "require_ssl")]
        on = [not known(value) or str(value).lower() == "true" for value in values]
        if not all(on) or (not on and not group.partly_unknown("parameters", "name")):
            yield Finding("does not force TLS", "clusterParameterGroupName")


@rule(
    "redshift-snapshots",
    title="Warehouses keep automated snapshots",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"FSBP": "Redshift.3", "cdk-nag": "AwsSolutions-RS10", "Checkov": "CKV_AWS_343"},
    remedy="Set automatedSnapshotRetentionPeriod to 7 days or more.",
    link=_LINK + "working-with-snapshots.html",
    level=Level.MANDATORY_IN_PROD,
)
def snapshots(cluster: Resource) -> Iterator[Finding]:
    """By default the oldest automated snapshot is a day old."""
    if cluster.below("automatedSnapshotRetentionPeriod", 7, default=1):
        yield Finding("keeps snapshots for less than 7 days", "automatedSnapshotRetentionPeriod")


@stack_rule(
    "redshift-audit-logs",
    title="Warehouses log who connects and what they ask",
    severity=Severity.MEDIUM,
    types=[CLUSTER, NAMESPACE],
    frameworks={
        "FSBP": ("Redshift.4", "RedshiftServerless.6"),
        "cdk-nag": "AwsSolutions-RS5",
        "Checkov": "CKV_AWS_71",
    },
    remedy="Add a Logging with logExports; for a serverless namespace set logExports.",
    link=_LINK + "db-auditing.html",
    level=Level.ADVISORY,
)
def audit_logs(warehouse: Resource, graph: Graph) -> Iterator[Finding]:
    """System tables keep a week; after that nobody can say who read what."""
    if warehouse.type == NAMESPACE:
        if warehouse.lacks("logExports"):
            yield Finding("keeps no audit log", "logExports")
        return
    logged = graph.companions(warehouse, LOGGING, by="clusterIdentifier")
    if not logged and not graph.unresolved(LOGGING, "clusterIdentifier"):
        yield Finding("keeps no audit log")


@rule(
    "redshift-enhanced-routing",
    title="Warehouses load and unload through the VPC",
    severity=Severity.MEDIUM,
    types=[CLUSTER, WORKGROUP],
    frameworks={"FSBP": ("Redshift.7", "RedshiftServerless.1"), "Checkov": "CKV_AWS_321"},
    remedy="Set enhancedVpcRouting.",
    link=_LINK + "enhanced-vpc-routing.html",
)
def enhanced_routing(warehouse: Resource) -> Iterator[Finding]:
    """Otherwise COPY and UNLOAD go past security groups, endpoint policies and flow logs, to any bucket there is."""
    if warehouse.lacks("enhancedVpcRouting", True):
        yield Finding("sends data past the VPC", "enhancedVpcRouting")


@rule(
    "redshift-administrator-name",
    title="Administrators of warehouses have names of their own",
    severity=Severity.LOW,
    types=[CLUSTER, NAMESPACE],
    frameworks={"FSBP": ("Redshift.8", "RedshiftServerless.5")},
    remedy="Choose masterUsername (of a namespace adminUsername).",
    link=_LINK + "working-with-clusters.html",
    level=Level.ADVISORY,
)
def administrator_name(warehouse: Resource) -> Iterator[Finding]:
    """Whoever tries passwords begins with the name that every example has."""
    for path, usual in (("masterUsername", "awsuser"), ("adminUsername", "admin")):
        if warehouse.has(path, usual):
            yield Finding(f"has {usual} as administrator", path)

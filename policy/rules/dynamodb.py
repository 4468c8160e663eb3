"""DynamoDB tables, and DAX in front of them."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
SCALING = "aws:appautoscaling/target:Target"
DAX = "aws:dax/cluster:Cluster"
_LINK = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


@rule(
    "dynamodb-customer-key",
    title="Tables and their replicas are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[TABLE, REPLICA],
    frameworks={"Checkov": ("CKV_AWS_119", "CKV_AWS_271")},
    remedy="Set serverSideEncryption.enabled and kmsKeyArn; for every replica kmsKeyArn, a key of its own region.",
    link=_LINK + "EncryptionAtRest.html",
)
def customer_key(table: Resource) -> Iterator[Finding]:
    """DynamoDB always encrypts; a key of one's own makes reading a second permission, logged and revocable."""
    if table.type == REPLICA:
        if table.lacks("kmsKeyArn"):
            yield Finding("is encrypted with a key of AWS", "kmsKeyArn")
        return
    if table.lacks("serverSideEncryption.enabled", True) or table.lacks("serverSideEncryption.kmsKeyArn"):
        yield Finding("is encrypted with a key of AWS", "serverSideEncryption")
    for replica in table.blocks("replicas"):
        if replica.lacks("kmsKeyArn"):
            yield Finding("has a replica that is encrypted with a key of AWS", replica.path("kmsKeyArn"))


@rule(
    "dynamodb-point-in-time-recovery",
    title="Tables can be restored to any second",
    severity=Severity.MEDIUM,
    types=[TABLE, REPLICA],
    frameworks={
        "FSBP": "DynamoDB.2",
        "cdk-nag": "AwsSolutions-DDB3",
        "Checkov": ("CKV_AWS_28", "CKV_AWS_165"),
    },
    remedy="Set pointInTimeRecovery.enabled, and pointInTimeRecovery of every replica.",
    link=_LINK + "Point-in-time-recovery.html",
    level=Level.MANDATORY_IN_PROD,
)
def point_in_time_recovery(table: Resource) -> Iterator[Finding]:
    """A faulty release overwrites items in seconds; without it there is nothing to go back to."""
    path = "pointInTimeRecovery" if table.type == REPLICA else "pointInTimeRecovery.enabled"
    if table.lacks(path, True):
        yield Finding("cannot be restored to a point in time", path)
    for replica in table.blocks("replicas"):
        if replica.lacks("pointInTimeRecovery", True):
            yield Finding("has a replica that cannot be restored", replica.path("pointInTimeRecovery"))


@rule(
    "dynamodb-deletion-protection",
    title="Tables are protected from deletion",
    severity=Severity.MEDIUM,
    types=[TABLE, REPLICA],
    frameworks={"FSBP": "DynamoDB.6"},
    remedy="Set deletionProtectionEnabled.",
    link=_LINK + "WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(table: Resource) -> Iterator[Finding]:
    """A change of key schema replaces the table, data and all, unless the table refuses."""
    if table.lacks("deletionProtectionEnabled", True):
        yield Finding("can be deleted in one call", "deletionProtectionEnabled")


@stack_rule(
    "dynamodb-capacity-scales",
    title="Tables follow demand",
    severity=Severity.LOW,
    types=[TABLE],
    frameworks={"FSBP": "DynamoDB.1", "Checkov": "CKV2_AWS_16"},
    remedy="Set billingMode to PAY_PER_REQUEST, or add scaling targets for read and write capacity.",
    link=_LINK + "AutoScaling.html",
    level=Level.ADVISORY,
)
def capacity_scales(table: Resource, graph: Graph) -> Iterator[Finding]:
    """Beyond a fixed capacity DynamoDB refuses requests."""
    if table.lacks("billingMode", "PAY_PER_REQUEST") and not graph.unresolved(SCALING, "resourceId"):
        name = table.get("name")
        targets = [
            target
            for target in graph.of(SCALING)
            if target in graph.companions(table, SCALING, by="resourceId")
            or (isinstance(name, str) and target.has("resourceId", f"table/{name}"))
        ]
        for unit in _UNITS:
            dimension = f"dynamodb:table:{unit}"
            if all(target.lacks("scalableDimension", dimension) for target in targets):
                yield Finding(f"has a fixed number of {unit}", "billingMode")


@rule(
    "dynamodb-ttl-works",
    title="Tables that expire items name an attribute with a time",
    severity=Severity.MEDIUM,
    types=[TABLE],
    frameworks={"Well-Architected": "SEC07-BP04"},
    remedy="Set ttl.attributeName to a number attribute that holds seconds since 1970, and ttl.enabled to true.",
    link=_LINK + "howitworks-ttl.html",
)
def ttl_works(table: Resource) -> Iterator[Finding]:
    """DynamoDB skips items whose attribute is no number of seconds: nothing ever expires, and nobody is told."""
    if table.has("ttl.enabled", True) and table.lacks("ttl.attributeName"):
        yield Finding("expires items by no attribute", "ttl.attributeName")
    if table.has("ttl.attributeName") and table.lacks("ttl.enabled", True):
        yield Finding("names an attribute and expires nothing", "ttl.enabled")
    expiring = table.list("ttl.attributeName")
    for attribute in table.blocks("attributes"):
        if expiring and attribute.has("name", *expiring) and attribute.lacks("type", "N"):
            yield Finding("expires items by an attribute that is no number", "ttl.attributeName")


@rule(
    "dax-encrypted",
    title="DAX clusters are encrypted at rest",
    severity=Severity.MEDIUM,
    types=[DAX],
    frameworks={"FSBP": "DynamoDB.3", "cdk-nag": "AwsSolutions-DDB4", "Checkov": "CKV_AWS_47"},
    remedy="Set serverSideEncryption.enabled. It can only be chosen at creation.",
    link=_LINK + "DAXEncryptionAtRest.html",
)
def dax_encrypted(cluster: Resource) -> Iterator[Finding]:
    """The cache holds the tables' items on disks of its own, and is not encrypted unless told."""
    if cluster.lacks("serverSideEncryption.enabled", True):
        yield Finding("is not encrypted at rest", "serverSideEncryption.enabled")


@rule(
    "dax-encrypted-in-transit",
    title="DAX clusters accept TLS only",
    severity=Severity.MEDIUM,
    types=[DAX],
    frameworks={"FSBP": "DynamoDB.7", "Checkov": "CKV_AWS_239"},
    remedy="Set clusterEndpointEncryptionType to TLS. It can only be chosen at creation.",
    link=_LINK + "DAXEncryptionInTransit.html",
)
def dax_encrypted_in_transit(cluster: Resource) -> Iterator[Finding]:
    """Items cross the network with every request, in clear by default."""
    if cluster.lacks("clusterEndpointEncryptionType", "TLS"):
        yield Finding("is not encrypted in transit", "clusterEndpointEncryptionType")

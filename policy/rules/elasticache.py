"""ElastiCache replication groups."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_LINK = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"


def _is_copy(group: Resource) -> bool:
    """A secondary of a global datastore has its primary's encryption, at rest and in transit, and may not name it."""
    return group.unknown("globalReplicationGroupId") or group.has("globalReplicationGroupId")


@rule(
    "elasticache-encrypted-at-rest",
    title="Caches are encrypted at rest with a customer key",
    severity=Severity.HIGH,
    types=[GROUP],
    frameworks={
        "FSBP": "ElastiCache.4",
        "cdk-nag": "AwsSolutions-AEC3",
        "Checkov": ("CKV_AWS_29", "CKV_AWS_191"),
    },
    remedy="Set atRestEncryptionEnabled and kmsKeyId. Changing either replaces the group.",
    link=_LINK + "at-rest-encryption.html",
)
def encrypted_at_rest(group: Resource) -> Iterator[Finding]:
    """Snapshots and swap hold whatever the cache held."""
    if group.lacks("atRestEncryptionEnabled", True) and not _is_copy(group):
        yield Finding("is not encrypted at rest", "atRestEncryptionEnabled")
    elif group.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@rule(
    "elasticache-encrypted-in-transit",
    title="Caches accept TLS only",
    severity=Severity.HIGH,
    types=[GROUP],
    frameworks={
        "FSBP": "ElastiCache.5",
        "cdk-nag": "AwsSolutions-AEC3",
        "Checkov": "CKV_AWS_30",
    },
    remedy="Set transitEncryptionEnabled, with transitEncryptionMode required.",
    link=_LINK + "in-transit-encryption.html",
)
def encrypted_in_transit(group: Resource) -> Iterator[Finding]:
    """Sessions and tokens in the cache cross the network with every request."""
    if group.lacks("transitEncryptionEnabled", True) and not _is_copy(group):
        yield Finding("is not encrypted in transit", "transitEncryptionEnabled")
    elif group.has("transitEncryptionMode", "preferred"):
        yield Finding("still accepts connections without TLS", "transitEncryptionMode")


@rule(
    "elasticache-authentication",
    title="Caches ask who connects",
    severity=Severity.HIGH,
    types=[GROUP],
    frameworks={
        "FSBP": "ElastiCache.6",
        "cdk-nag": "AwsSolutions-AEC6",
        "Checkov": "CKV_AWS_31",
    },
    remedy="Set userGroupIds (role-based access), or authToken for engines before Redis 6.",
    link=_LINK + "Clusters.RBAC.html",
)
def authentication(group: Resource) -> Iterator[Finding]:
    """Without users or a token whoever reaches the port reads and flushes everything."""
    if group.lacks("userGroupIds") and group.lacks("authToken"):
        yield Finding("accepts everybody who reaches its port", "userGroupIds")


@rule(
    "elasticache-automatic-failover",
    title="Caches fail over to another zone by themselves",
    severity=Severity.MEDIUM,
    types=[GROUP],
    frameworks={"FSBP": "ElastiCache.3", "cdk-nag": "AwsSolutions-AEC4"},
    remedy="Set automaticFailoverEnabled and multiAzEnabled.",
    link=_LINK + "AutoFailover.html",
    level=Level.MANDATORY_IN_PROD,
)
def automatic_failover(group: Resource) -> Iterator[Finding]:
    """With neither, losing the primary means a cold cache by hand."""
    for setting in ("automaticFailoverEnabled", "multiAzEnabled"):
        if group.lacks(setting, True):
            yield Finding("does not fail over to another zone", setting)

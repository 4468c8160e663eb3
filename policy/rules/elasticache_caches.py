"""ElastiCache: snapshots, upgrades, placement, and caches that are not replication groups."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, rule

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
_LINK = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"


def _in_group(cluster: Resource) -> bool:
    """A cluster of a replication group takes everything from it."""
    return cluster.unknown("replicationGroupId") or cluster.has("replicationGroupId")


class Snapshots(RuleConfig):
    """How long automatic snapshots are kept."""

    minimum_days: int = Field(1, ge=1, le=35, description="Least days that automatic snapshots are kept")


@rule(
    "elasticache-snapshots",
    title="Caches are saved every day",
    severity=Severity.MEDIUM,
    types=[GROUP, SERVERLESS],
    frameworks={"FSBP": "ElastiCache.1", "Checkov": "CKV_AWS_134"},
    remedy="Set snapshotRetentionLimit in days.",
    link=_LINK + "backups-automatic.html",
    level=Level.MANDATORY_IN_PROD,
    config=Snapshots,
)
def snapshots(cache: Resource, config: Snapshots) -> Iterator[Finding]:
    """Sessions and queues in a cache are data, too. Memcached cannot be saved on nodes of one's own."""
    if cache.below("snapshotRetentionLimit", config.minimum_days, default=0):
        yield Finding(f"keeps snapshots for less than {config.minimum_days} days", "snapshotRetentionLimit")


@rule(
    "elasticache-minor-upgrades",
    title="Caches take minor versions by themselves",
    severity=Severity.HIGH,
    types=[GROUP, CLUSTER],
    frameworks={"FSBP": "ElastiCache.2", "Checkov": "CKV_AWS_322"},
    remedy="Leave autoMinorVersionUpgrade on.",
    link=_LINK + "VersionManagement.HowTo.html",
    level=Level.MANDATORY_IN_PROD,
)
def minor_upgrades(cache: Resource) -> Iterator[Finding]:
    """Minor versions carry the security fixes; they come in the maintenance window."""
    if cache.has("autoMinorVersionUpgrade", False):
        yield Finding("stays at its minor version", "autoMinorVersionUpgrade")


@rule(
    "elasticache-own-subnets",
    title="Caches stand in subnets chosen for them",
    severity=Severity.HIGH,
    types=[GROUP, CLUSTER],
    frameworks={"FSBP": "ElastiCache.7", "cdk-nag": "AwsSolutions-AEC1", "Checkov": "CKV_AWS_323"},
    remedy="Set subnetGroupName to a group of private subnets.",
    link=_LINK + "SubnetGroups.html",
)
def own_subnets(cache: Resource) -> Iterator[Finding]:
    """The default group is every subnet of the default VPC, which are public."""
    if not _in_group(cache) and (cache.lacks("subnetGroupName") or cache.has("subnetGroupName", "default")):
        yield Finding("stands in the default subnets", "subnetGroupName")


@rule(
    "elasticache-cluster-encrypted-in-transit",
    title="Caches outside replication groups accept TLS only",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={"cdk-nag": "AwsSolutions-AEC3", "Well-Architected": "SEC09-BP02"},
    remedy="Set transitEncryptionEnabled (Memcached 1.6.12 or later); for Redis make a ReplicationGroup.",
    link=_LINK + "in-transit-encryption.html",
)
def cluster_encrypted_in_transit(cluster: Resource) -> Iterator[Finding]:
    """Sessions and tokens in the cache cross the network with every request."""
    if not _in_group(cluster) and cluster.lacks("transitEncryptionEnabled", True):
        yield Finding("is not encrypted in transit", "transitEncryptionEnabled")


@rule(
    "elasticache-serverless-customer-key",
    title="Serverless caches are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[SERVERLESS],
    frameworks={"Well-Architected": "SEC08-BP02"},
    remedy="Set kmsKeyId. It can only be chosen at creation.",
    link=_LINK + "at-rest-encryption.html",
)
def serverless_customer_key(cache: Resource) -> Iterator[Finding]:
    """Serverless caches always encrypt; a key of one's own makes it revocable."""
    if cache.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")

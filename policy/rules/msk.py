"""MSK clusters."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

CLUSTER = "aws:msk/cluster:Cluster"
_LINK = "https://docs.aws.amazon.com/msk/latest/developerguide/"
_TRANSIT = "encryptionInfo.encryptionInTransit"


@rule(
    "msk-encrypted-in-transit",
    title="Kafka clusters speak TLS only, with clients and among brokers",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={
        "FSBP": "MSK.1",
        "cdk-nag": ("AwsSolutions-MSK2", "AwsSolutions-MSK3"),
        "Checkov": "CKV_AWS_81",
    },
    remedy="Leave encryptionInTransit.clientBroker at TLS and inCluster at true.",
    link=_LINK + "msk-encryption.html",
)
def encrypted_in_transit(cluster: Resource) -> Iterator[Finding]:
    """A plaintext listener stays open to every client, even when all of today's use TLS."""
    if cluster.has(f"{_TRANSIT}.clientBroker", "PLAINTEXT", "TLS_PLAINTEXT"):
        yield Finding("accepts clients without TLS", f"{_TRANSIT}.clientBroker")
    if cluster.has(f"{_TRANSIT}.inCluster", False):
        yield Finding("does not encrypt among brokers", f"{_TRANSIT}.inCluster")


@rule(
    "msk-customer-key",
    title="Kafka volumes are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"Checkov": "CKV_AWS_81"},
    remedy="Set encryptionInfo.encryptionAtRestKmsKeyArn. Changing it replaces the cluster.",
    link=_LINK + "msk-encryption.html",
)
def customer_key(cluster: Resource) -> Iterator[Finding]:
    """MSK always encrypts at rest; a key of one's own makes reading a second, revocable permission."""
    if cluster.lacks("encryptionInfo.encryptionAtRestKmsKeyArn"):
        yield Finding("is encrypted with the key that AWS manages", "encryptionInfo.encryptionAtRestKmsKeyArn")


@rule(
    "msk-authentication",
    title="Kafka clusters ask who connects",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={"FSBP": "MSK.6"},
    remedy="Set clientAuthentication.sasl.iam (or scram, or tls) and leave unauthenticated off.",
    link=_LINK + "kafka_apis_iam.html",
)
def authentication(cluster: Resource) -> Iterator[Finding]:
    """Unauthenticated clients read and write every topic."""
    if cluster.has("clientAuthentication.unauthenticated", True):
        yield Finding("accepts unauthenticated clients", "clientAuthentication.unauthenticated")
    ways = ("sasl.iam", "sasl.scram")
    certificates = "clientAuthentication.tls.certificateAuthorityArns"
    if all(cluster.lacks(f"clientAuthentication.{way}", True) for way in ways) and cluster.lacks(certificates):
        yield Finding("asks no client who it is", "clientAuthentication")


@rule(
    "msk-not-public",
    title="Kafka brokers have no public address",
    severity=Severity.CRITICAL,
    types=[CLUSTER],
    frameworks={"FSBP": "MSK.4", "Checkov": "CKV_AWS_291"},
    remedy="Leave connectivityInfo.publicAccess.type at DISABLED.",
    link=_LINK + "public-access.html",
)
def not_public(cluster: Resource) -> Iterator[Finding]:
    """Brokers belong in private subnets; clients elsewhere come by private connectivity."""
    path = "brokerNodeGroupInfo.connectivityInfo.publicAccess.type"
    if cluster.has(path) and cluster.lacks(path, "DISABLED"):
        yield Finding("has public brokers", path)

"""MSK: logs, metrics and versions, and connectors."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, known, rule

CLUSTER = "aws:msk/cluster:Cluster"
CONNECTOR = "aws:mskconnect/connector:Connector"
_LINK = "https://docs.aws.amazon.com/msk/latest/developerguide/"
_TARGETS = ("cloudwatchLogs", "firehose", "s3")
# MSK supports nothing older any more: supported-kafka-versions.html
_OLDEST = (3, 8)


def _logs_nowhere(resource: Resource, path: str) -> bool:
    return all(resource.lacks(f"{path}.{target}.enabled", True) for target in _TARGETS)


@rule(
    "msk-logs",
    title="Kafka brokers send their logs away",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"cdk-nag": "AwsSolutions-MSK6", "Checkov": "CKV_AWS_80"},
    remedy="Set loggingInfo.brokerLogs.cloudwatchLogs with enabled and a logGroup.",
    link=_LINK + "msk-logging.html",
    level=Level.ADVISORY,
)
def broker_logs(cluster: Resource) -> Iterator[Finding]:
    """Brokers cannot be logged into: without delivery nobody sees why one restarted or refused a client."""
    if _logs_nowhere(cluster, "loggingInfo.brokerLogs"):
        yield Finding("keeps no broker logs", "loggingInfo.brokerLogs")


@rule(
    "msk-monitoring",
    title="Kafka clusters measure every topic",
    severity=Severity.LOW,
    types=[CLUSTER],
    frameworks={"Security Hub": "MSK.2"},
    remedy="Set enhancedMonitoring to PER_TOPIC_PER_BROKER.",
    link=_LINK + "monitoring.html",
    level=Level.ADVISORY,
)
def monitoring(cluster: Resource) -> Iterator[Finding]:
    """By default the topic that fills the disks cannot be told from the others."""
    if cluster.lacks("enhancedMonitoring", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"):
        yield Finding("measures brokers only", "enhancedMonitoring")


@rule(
    "msk-supported-version",
    title="Kafka clusters run a version that MSK supports",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"Well-Architected": "SEC06-BP01"},
    remedy="Set kafkaVersion to the recommended one, such as 3.9.x.",
    link=_LINK + "supported-kafka-versions.html",
    level=Level.ADVISORY,
)
def supported_version(cluster: Resource) -> Iterator[Finding]:
    """MSK upgrades older clusters by itself, at a time of its own choosing and without notice."""
    version = cluster.get("kafkaVersion")
    numbers = str(version).split(".")[:2] if known(version) else []
    if len(numbers) == 2 and all(map(str.isdigit, numbers)) and tuple(map(int, numbers)) < _OLDEST:
        yield Finding(f"runs Kafka {version}", "kafkaVersion")


@rule(
    "mskconnect-encrypted-in-transit",
    title="Connectors speak TLS with Kafka",
    severity=Severity.MEDIUM,
    types=[CONNECTOR],
    frameworks={"FSBP": "MSK.3"},
    remedy="Set kafkaClusterEncryptionInTransit.encryptionType to TLS.",
    link=_LINK + "msk-connect.html",
)
def connector_encrypted(connector: Resource) -> Iterator[Finding]:
    """A connector carries whole tables and topics."""
    path = "kafkaClusterEncryptionInTransit.encryptionType"
    if connector.lacks(path, "TLS"):
        yield Finding("is not encrypted in transit", path)


@rule(
    "mskconnect-logs",
    title="Connectors send their logs away",
    severity=Severity.LOW,
    types=[CONNECTOR],
    frameworks={"FSBP": "MSK.5"},
    remedy="Set logDelivery.workerLogDelivery.cloudwatchLogs with enabled and a logGroup.",
    link=_LINK + "msk-connect-logging.html",
    level=Level.ADVISORY,
)
def connector_logs(connector: Resource) -> Iterator[Finding]:
    """A connector that stopped moving data says so in its log only."""
    if _logs_nowhere(connector, "logDelivery.workerLogDelivery"):
        yield Finding("keeps no logs", "logDelivery.workerLogDelivery")

import pytest

from policy.rules import msk_operations as msk
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

CLUSTER = resource(
    msk.CLUSTER,
    "kafka",
    kafkaVersion="3.9.x.kraft",
    enhancedMonitoring="PER_TOPIC_PER_BROKER",
    loggingInfo={"brokerLogs": {"cloudwatchLogs": {"enabled": True}}},
)
CONNECTOR = resource(
    msk.CONNECTOR,
    "connector",
    kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
    logDelivery={"workerLogDelivery": {"s3": {"enabled": True}}},
)
CASES = [
    Case("msk-logs", [CLUSTER], [Set("loggingInfo.brokerLogs.cloudwatchLogs.enabled", False), Set("loggingInfo")]),
    Case("msk-monitoring", [CLUSTER], [Set("enhancedMonitoring", "PER_BROKER"), Set("enhancedMonitoring")]),
    Case("msk-supported-version", [CLUSTER], [Set("kafkaVersion", "3.7.x"), Set("kafkaVersion", "2.8.2.tiered")]),
    Case(
        "mskconnect-encrypted-in-transit",
        [CONNECTOR],
        [Set("kafkaClusterEncryptionInTransit.encryptionType", "PLAINTEXT"), Set("kafkaClusterEncryptionInTransit")],
    ),
    Case(
        "mskconnect-logs",
        [CONNECTOR],
        [Set("logDelivery.workerLogDelivery.s3.enabled", False), Set("logDelivery")],
    ),
]


@pytest.mark.parametrize("version", ["3.8.x", "3.10.x", "4.1.x.kraft", "3.x", "new"])
def test_newer_versions_are_supported(version: str) -> None:
    assert not check("msk-supported-version", resource(msk.CLUSTER, kafkaVersion=version))

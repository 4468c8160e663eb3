"""Keys, secrets, users, logs, alarms, messages, builds and records, by hand."""

import pytest

from analyser.graph import Node
from settings import Usage
from tests.analyser.analyses.cost.support import bill, node

pytestmark = pytest.mark.usefixtures("prices")

THREE = [1, 2, 4]


@pytest.mark.parametrize("keys", THREE)
def test_keys_share_the_requests(keys: int) -> None:
    others = [node("aws:kms/key:Key", name=str(number)) for number in range(keys - 1)]
    found = bill("aws:kms/key:Key", {}, *others, usage=Usage(key_request_millions=2))
    assert found == {"Customer key": 1.0, "Requests": 6.0 / keys}


@pytest.mark.parametrize(("replicas", "usd"), [(0, 0.4), (1, 0.8), (2, 1.2)])
def test_secrets(replicas: int, usd: float) -> None:
    inputs = {"replicas": [{"region": "us-west-2"}] * replicas}
    assert bill("aws:secretsmanager/secret:Secret", inputs) == {"Secret": usd}


@pytest.mark.parametrize(("tier", "usd"), [("LITE", 5.5), ("ESSENTIALS", 15.0), ("PLUS", 20.0)])
def test_a_thousand_users(tier: str, usd: float) -> None:
    found = bill("aws:cognito/userPool:UserPool", {"userPoolTier": tier}, usage=Usage(active_users=1000))
    assert list(found.values()) == [usd]


@pytest.mark.parametrize(
    ("retention", "groups", "written", "kept"),
    [(365, 1, 50.0, 5.4), (365, 4, 12.5, 1.35), (0, 1, 50.0, 5.4)],  # 100 GB x 12 months x 0.15 x 0.03
)
def test_log_groups(retention: int, groups: int, written: float, kept: float) -> None:
    token = "aws:cloudwatch/logGroup:LogGroup"
    others = [node(token, name=str(number)) for number in range(groups - 1)]
    found = bill(token, {"retentionInDays": retention} if retention else {}, *others, usage=Usage(logs_gb=100))
    assert found == {"Logs written": written, "Logs kept": kept}


def metric(period: int) -> dict[str, object]:
    return {"metric": {"metricName": "Latency", "period": period}}


@pytest.mark.parametrize(
    ("inputs", "usd"),
    [
        ({"metricName": "CPUUtilization", "period": 300}, 0.1),
        ({"metricQueries": [metric(60), metric(60), {"expression": "m1/m2"}]}, 0.2),
        ({"metricName": "Latency", "period": 10}, 0.3),
        (
            {"thresholdMetricId": "band", "metricQueries": [metric(300), {"expression": "ANOMALY_DETECTION_BAND(m1)"}]},
            0.3,
        ),
    ],
)
def test_alarms(inputs: dict[str, object], usd: float) -> None:
    assert bill("aws:cloudwatch/metricAlarm:MetricAlarm", inputs) == {"Alarm": usd}


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_metrics_of_logs_and_dashboards(name: str) -> None:
    assert bill("aws:cloudwatch/logMetricFilter:LogMetricFilter", {"name": name}) == {"Metric of logs": 0.3}
    assert bill("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": name}) == {"Dashboard": 3.0}


@pytest.mark.parametrize("others", THREE)
def test_topics_and_queues_share_the_messages(others: int) -> None:
    queues = [node("aws:sqs/queue:Queue", name=str(number)) for number in range(others)]
    usage = Usage(message_millions=10)
    topic = bill("aws:sns/topic:Topic", {}, *queues, usage=usage)
    assert topic == {"Requests": pytest.approx(5.0 / (others + 1), abs=1e-4)}
    queue = bill("aws:sqs/queue:Queue", {}, *queues[1:], usage=usage)
    assert queue == {"Requests": pytest.approx(4.0 / others, abs=1e-4)}


@pytest.mark.parametrize(("thousands", "usd"), [(1, 0.1), (10, 1.0), (50, 5.0)])
def test_mails(thousands: float, usd: float) -> None:
    found = bill("aws:sesv2/emailIdentity:EmailIdentity", usage=Usage(email_thousands=thousands))
    assert found == {"Mails": usd}


@pytest.mark.parametrize(
    ("kind", "size", "usd"),
    [
        ("ARM_CONTAINER", "BUILD_GENERAL1_SMALL", 0.34),
        ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", 0.5),
        ("LINUX_CONTAINER", "BUILD_GENERAL1_MEDIUM", 1.0),
    ],
)
def test_builds(kind: str, size: str, usd: float) -> None:
    inputs = {"environment": {"type": kind, "computeType": size}}
    assert bill("aws:codebuild/project:Project", inputs, usage=Usage(build_minutes=100)) == {"Builds": usd}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"pipelineType": "V2"}, {"Actions": 2.0}),
        ({"pipelineType": "V1"}, {"Pipeline": 1.0}),
        ({}, {"Pipeline": 1.0}),
    ],
)
def test_pipelines(inputs: dict[str, object], expected: dict[str, float]) -> None:
    assert bill("aws:codepipeline/pipeline:Pipeline", inputs, usage=Usage(build_minutes=1000)) == expected


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ([], {"Builds": 3.0, "Data served": 15.0}),
        ([node("aws:cloudfront/distribution:Distribution", name="cdn")], {"Builds": 3.0}),
        ([node("aws:codebuild/project:Project", name="build")], {"Builds": 1.5, "Data served": 15.0}),
    ],
)
def test_amplify(beside: list[Node], expected: dict[str, float]) -> None:
    assert bill("aws:amplify/app:App", {}, *beside, usage=Usage(build_minutes=300, egress_gb=100)) == expected


@pytest.mark.parametrize(("items", "recorded", "judged"), [(1000, 3.0, 3.0), (3000, 9.0, 9.0), (100, 0.3, 0.3)])
def test_configuration_records(items: float, recorded: float, judged: float) -> None:
    usage = Usage(config_items=items)
    assert bill("aws:cfg/recorder:Recorder", usage=usage) == {"Recorded changes": recorded}
    assert bill("aws:cfg/rule:Rule", usage=usage) == {"Evaluations": judged}


@pytest.mark.parametrize(
    ("inputs", "usd"),
    [
        ({}, 0),
        ({"eventSelectors": [{"dataResources": [{"type": "AWS::S3::Object"}]}]}, 3.0),
        ({"advancedEventSelectors": [{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}]}, 3.0),
    ],
)
def test_trails(inputs: dict[str, object], usd: float) -> None:
    found = bill("aws:cloudtrail/trail:Trail", inputs, usage=Usage(bucket_request_millions=3))
    assert found == ({"Data events": usd} if usd else {})


@pytest.mark.parametrize(("gigabytes", "backups", "snapshots"), [(100, 9.5, 5.0), (1000, 95.0, 50.0), (1, 0.095, 0.05)])
def test_backups(gigabytes: float, backups: float, snapshots: float) -> None:
    usage = Usage(backup_gb=gigabytes, snapshot_gb=gigabytes)
    assert bill("aws:backup/plan:Plan", usage=usage) == {"Backups in the store of rds": backups}
    assert bill("aws:dlm/lifecyclePolicy:LifecyclePolicy", usage=usage) == {"EBS snapshots": snapshots}

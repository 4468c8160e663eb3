"""Balancers, HTTP APIs, checks, logs, backups, copies, exports and old versions, by hand."""

import datetime
from typing import Any

import pytest

from policy import clock
from policy.version_support import read_support
from settings import Usage
from tests.analyser.analyses.cost.support import bill, lines, node

pytestmark = pytest.mark.usefixtures("prices")

API, PLAN = "aws:apigatewayv2/api:Api", "aws:backup/plan:Plan"
RDS, EKS = "aws:rds/instance:Instance", "aws:eks/cluster:Cluster"


def test_a_network_balancer_of_a_thousand_units() -> None:
    inputs = {"loadBalancerType": "network", "internal": True}
    found = bill("aws:lb/loadBalancer:LoadBalancer", inputs, usage=Usage(egress_gb=1000))
    assert found == {"Network load balancer": 16.425, "Capacity units": 6.0}  # as Infracost's lb_test has it


def test_a_classic_balancer_of_ten_thousand_gigabytes() -> None:
    found = bill("aws:elb/loadBalancer:LoadBalancer", {"internal": True}, usage=Usage(egress_gb=10_000))
    assert found == {"Classic load balancer": 18.25, "Data processed": 80.0}  # as Infracost's elb_test has it
    public = bill("aws:elb/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]}, usage=Usage(egress_gb=0))
    assert public == {"Classic load balancer": 18.25, "Public IPv4 addresses": 7.3}


@pytest.mark.parametrize("sizes", [{"cpu": "1 vCPU", "memory": "2 GB"}, {"cpu": "1024", "memory": "2048"}, {}])
def test_a_service_of_app_runner_pays_for_memory_always_and_for_vcpus_while_it_serves(sizes: dict[str, str]) -> None:
    token, scaling = "aws:apprunner/service:Service", "aws:apprunner/autoScalingConfigurationVersion:"
    memory, vcpus = lines(token, {"instanceConfiguration": sizes})
    assert (memory.usd, memory.low_usd) == (pytest.approx(10.22), pytest.approx(10.22))  # 730 h x 2 GB x $0.007
    assert (vcpus.usd, vcpus.low_usd, vcpus.high_usd) == (pytest.approx(46.72), 0, pytest.approx(46.72 * 25))
    own = node(f"{scaling}AutoScalingConfigurationVersion", {"minSize": 3, "maxSize": 4}, "own")
    by_own: dict[str, Any] = {"property_dependencies": {"autoScalingConfigurationArn": (own.urn,)}}
    memory, vcpus = lines(token, {"instanceConfiguration": sizes}, own, **by_own)
    assert (memory.usd, vcpus.high_usd) == (pytest.approx(30.66), pytest.approx(46.72 * 4))


def test_three_hundred_million_requests_to_an_http_api() -> None:
    beside = node(API, {"protocolType": "WEBSOCKET"}, "sockets")
    found = bill(API, {"protocolType": "HTTP"}, beside, usage=Usage(api_request_millions=300))
    assert found == {"HTTP requests": 300.0}  # as Infracost's apigatewayv2_api_test has it


def test_logs_that_are_seldom_read_come_in_at_half_the_price() -> None:
    inputs = {"logGroupClass": "INFREQUENT_ACCESS", "retentionInDays": 365}
    found = bill("aws:cloudwatch/logGroup:LogGroup", inputs, usage=Usage(logs_gb=100))
    assert found == {"Logs written": 25.0, "Logs kept": 5.4}


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"name": "api.example.com", "aliases": [{"name": "alb"}]}, {"Health check": 0.5, "Options of the check": 1.0}),
        (
            {"name": "www.example.com", "aliases": [{"name": "alb"}]},
            {"Health check": 0.75, "Options of the check": 2.0},
        ),
    ],
)
def test_checks_outside_of_aws_are_dearer(beside: dict[str, object], expected: dict[str, float]) -> None:
    record = node("aws:route53/record:Record", beside, "record")
    inputs = {"type": "HTTPS", "requestInterval": 30, "fqdn": "api.example.com"}
    assert bill("aws:route53/healthCheck:HealthCheck", inputs, record) == expected


def test_backups_have_the_price_of_each_store() -> None:
    arns = [
        "arn:aws:rds:us-east-1:1:db:a", "arn:aws:elasticfilesystem:us-east-1:1:file-system/f", "arn:aws:s3:::b",
        "arn:aws:dynamodb:us-east-1:1:table/t", "arn:aws:eks:us-east-1:1:cluster/c",
        "arn:aws:rds:us-east-1:1:cluster:a",
    ]  # fmt: skip
    selection = node("aws:backup/selection:Selection", {"planId": "it", "resources": arns}, "selection")
    other = node("aws:backup/selection:Selection", {"planId": "else", "resources": ["arn:aws:s3:::c"]}, "other")
    found = bill(PLAN, {}, selection, other, usage=Usage(backup_gb=600))
    stores = {"rds": 9.5, "efs": 5.0, "s3": 5.0, "dynamodb": 10.0, "ebs": 5.0, "aurora": 2.1}  # 100 GB each
    assert found == {f"Backups in the store of {store}": usd for store, usd in stores.items()}


def test_copies_are_kept_as_long_again_and_sent_once() -> None:
    rules = [{"copyActions": [{"destinationVaultArn": "there", "lifecycle": {"deleteAfter": 73}}]}]
    selection = node(
        "aws:backup/selection:Selection", {"planId": "it", "resources": ["arn:aws:rds:us-east-1:1:db:a"]}, "selection"
    )
    vault = node("aws:backup/vault:Vault", {"region": "us-west-2"}, "there", outputs={"arn": "there"})
    found = bill(PLAN, {"rules": rules}, selection, vault, usage=Usage(backup_gb=120))
    assert found == {
        "Backups in the store of rds": 11.4,
        "Copies in us-west-2 in the store of rds": 11.4,
        "Copies sent to us-west-2": 1.0,  # 120 GB in 73 days, 50 GB of them in a month
    }


@pytest.mark.parametrize("tables", [1, 2])
def test_what_a_weekly_restore_costs(tables: int) -> None:
    token, weeks = "aws:backup/restoreTestingSelection:RestoreTestingSelection", 365 / 12 / 7
    others = [node("aws:dynamodb/table:Table", name=str(number)) for number in range(tables)]
    inputs = {"protectedResourceType": "DynamoDB", "protectedResourceArns": ["arn:aws:dynamodb:us-east-1:1:table/t"]}
    found = bill(token, inputs, *others, usage=Usage(table_gb=10))
    assert found == {
        "Restore tests": pytest.approx(1.5 * weeks, abs=1e-4),
        "What they restore": pytest.approx(10 * 0.15 * weeks / tables, abs=1e-4),
    }
    database = node(RDS, {"instanceClass": "db.r5.xlarge"}, "database", outputs={"arn": "db"})
    found = bill(token, {"protectedResourceType": "RDS", "protectedResourceArns": ["db"]}, database)
    assert found["Hours of a restored db.r5.xlarge"] == pytest.approx(2 * 0.5 * weeks, abs=1e-4)


def test_objects_pay_for_each_transition_by_the_class_they_come_to() -> None:
    steps = [{"days": 30, "storageClass": "STANDARD_IA"}, {"days": 90, "storageClass": "GLACIER"}]
    steps += [{"days": 180, "storageClass": "DEEP_ARCHIVE"}]
    rules = [{"status": "Enabled", "transitions": steps}]
    lifecycle = node(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "it", "rules": rules},
        "lifecycle",
    )
    found = bill("aws:s3/bucket:Bucket", {}, lifecycle, usage=Usage(bucket_request_millions=1))
    moved = {label: usd for label, usd in found.items() if label.startswith("Transitions")}
    assert moved == {  # 100 thousand objects
        "Transitions to STANDARD_IA": 1.0,
        "Transitions to GLACIER": 3.0,
        "Transitions to DEEP_ARCHIVE": 5.0,
    }


@pytest.mark.parametrize(("status", "expected"), [("Enabled", {"Writes of copies": 0.5}), ("Disabled", {})])
def test_copies_of_objects_are_written_once_more(status: str, expected: dict[str, float]) -> None:
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    assert bill(token, {"rules": [{"status": status}]}, usage=Usage(bucket_request_millions=1)) == expected


@pytest.mark.parametrize(("task", "usd"), [("rds:startExportTask", 304.0), ("rds:startDBInstance", 0)])
def test_a_terabyte_that_is_exported_every_day(task: str, usd: float) -> None:
    primary = node(RDS, {"allocatedStorage": 1000}, "primary")
    replica = node(RDS, {"allocatedStorage": 1000, "replicateSourceDb": "primary"}, "replica")
    found = bill("aws:sfn/stateMachine:StateMachine", {"definition": task}, primary, replica)
    assert found == ({"Exports of daily snapshots": usd} if usd else {})  # 30.4 x 1,000 x 0.01


@pytest.mark.parametrize(("arn", "usd"), [("arn:aws:amplify:us-east-1:1:apps/a", 15.0), ("arn:aws:apigateway:::a", 0)])
def test_the_firewall_of_an_app(arn: str, usd: float) -> None:
    association = node("aws:wafv2/webAclAssociation:WebAclAssociation", {"resourceArn": arn}, "association")
    assert bill("aws:amplify/app:App", {}, association) == ({"Firewall of the app": usd} if usd else {})


@pytest.mark.parametrize(
    ("inputs", "day", "expected"),
    [
        ({}, datetime.date(2026, 2, 28), ["from 2026-03-01 on: 146.00 a month", "from 2028-03-01 on: 292.00 a month"]),
        (
            {},
            datetime.date(2026, 3, 1),
            [146.0, "from 2028-03-01 on: 292.00 a month"],
        ),  # as Infracost's goldens have it
        ({"multiAz": True}, datetime.date(2028, 2, 29), [292.0, "from 2028-03-01 on: 584.00 a month"]),
        ({}, datetime.date(2028, 3, 1), [292.0]),
        ({}, datetime.date(2029, 3, 1), []),  # RDS has raised it
        ({"engineLifecycleSupport": "open-source-rds-extended-support-disabled"}, datetime.date(2028, 3, 1), []),
    ],
)
def test_old_versions_of_postgres(
    inputs: dict[str, object], day: datetime.date, expected: list[str | float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: day)
    found = lines(RDS, {"instanceClass": "db.t3.micro", "engineVersion": "13", **inputs})
    told = [line for line in found if "Extended" in line.label]
    assert [round(line.usd, 2) or line.label.removeprefix("Extended Support ") for line in told] == expected


def test_every_day_on_which_extended_support_becomes_dearer_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: datetime.date(2024, 1, 1))
    for version in read_support()["PostgreSQL on RDS"].ends:
        found = lines(RDS, {"instanceClass": "db.t3.micro", "engineVersion": version})
        assert len([line for line in found if "Extended Support from" in line.label]) == 2, version


@pytest.mark.parametrize(
    ("support", "day", "expected"),
    [
        ("EXTENDED", datetime.date(2027, 3, 27), [73.0, 0.0]),
        ("EXTENDED", datetime.date(2027, 3, 28), [73.0, 365.0]),  # 438, as Infracost's eks_cluster_test has it
        ("EXTENDED", datetime.date(2028, 3, 28), [73.0]),  # EKS has raised it
        ("STANDARD", datetime.date(2027, 3, 28), [73.0]),  # AWS raises the version
    ],
)
def test_old_versions_of_kubernetes(
    support: str, day: datetime.date, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: day)
    found = lines(EKS, {"version": "1.35", "upgradePolicy": {"supportType": support}})
    assert [round(line.usd, 2) for line in found] == expected

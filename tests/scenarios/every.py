"""Every scenario, each of which is a run of a stack: ``make soak``. ``test_scenarios.py`` runs those that find most."""

import pytest

from tests.scenarios.run import Scenario, check
from tests.scenarios.steps import STEPS

_GROUP = {
    "name": "cache",
    "workerPolicy": "standard",
    "instanceTypes": ["r5.large"],
    "minSize": 1,
    "maxSize": 2,
    "desiredSize": 1,
}
_PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEK8I6H4rEXTbhQSFrHIlNeXJo8Q9M
mSuhMvc8y3vEEHMmhx5D4rOIv7gqE1gTCmeGxGdVxPqE6gOHyKDyNf8Kvw==
-----END PUBLIC KEY-----
"""
_WITH_LAMBDA = ["ecr.api", "lambda", "ecr.dkr", "sts", "logs", "secretsmanager"]

SCENARIOS = (
    Scenario(
        "kubernetes-lifted", "prod",
        {"cluster.kubernetesVersion": "1.36"}, before={"cluster.kubernetesVersion": "1.35"},
    ),
    Scenario("postgres-major-lifted", "prod", {"database.engineVersion": "16", "database.majorUpgrade": True}),
    Scenario("postgres-larger", "prod", {"database.instanceClass": "db.r5.4xlarge", "database.storageGib": 2000}),
    Scenario("storage-lowered", "prod", {"load": None, "database.storageGib": 500, "topic.partitions": 6}),
    Scenario("postgres-smaller", "prod", {"database.instanceClass": "db.r5.xlarge"}),
    Scenario("replica-added", "prod", {"database.readReplicas": 3}),
    Scenario("replica-removed", "prod", {"database.readReplicas": 1}),
    Scenario("redis-larger", "prod", {"cache.nodeType": "cache.r6g.2xlarge", "cache.nodes": 4}),
    Scenario("kafka-larger", "prod", {"stream.instanceType": "kafka.m5.xlarge", "stream.storageGib": 2000}),
    Scenario("image-lifted", "prod", {"application.tag": "1.0.1"}),
    Scenario("pods-added", "prod", {"application.replicas": 9, "application.autoscaling.minReplicas": 9}),
    Scenario("nodes-of-another-type", "prod", {"nodes.instanceTypes": ["c6i.2xlarge"]}),
    Scenario("logs-kept-shorter", "prod", {"buckets.accessLogs.expireDays": 90}),
    Scenario("repository-inserted", "prod", inserted={"registry.repositories.0": "another"}),
    Scenario(
        "entries-inserted", "prod",
        inserted={
            "registry.repositories.0": "another", "cluster.apiClients.vpn": "10.8.0.0/24",
            "notices.emails.0": "another@example.com",
            "network.interfaceEndpoints.0": "lambda",
        },
    ),
    Scenario("node-group-inserted", "confluence-prod", inserted={"eks.groups.cache-nodes": _GROUP}),
    Scenario("node-group-removed", "confluence-prod", {"eks.groups.spot-nodes": None}),
    Scenario("redis-node-added", "confluence-prod", {"cache.nodes": 4}),
    Scenario(
        "zone-inserted", "mdreader-prod",
        inserted={
            "network.public.c": "10.0.3.0/24", "network.private.c": "10.0.12.0/24", "network.data.c": "10.0.22.0/24",
        },
    ),
    Scenario("signer-inserted", "mdreader-prod", inserted={"fileSigners.second": _PUBLIC_KEY}),
    Scenario("tasks-added", "mdreader-prod", {"hocuspocus.desiredCount": 3, "hocuspocus.memory": 2048}),
    Scenario("function-larger", "confluence-lambda", {"functions.document.memoryMib": 1024}),
    Scenario("search-lifted", "confluence-lambda", {"search.engineVersion": "OpenSearch_3.1"}),
    Scenario("events-without-a-way", "prod", {"events": {}}, refused="interfaceEndpoints"),
    Scenario("events-added", "prod", {"events": {}}, inserted={"network.interfaceEndpoints.1": "lambda"}),
    Scenario(
        "events-removed", "prod", {"events": None}, before={"events": {}, "network.interfaceEndpoints": _WITH_LAMBDA},
    ),
    Scenario(
        "bucket-and-pipeline-away", "confluence-prod", {"pipeline": None, "strata:delivery": '{"by": "hand"}'},
        goes=("delivery-connection", "delivery-artifacts-bucket"),
    ),
    Scenario("queue-added", "prod", {"backup.copyToRegion": "us-west-2"}),
    Scenario(
        "queue-removed", "prod", {"backup.copyToRegion": None}, before={"backup.copyToRegion": "us-west-2"},
        goes=("backup-copy-vault",),
    ),
    Scenario("function-added", "consulting-prod", {"database.manageMasterUserPassword": False}),
    Scenario(
        "function-removed", "consulting-prod", {"database.manageMasterUserPassword": True},
        before={"database.manageMasterUserPassword": False}, goes=("rds-master-secret",),
    ),
    Scenario("backups-kept-longer", "consulting-prod", {"database.backupDays": 14}),
    *STEPS,
)  # fmt: skip
SHORT = frozenset(
    {"replica-added", "postgres-larger", "node-group-inserted", "zone-inserted", "confluence-prod-major-copy-given-up"}
)
"""Those that ``make test`` runs."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_diff_says_what_was_agreed(scenario: Scenario, pytestconfig: pytest.Config) -> None:
    check(scenario, pytestconfig)

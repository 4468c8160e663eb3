"""A cluster that measures, encrypts and records, and has both kinds of capacity."""

import json

import pytest

from components.account import Account
from tests.components.compute.fargate import CLUSTER, cluster
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown


@pytest.mark.parametrize(("account", "insights"), [(ACCOUNT, "enhanced"), (DEV_ACCOUNT, "enabled")])
def test_it_is_measured_more_closely_in_production(account: Account, insights: str) -> None:
    inputs = record(lambda: cluster(account)).only(CLUSTER).inputs
    assert inputs["settings"] == [{"name": "containerInsights", "value": insights}]
    assert inputs["name"] == "mdreader-prod"


def test_it_offers_on_demand_and_spot_and_prefers_neither_by_chance() -> None:
    graph = record_once(cluster)
    assert graph.only("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders").inputs == {
        "clusterName": "mdreader-prod",
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE", "weight": 1}],
    }


def test_sessions_are_encrypted_and_recorded() -> None:
    graph = record_once(cluster)
    sessions = graph.only("aws:cloudwatch/logGroup:LogGroup", "cluster-sessions-group")
    log_key = graph.only("aws:kms/key:Key", "logs-key").outputs["arn"]
    assert sessions.inputs["kmsKeyId"] == log_key
    assert graph.only(CLUSTER).inputs["configuration"]["executeCommandConfiguration"] == {
        "kmsKeyId": log_key,
        "logging": "OVERRIDE",
        "logConfiguration": {
            "cloudWatchEncryptionEnabled": True,
            "cloudWatchLogGroupName": sessions.outputs["name"],
        },
    }


def test_disks_of_tasks_are_encrypted_by_a_key_that_only_this_cluster_s_fargate_uses() -> None:
    graph = record_once(cluster)
    key = graph.only("aws:kms/key:Key", "cluster-storage-key")
    storage = graph.only(CLUSTER).inputs["configuration"]["managedStorageConfiguration"]
    assert storage == {"fargateEphemeralStorageKmsKeyId": key.outputs["arn"]}
    given = {s["Sid"]: s for s in json.loads(key.inputs["policy"])["Statement"]}
    of_cluster = {
        "kms:EncryptionContext:aws:ecs:clusterAccount": ACCOUNT.id,
        "kms:EncryptionContext:aws:ecs:clusterName": "mdreader-prod",
    }
    for sid, action in {
        "TaskStorage": "kms:GenerateDataKeyWithoutPlaintext",
        "TaskStorageGrants": "kms:CreateGrant",
    }.items():
        assert given[sid]["Principal"] == {"Service": ["fargate.amazonaws.com"]}
        assert given[sid]["Action"] == [action]
        assert given[sid]["Condition"]["StringEquals"] == of_cluster
    assert given["TaskStorageGrants"]["Condition"]["ForAllValues:StringEquals"] == {"kms:GrantOperations": ["Decrypt"]}


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(cluster) == []

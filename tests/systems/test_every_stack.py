"""What holds for every stack file of the project."""

import json

import pytest

from policy.environment import environment_of
from policy.unknown import wholly_known
from settings import Environment
from tests.stacks import STACKS, home_of, stack_graph
from tests.support import differences_when_unknown
from tests.systems.changed import OTHERWISE, otherwise
from tests.systems.operator_rights import unread

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TAKEN_OVER = ("recovery.", "promoted.")
"""How names begin under which a recovery stack says that it has the requests; records says ``promoted``."""


@pytest.mark.parametrize("stack", STACKS)
def test_an_empty_account_gets_the_same_resources_with_the_same_known_inputs(stack: str) -> None:
    known, unknown = stack_graph(stack), stack_graph(stack, known=False)
    assert differences_when_unknown(known, unknown) == []
    assert any(not wholly_known(value) for node in unknown for value in node.inputs.values())


@pytest.mark.parametrize("stack", STACKS)
def test_urns_are_the_engine_s(stack: str) -> None:
    for node in stack_graph(stack):
        assert node.urn.startswith(f"urn:pulumi:{stack}::strata::")
        assert node.urn.endswith(f"{node.type}::{node.name}")


@pytest.mark.parametrize("stack", STACKS)
def test_whatever_lives_in_a_cluster_goes_through_its_provider(stack: str) -> None:
    graph = stack_graph(stack)
    providers = {node.urn for node in graph.of_type("pulumi:providers:kubernetes")}
    for node in graph.resources:
        if node.package == "kubernetes":
            assert node.provider.rsplit("::", 1)[0] in providers, node.name


@pytest.mark.parametrize("stack", STACKS)
def test_kubernetes_objects_name_their_namespace(stack: str) -> None:
    clusterwide = {
        "Namespace",
        "PersistentVolume",
        "StorageClass",
        "EC2NodeClass",
        "NodePool",
        "ClusterRole",
        "ClusterRoleBinding",
    }
    for node in stack_graph(stack).resources:
        if node.package == "kubernetes" and node.inputs.get("kind") not in {*clusterwide, None}:
            assert node.inputs["metadata"].get("namespace"), node.name


@pytest.mark.parametrize("stack", STACKS)
def test_somebody_is_told_when_a_health_check_fails(stack: str) -> None:
    graph = stack_graph(stack)
    watched = {
        node.inputs["dimensions"].get("HealthCheckId"): node.inputs
        for node in graph.of_type(ALARM)
        if node.inputs["namespace"] == "AWS/Route53"
    }
    # What says that a recovery stack has taken over fails or passes by a decision, and so does what is made of it.
    asked = [
        node
        for node in graph.of_type("aws:route53/healthCheck:HealthCheck")
        if node.inputs["type"] != "CALCULATED" and not node.inputs.get("fqdn", "").startswith(TAKEN_OVER)
    ]
    # And what is well while either region serves is watched in place of what it is made of.
    made_of = {
        part: node.id
        for node in graph.of_type("aws:route53/healthCheck:HealthCheck")
        if node.inputs["type"] == "CALCULATED" and node.id in watched
        for part in node.inputs["childHealthchecks"]
    }
    assert set(watched) == {made_of.get(node.id, node.id) for node in asked}
    assert all(alarm["alarmActions"] for alarm in watched.values())


COPYING = [stack for stack in STACKS if environment_of(stack) == Environment.PROD and home_of(stack) is None]
"""Which copy to a region, and have their graphs anyway; the others copy to an account, by ``otherwise``."""


@pytest.mark.parametrize(
    "stack", [*COPYING, *(stack for stack in OTHERWISE if stack.endswith("-dev") or stack == "dev")]
)
def test_a_failed_copy_is_told_of_where_there_are_copies(stack: str) -> None:
    rule, queue = "aws:cloudwatch/eventRule:EventRule", "aws:sqs/queue:Queue"
    copied = stack_graph(stack) if stack in COPYING else otherwise(stack)
    failed = copied.only(rule, "backup-copies-failed")
    (vault,) = [one for one in copied.of_type("aws:backup/vault:Vault") if "region" not in one.inputs]
    assert json.loads(failed.inputs["eventPattern"]) == {
        "source": ["aws.backup"],
        "detail-type": ["Copy Job State Change"],
        "detail": {"sourceBackupVaultArn": [vault.outputs["arn"]], "state": ["FAILED", "PARTIAL"]},
    }
    (alarm,) = [one.inputs for one in copied.of_type(ALARM) if one.name.endswith("alarms-backup-copy-failed")]
    assert (alarm["metricName"], alarm["dimensions"]) == ("TriggeredRules", {"RuleName": failed.outputs["name"]})
    assert alarm["alarmActions"]
    kept = copied.only(queue, "backup-copies-queue").inputs["kmsMasterKeyId"]
    (key,) = [one for one in copied.of_type("aws:kms/key:Key") if one.outputs["arn"] == kept]
    assert "events.amazonaws.com" in key.inputs["policy"]
    assert unread(copied) == []
    if stack not in COPYING:
        assert not any(one.name == "backup-copies-failed" for one in stack_graph(stack).of_type(rule))


@pytest.mark.parametrize("stack", STACKS)
def test_a_failed_and_a_missing_backup_are_told_of(stack: str) -> None:
    graph = stack_graph(stack)
    vaults = {node.outputs["name"] for node in graph.of_type("aws:backup/vault:Vault") if "region" not in node.inputs}
    selections = graph.of_type("aws:backup/selection:Selection")
    if not selections:
        assert stack.endswith("-dr"), "what a stack holds of its own is backed up"
        return
    (selection,) = selections
    everywhere = [node.inputs for node in graph.of_type(ALARM) if node.inputs.get("namespace") == "AWS/Backup"]
    watched = [one for one in everywhere if "region" not in one]
    away = {node.outputs["name"] for node in graph.of_type("aws:backup/vault:Vault") if "region" in node.inputs}
    assert {one["dimensions"]["BackupVaultName"] for one in everywhere if "region" in one} == away
    of = {
        name: [one for one in watched if one["metricName"] == f"NumberOf{name}"]
        for name in ("BackupJobsFailed", "BackupJobsCompleted", "RestoreJobsFailed")
    }
    assert [one["threshold"] for one in of["BackupJobsFailed"]] == [0]
    assert len(of["RestoreJobsFailed"]) == len(graph.of_type("aws:backup/restoreTestingPlan:RestoreTestingPlan"))
    whole, *kinds = sorted(of["BackupJobsCompleted"], key=lambda one: len(one["dimensions"]))
    assert whole["threshold"] == len(selection.inputs["resources"])
    assert not kinds or sum(one["threshold"] for one in kinds) == whole["threshold"]
    for missing in (whole, *kinds):
        assert missing["period"] == 36 * 3600
        assert (missing["treatMissingData"], missing["comparisonOperator"]) == ("breaching", "LessThanThreshold")
    for one in watched:
        assert {one["dimensions"]["BackupVaultName"]} == vaults
        assert one["alarmActions"]

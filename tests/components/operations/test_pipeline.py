"""The pipeline: its stages in their order, and who may do what."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.operations.pipeline import Pipeline, PipelineSettings, Target
from components.operations.topic import Notices, NoticesSettings
from components.security.key import Key, log_groups, publishers
from policy.unknown import UNKNOWN
from tests.support import ACCOUNT, record, unequal_when_unknown

PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/0a1b2c3d-4b5a-6978-8796-a5b4c3d2e1f0"
GIVEN: dict[str, Any] = {
    "repository": "example/strata",
    "connection_arn": CONNECTION,
    "state": "s3://example-state",
    "artifacts": "confluence-clone-artifacts",
    "staging": Target(stack="confluence-dev"),
    "production": Target(stack="confluence-prod", deployment_role="strata-deploy-prod"),
}


def settings(**changes: Any) -> PipelineSettings:
    return PipelineSettings(**(GIVEN | changes))


SETTINGS = settings()


def build(chosen: PipelineSettings = SETTINGS) -> Pipeline:
    key = Key("key", account=ACCOUNT, purpose="Artifacts")
    log_key = Key(
        "log-key", account=ACCOUNT, purpose="Logs", usable_by=[log_groups(ACCOUNT), publishers(ACCOUNT, "events")]
    )
    logs = LogBucket("access", LogBucketSettings(bucket="access"), account=ACCOUNT)
    notices = Notices("notices", NoticesSettings(), account=ACCOUNT, key=log_key)
    return Pipeline("pipeline", chosen, account=ACCOUNT, key=key, log_key=log_key, notices=notices, access_logs=logs)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(build)


# FAILED: https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "01234567-EXAMPLE",
    "detail-type": "CodePipeline Pipeline Execution State Change",
    "source": "aws.codepipeline",
    "account": "123456789012",
    "time": "2020-01-31T18:55:43Z",
    "region": "us-east-1",
    "resources": ["arn:aws:codepipeline:us-east-1:123456789012:myPipeline"],
    "detail": {
        "pipeline": "myPipeline",
        "execution-id": "12345678-1234-5678-abcd-12345678abcd",
        "start-time": "2023-10-26T13:49:39.208Z",
        "state": "FAILED",
        "version": 4.0,
        "pipeline-execution-attempt": 1.0,
    },
}


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Exact values alone: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"""
    return all(
        matches(wanted, event.get(key, {})) if isinstance(wanted, dict) else event.get(key) in wanted
        for key, wanted in pattern.items()
    )


def test_whoever_reads_the_notices_hears_of_an_execution_that_did_not_come_to_its_end(graph: Graph) -> None:
    rule, name = graph.only("aws:cloudwatch/eventRule:EventRule"), graph.only(PIPELINE).outputs["name"]
    pattern = json.loads(rule.inputs["eventPattern"])

    def heard(state: str, pipeline: str = name) -> bool:
        return matches(pattern, {**EVENT, "detail": {**EVENT["detail"], "pipeline": pipeline, "state": state}})

    assert [state for state in STATES if heard(state)] == ["CANCELED", "FAILED", "STOPPED"]
    assert not heard("FAILED", "another")
    assert not matches(pattern, {**EVENT, "detail-type": "CodePipeline Stage Execution State Change"})
    alarm = graph.only("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert alarm.inputs["dimensions"] == {"RuleName": rule.outputs["name"]}
    assert alarm.inputs["alarmActions"] == [graph.only("aws:sns/topic:Topic").outputs["arn"]]


STATES = ("CANCELED", "FAILED", "RESUMED", "STARTED", "STOPPED", "STOPPING", "SUCCEEDED", "SUPERSEDED")


def rights(graph: Graph, name: str) -> dict[str, dict[str, Any]]:
    text = graph.only(ROLE_POLICY, name).inputs["policy"]
    assert text is not UNKNOWN
    return {s["Sid"]: s for s in json.loads(text)["Statement"]}


def test_six_stages_follow_the_source_in_their_order(graph: Graph) -> None:
    stages = graph.only(PIPELINE).inputs["stages"]
    assert [stage["name"] for stage in stages] == [
        "Source",
        "BuildAndTest",
        "SecurityScanning",
        "InfrastructureDeployment",
        "ApplicationDeployment",
        "IntegrationTesting",
        "ProductionApproval",
        "ProductionDeployment",
    ]


def test_what_a_stage_goes_back_with_is_kept_as_long_as_its_execution_is_known(graph: Graph) -> None:
    rules = graph.only(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "pipeline-artifacts-lifecycle"
    )
    assert [one["expiration"]["days"] for one in rules.inputs["rules"] if "expiration" in one] == [365]


def actions(graph: Graph, stage: str) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {
        one["name"]: one["actions"] for one in graph.only(PIPELINE).inputs["stages"]
    }
    return found[stage]


def variables(action: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in json.loads(action["configuration"]["EnvironmentVariables"])}


def test_production_waits_for_somebody_and_takes_the_steps_one_after_another(graph: Graph) -> None:
    assert [(a["name"], a["runOrder"], a["provider"]) for a in actions(graph, "ProductionApproval")] == [
        ("Plan", 1, "CodeBuild"),
        ("Approve", 2, "Manual"),
    ]
    done = actions(graph, "ProductionDeployment")
    assert [(a["name"], a["runOrder"], a["provider"]) for a in done] == [
        ("Images", 1, "CodeBuild"),
        ("Infrastructure", 2, "CodeBuild"),
        ("Application", 3, "CodeBuild"),
        ("Site", 4, "CodeBuild"),
        ("Integration", 5, "CodeBuild"),
    ]
    production = graph.only(PROJECT, "pipeline-production-project")
    assert {a["configuration"]["ProjectName"] for a in done} == {production.outputs["name"]}


def test_what_is_planned_of_a_commit_is_what_is_done_of_it(graph: Graph) -> None:
    assert graph.only(PIPELINE).inputs["stages"][0]["actions"][0]["namespace"] == "Revision"
    plan, _ = actions(graph, "ProductionApproval")
    infrastructure = actions(graph, "ProductionDeployment")[1]
    assert variables(plan) == {"STEP": "plan", "COMMIT": "#{Revision.CommitId}"}
    assert variables(infrastructure) == {"STEP": "infrastructure", "COMMIT": "#{Revision.CommitId}"}
    project = graph.only(PROJECT, "pipeline-plan-project")
    told = {one["name"]: one["value"] for one in project.inputs["environment"]["environmentVariables"]}
    assert plan["configuration"]["ProjectName"] == project.outputs["name"]
    assert (told["STACK"], told["DEPLOYMENT_ROLE_ARN"].split("/")[1]) == ("confluence-prod", "strata-preview")


def test_what_pulumi_has_deployed_goes_back_by_itself_and_asks_nobody(graph: Graph) -> None:
    stages = graph.only(PIPELINE).inputs["stages"]
    back = {one["name"] for one in stages if (one.get("onFailure") or {}).get("result") == "ROLLBACK"}
    assert back == {"InfrastructureDeployment", "ProductionDeployment"}
    assert not any(a["provider"] == "Manual" for one in stages if one["name"] in back for a in one["actions"])


def test_whoever_reads_notices_is_told_that_somebody_is_asked(graph: Graph) -> None:
    plan, approve = actions(graph, "ProductionApproval")
    topic = graph.only("aws:sns/topic:Topic").outputs["arn"]
    assert plan["namespace"] == "Plan"
    assert approve["configuration"] == {
        "CustomData": "Deploy to confluence-prod? #{Plan.PLANNED}",
        "NotificationArn": topic,
    }
    told = rights(graph, "pipeline-service-policy")
    assert (told["Tell"]["Action"], told["Tell"]["Resource"]) == (["sns:Publish"], [topic])
    assert told["ThroughPipeline"]["Condition"] == {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}


def test_each_step_is_told_to_the_build(graph: Graph) -> None:
    told = [
        json.loads(action["configuration"]["EnvironmentVariables"])[0]["value"]
        for stage in graph.only(PIPELINE).inputs["stages"]
        if stage["name"] in ("InfrastructureDeployment", "ApplicationDeployment", "IntegrationTesting")
        for action in sorted(stage["actions"], key=lambda one: one["runOrder"])
    ]
    assert told == ["images", "infrastructure", "application", "site", "integration"]


def test_a_recovery_stack_follows_production_and_nobody_asks_whether_it_answers() -> None:
    graph = record(lambda: build(settings(recovery=Target(stack="confluence-prod-dr"))))
    standby = actions(graph, "ProductionDeployment")[5:]
    assert [(a["name"], a["runOrder"]) for a in standby] == [
        ("RecoveryImages", 6),
        ("RecoveryInfrastructure", 7),
        ("RecoveryApplication", 8),
    ]
    assert "COMMIT" not in variables(
        standby[1]
    )  # what it becomes hangs on what production has become, so none plans it
    project = graph.only(PROJECT, "pipeline-recovery-project")
    told = {one["name"]: one["value"] for one in project.inputs["environment"]["environmentVariables"]}
    assert told["PROMOTE_FROM"] == "confluence-dev"  # its registry is another region's, and nobody else fills it
    assert {a["configuration"]["ProjectName"] for a in standby} == {project.outputs["name"]}


def test_production_gets_its_images_from_staging(graph: Graph) -> None:
    told = {
        node.name: {one["name"]: one["value"] for one in node.inputs["environment"].get("environmentVariables") or ()}
        for node in graph.of_type(PROJECT)
    }
    assert told["pipeline-production-project"]["PROMOTE_FROM"] == "confluence-dev"
    assert "PROMOTE_FROM" not in told["pipeline-staging-project"]


def test_every_commit_of_the_branch_starts_it_and_executions_queue(graph: Graph) -> None:
    inputs = graph.only(PIPELINE).inputs
    assert (inputs["pipelineType"], inputs["executionMode"]) == ("V2", "QUEUED")
    assert inputs["stages"][0]["actions"][0]["configuration"] == {
        "ConnectionArn": CONNECTION,
        "FullRepositoryId": "example/strata",
        "BranchName": "main",
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "true",
    }


def test_builds_are_small_encrypted_and_hold_no_privilege(graph: Graph) -> None:
    projects = graph.of_type(PROJECT)
    assert {p.name: p.inputs["source"]["buildspec"] for p in projects} == {
        "pipeline-test-project": "delivery/test.yml",
        "pipeline-scan-project": "delivery/scan.yml",
        "pipeline-staging-project": "delivery/deploy.yml",
        "pipeline-plan-project": "delivery/deploy.yml",
        "pipeline-production-project": "delivery/deploy.yml",
    }
    key = graph.only("aws:kms/key:Key", "key-key").outputs["arn"]
    for project in projects:
        assert project.inputs["encryptionKey"] == key
        assert project.inputs["environment"]["privilegedMode"] is False
        assert project.inputs["environment"]["type"] == "ARM_CONTAINER"
        assert project.inputs["logsConfig"]["cloudwatchLogs"]["status"] == "ENABLED"


def test_no_build_stands_in_a_network(graph: Graph) -> None:
    assert not any(node.inputs.get("vpcConfig") for node in graph.of_type(PROJECT))
    assert not [node for node in graph.resources if node.name.startswith("pipeline") and "SecurityGroup" in node.type]


def test_a_target_in_another_account_is_deployed_as_the_role_of_that() -> None:
    staging = Target(stack="confluence-dev", account="111122223333")
    made = record(lambda: build(settings(staging=staging)))
    role = "arn:aws:iam::111122223333:role/strata-deploy"
    assert rights(made, "pipeline-staging-build-policy")["AssumeDeploymentRole"]["Resource"] == [role]
    told = made.only(PROJECT, "pipeline-staging-project").inputs["environment"]["environmentVariables"]
    assert {one["name"]: one["value"] for one in told}["DEPLOYMENT_ROLE_ARN"] == role


def test_each_deployment_becomes_its_own_role_and_nothing_else_does(graph: Graph) -> None:
    assumed = {
        node.name: rights(graph, node.name)["AssumeDeploymentRole"]["Resource"]
        for node in graph.of_type(ROLE_POLICY)
        if "AssumeDeploymentRole" in rights(graph, node.name)
    }
    assert assumed == {
        "pipeline-staging-build-policy": ["arn:aws:iam::123456789012:role/strata-deploy"],
        "pipeline-plan-build-policy": ["arn:aws:iam::123456789012:role/strata-preview"],
        "pipeline-production-build-policy": ["arn:aws:iam::123456789012:role/strata-deploy-prod"],
    }


def test_tests_and_scans_have_no_rights_but_to_their_log_and_artifacts(graph: Graph) -> None:
    for check in ("test", "scan"):
        actions = {a for s in rights(graph, f"pipeline-{check}-build-policy").values() for a in s["Action"]}
        assert {action.split(":")[0] for action in actions} == {"logs", "s3", "kms"}


def test_the_pipeline_starts_its_own_builds_only(graph: Graph) -> None:
    found = rights(graph, "pipeline-service-policy")
    assert set(found["Build"]["Resource"]) == {p.outputs["arn"] for p in graph.of_type(PROJECT)}
    assert found["ReadRepository"]["Resource"] == [CONNECTION]
    assert all("*" not in str(r).rpartition("/")[0] for s in found.values() for r in s["Resource"])


def test_a_connection_is_made_when_none_is_given() -> None:
    made = record(lambda: build(settings(connection_arn=None)))
    connection = made.only("aws:codeconnections/connection:Connection")
    assert connection.inputs["providerType"] == "GitHub"
    assert rights(made, "pipeline-service-policy")["ReadRepository"]["Resource"] == [connection.outputs["arn"]]


def test_a_release_is_tried_somewhere_else() -> None:
    with pytest.raises(ValidationError, match=r"production\.stack: confluence-prod is staging's too"):
        settings(staging=Target(stack="confluence-prod"))


def test_the_policies_have_nothing_to_say(graph: Graph) -> None:
    """But for the queue for people, which the project spares by name (``strata-policy.yaml``)."""
    violations, _ = verdict(graph)
    found = {(v.rule.id, v.urn.rpartition("::")[2]) for v in violations if "pipeline" in v.urn}
    assert found == {
        ("sqs-dead-letters", "pipeline-failures-queue"), ("events-dead-letters", "pipeline-failures-target"),
    }  # fmt: skip


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(build) == []

"""The pipeline: its stages in their order, and who may do what."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.network.network import Network, NetworkSettings
from components.operations.pipeline import Pipeline, PipelineSettings, Target
from components.security.key import Key, log_groups
from components.statements import Statement
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


def build(chosen: PipelineSettings = SETTINGS, *, networked: bool = True, **more: Any) -> Pipeline:
    key = Key("key", account=ACCOUNT, purpose="Artifacts")
    log_key = Key("log-key", account=ACCOUNT, purpose="Logs", usable_by=[log_groups(ACCOUNT)])
    logs = LogBucket("access", LogBucketSettings(bucket="access"), account=ACCOUNT)
    network = Network("net", NetworkSettings(), account=ACCOUNT, key=log_key) if networked else None
    given: dict[str, Any] = {
        "account": ACCOUNT,
        "key": key,
        "log_key": log_key,
        "access_logs": logs,
        "network": network,
        **more,
    }
    return Pipeline("pipeline", chosen, **given)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(build)


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
        "ProductionDeployment",
    ]


def test_production_waits_for_somebody_and_takes_the_steps_one_after_another(graph: Graph) -> None:
    actions = graph.only(PIPELINE).inputs["stages"][-1]["actions"]
    assert [(a["name"], a["runOrder"], a["provider"]) for a in actions] == [
        ("Approve", 1, "Manual"),
        ("Infrastructure", 2, "CodeBuild"),
        ("Application", 3, "CodeBuild"),
        ("Integration", 4, "CodeBuild"),
    ]
    production = graph.only(PROJECT, "pipeline-production-project")
    assert {a["configuration"]["ProjectName"] for a in actions[1:]} == {production.outputs["name"]}


def test_each_step_is_told_to_the_build(graph: Graph) -> None:
    stages = {s["name"]: s["actions"] for s in graph.only(PIPELINE).inputs["stages"]}
    variables = {
        name: json.loads(stages[name][0]["configuration"]["EnvironmentVariables"])[0]["value"]
        for name in ("InfrastructureDeployment", "ApplicationDeployment", "IntegrationTesting")
    }
    assert list(variables.values()) == ["infrastructure", "application", "integration"]


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
        "pipeline-production-project": "delivery/deploy.yml",
    }
    key = graph.only("aws:kms/key:Key", "key-key").outputs["arn"]
    for project in projects:
        assert project.inputs["encryptionKey"] == key
        assert project.inputs["environment"]["privilegedMode"] is False
        assert project.inputs["environment"]["type"] == "ARM_CONTAINER"
        assert project.inputs["logsConfig"]["cloudwatchLogs"]["status"] == "ENABLED"


def test_only_deployments_run_in_the_network(graph: Graph) -> None:
    within = {p.name for p in graph.of_type(PROJECT) if p.inputs.get("vpcConfig")}
    assert within == {"pipeline-staging-project", "pipeline-production-project"}
    (egress,) = [
        n
        for n in graph.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if n.name.startswith("pipeline")
    ]
    assert (egress.inputs["fromPort"], egress.inputs["toPort"]) == (443, 443)


def test_a_target_elsewhere_is_deployed_from_there() -> None:
    place = {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ("subnet-0a1b2c3d",), "security_group_id": "sg-0a1b2c3d"}
    staging = Target.model_validate({"stack": "confluence-dev", "network": place})
    made = record(lambda: build(settings(staging=staging)))
    assert made.only(PROJECT, "pipeline-staging-project").inputs["vpcConfig"] == {
        "vpcId": "vpc-0a1b2c3d",
        "subnets": ["subnet-0a1b2c3d"],
        "securityGroupIds": ["sg-0a1b2c3d"],
    }


def test_each_deployment_becomes_its_own_role_and_nothing_else_does(graph: Graph) -> None:
    assumed = {
        node.name: rights(graph, node.name)["AssumeDeploymentRole"]["Resource"]
        for node in graph.of_type(ROLE_POLICY)
        if "AssumeDeploymentRole" in rights(graph, node.name)
    }
    assert assumed == {
        "pipeline-staging-build-policy": ["arn:aws:iam::123456789012:role/strata-deploy"],
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


def test_what_deployments_were_granted_reaches_both() -> None:
    read = Statement("ReadSite", ["s3:GetObject"], ["arn:aws:s3:::site/*"])
    made = record(lambda: build(statements=[read]))
    holders = {n.name for n in made.of_type(ROLE_POLICY) if '"ReadSite"' in n.inputs["policy"]}
    assert holders == {"pipeline-staging-build-policy", "pipeline-production-build-policy"}


def test_a_connection_is_made_when_none_is_given() -> None:
    made = record(lambda: build(settings(connection_arn=None), networked=False))
    connection = made.only("aws:codeconnections/connection:Connection")
    assert connection.inputs["providerType"] == "GitHub"
    assert rights(made, "pipeline-service-policy")["ReadRepository"]["Resource"] == [connection.outputs["arn"]]


def test_without_a_network_there_is_no_group_to_let_in() -> None:
    def program() -> None:
        with pytest.raises(AttributeError, match="outside any network"):
            _ = build(networked=False).security_group_id

    made = record(program)
    assert all(not p.inputs.get("vpcConfig") for p in made.of_type(PROJECT))


def test_a_release_is_tried_somewhere_else() -> None:
    with pytest.raises(ValidationError, match=r"production\.stack: confluence-prod is staging's too"):
        settings(staging=Target(stack="confluence-prod"))


def test_the_policies_have_nothing_to_say(graph: Graph) -> None:
    violations, _ = verdict(graph)
    assert [(v.rule.id, v.urn.rpartition("::")[2]) for v in violations if "pipeline" in v.urn] == []


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(build) == []

"""What the scripts of ``delivery/`` do beside deploying: keep a plan, start the runner, take images over."""

import json
from dataclasses import replace

import pytest

from analyser.analyses.delivery import tried_in
from analyser.analyses.deployment_rights.steps import promotion
from analyser.run.mock_cloud import ACCOUNT_ID
from tests.analyser.analyses.deployment_rights.judged import Deployer, deployer, rights
from tests.stacks import ROOT, serving

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555"
STATE = "arn:aws:s3:::strata-state"
RUNNER = f"arn:aws:codebuild:us-east-1:{ACCOUNT_ID}:project/microservice-prod-deploy"
PLANNER = RUNNER.replace("-deploy", "-plan")
SOURCE = f"arn:aws:s3:::microservice-prod-deploy-{ACCOUNT_ID}-us-east-1"
OF_STATE = {"kms:resourcealiases": "alias/pulumi-state", "kms:viaservice": "s3.us-east-1.amazonaws.com"}
OWN = {"aws:resourcetag/stack": "prod", "kms:viaservice": "s3.us-east-1.amazonaws.com"}


def test_a_plan_is_kept_beside_the_state_and_nothing_else_there() -> None:
    """``delivery/plan.sh``; the workflow deploys this stack."""
    planner = deployer("prod", reading=True)
    assert all(planner.may(f"s3:{verb}Object", f"{STATE}/plans/prod/0a1b2c.{end}")
               for verb in ("Get", "Put") for end in ("json", "md"))  # fmt: skip
    assert not planner.may("s3:PutObject", f"{STATE}/plans/prod/0a1b2c.done")  # that one was carried out
    assert planner.may("kms:GenerateDataKey", KEY, OF_STATE)
    assert not planner.may("s3:PutObject", f"{STATE}/plans/dev/0a1b2c.json")
    assert not planner.may("s3:PutObject", f"{STATE}/.pulumi/stacks/strata/prod.json")
    assert not planner.may("s3:DeleteObject", f"{STATE}/plans/prod/0a1b2c.json")
    assert not planner.may("kms:GenerateDataKey", KEY, {**OF_STATE, "kms:resourcealiases": "alias/payroll"})
    assert not planner.may("kms:GenerateDataKey", KEY, {**OF_STATE, "kms:viaservice": "ebs.us-east-1.amazonaws.com"})


@pytest.mark.parametrize("stack", ["prod", "collaboration-prod-dr"])
def test_of_the_state_a_role_has_what_is_of_its_stack(stack: str) -> None:
    """Stacks share bucket and key: whoever wrote another one's plan would do what that says."""
    role, looking = deployer(stack), deployer(stack, reading=True)
    of_pulumi = f"{STATE}/.pulumi"
    for name in (
        f"stacks/strata/{stack}.json", f"stacks/strata/{stack}.json.bak", f"stacks/strata/{stack}.pulumi-tags",
        f"history/strata/{stack}/{stack}-1.history.json", f"backups/strata/{stack}/{stack}.1.json",
        f"journal/strata/{stack}/1", f"locks/organization/strata/{stack}/1.json", "meta.yaml",
    ):  # fmt: skip
        assert all(role.may(f"s3:{verb}Object", f"{of_pulumi}/{name}") for verb in ("Get", "Put", "Delete")), name
        assert looking.may("s3:GetObject", f"{of_pulumi}/{name}"), name
        assert not looking.may("s3:PutObject", f"{of_pulumi}/{name}"), name
        for another in ("dev", f"{stack}2"):
            other = f"{of_pulumi}/{name.replace(stack, another)}"
            assert other.endswith("meta.yaml") or not role.may("s3:GetObject", other), other
            assert other.endswith("meta.yaml") or not role.may("s3:PutObject", other), other
    assert role.may("s3:GetObject", f"{STATE}/plans/{stack}/0a1b2c.json")
    assert not role.may("s3:PutObject", f"{STATE}/plans/dev/0a1b2c.json")
    home = f"{of_pulumi}/stacks/strata/collaboration-prod.json"
    assert role.may("s3:GetObject", home) == looking.may("s3:GetObject", home) == stack.endswith("-dr")
    assert not role.may("s3:PutObject", home)


def test_a_plan_inside_is_handed_to_the_stacks_own_runner() -> None:
    """``delivery/in-vpc.sh``."""
    planner = deployer("prod", reading=True)
    assert planner.may("s3:PutObject", f"{SOURCE}/plan.zip")
    assert planner.may("kms:GenerateDataKey", KEY, OWN)
    assert planner.may("codebuild:StartBuild", PLANNER)
    assert planner.may("codebuild:BatchGetBuilds", PLANNER)
    assert not planner.may("s3:PutObject", f"{SOURCE}/another.zip")
    assert not planner.may("codebuild:StartBuild", PLANNER.replace("microservice-prod", "payroll"))
    assert not planner.may("codebuild:UpdateProject", PLANNER)
    assert not planner.may("iam:PassRole", f"arn:aws:iam::{ACCOUNT_ID}:role/strata-deploy")


def test_who_plans_cannot_have_it_done() -> None:
    """It neither hands the runner that deploys a source nor starts it; the one it starts becomes itself."""
    planner = deployer("prod", reading=True)
    assert not planner.may("s3:PutObject", f"{SOURCE}/source.zip")
    for action in ("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:RetryBuild"):
        assert not planner.may(action, RUNNER), action
    for action in ("eks:CreateAccessEntry", "eks:AssociateAccessPolicy", "eks:UpdateAccessEntry"):
        assert not planner.may(action, f"arn:aws:eks:us-east-1:{ACCOUNT_ID}:cluster/microservice-prod"), action
    graph = serving("prod")
    (project,) = [
        n for n in graph.of_type("aws:codebuild/project:Project") if n.inputs["name"] == "microservice-prod-plan"
    ]
    (policy,) = [
        n for n in graph.of_type("aws:iam/rolePolicy:RolePolicy") if n.name == "deployment-runner-plans-build-policy"
    ]
    become = [one for one in json.loads(policy.inputs["policy"])["Statement"] if "sts:AssumeRole" in one["Action"]]
    assert [one["Resource"] for one in become] == [[f"arn:aws:iam::{ACCOUNT_ID}:role/strata-preview"]]
    assert project.inputs["source"]["location"].endswith("/plan.zip")


def test_in_the_cluster_who_plans_only_looks() -> None:
    """``AmazonEKSAdminViewPolicy`` gets, lists and watches everything, Secrets too, and has no other verb.

    https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """
    graph = serving("prod")
    given = {
        str(node.inputs["principalArn"]).rpartition("/")[2]: str(node.inputs["policyArn"]).rpartition("/")[2]
        for node in graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        if str(node.inputs["principalArn"]).endswith("/strata-preview")
    }
    assert given == {"strata-preview": "AmazonEKSAdminViewPolicy"}
    (entry,) = [n for n in graph.of_type("aws:eks/accessEntry:AccessEntry")
                if str(n.inputs["principalArn"]).endswith("/strata-preview")]  # fmt: skip
    assert not entry.inputs.get("kubernetesGroups")


@pytest.mark.parametrize(("stack", "keeps"), [("mdreader-prod", True), ("mdreader-dev", False)])
def test_a_pipeline_keeps_the_plan_of_its_production_alone(stack: str, keeps: bool) -> None:
    """Of what else it deploys, only drift is looked for."""
    planner = deployer(stack, reading=True)
    assert planner.may("s3:PutObject", f"{STATE}/plans/{stack}/0a1b2c.json") is keeps
    assert not [one for document in rights(stack, reading=True).documents for one in document["Statement"]
                if one["Sid"].startswith("Planner")]  # fmt: skip


@pytest.mark.parametrize(("stack", "place"), [("prod", "us-east-1:111122223333"), ("collaboration-prod-dr", "")])
def test_images_come_from_the_stack_before(stack: str, place: str) -> None:
    """``delivery/images.sh``; a recovery stack's are copied by the registry itself."""
    role = deployer(stack)
    tried = f"arn:aws:ecr:{place or 'us-east-1:111122223333'}:repository/records-dev/microservice"
    for action in ("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"):
        assert role.may(action, tried) == bool(place), action
    assert not role.may("ecr:PutImage", tried)
    assert not role.may("ecr:BatchGetImage", tried.replace("microservice", "payroll"))
    assert not deployer(stack, reading=True).may("ecr:BatchGetImage", tried)


def test_an_attestation_comes_from_where_the_line_begins() -> None:
    """``delivery/images.sh``: copies leave it behind, so production too reads it in dev's registry."""
    line = ["collaboration-prod", "collaboration-staging", "collaboration-dev"]
    assert [one.stack for one in tried_in(ROOT, line[0])] == line
    for begun in tried_in(ROOT, "collaboration-dev"):
        tried = f"arn:aws:ecr:{begun.region}:{begun.account}:repository/dev-collaboration/collaboration-server"
        assert deployer("collaboration-prod-dr").may("ecr:ListImageReferrers", tried)


def test_a_recovery_stack_of_a_pipeline_takes_the_images_of_its_staging() -> None:
    """The pipeline is made by the home stack, whose graph alone has it."""
    (staging,) = tried_in(ROOT, "mdreader-dev")
    tried = f"arn:aws:ecr:{staging.region}:{staging.account}:repository/mdreader-dev/hocuspocus"
    for stack in ("mdreader-prod-dr", "mdreader-prod"):
        assert deployer(stack).may("ecr:BatchGetImage", tried), stack


def test_a_registry_in_another_region_is_signed_in_to() -> None:
    graph = serving("collaboration-prod-dr")
    (there,) = tried_in(ROOT, "collaboration-dev")
    found = list(promotion(graph, [replace(there, region="eu-west-1")]))
    assert [one["Sid"] for one in found] == ["Promotion", "PromotionLogin"]
    assert found[1]["Condition"] == {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    assert [one["Sid"] for one in promotion(graph, [there])] == ["Promotion"]


def test_what_a_single_input_asks_for() -> None:
    layer = "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:24"
    here = f"us-east-1:{ACCOUNT_ID}"
    role, there = deployer("confluence-lambda"), f"arn:aws:dynamodb:us-west-2:{ACCOUNT_ID}:table"
    assert role.may("lambda:GetLayerVersion", layer)
    assert not role.may("lambda:GetLayerVersion", layer.replace("AWSOpenTelemetry", "Another"))
    for action in ("dynamodb:CreateTableReplica", "dynamodb:CreateTable", "dynamodb:BatchWriteItem", "dynamodb:Scan"):
        assert role.may(action, f"{there}/user-presence"), action
        assert not role.may(action, f"{there}/payroll"), action
    assert not role.may("dynamodb:Scan", f"arn:aws:dynamodb:{here}:table/user-presence")
    interface = f"arn:aws:ec2:{here}:network-interface/eni-0123456789abcdef0"
    assert role.may("ec2:DeleteNetworkInterface", interface)
    assert not role.may("ec2:DeleteNetworkInterface", interface, {"aws:resourcetag/stack": "another"})


def test_only_what_says_so_is_emptied() -> None:
    kept, emptied = (_bucket(stack) for stack in ("prod", "collaboration-dev"))
    assert not deployer("prod").may("s3:DeleteObject", f"{kept}/a")
    assert deployer("collaboration-dev").may("s3:DeleteObjectVersion", f"{emptied}/a")
    assert not deployer("collaboration-dev").may("s3:DeleteObject", f"{kept}/a")
    point = f"arn:aws:backup:us-west-2:{ACCOUNT_ID}:recovery-point:11111111-2222-3333-4444-555555555555"
    assert deployer("collaboration-dev").may("backup:DeleteRecoveryPoint", point)
    assert not deployer("prod").may("backup:DeleteRecoveryPoint", point)


def test_default_groups_are_asked_about_with_what_takes_them() -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html"""
    here = f"us-east-1:{ACCOUNT_ID}"
    assert deployer("prod").may("rds:CreateDBInstance", f"arn:aws:rds:{here}:og:default:postgres-17")
    assert not deployer("prod").may("rds:CreateDBInstance", f"arn:aws:rds:{here}:og:payroll")
    group = f"arn:aws:elasticache:{here}:parametergroup:default.redis7"
    assert deployer("prod").may("elasticache:CreateReplicationGroup", group)


def _bucket(stack: str) -> str:
    return str(serving(stack).of_type("aws:s3/bucket:Bucket")[0].outputs["arn"])


def test_a_fault_is_seen() -> None:
    left = [
        {**document, "Statement": [one for one in document["Statement"] if not one["Sid"].startswith("Plans")]}
        for document in rights("prod", reading=True).documents
    ]
    assert not Deployer(left).may("s3:PutObject", f"{STATE}/plans/prod/0a1b2c.json")

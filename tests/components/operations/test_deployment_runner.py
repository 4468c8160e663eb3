"""The runner: what it may do, where it can call, and how a commit gets to it."""

import functools
import json
from typing import Any

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.network.network import Network, NetworkSettings
from components.operations.deployment_runner import DeploymentRunner, DeploymentRunnerSettings
from components.security.key import Key, log_groups
from policy.levels import Level
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, record, unequal_when_unknown

PROJECT = "aws:codebuild/project:Project"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LONG = "a-cluster-whose-name-is-as-long-as-it-is"


def build(cluster_name: str = "shop-prod", *, whole: bool = False, **settings: Any) -> DeploymentRunner:
    key = Key("key", account=ACCOUNT, purpose="Commits")
    log_key = Key("log-key", account=ACCOUNT, purpose="Logs", usable_by=[log_groups(ACCOUNT)])
    return DeploymentRunner(
        "runner",
        DeploymentRunnerSettings(**settings),
        account=ACCOUNT,
        network=Network("net", NetworkSettings(), account=ACCOUNT, key=log_key) if whole else Subnets("net"),
        key=key,
        log_key=log_key,
        access_logs=LogBucket("access", LogBucketSettings(bucket="access"), account=ACCOUNT),
        cluster_name=cluster_name,
    )


@functools.cache
def graph() -> Graph:
    return record(build)


def statements() -> dict[str, dict[str, Any]]:
    text = graph().only("aws:iam/rolePolicy:RolePolicy", "runner-build-policy").inputs["policy"]
    return {one["Sid"]: one for one in json.loads(text)["Statement"]}


def test_a_build_runs_in_the_private_tier_and_takes_the_commit_that_was_put_there() -> None:
    found = graph()
    project = found.only(PROJECT, "runner-project").inputs
    private = {node.id for node in found.of_type("aws:ec2/subnet:Subnet") if node.name.startswith("net-private-")}
    assert set(project["vpcConfig"]["subnets"]) == private
    assert project["vpcConfig"]["securityGroupIds"] == [
        found.only("aws:ec2/securityGroup:SecurityGroup", "runner-builds-group").id
    ]
    bucket = found.only("aws:s3/bucket:Bucket", "runner-bundles-bucket").inputs["bucket"]
    assert project["source"] == {
        "type": "S3", "location": f"{bucket}/source.zip", "buildspec": "delivery/deploy.yml",
    }  # fmt: skip
    assert project["artifacts"] == {"type": "NO_ARTIFACTS"}
    assert project["environment"]["privilegedMode"] is False
    given = {one["name"]: one["value"] for one in project["environment"]["environmentVariables"]}
    assert given == {
        "STACK": "test",
        "STEP": "infrastructure",
        "DEPLOYMENT_ROLE_ARN": "arn:aws:iam::123456789012:role/strata-deploy",
    }


def test_it_answers_nobody_and_calls_out_on_443_only() -> None:
    found = graph()
    group = found.only("aws:ec2/securityGroup:SecurityGroup", "runner-builds-group").id
    assert [node for node in found.of_type(INGRESS) if node.inputs["securityGroupId"] == group] == []
    (out,) = [node.inputs for node in found.of_type(EGRESS) if node.inputs["securityGroupId"] == group]
    assert (out["cidrIpv4"], out["fromPort"], out["toPort"], out["ipProtocol"]) == ("0.0.0.0/0", 443, 443, "tcp")


def test_by_itself_it_may_read_its_bucket_write_its_log_and_become_the_deployment_role() -> None:
    found = statements()
    assert found["AssumeDeploymentRole"]["Resource"] == ["arn:aws:iam::123456789012:role/strata-deploy"]
    bundles = found["ReadRunnerBundles"]
    assert {action for action in bundles["Action"] if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:GetObjectVersion",
    }
    assert all(action.startswith("ssmmessages:") for action in found["DebugSession"]["Action"])
    assert set(found) == {
        "AssumeDeploymentRole", "CreateInterfaces", "DebugSession", "DeleteInterfaces", "DescribeNetwork",
        "FindRunnerBundles", "LendInterfaces", "ReadRunnerBundles", "WriteRunnerLogs",
    }  # fmt: skip


def test_another_role_is_told_and_granted_alike() -> None:
    found = record(lambda: build(deployment_role="deployers"))
    variables = found.only(PROJECT, "runner-project").inputs["environment"]["environmentVariables"]
    assert {"arn:aws:iam::123456789012:role/deployers"} == {
        one["value"] for one in variables if one["name"] == "DEPLOYMENT_ROLE_ARN"
    }
    policy = found.only("aws:iam/rolePolicy:RolePolicy", "runner-build-policy").inputs["policy"]
    assert "role/deployers" in policy
    assert "role/strata-deploy" not in policy


def test_what_plans_is_of_the_same_place_and_may_become_only_who_reads() -> None:
    found = graph()
    plans, deploys = (found.only(PROJECT, name).inputs for name in ("runner-plans-project", "runner-project"))
    assert plans["vpcConfig"] == deploys["vpcConfig"]
    assert plans["source"]["location"] == deploys["source"]["location"].replace("source.zip", "plan.zip")
    given = {one["name"]: one["value"] for one in plans["environment"]["environmentVariables"]}
    assert given == {
        "STACK": "test",
        "STEP": "plan",
        "DEPLOYMENT_ROLE_ARN": "arn:aws:iam::123456789012:role/strata-preview",
    }
    text = found.only("aws:iam/rolePolicy:RolePolicy", "runner-plans-build-policy").inputs["policy"]
    rights = {one["Sid"]: one for one in json.loads(text)["Statement"]}
    assert rights["AssumeDeploymentRole"]["Resource"] == ["arn:aws:iam::123456789012:role/strata-preview"]
    assert set(rights) == set(statements()) - {"DebugSession"}


def test_names_fit_whatever_the_cluster_is_called() -> None:
    assert len(LONG) == 40
    found = record(lambda: build(LONG))
    assert [node.inputs["name"] for node in found.of_type(PROJECT)] == [f"{LONG}-deploy", f"{LONG}-plan"]
    bucket = found.only("aws:s3/bucket:Bucket", "runner-bundles-bucket").inputs["bucket"]
    assert len(bucket) <= 63 - len("ap-southeast-1") + len("us-east-1")
    assert bucket.endswith("-123456789012-us-east-1")


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(build) == []


def test_no_policy_is_violated() -> None:
    violations, _ = verdict(record(lambda: build(whole=True)))
    assert [one for one in violations if one.level is Level.MANDATORY] == []

"""A generated secret: nobody knows it, one function makes it, one account reads it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.security.key import Key
from components.security.role import Role
from components.security.secret import GeneratedSecret, SecretCopy, SecretSettings
from components.statements import service_trust
from tests.support import ACCOUNT, DEV_ACCOUNT, once, record, unequal_when_unknown

SECRET, ROTATION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"
FUNCTION, POLICY = "aws:lambda/function:Function", "aws:iam/rolePolicy:RolePolicy"


def build(account: Any = ACCOUNT, **settings: Any) -> GeneratedSecret:
    return GeneratedSecret(
        "session-key",
        SecretSettings(**settings),
        account=account,
        key=Key("secrets", account=account, purpose="Secrets"),
        log_key=Key("logs", account=account, purpose="Logs"),
        purpose="Signs sessions",
    )


@once
def graph_of(account: Any = ACCOUNT, **settings: Any) -> Graph:
    return record(lambda: build(account, **settings))


def key_arn(graph: Graph, name: str) -> str:
    return graph.only("aws:kms/key:Key", f"{name}-key").outputs["arn"]


def test_the_secret_is_under_the_customer_key_and_has_no_value() -> None:
    graph = graph_of()
    assert graph.only(SECRET).inputs == {
        "description": "Signs sessions",
        "kmsKeyId": key_arn(graph, "secrets"),
        "recoveryWindowInDays": 30,
    }
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


@once
def copied() -> Graph:
    def build() -> GeneratedSecret:
        there = Key("there", account=ACCOUNT, purpose="Copies", region="us-west-2")
        key = Key("secrets", account=ACCOUNT, purpose="Secrets")
        return GeneratedSecret(
            "session-key",
            SecretSettings(),
            account=ACCOUNT,
            key=key,
            log_key=key,
            purpose="Signs sessions",
            copy=SecretCopy("us-west-2", there),
        )

    return record(build)


def test_a_copy_is_under_the_key_of_its_region_and_its_policy_is_about_itself() -> None:
    graph = copied()
    assert graph.only(SECRET).inputs["replicas"] == [{"region": "us-west-2", "kmsKeyId": key_arn(graph, "there")}]
    policy = json.loads(graph.only("aws:secretsmanager/secretPolicy:SecretPolicy").inputs["policy"])
    assert [(statement["Effect"], statement["Resource"]) for statement in policy["Statement"]] == [("Deny", ["*"])] * 2


def test_the_environment_says_how_long_it_can_be_brought_back() -> None:
    assert graph_of(DEV_ACCOUNT).only(SECRET).inputs["recoveryWindowInDays"] == 7


def test_it_rotates_at_once_and_every_30_days() -> None:
    graph = graph_of()
    rotation = graph.only(ROTATION)
    assert rotation.inputs == {
        "secretId": graph.only(SECRET).id,
        "rotationLambdaArn": graph.only(FUNCTION).outputs["arn"],
        "rotateImmediately": True,
        "rotationRules": {"automaticallyAfterDays": 30},
    }
    assert graph.only("aws:lambda/permission:Permission").urn in rotation.dependencies


def test_only_secrets_manager_invokes_the_function_and_only_for_this_secret() -> None:
    graph = graph_of()
    permission = graph.only("aws:lambda/permission:Permission").inputs
    assert permission == {
        "action": "lambda:InvokeFunction",
        "function": graph.only(FUNCTION).outputs["name"],
        "principal": "secretsmanager.amazonaws.com",
        "sourceAccount": ACCOUNT.id,
        "sourceArn": graph.only(SECRET).outputs["arn"],
    }


def test_the_function_may_rotate_this_secret_and_nothing_more() -> None:
    graph = graph_of()
    statements = {s["Sid"]: s for s in json.loads(graph.only(POLICY).inputs["policy"])["Statement"]}
    assert statements["Rotate"]["Resource"] == [graph.only(SECRET).outputs["arn"]]
    assert statements["Rotate"]["Action"] == [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    assert statements["UseSecrets"]["Resource"] == [key_arn(graph, "secrets")]
    assert [sid for sid, s in statements.items() if s["Resource"] == ["*"]] == ["WriteTraces"]


def test_the_resource_policy_only_denies() -> None:
    graph = graph_of()
    policy = graph.only("aws:secretsmanager/secretPolicy:SecretPolicy").inputs
    others, transport = json.loads(policy["policy"])["Statement"]
    arn = graph.only(SECRET).outputs["arn"]
    assert policy["blockPublicPolicy"] is True
    assert {s["Effect"] for s in (others, transport)} == {"Deny"}
    assert others["Resource"] == transport["Resource"] == [arn]
    assert others["Condition"] == {
        "StringNotEquals": {"aws:PrincipalAccount": ACCOUNT.id},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    assert transport["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_reading_is_granted() -> None:
    def program() -> None:
        Role("reader", trust=service_trust("ec2.amazonaws.com"), grants=[build().read], description="Reads")

    graph = record(program)
    assert json.loads(graph.only(POLICY, "reader-policy").inputs["policy"])["Statement"] == [
        {
            "Sid": "ReadSessionKey",
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": [graph.only(SECRET).outputs["arn"]],
        }
    ]


def test_settings_reach_function_and_schedule() -> None:
    graph = graph_of(length=40, rotation_days=7)
    assert graph.only(FUNCTION).inputs["environment"] == {"variables": {"SECRET_LENGTH": "40"}}
    assert graph.only(ROTATION).inputs["rotationRules"] == {"automaticallyAfterDays": 7}


@pytest.mark.parametrize("given", [{"length": 31}, {"length": 129}, {"rotation_days": 0}, {"rotation_days": 91}])
def test_weak_settings_are_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        SecretSettings(**given)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(build) == []

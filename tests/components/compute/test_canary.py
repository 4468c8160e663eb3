"""Releases go to a tenth of the calls first, roll back by themselves, and move only the aliases they are for."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.compute.canary import Canary, CanarySettings
from components.compute.function import Function, FunctionSettings
from components.security.key import Key
from tests.support import ACCOUNT, record, unequal_when_unknown

GROUP = "aws:codedeploy/deploymentGroup:DeploymentGroup"
PREFIX = f"arn:aws:codedeploy:us-east-1:{ACCOUNT.id}"


def functions(*, release: Any = "canary") -> dict[str, Function]:
    key = Key("data", account=ACCOUNT, purpose="Data")
    return {
        name: Function(
            name,
            FunctionSettings(release=release),
            account=ACCOUNT,
            key=key,
            log_key=key,
            code="functions/rotate_secret",
            handler="handler.handle",
            description=name,
            function_name=f"clone-{name}",
        )
        for name in ("pages", "auth")
    }


def canary(alarms: Mapping[str, str] | None = None, minutes: Any = 5, **more: Any) -> Canary:
    return Canary(
        "canary",
        CanarySettings(minutes=minutes),
        account=ACCOUNT,
        functions=functions(**more),
        alarms={"auth": "auth-errors", "pages": "pages-errors"} if alarms is None else alarms,
    )


def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: canary(*args, **more))


def statements(graph: Graph, policy: str) -> dict[str, Any]:
    document = graph.only("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"]
    return {s["Sid"]: s for s in json.loads(document)["Statement"]}


def test_a_group_for_each_function() -> None:
    graph = graph_of()
    application = graph.only("aws:codedeploy/application:Application")
    assert application.inputs == {"computePlatform": "Lambda"}
    assert [node.name for node in graph.of_type(GROUP)] == ["canary-auth", "canary-pages"]
    assert graph.only(GROUP, "canary-auth").inputs == {
        "appName": application.outputs["name"],
        "deploymentGroupName": "auth",
        "serviceRoleArn": graph.only("aws:iam/role:Role", "canary-service-role").outputs["arn"],
        "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "deploymentStyle": {"deploymentOption": "WITH_TRAFFIC_CONTROL", "deploymentType": "BLUE_GREEN"},
        "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        "alarmConfiguration": {"enabled": True, "alarms": ["auth-errors"]},
    }


def test_codedeploy_moves_these_aliases_for_this_application_only() -> None:
    graph = graph_of()
    role = graph.only("aws:iam/role:Role", "canary-service-role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    application = graph.only("aws:codedeploy/application:Application").outputs["name"]
    assert trust["Principal"] == {"Service": ["codedeploy.amazonaws.com"]}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
        "ArnLike": {"aws:SourceArn": f"{PREFIX}:deploymentgroup:{application}/*"},
    }
    given = statements(graph, "canary-service-policy")
    arns = [f"arn:aws:lambda:us-east-1:{ACCOUNT.id}:function:clone-{name}" for name in ("auth", "pages")]
    assert given["MoveAliases"]["Action"] == ["lambda:GetAlias", "lambda:UpdateAlias"]
    assert given["MoveAliases"]["Resource"] == arns
    assert given["AwaitWarmExecutions"]["Resource"] == [f"{arn}:*" for arn in arns]
    assert given["WatchAlarms"]["Resource"] == [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT.id}:alarm:*"]


def test_a_group_waits_for_the_role_s_rights() -> None:
    graph = graph_of()
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "canary-service-policy")
    assert all(policy.urn in group.dependencies for group in graph.of_type(GROUP))


def test_every_function_has_its_alarm() -> None:
    with pytest.raises(ProgramError, match="canary: functions and alarms do not match: auth, search"):
        graph_of({"pages": "pages-errors", "search": "search-errors"})


def test_functions_that_release_at_once_are_refused() -> None:
    with pytest.raises(ProgramError, match="release is not canary for auth, pages"):
        graph_of(release="atOnce")


def test_minutes_are_those_that_aws_offers() -> None:
    with pytest.raises(ValidationError):
        CanarySettings.model_validate({"minutes": 7})
    assert graph_of(minutes=30).only(GROUP, "canary-auth").inputs["deploymentConfigName"].endswith("10Percent30Minutes")


def test_the_pack_has_nothing_to_say() -> None:
    found, _ = verdict(graph_of())
    assert [violation for violation in found if "canary" in violation.urn] == []


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(canary) == []

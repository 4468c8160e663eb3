"""The alias: what makes a function live under one, who moves it, and that callers are let in by it alone."""

from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.compute.function import FunctionSettings
from tests.components.compute.test_function import FUNCTION, build, graph_of
from tests.support import record, unequal_when_unknown

ALIAS = "aws:lambda/alias:Alias"
WARM = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
PERMISSION = "aws:lambda/permission:Permission"
PROVISIONED = FunctionSettings(provisioned_concurrency=2)
CANARY = FunctionSettings(release="canary")


def test_without_a_reason_there_is_no_alias() -> None:
    graph = graph_of()
    assert graph.of_type(ALIAS) == graph.of_type(WARM) == []
    assert "publish" not in graph.only(FUNCTION).inputs


def test_a_canary_s_alias_is_left_to_codedeploy() -> None:
    graph = graph_of(CANARY)
    alias = graph.only(ALIAS)
    assert alias.name == "task-live-alias"
    assert alias.inputs == {
        "name": "live",
        "description": "The version that callers reach",
        "functionName": graph.only(FUNCTION).outputs["name"],
        "functionVersion": graph.only(FUNCTION).outputs["version"],
    }
    assert set(alias.ignore_changes) == {"functionVersion", "routingConfig"}
    assert graph.only(FUNCTION).inputs["publish"] is True
    assert graph.of_type(WARM) == []


def test_provisioned_concurrency_is_on_an_alias_that_follows_the_function() -> None:
    graph = graph_of(PROVISIONED)
    assert graph.only(ALIAS).ignore_changes == ()
    assert graph.only(WARM).inputs == {
        "functionName": graph.only(FUNCTION).outputs["name"],
        "qualifier": "live",
        "provisionedConcurrentExecutions": 2,
    }


@pytest.mark.parametrize("settings", [PROVISIONED, CANARY])
def test_callers_are_let_in_by_the_alias(settings: FunctionSettings) -> None:
    graph = record(lambda: build(settings).allow_invocation("api", "apigateway.amazonaws.com", "arn:aws:execute-api:*"))
    assert graph.only(PERMISSION).inputs["qualifier"] == "live"


def arns(settings: FunctionSettings | None) -> tuple[Graph, list[Any]]:
    found: list[Any] = []

    def program() -> None:
        function = build(settings)
        for output in (function.arn, function.invoke_arn, function.unqualified_arn):
            output.apply(found.append)

    return record(program), found


def test_its_arns_are_the_alias_s() -> None:
    graph, found = arns(CANARY)
    alias, function = graph.only(ALIAS).outputs, graph.only(FUNCTION).outputs
    assert set(found) == {alias["arn"], alias["invokeArn"], function["arn"]}
    graph, found = arns(None)
    function = graph.only(FUNCTION).outputs
    assert set(found) == {function["arn"], function["invokeArn"]}


def test_no_more_can_be_warm_than_may_run() -> None:
    with pytest.raises(ValidationError, match=r"provisionedConcurrency: 3 is above reservedConcurrency \(2\)"):
        FunctionSettings(provisioned_concurrency=3, reserved_concurrency=2)
    FunctionSettings(provisioned_concurrency=2, reserved_concurrency=2)


@pytest.mark.parametrize("settings", [PROVISIONED, CANARY])
def test_the_same_without_outputs(settings: FunctionSettings) -> None:
    assert unequal_when_unknown(lambda: build(settings)) == []

"""A service gets fresh tasks every week, by a role that can do nothing else."""

import json

import pytest

from analyser.graph import Graph
from components.compute.service_restart import ServiceRestart
from tests.components.compute.fargate import SERVICE, build
from tests.support import ACCOUNT, record, unequal_when_unknown


def program() -> None:
    ServiceRestart("restart", account=ACCOUNT, service=build().service)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(program)


def test_tasks_are_replaced_once_a_week(graph: Graph) -> None:
    schedule = graph.only("aws:scheduler/schedule:Schedule").inputs
    assert schedule["scheduleExpression"] == "cron(0 4 ? * SUN *)"
    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:ecs:updateService"
    assert json.loads(schedule["target"]["input"]) == {
        "Cluster": "mdreader-prod",
        "Service": "mdreader-hocuspocus",
        "ForceNewDeployment": True,
    }


def test_the_scheduler_of_this_account_may_update_this_service_and_nothing_else(graph: Graph) -> None:
    role = graph.only("aws:iam/role:Role", "restart-scheduler-role")
    assert graph.only("aws:scheduler/schedule:Schedule").inputs["target"]["roleArn"] == role.outputs["arn"]
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["scheduler.amazonaws.com"]}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT.id}
    (granted,) = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy", "restart-scheduler-policy").inputs["policy"])[
        "Statement"
    ]
    assert (granted["Action"], granted["Resource"]) == (["ecs:UpdateService"], [graph.only(SERVICE).outputs["arn"]])


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(program) == []

import json

import pytest

from components.account import Account
from components.operations.log_group import LogGroup
from components.security.key import Key, log_groups
from components.security.role import Role
from components.statements import service_trust
from tests.support import ACCOUNT, DEV_ACCOUNT, record, unequal_when_unknown


def group(account: Account = ACCOUNT, log_group_name: str | None = None) -> LogGroup:
    key = Key("logs", account=account, purpose="test", usable_by=[log_groups(account)])
    return LogGroup("app", account=account, key=key, log_group_name=log_group_name)


@pytest.mark.parametrize(("account", "days"), [(ACCOUNT, 365), (DEV_ACCOUNT, 30)])
def test_environment_decides_how_long_events_stay(account: Account, days: int) -> None:
    graph = record(lambda: group(account))
    node = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert node.inputs["retentionInDays"] == days
    assert node.inputs["kmsKeyId"] == graph.only("aws:kms/key:Key").outputs["arn"]


def test_name_is_fixed_only_when_asked() -> None:
    named = record(lambda: group(log_group_name="/aws/eks/records/application"))
    assert named.only("aws:cloudwatch/logGroup:LogGroup").inputs["name"] == "/aws/eks/records/application"
    assert "name" not in record(group).only("aws:cloudwatch/logGroup:LogGroup").inputs


def test_write_adds_events_to_this_group_alone() -> None:
    def program() -> None:
        Role("app", trust=service_trust("lambda.amazonaws.com"), grants=[group().write], description="test")

    graph = record(program)
    (statement,) = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    arn = graph.only("aws:cloudwatch/logGroup:LogGroup").outputs["arn"]
    assert statement["Resource"] == [f"{arn}:*"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(group) == []

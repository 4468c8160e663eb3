"""The application's secret: its parts come from where they are kept, and none passes through the program."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.data.application_secret import ApplicationSecret, ApplicationSecretSettings, Tasks
from components.data.postgres import Postgres, PostgresSettings
from components.data.redis import Redis, RedisSettings
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, ground, recorded
from tests.support import ACCOUNT, unequal_when_unknown

ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT.id}:secret:shop/app-??????"
FUNCTION, USER = "aws:lambda/function:Function", "aws:elasticache/user:User"


def build(on: Ground, tasks: Tasks | None = None) -> ApplicationSecret:
    database = Postgres(
        "rds",
        PostgresSettings(identifier="shop", instance_class="db.t3.medium", storage_gib=100, db_name="orders"),
        account=on.account,
        network=on.network,
        key=on.key,
    )
    cache = Redis(
        "redis",
        RedisSettings(
            replication_group_id="shop",
            node_type="cache.t3.micro",
            cluster_mode=False,
            nodes=1,
            authentication="password",
        ),
        account=on.account,
        network=on.network,
        key=on.key,
    )
    return ApplicationSecret(
        "app-secret",
        ApplicationSecretSettings(name="shop/app"),
        account=on.account,
        key=Key("secrets", account=on.account, purpose="Secrets"),
        log_key=on.log_key,
        database=database,
        database_key=on.key,
        cache=cache,
        public={"sender": "info@example.com"},
        tasks=tasks,
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


def function_statements(graph: Graph) -> dict[str, dict[str, Any]]:
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "app-secret-rotation-execution-policy")
    return {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}


def test_it_has_its_name_and_no_value(graph: Graph) -> None:
    assert graph.only("aws:secretsmanager/secret:Secret").inputs["name"] == "shop/app"
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


def test_the_function_is_told_where_the_parts_are_and_no_part(graph: Graph) -> None:
    database = graph.only("aws:rds/instance:Instance")
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup")
    assert graph.only(FUNCTION).inputs["environment"]["variables"] == {
        "SECRET_ID": "shop/app",
        "DATABASE_SECRET_ARN": database.outputs["masterUserSecrets"][0]["secretArn"],
        "DATABASE_HOST": database.outputs["address"],
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": "orders",
        "CACHE_HOST": cache.outputs["primaryEndpointAddress"],
        "CACHE_PORT": "6379",
        "CACHE_USER_ID": "shop-app",
        "CACHE_USER_NAME": "shop-app",
        "PUBLIC_VALUES": '{"sender": "info@example.com"}',
    }


def test_the_function_reads_one_password_and_sets_one(graph: Graph) -> None:
    statements = function_statements(graph)
    database = graph.only("aws:rds/instance:Instance").outputs["masterUserSecrets"][0]["secretArn"]
    assert statements["ReadMasterSecretRds"]["Resource"] == [database]
    assert statements["SetPasswordRedis"] == {
        "Sid": "SetPasswordRedis",
        "Effect": "Allow",
        "Action": ["elasticache:DescribeUsers", "elasticache:ModifyUser"],
        "Resource": [graph.only(USER, "redis-application-user").outputs["arn"]],
    }
    assert statements["StartRotation"]["Resource"] == [ARN]
    assert statements["DecryptData"]["Resource"] == [graph.only("aws:kms/key:Key", "data-key").outputs["arn"]]


def test_it_rotates_once_there_are_stores_to_sign_in_to(graph: Graph) -> None:
    schedule = graph.only("aws:secretsmanager/secretRotation:SecretRotation", "app-secret-schedule")
    assert schedule.inputs["rotateImmediately"] is True
    assert graph.only("aws:elasticache/userGroup:UserGroup").urn in schedule.dependencies


def test_every_five_minutes_the_function_looks_for_a_new_password(graph: Graph) -> None:
    rule = graph.only("aws:cloudwatch/eventRule:EventRule")
    target = graph.only("aws:cloudwatch/eventTarget:EventTarget")
    permission = graph.only("aws:lambda/permission:Permission", "app-secret-rotation-invocation-watch")
    assert rule.inputs["scheduleExpression"] == "rate(5 minutes)"
    assert target.inputs["arn"] == graph.only(FUNCTION).outputs["arn"]
    assert permission.inputs["sourceArn"] == rule.outputs["arn"]
    assert permission.urn in target.dependencies


def test_reading_is_granted_by_name() -> None:
    def program(on: Ground) -> None:
        Role("reader", trust=service_trust("ec2.amazonaws.com"), grants=[build(on).read], description="Reads")

    policy = recorded(program).only("aws:iam/rolePolicy:RolePolicy", "reader-policy").inputs["policy"]
    assert json.loads(policy)["Statement"][0]["Resource"] == [ARN]


@pytest.mark.parametrize("name", ["app", "/app", "shop/App", "shop/"])
def test_it_lives_under_a_folder(name: str) -> None:
    with pytest.raises(ValidationError):
        ApplicationSecretSettings(name=name)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []


def with_tasks(on: Ground) -> ApplicationSecret:
    return build(on, Tasks("shop", "shop-sync"))


def test_tasks_that_read_it_are_replaced_by_the_function_and_no_others(graph: Graph) -> None:
    changed = recorded(with_tasks)
    variables = changed.only(FUNCTION).inputs["environment"]["variables"]
    assert (variables["ECS_CLUSTER"], variables["ECS_SERVICE"]) == ("shop", "shop-sync")
    granted = function_statements(changed)["ReplaceTasks"]
    assert granted["Action"] == ["ecs:UpdateService"]
    assert granted["Resource"] == [f"arn:aws:ecs:us-east-1:{ACCOUNT.id}:service/shop/shop-sync"]
    assert "ReplaceTasks" not in function_statements(graph)
    assert "ECS_SERVICE" not in graph.only(FUNCTION).inputs["environment"]["variables"]


def test_whoever_depends_on_it_for_tasks_waits_for_a_first_value(graph: Graph) -> None:
    changed = recorded(with_tasks)
    awaited = changed.only("aws:lambda/invocation:Invocation")
    secret = changed.only("aws:secretsmanager/secret:Secret", "app-secret-secret")
    assert json.loads(awaited.inputs["input"]) == {"Await": secret.outputs["arn"]}
    assert changed.only("aws:secretsmanager/secretRotation:SecretRotation", "app-secret-schedule").urn in (
        awaited.dependencies
    )
    assert graph.of_type("aws:lambda/invocation:Invocation") == []


def test_an_empty_account_gets_the_same_with_tasks() -> None:
    assert unequal_when_unknown(lambda: with_tasks(ground())) == []

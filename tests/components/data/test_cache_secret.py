"""The cache's secret: its password is made inside AWS, and who depends on it waits for the first one."""

import json

import pytest

from analyser.graph import Graph
from components.data.application_secret import ApplicationSecretSettings
from components.data.cache_secret import CacheSecret
from components.data.redis import Redis, RedisSettings
from tests.components.data.stores import Ground, ground, recorded
from tests.support import unequal_when_unknown

FUNCTION = "aws:lambda/function:Function"


def build(on: Ground) -> CacheSecret:
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
    return CacheSecret(
        "cache-secret",
        ApplicationSecretSettings(name="shop/redis"),
        account=on.account,
        key=on.key,
        log_key=on.log_key,
        cache=cache,
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


def test_it_has_its_name_and_no_value(graph: Graph) -> None:
    assert graph.only("aws:secretsmanager/secret:Secret").inputs["name"] == "shop/redis"
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


def test_the_function_makes_the_url_of_this_cache_and_nothing_else(graph: Graph) -> None:
    variables = graph.only(FUNCTION).inputs["environment"]["variables"]
    user = graph.only("aws:elasticache/user:User", "redis-application-user")
    assert variables["PARTS"] == "redis-url"
    assert variables["CACHE_USER_ID"] == user.inputs["userId"]
    assert not [name for name in variables if name.startswith("DATABASE")]
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "cache-secret-rotation-execution-policy")
    granted = {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}
    assert granted["SetPasswordRedis"]["Resource"] == [user.outputs["arn"]]


def test_it_is_there_once_there_is_a_value(graph: Graph) -> None:
    asked = graph.only("aws:lambda/invocation:Invocation")
    secret, rotation = (
        graph.only(f"aws:secretsmanager/{kind}") for kind in ("secret:Secret", "secretRotation:SecretRotation")
    )
    assert json.loads(asked.inputs["input"]) == {"Await": secret.outputs["arn"]}
    assert asked.inputs["functionName"] == graph.only(FUNCTION).outputs["name"]
    assert rotation.urn in asked.dependencies
    assert graph.only("aws:elasticache/replicationGroup:ReplicationGroup").urn in rotation.dependencies


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []

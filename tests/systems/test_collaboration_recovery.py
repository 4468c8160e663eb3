"""The recovery stack of the collaboration platform, standing by and promoted."""

import json
from typing import Any

import pytest

from analyser.graph import Graph, Node
from settings import Environment
from tests.promotion import forbidden
from tests.stacks import stack_graph
from tests.support import differences_when_unknown
from tests.systems.collaboration import FUNCTION, refusals

HOME, STACK = "collaboration-prod", "collaboration-prod-dr"
RECORD = "aws:route53/record:Record"


@pytest.fixture(scope="module")
def home() -> Graph:
    return stack_graph(HOME)


@pytest.fixture(scope="module")
def standby() -> Graph:
    return stack_graph(STACK)


@pytest.fixture(scope="module")
def promoted() -> Graph:
    return stack_graph(STACK, promoted=True)


def test_a_promotion_needs_nothing_of_the_region_that_is_gone(standby: Graph, promoted: Graph) -> None:
    assert forbidden(standby, promoted) == []


def test_nothing_of_it_lies_elsewhere(standby: Graph) -> None:
    assert {node.inputs.get("region", "us-west-2") for node in standby.resources} == {"us-west-2"}


def test_an_empty_account_gets_the_same() -> None:
    assert differences_when_unknown(stack_graph(STACK), stack_graph(STACK, known=False)) == []


def test_standing_by_nothing_runs(standby: Graph) -> None:
    assert standby.only("aws:ecs/service:Service").inputs["desiredCount"] == 0
    target = standby.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (0, 0)
    assert not standby.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    assert standby.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs["enabled"] is False
    called = [n for n in standby.of_type(FUNCTION) if n.name.startswith("websocket")]
    assert len(called) == 3
    assert {n.inputs["reservedConcurrentExecutions"] for n in called} == {0}
    assert not standby.of_type("aws:secretsmanager/secretRotation:SecretRotation")


def test_promoted_it_is_as_big_as_home(home: Graph, promoted: Graph) -> None:
    for kind, keys in {
        "aws:ecs/service:Service": ("desiredCount", "capacityProviderStrategies"),
        "aws:appautoscaling/target:Target": ("minCapacity", "maxCapacity"),
        "aws:elasticache/replicationGroup:ReplicationGroup": ("nodeType", "numCacheClusters", "multiAzEnabled"),
    }.items():
        for key in keys:
            assert promoted.only(kind).inputs[key] == home.only(kind).inputs[key], key
    assert "enabled" not in promoted.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs


def test_servers_and_functions_use_the_copies_of_this_region(home: Graph, promoted: Graph) -> None:
    table = home.only("aws:dynamodb/table:Table")
    (replica,) = table.outputs["replicas"]
    assert replica["regionName"] == "us-west-2"
    assert (
        promoted.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs["eventSourceArn"]
        == (replica["streamArn"])
    )
    (container,) = json.loads(promoted.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    told = {each["name"]: each["value"] for each in container["environment"]}
    assert (told["DYNAMODB_TABLE"], told["AWS_REGION"]) == (table.inputs["name"], "us-west-2")
    signing = home.only("aws:secretsmanager/secret:Secret", "jwt-secret-secret")
    assert signing.inputs["replicas"] == [{"region": "us-west-2", "kmsKeyId": _key(home, "copies-secrets-key-key")}]
    given = {each["name"]: each["valueFrom"] for each in container["secrets"]}
    assert given["JWT_SECRET"] == signing.outputs["arn"].replace("us-east-1", "us-west-2")


def test_roles_open_copies_with_the_home_s_keys_there(home: Graph, standby: Graph) -> None:
    table, secrets = _key(home, "copies-key-key"), _key(home, "copies-secrets-key-key")
    decrypting = {
        node.name: [arn for s in _statements(node) if "kms:Decrypt" in s["Action"] for arn in s["Resource"]]
        for node in standby.of_type("aws:iam/rolePolicy:RolePolicy")
    }
    assert table in decrypting["server-task-own-policy"]
    assert secrets in decrypting["server-task-execution-policy"]
    assert secrets in decrypting["websocket-authorizer-execution-policy"]
    assert table in decrypting["websocket-execution-policy"]


def test_requests_come_here_once_it_says_that_it_has_taken_over(home: Graph, standby: Graph, promoted: Graph) -> None:
    there, here = (_by_name(graph) for graph in (home, standby))
    for name in ("origin.collaborate.example.com", "sockets.collaborate.example.com"):
        assert there[name]["weightedRoutingPolicies"] == [{"weight": 0}]
        assert "healthCheckId" not in there[name]
        assert here[name]["weightedRoutingPolicies"] == [{"weight": 1}]
        assert here[name]["healthCheckId"] == standby.only("aws:route53/healthCheck:HealthCheck").id
        assert {there[name]["setIdentifier"], here[name]["setIdentifier"]} == {"home", "recovery"}
        assert there[name]["zoneId"] == here[name]["zoneId"]
    check = standby.only("aws:route53/healthCheck:HealthCheck").inputs
    assert check["fqdn"] == "recovery.collaborate.example.com"
    assert [_status(graph) for graph in (standby, promoted)] == [503, 200]
    assert _by_name(promoted) == here


def test_the_distribution_asks_for_the_same_header_and_names(home: Graph, standby: Graph) -> None:
    origins = {o["originId"]: o for o in home.only("aws:cloudfront/distribution:Distribution").inputs["origins"]}
    (certificate,) = [n for n in standby.of_type("aws:acm/certificate:Certificate") if "takeover" not in n.name]
    held = {certificate.inputs["domainName"], *certificate.inputs["subjectAlternativeNames"]}
    assert held == {origins["server"]["domainName"], origins["sockets"]["domainName"]}
    (header,) = origins["server"]["customHeaders"]
    rule = standby.only("aws:lb/listenerRule:ListenerRule")
    (asked,) = [c["httpHeader"] for c in rule.inputs["conditions"] if "httpHeader" in c]
    assert asked["httpHeaderName"] == header["name"]
    assert asked["values"] == [header["value"]]


def test_files_are_read_from_their_copy_where_the_bucket_does_not_answer(home: Graph) -> None:
    cdn = home.only("aws:cloudfront/distribution:Distribution").inputs
    (group,) = cdn["originGroups"]
    assert [member["originId"] for member in group["members"]] == ["static", "static-copy"]
    assert group["originId"] in {b["targetOriginId"] for b in cdn["orderedCacheBehaviors"]}


@pytest.mark.parametrize("given", [{"copies": {"region": "us-east-2"}}, {"hostedZoneId": "Z0123456789ABCDEFGHIJ"}])
def test_what_is_the_home_s_is_refused(given: dict[str, Any]) -> None:
    said = refusals(
        Environment.PROD, "us-west-2", domainName="collaborate.example.com", recovery={"home": HOME}, **given
    )
    assert [line.split(": ", 1)[1] for line in said if "recovery" in line] == [
        "is the home stack's; a recovery stack has none of its own"
    ]


def _statements(policy: Node) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return found


def _key(graph: Graph, name: str) -> str:
    arn: str = graph.only("aws:kms/key:Key", name).outputs["arn"]
    return arn


def _by_name(graph: Graph) -> dict[str, dict[str, Any]]:
    return {n.inputs["name"]: n.inputs for n in graph.of_type(RECORD) if "weightedRoutingPolicies" in n.inputs}


def _status(graph: Graph) -> int:
    """What is answered under the name that says which region has the requests."""
    paths = json.loads(graph.only("aws:apigateway/restApi:RestApi").inputs["body"])["paths"]
    said = {status for path in paths.values() for operation in path.values() for status in operation["responses"]}
    (status,) = said
    return int(status)

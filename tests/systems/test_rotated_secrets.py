"""Whoever may read a secret that rotates is told of it, or bound by a time: decision 23."""

import fnmatch
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analyser.graph import Graph, Node
from functions.authorizer.authorizer import tokens
from tests.stacks import ROOT, STACKS, serving

FUNCTION, TASK, ECS = "aws:lambda/function:Function", "aws:ecs/taskDefinition:TaskDefinition", "aws:ecs/service:Service"
PODS = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
DECISION = Path(ROOT, "docs/decisions/0023-how-a-rotated-secret-arrives.md")


def _asks(graph: Graph, secret: Node, reader: Node) -> bool:
    """The shipped verifier: it is given the ARN and asks for a newer key when a token needs one."""
    told = variables(graph, reader)
    shipped = reader.type == PODS or _code_of(reader, "functions/authorizer")
    return shipped and told.get("JWT_SECRET_ARN") == secret.outputs["arn"]


def _asks_when_refused(_graph: Graph, secret: Node, reader: Node) -> bool:
    """Shipped code (``collaboration.announcements``, ``app.cache``) that is given where to read it."""
    told = reader.inputs["environment"]["variables"].items()
    named = [key for key, value in told if key.startswith("REDIS_") and secret.outputs["arn"] in str(value)]
    return bool(named) and _code_of(reader, "functions/collaboration", "functions/mdreader_backend", "dist/")


def _each_run(_graph: Graph, secret: Node, reader: Node) -> bool:
    """The function that applies migrations, which connects anew whenever it is called."""
    named = reader.inputs["environment"]["variables"].get("DATABASE_SECRET_ARN") == secret.outputs["arn"]
    return named and _code_of(reader, "functions/migrate_database")


def _looks(graph: Graph, secret: Node, reader: Node) -> bool:
    """The function that assembles the application's secret: a rule has it look at the parts every five minutes."""
    named = reader.inputs["environment"]["variables"].get("DATABASE_SECRET_ARN") == secret.outputs["arn"]
    rules = {
        rule.outputs["name"]
        for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")
        if rule.inputs.get("scheduleExpression") == "rate(5 minutes)" and rule.inputs.get("state") != "DISABLED"
    }
    called = any(
        one.inputs["arn"] == reader.outputs["arn"] and one.inputs["rule"] in rules
        for one in graph.of_type("aws:cloudwatch/eventTarget:EventTarget")
    )
    return named and called and _code_of(reader, "functions/assemble_secret")


def _code_of(function: Node, *folders: str) -> bool:
    return any(folder in str(function.inputs["code"]) for folder in folders)


def _replaced(graph: Graph, secret: Node, reader: Node) -> bool:
    """The rotation's last step has ECS replace the service's tasks."""
    rotation = rotation_of(graph, secret)
    (function,) = [one for one in graph.of_type(FUNCTION) if one.outputs["arn"] == rotation.inputs["rotationLambdaArn"]]
    named = function.inputs["environment"]["variables"].get("ECS_SERVICE")
    return named in services(graph, reader)


def _weekly(graph: Graph, secret: Node, reader: Node) -> bool:
    """A schedule replaces them before two rotations have gone by."""
    days = rotation_of(graph, secret).inputs["rotationRules"]["automaticallyAfterDays"]
    restarted = {
        json.loads(node.inputs["target"]["input"])["Service"]
        for node in graph.of_type("aws:scheduler/schedule:Schedule")
    }
    return days >= 14 and bool(restarted & services(graph, reader))


def _synced(graph: Graph, secret: Node, _reader: Node) -> bool:
    """External Secrets copies it, for pods that read it as they start."""
    names = [name for name in (secret.outputs["arn"], secret.inputs.get("name")) if name]
    return any(
        node.inputs["spec"]["refreshInterval"] == "5m" and any(name in str(node.inputs["spec"]) for name in names)
        for node in graph.of_type("kubernetes:external-secrets.io/v1:ExternalSecret")
    )


def _by_arn(graph: Graph, secret: Node, reader: Node) -> bool:
    """The product's own code: it is given no value, only where to read one."""
    return secret.outputs["arn"] in variables(graph, reader).values()


TOLD: dict[tuple[str, str], Callable[[Graph, Node, Node], bool]] = {
    ("jwt-secret", "authorizer-rest"): _asks,
    ("jwt-secret", "authorizer-sockets"): _asks,
    ("jwt-secret", "websocket-authorizer"): _asks,
    ("jwt-secret", "websocket-pods"): _asks,
    ("jwt-secret", "auth"): _by_arn,
    ("jwt-secret", "bff-pods"): _by_arn,
    ("cursor-key", "microservice-pods"): _by_arn,
    ("redis-secret", "websocket"): _asks_when_refused,
    ("redis-secret", "websocket-streams"): _asks_when_refused,
    ("redis-secret", "server-task"): _weekly,
    ("jwt-secret", "server-task"): _weekly,
    ("app-secret", "hocuspocus-task"): _replaced,
    ("app-secret", "lambda-backend"): _asks_when_refused,
    ("postgres-master", "migration"): _each_run,
    ("rds-master", "migration"): _each_run,
    ("rds-master", "app-secret-rotation"): _looks,
    ("postgres-master", "external-secrets-pods"): _synced,
    ("database-master", "external-secrets-pods"): _synced,
    ("app-secret", "external-secrets-pods"): _synced,
    ("app-secret", "backend-pods"): _synced,
}
"""By secret and reader, what holds in the graph."""


def rotation_of(graph: Graph, secret: Node) -> Node:
    return next(one for one in graph.of_type(ROTATION) if one.inputs["secretId"] in (secret.id, secret.outputs["arn"]))


def services(graph: Graph, task: Node) -> set[str]:
    """The names of the services that run a task."""
    return {
        str(one.inputs["name"])
        for one in graph.of_type(ECS)
        if one.inputs["taskDefinition"] in (task.outputs["arn"], task.id)
    }


def variables(graph: Graph, reader: Node) -> dict[str, Any]:
    """The environment of a function, or the configuration of a service account's pods."""
    if reader.type == FUNCTION:
        return dict(reader.inputs["environment"]["variables"])
    name = reader.name.removesuffix("-pods-association")
    return dict(graph.only("kubernetes:core/v1:ConfigMap", f"{name}-config").inputs["data"])


def may_read(policy: str, arn: str) -> bool:
    return any(
        "secretsmanager:GetSecretValue" in one["Action"] and any(fnmatch.fnmatch(arn, to) for to in one["Resource"])
        for one in json.loads(policy)["Statement"]
        if one["Effect"] == "Allow" and "Resource" in one
    )


def holders(graph: Graph, role: Node) -> Iterator[Node]:
    """What runs in a role's name."""
    for token, key in ((FUNCTION, "role"), (TASK, "executionRoleArn"), (TASK, "taskRoleArn"), (PODS, "roleArn")):
        yield from (one for one in graph.of_type(token) if one.inputs.get(key) == role.outputs["arn"])


def readers(graph: Graph, secret: Node) -> Iterator[Node]:
    """Who may read a secret beside its own rotation."""
    rotating = rotation_of(graph, secret).inputs["rotationLambdaArn"]
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        if may_read(policy.inputs["policy"], secret.outputs["arn"]):
            (role,) = [
                one for one in graph.of_type("aws:iam/role:Role") if one.outputs["name"] == policy.inputs["role"]
            ]
            yield from (one for one in holders(graph, role) if one.outputs.get("arn") != rotating)


def rotated(graph: Graph) -> list[Node]:
    ids = {one.inputs["secretId"] for one in graph.of_type(ROTATION)}
    return [one for one in graph.of_type("aws:secretsmanager/secret:Secret") if {one.id, one.outputs["arn"]} & ids]


def short(node: Node) -> str:
    for suffix in ("-function", "-definition", "-association", "-secret"):
        node_name = node.name.removesuffix(suffix)
        if node_name != node.name:
            return node_name
    return node.name


@pytest.mark.parametrize("stack", STACKS)
def test_every_reader_of_a_rotated_secret_is_told_or_bound_by_a_time(stack: str) -> None:
    graph = serving(stack)
    problems = []
    for secret in rotated(graph):
        for reader in readers(graph, secret):
            way = TOLD.get((short(secret), short(reader)))
            if way is None:
                problems.append(f"nobody tells {short(reader)} of {short(secret)}")
            elif not way(graph, secret, reader):
                problems.append(f"{short(reader)} does not learn of {short(secret)} as the table says")
    assert problems == []


def test_the_table_has_no_reader_that_is_gone() -> None:
    found = {
        (short(secret), short(reader))
        for stack in STACKS
        for secret in rotated(serving(stack))
        for reader in readers(serving(stack), secret)
    }
    assert set(TOLD) == found


def test_the_times_that_are_stated_are_those_of_the_code() -> None:
    text = DECISION.read_text(encoding="utf-8")
    assert f"within {tokens.ASK_SECONDS} seconds" in text
    assert f"nothing after {tokens.KEEP_SECONDS // 60} minutes" in text

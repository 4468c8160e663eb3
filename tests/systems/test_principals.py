"""Whoever is granted something, and whatever is named, exists: a resource, or what a migration makes."""

import pytest

from analyser.graph import Graph
from tests.analyser.changed import changed
from tests.stacks import STACKS, around, serving, stack_graph
from tests.systems.environment_variables import VARIABLES
from tests.systems.grants_of_stores import STORE_KINDS
from tests.systems.in_kubernetes import KUBERNETES_KINDS
from tests.systems.other_sides import AWS_KINDS
from tests.systems.senders import SENDER_KINDS

ROWS = {
    "an environment variable": "how its value is found by its name is a row of TABLE in"
    " tests/systems/environment_variables.py, or a word of its _PLAIN where it names nothing",
    "an ARN": "how one that is put together of names is found is a row of PLAIN in tests/systems/other_sides.py",
    **dict.fromkeys(KUBERNETES_KINDS, "rows are in tests/systems/in_kubernetes.py"),
    **dict.fromkeys(STORE_KINDS, "rows are in tests/systems/grants_of_stores.py"),
    **dict.fromkeys(SENDER_KINDS, "rows are in tests/systems/senders.py"),
}
"""Where the other side of a kind of name is looked for, for whoever adds one."""
KINDS = {**AWS_KINDS, "an environment variable": VARIABLES, **KUBERNETES_KINDS, **STORE_KINDS, **SENDER_KINDS}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("kind", KINDS)
def test_somebody_makes_what_is_named(kind: str, stack: str) -> None:
    missing = KINDS[kind].missing(serving(stack), around(stack))
    assert missing == [], f"{kind} that nothing makes; {ROWS.get(kind, 'rows are in tests/systems/other_sides.py')}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_makes_is_missing(kind: str) -> None:
    """Each kind is named somewhere, and found in what the stack makes alone."""
    nothing = Graph("strata", "nothing", (), {})
    assert any(KINDS[kind].missing(stack_graph(stack), nothing) for stack in STACKS)


OTHERS = ("STACK=", "PROMOTE_FROM=", "DEPLOYMENT_ROLE_ARN=", "DATABASE_READERS=[]")


@pytest.mark.parametrize("stack", STACKS)
def test_no_variable_is_found_where_nothing_is_made(stack: str) -> None:
    """Each row of the table looks into the graph; no stack makes files, the role that deploys it, or an empty list."""
    graph, nothing = stack_graph(stack), Graph("strata", "nothing", (), {})
    told = {f"{who}: {what}" for who, what in VARIABLES.asked(graph) if not what.startswith(OTHERS)}
    assert set(VARIABLES.missing(graph, nothing)) == told


@pytest.mark.parametrize(
    ("kind", "stack", "gone", "told"),
    [
        ("an ARN", "dev", "aws:msk/topic:Topic", ":topic/"),
        ("a user of Redis", "dev", "aws:elasticache/userGroup:UserGroup", ":user:"),
        ("an object of Kubernetes", "dev", "kubernetes:core/v1:ServiceAccount", "ServiceAccount records/"),
        ("the user of an access point", "confluence-dev", "kubernetes:core/v1:PersistentVolume", "65532:65532"),
        ("whom a proxy signs in as", "confluence-lambda", "aws:lambda/invocation:Invocation", "connection-pool"),
        ("a service that a key lets in", "dev", "aws:cloudwatch/logGroup:LogGroup", "logs arn:aws:kms:"),
        ("a service that a key lets in", "dev", "aws:budgets/budget:Budget", "budgets arn:aws:kms:"),
        ("a service that a topic or a queue lets in", "dev", "aws:budgets/budget:Budget", "budgets arn:aws:sns:"),
        ("what a service sends to", "dev", "aws:sns/topicPolicy:TopicPolicy", "cloudwatch arn:aws:sns:"),
    ],
)
def test_one_other_side_that_is_gone_is_told(kind: str, stack: str, gone: str, told: str) -> None:
    graph = stack_graph(stack)
    names = tuple({node.name for node in graph.of_type(gone)})
    assert names, gone
    missing = KINDS[kind].missing(graph, changed(graph, drop=names))
    assert missing
    assert any(told in line for line in missing), missing


def test_pods_of_another_user_than_the_access_point_s_are_told() -> None:
    graph = stack_graph("confluence-dev")
    (point,) = graph.of_type("aws:efs/accessPoint:AccessPoint")
    other = changed(graph, inputs={point.name: {"posixUser": {"uid": 1000, "gid": 1000}}})
    assert KINDS["the user of an access point"].missing(other) == [f"{point.name}: {point.id} 1000:1000"]


def test_a_secret_that_a_proxy_s_role_may_not_read_is_told() -> None:
    graph = stack_graph("confluence-lambda")
    (proxy,) = graph.of_type("aws:rds/proxy:Proxy")
    secret = graph.of_type("aws:secretsmanager/secret:Secret")[0].outputs["arn"]
    other = changed(graph, inputs={proxy.name: {"auths": [{"secretArn": secret}]}})
    (line,) = KINDS["whom a proxy signs in as"].missing(other)
    assert line.startswith(f"{proxy.name}: ")
    assert line.endswith(secret)

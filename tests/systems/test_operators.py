"""Whoever runs a runbook's command may: operators by the rights of each stack, and nothing like it elsewhere."""

import json
from typing import Any

import pytest

from analyser.analyses.rights.question import ask
from analyser.graph import Graph
from tests.analyser.changed import changed
from tests.aws_actions import actions
from tests.docs.code import OPERATOR, Code, role
from tests.stacks import STACKS, serving, stack_graph
from tests.systems import cluster_rights, operator_rights
from tests.systems.procedures import Step, aws_steps, kubectl_steps

AWS, KUBECTL = list(aws_steps()), list(kubectl_steps())
CLUSTER = "aws:eks/cluster:Cluster"
ELSEWHERE = {
    "rds:RebootDBInstance": "arn:aws:rds:us-east-1:123456789012:db:anothers",
    "elasticache:TestFailover": "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:anothers",
    "secretsmanager:RotateSecret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:anothers-abcdef",
    "secretsmanager:GetSecretValue": "arn:aws:secretsmanager:us-east-1:123456789012:secret:anothers-abcdef",
    "eks:UpdateNodegroupConfig": "arn:aws:eks:us-east-1:123456789012:nodegroup/anothers/nodes-1/abc",
    "eks:DeleteNodegroup": "arn:aws:eks:us-east-1:123456789012:nodegroup/microservice-prod/compute-optimized-1/abc",
    "logs:FilterLogEvents": "arn:aws:logs:us-east-1:123456789012:log-group:anothers:*",
    "sqs:ReceiveMessage": "arn:aws:sqs:us-east-1:123456789012:anothers",
    "lambda:InvokeFunction": "arn:aws:lambda:us-east-1:123456789012:function:anothers",
    "rds:DeleteDBInstance": "arn:aws:rds:us-east-1:123456789012:db:prod-postgres",
    "iam:PutRolePolicy": "arn:aws:iam::123456789012:role/anothers",
}
_ROLE_CHARACTERS = 10_240
"""All inline policies of a role, without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def told(step: Step) -> str:
    return step.place.removeprefix("docs/")


def operators_(steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.code.role == OPERATOR]


@pytest.mark.parametrize("step", operators_(AWS), ids=told)
def test_operators_may_run_it_in_every_stack(step: Step) -> None:
    assert [line for stack in step.code.stacks for line in operator_rights.lacking(step, stack)] == []


@pytest.mark.parametrize("step", operators_(KUBECTL), ids=told)
def test_operators_may_run_it_in_every_cluster(step: Step) -> None:
    graphs = [graph for graph in map(stack_graph, step.code.stacks) if graph.of_type(CLUSTER)]
    assert graphs
    assert [line for graph in graphs for line in cluster_rights.lacking(step, graph)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_operators_may_read_whatever_failures_are_kept(stack: str) -> None:
    assert operator_rights.unread(stack_graph(stack)) == []


@pytest.mark.parametrize("lost", ["sqs:ReceiveMessage", "kms:Decrypt", "logs:FilterLogEvents"])
def test_a_failure_that_nobody_may_read_is_told(lost: str) -> None:
    graph = stack_graph("prod")
    kept = ("exports", "export-failures", "copies", "copied", "vaults")
    for policy in (f"operators-{each}" for each in kept):
        graph = without(graph, lost, policy=policy)
    assert operator_rights.unread(graph)


@pytest.mark.parametrize("step", AWS, ids=told)
def test_iam_knows_what_it_needs(step: Step) -> None:
    assert actions(step.words) or step.words[1] == "configure"


def test_both_roles_have_something_to_do() -> None:
    for steps in (AWS, KUBECTL):
        assert len(operators_(steps)) > 10
        assert len(operators_(steps)) < len(steps)


@pytest.mark.parametrize("stack", STACKS)
def test_other_things_are_left_alone_and_no_secret_is_read(stack: str) -> None:
    graph = stack_graph(stack)
    for action, arn in ELSEWHERE.items():
        assert not ask(graph, "operators", action, arn).allowed, f"{stack}: {action} of {arn}"
    for node in graph.of_type("aws:secretsmanager/secret:Secret"):
        found = ask(graph, "operators", "secretsmanager:GetSecretValue", node.outputs["arn"])
        assert not found.allowed, node.name
    of_role = [node for node in graph.of_type("aws:iam/rolePolicy:RolePolicy") if node.name.startswith("operators-")]
    assert sum(len("".join(node.inputs["policy"].split())) for node in of_role) <= _ROLE_CHARACTERS


@pytest.mark.parametrize("stack", STACKS)
def test_a_right_is_said_once(stack: str) -> None:
    """Operators are given what several components offer alike once, and no statement names a thing twice."""
    for node in stack_graph(stack).of_type("aws:iam/rolePolicy:RolePolicy"):
        statements = json.loads(node.inputs["policy"])["Statement"]
        for one in statements:
            assert all(len(one.get(key, ())) == len(set(one.get(key, ()))) for key in ("Action", "Resource")), node.name
        alike = {json.dumps({**one, "Sid": ""}, sort_keys=True) for one in statements}
        assert len(alike) == len(statements) or not node.name.startswith("operators-"), node.name


@pytest.mark.parametrize("stack", STACKS)
def test_a_cluster_s_operators_enter_no_pod_and_restart_what_is_named(stack: str) -> None:
    graph = serving(stack)
    if not graph.of_type(CLUSTER):
        assert not graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
        return
    rules = list(cluster_rights.granted(graph))
    for resource in ("pods/exec", "pods/attach", "pods/ephemeralcontainers", "secrets"):
        assert not any(resource in rule.resources for rule in rules), resource
    changing = [rule for rule in rules if "apps" in rule.groups and "patch" in rule.verbs]
    made = {node.inputs["metadata"]["name"] for node in graph.of_type("kubernetes:apps/v1:Deployment")}
    assert changing
    assert all(rule.namespace and rule.names and rule.names <= made for rule in changing)


def step(text: str, page: str = "docs/runbooks/records.md") -> Step:
    return Step(Code(page, text, whole=True, line=7), text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "aws rds delete-db-instance --db-instance-identifier prod-postgres",
            [
                "docs/runbooks/records.md:7: aws rds delete-db-instance",
                "rds:DeleteDBInstance on arn:aws:rds:",
                "operate",
            ],
        ),
        ("aws ec2 terminate-instances --instance-ids i-1", ["ec2:TerminateInstances on *", "as deployer"]),
    ],
)
def test_a_command_without_its_right_is_told_with_its_place(text: str, parts: list[str]) -> None:
    lines = operator_rights.lacking(step(text), "prod")
    assert lines
    assert all(part in lines[0] for part in parts), lines[0]


def without(graph: Graph, *actions_: str, policy: str = "operators-operate") -> Graph:
    """The stack whose operators have lost some actions of a policy."""
    said: dict[str, Any] = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"])
    for statement in said["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one not in actions_] or ["sts:GetCallerIdentity"]
    return changed(graph, inputs={policy: {"policy": json.dumps(said)}})


@pytest.mark.parametrize(
    ("text", "page", "stack", "lost"),
    [
        ("aws rds reboot-db-instance --db-instance-identifier prod-postgres", "records", "dev", "rds:RebootDBInstance"),
        ("aws secretsmanager rotate-secret", "consulting", "consulting-dev", "lambda:InvokeFunction"),
        ("aws sqs start-message-move-task", "consulting", "consulting-dev", "sqs:SendMessage"),
        ("aws sqs receive-message", "consulting", "consulting-dev", "kms:Decrypt"),
        ("aws pi get-resource-metrics", "consulting", "consulting-dev", "kms:Decrypt"),
        ("aws logs tail", "search-access", "consulting-dev", "logs:FilterLogEvents"),
        ("aws ecs stop-task", "collaboration", "collaboration-dev", "ecs:StopTask"),
    ],
)
def test_a_right_that_is_taken_away_is_missed(text: str, page: str, stack: str, lost: str) -> None:
    one, graph = step(text, f"docs/runbooks/{page}.md"), stack_graph(stack)
    assert operator_rights.lacking(one, stack, graph) == []
    lines = operator_rights.lacking(one, stack, without(graph, lost))
    assert lines
    assert all("may not" in line and stack in line for line in lines)


@pytest.mark.parametrize(
    "text",
    ["kubectl -n records rollout restart deployment/other", "kubectl run x --image=y", "kubectl get secrets/x"],
)
def test_what_operators_may_not_do_in_a_cluster_is_told(text: str) -> None:
    lines = cluster_rights.lacking(step(text), stack_graph("dev"))
    assert lines
    assert "components/workloads/operator_rights.py" in lines[0]


def test_a_role_that_is_bound_to_nobody_gives_nothing() -> None:
    graph = changed(stack_graph("dev"), drop=("operator-rights-workloads-binding",))
    lines = cluster_rights.lacking(step("kubectl -n records rollout restart deployment/microservice"), graph)
    assert len(lines) == 1
    assert "patch deployments microservice in records" in lines[0]


@pytest.mark.parametrize(
    ("before", "deployers"),
    [
        ("# A\n\n## Deploy, as deployer\n\nFirst: ", True),
        ("# A\n\n## Deploy, as deployer\n\n```\n", True),
        ("# A\n\n## Deploy, as deployer\n\n## Look\n\n", False),
        ("# All of it, as deployer\n\n## Look\n\n", True),
        ("Look, and as deployer ", True),
        ("1. As deployer: one\n2. two ", False),
        ("1. As deployer, this:\n\n   ```\n   ", True),
        ("As deployer: one.\n\nThen ", False),
        ("| as deployer: `x` |\n| ", False),
        ("| Restore (as deployer) | ", True),
    ],
)
def test_the_mark_holds_to_the_end_of_what_it_stands_in(before: str, deployers: bool) -> None:
    assert (role(f"{before}`aws x y`", len(before)) == "deployer") is deployers

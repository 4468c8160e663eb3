"""Operators may do what the runbooks ask of them, by the rights of each stack, and nothing like it elsewhere."""

from collections.abc import Iterator

import pytest

from analyser.analyses.rights.ask import ask
from analyser.graph import Graph, Node
from tests.stacks import STACKS, stack_graph

# What a runbook's command asks for, and of which resources of the graph.
COMMANDS = {
    "aws rds reboot-db-instance": ("rds:RebootDBInstance", "aws:rds/instance:Instance"),
    "aws elasticache test-failover": ("elasticache:TestFailover", "aws:elasticache/replicationGroup:ReplicationGroup"),
    "aws ecs update-service": ("ecs:UpdateService", "aws:ecs/service:Service"),
    "aws eks update-kubeconfig": ("eks:DescribeCluster", "aws:eks/cluster:Cluster"),
    "aws eks list-nodegroups": ("eks:ListNodegroups", "aws:eks/cluster:Cluster"),
    "aws eks update-nodegroup-config": ("eks:UpdateNodegroupConfig", "aws:eks/nodeGroup:NodeGroup"),
    "aws secretsmanager put-secret-value": ("secretsmanager:PutSecretValue", "aws:secretsmanager/secret:Secret"),
    "aws secretsmanager rotate-secret": ("secretsmanager:RotateSecret", "aws:secretsmanager/secret:Secret"),
}
ELSEWHERE = {
    "rds:RebootDBInstance": "arn:aws:rds:us-east-1:123456789012:db:anothers",
    "elasticache:TestFailover": "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:anothers",
    "secretsmanager:RotateSecret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:anothers-abcdef",
    "secretsmanager:GetSecretValue": "arn:aws:secretsmanager:us-east-1:123456789012:secret:anothers-abcdef",
    "eks:UpdateNodegroupConfig": "arn:aws:eks:us-east-1:123456789012:nodegroup/anothers/nodes-1/abc",
    "eks:DeleteNodegroup": "arn:aws:eks:us-east-1:123456789012:nodegroup/microservice-prod/compute-optimized-1/abc",
    "rds:DeleteDBInstance": "arn:aws:rds:us-east-1:123456789012:db:prod-postgres",
    "iam:PutRolePolicy": "arn:aws:iam::123456789012:role/anothers",
}


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def home(graph: Graph, kind: str) -> Iterator[Node]:
    """Those of the stack's own region: copies elsewhere are promoted by the deployment role."""
    for node in graph.of_type(kind):
        if f":{graph.region}:" in node.outputs["arn"]:
            yield node


@pytest.mark.parametrize(
    "command",
    [
        "aws rds reboot-db-instance",
        "aws elasticache test-failover",
        "aws ecs update-service",
        "aws eks update-kubeconfig",
        "aws eks list-nodegroups",
        "aws eks update-nodegroup-config",
    ],
)
def test_stores_fail_over_nodes_follow_and_services_start_anew(graph: Graph, command: str) -> None:
    action, kind = COMMANDS[command]
    for node in home(graph, kind):
        assert ask(graph, "operators", action, node.outputs["arn"]).yes, f"{graph.stack}: {command} of {node.name}"


def test_every_secret_is_rotated_or_put_in(graph: Graph) -> None:
    rotated = {node.inputs["secretId"] for node in graph.of_type("aws:secretsmanager/secretRotation:SecretRotation")}
    for node in home(graph, "aws:secretsmanager/secret:Secret"):
        arn = node.outputs["arn"]
        verb = "RotateSecret" if arn in rotated or node.id in rotated else "PutSecretValue"
        found = ask(graph, "operators", f"secretsmanager:{verb}", arn)
        assert found.yes, f"{graph.stack}: {verb} of {node.name}: {found.because}"
        assert not ask(graph, "operators", "secretsmanager:GetSecretValue", arn).allowed, node.name


def test_other_things_are_left_alone(graph: Graph) -> None:
    for action, arn in ELSEWHERE.items():
        assert not ask(graph, "operators", action, arn).allowed, f"{graph.stack}: {action} of {arn}"


def test_a_cluster_s_operators_drain_nodes_and_restart_what_is_theirs(graph: Graph) -> None:
    if not graph.of_type("aws:eks/cluster:Cluster"):
        assert not graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
        return
    bindings = [node for node in graph.resources if node.name.startswith("operator-rights") and "binding" in node.name]
    entries = [node.inputs for node in graph.of_type("aws:eks/accessEntry:AccessEntry")]
    groups = {name for entry in entries for name in entry.get("kubernetesGroups") or ()}
    assert (
        groups == {subject["name"] for node in bindings for subject in node.inputs["subjects"]} == {"strata:operators"}
    )
    role = graph.only("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "operator-rights-nodes").inputs["rules"]
    allowed = {(resource, verb) for rule in role for resource in rule["resources"] for verb in rule["verbs"]}
    assert {("nodes", "patch"), ("pods/eviction", "create"), ("daemonsets", "get"), ("pods", "list")} <= allowed
    assert not any("exec" in resource or "secrets" in resource for resource, _ in allowed)
    mine = graph.only("kubernetes:rbac.authorization.k8s.io/v1:Role", "operator-rights-workloads").inputs["rules"]
    named = {name for rule in mine for name in rule.get("resourceNames", ())}
    assert named <= {node.inputs["metadata"]["name"] for node in graph.of_type("kubernetes:apps/v1:Deployment")}
    assert named

"""What the stacks of the project protect, and that no type that they register was forgotten."""

from collections.abc import Mapping
from typing import Any

import pytest

from analyser.analyses.changes.replaced import replaced
from analyser.analyses.inventory.stores import READERS
from analyser.analyses.policies.verdict import environment
from analyser.analyses.report import compared
from analyser.graph import Graph
from analyser.run.program import run_stack
from components.protection import RETAINED
from policy.environment import environment_of
from resource_types.bearing import bearing
from settings import Environment, stackfile
from tests.stacks import EVERY_STACK, ROOT, STACKS, stack_graph

pytestmark = pytest.mark.long

SHARED_BY_STACKS = ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "aws:route53/record:Record")
"""Kept whatever the environment: other stacks of the account write the same one, or are proved by the same record."""

PROD = [stack for stack in STACKS if environment_of(stack) == Environment.PROD]
GOING = PROD if EVERY_STACK else ["mdreader-prod", "consulting-prod"]
"""Two that have a resource of every type below; ``make soak`` takes all of production."""


@pytest.mark.parametrize("stack", STACKS)
def test_what_bears_data_or_identity_is_protected_in_production_and_nothing_else_anywhere(stack: str) -> None:
    graph = stack_graph(stack)
    kept = {node.urn for node in graph.resources if bearing(node.type)}
    assert kept
    assert {node.urn for node in graph if node.protect} == (kept if stack in PROD else set())


def test_stacks_that_are_not_production_say_so_by_their_name() -> None:
    assert [stack for stack in STACKS if environment(stack_graph(stack)) == Environment.PROD] == PROD
    assert len(PROD) == 12  # seven and the five that stand by


@pytest.mark.parametrize("stack", STACKS)
def test_keys_outlive_a_stack_that_keeps_its_data(stack: str) -> None:
    graph = stack_graph(stack)
    retained = {node.urn for node in graph if node.options.get("retainOnDelete") and node.type not in SHARED_BY_STACKS}
    assert retained == ({node.urn for node in graph.resources if node.type in RETAINED} if stack in PROD else set())


@pytest.mark.parametrize("stack", PROD)
def test_no_resource_inherits_protection_from_another(stack: str) -> None:
    graph = stack_graph(stack)
    assert [child.name for node in graph.protected for child in graph.children(node.urn)] == []


def test_what_the_inventory_calls_a_store_is_protected_but_for_what_passes_through() -> None:
    assert [token for token in READERS if bearing(token) is None] == ["aws:sqs/queue:Queue"]


# Type -> an input, and what it says in production and elsewhere: refused by AWS, or data lost with its store.
REFUSED: Mapping[str, tuple[str, Any, Any]] = {
    "aws:cognito/userPool:UserPool": ("deletionProtection", "ACTIVE", "INACTIVE"),
    "aws:dynamodb/table:Table": ("deletionProtectionEnabled", True, False),
    "aws:eks/cluster:Cluster": ("deletionProtection", True, False),
    "aws:lb/loadBalancer:LoadBalancer": ("enableDeletionProtection", True, False),
    "aws:rds/instance:Instance": ("deletionProtection", True, False),
}
LOST: Mapping[str, tuple[str, Any, Any]] = {
    "aws:backup/vault:Vault": ("forceDestroy", False, True),
    "aws:ecr/repository:Repository": ("forceDelete", False, True),
    "aws:kms/key:Key": ("deletionWindowInDays", 30, 7),
    "aws:s3/bucket:Bucket": ("forceDestroy", False, True),
    "aws:secretsmanager/secret:Secret": ("recoveryWindowInDays", 30, 7),
}


def said(graph: Graph, inputs: Mapping[str, tuple[str, Any, Any]]) -> dict[str, Any]:
    """What each resource of the types says, by name."""
    return {node.name: node.inputs[key] for token, (key, *_) in inputs.items() for node in graph.of_type(token)}


def wanted(graph: Graph, inputs: Mapping[str, tuple[str, Any, Any]], *, prod: bool) -> dict[str, Any]:
    """What each should say."""
    return {
        node.name: in_prod if prod else elsewhere
        for token, (_, in_prod, elsewhere) in inputs.items()
        for node in graph.of_type(token)
    }


def assert_last_copies(graph: Graph, *, made: bool) -> None:
    for node in graph.of_type("aws:rds/instance:Instance"):
        if "replicateSourceDb" not in node.inputs:
            assert (node.inputs["skipFinalSnapshot"], "finalSnapshotIdentifier" in node.inputs) == (not made, made)
    for node in graph.of_type("aws:elasticache/replicationGroup:ReplicationGroup"):
        # A copy of another group is no last one.
        assert ("finalSnapshotIdentifier" in node.inputs) is (made and "globalReplicationGroupId" not in node.inputs)


@pytest.mark.parametrize("stack", STACKS)
def test_aws_refuses_where_pulumi_does_and_keeps_what_is_to_be_kept(stack: str) -> None:
    graph, prod = stack_graph(stack), stack in PROD
    assert said(graph, REFUSED) == wanted(graph, REFUSED, prod=prod)
    assert said(graph, LOST) == wanted(graph, LOST, prod=prod)
    assert_last_copies(graph, made=prod)


@pytest.mark.parametrize("stack", GOING)
def test_a_stack_that_is_about_to_go_lifts_its_protection_and_changes_nothing_else(
    stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, file = stack_graph(stack), stackfile.read(ROOT, stack)
    going = stackfile.StackFile(stack, {**file.config, "strata:deletable": "true"}, file.secret_keys)
    files = {name: stackfile.read(ROOT, name) for name in STACKS} | {stack: going}
    monkeypatch.setattr(stackfile, "read", lambda _, name: files[name])
    after = run_stack(ROOT, stack)
    assert after.protected == []
    assert said(after, REFUSED) == wanted(after, REFUSED, prod=False)
    assert said(after, LOST) == wanted(after, LOST, prod=True)
    assert_last_copies(after, made=True)
    assert replaced(*(compared(graph) for graph in (before, after))) == ()
    gone = {node.type for node in before if node.urn not in {other.urn for other in after}}
    assert gone <= {"aws:backup/vaultLockConfiguration:VaultLockConfiguration", "aws:backup/vaultPolicy:VaultPolicy"}


def test_what_goes_has_every_type_that_is_to_let_go() -> None:
    there = {node.type for stack in GOING for node in stack_graph(stack)}
    assert REFUSED.keys() | LOST.keys() | {"aws:elasticache/replicationGroup:ReplicationGroup"} <= there


@pytest.mark.parametrize("stack", STACKS)
def test_a_node_group_that_is_replaced_stands_beside_its_successor(stack: str) -> None:
    graph = stack_graph(stack)
    for group in graph.of_type("aws:eks/nodeGroup:NodeGroup"):
        # Pulumi deletes first whatever has a given name.
        assert "nodeGroupName" not in group.inputs
        assert group.inputs["nodeGroupNamePrefix"].endswith("-")
        assert not group.options.get("deleteBeforeReplace")
    assert not any(
        {"name", "namePrefix"} & set(node.inputs) for node in graph.of_type("aws:ec2/launchTemplate:LaunchTemplate")
    )

"""What the policies of resources add to those of roles: every secret has one, and none lets anybody in by itself.

Where there is none on purpose, and why: docs/decisions/0024-policies-of-resources.md.
"""

import json
from typing import Any

import pytest

from analyser.graph import Graph
from analyser.run.mock_cloud import ACCOUNT_ID
from settings.delivery import delivery_of
from tests.stacks import STACKS, stack_graph

POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
NONE_ON_PURPOSE = (
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:opensearch/domainPolicy:DomainPolicy",
)
"""Types whose policy could only widen who comes in."""


def policies(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """The statements of each secret's policy, by the secret's ARN."""
    return {node.inputs["secretArn"]: json.loads(node.inputs["policy"])["Statement"] for node in graph.of_type(POLICY)}


@pytest.mark.parametrize("stack", STACKS)
def test_every_secret_refuses_other_accounts_and_whoever_comes_without_tls(stack: str) -> None:
    graph = stack_graph(stack)
    secrets = {node.outputs["arn"]: node for node in graph.of_type("aws:secretsmanager/secret:Secret")}
    found = policies(graph)
    assert set(found) == set(secrets)
    for arn, statements in found.items():
        # A copy in another region has the same policy and another ARN.
        about = ["*"] if "replicas" in secrets[arn].inputs else [arn]
        assert {one["Sid"]: (one["Effect"], one["Principal"], one["Resource"]) for one in statements} == {
            "DenyOtherAccounts": ("Deny", "*", about),
            "DenyInsecureTransport": ("Deny", "*", about),
        }
        assert all(one["Action"] == ["secretsmanager:*"] for one in statements)


@pytest.mark.parametrize("stack", STACKS)
def test_whoever_works_with_a_secret_is_let_through(stack: str) -> None:
    """Rotation functions, the pool, tasks, pods and the deployer are of this account; services act in none."""
    for statements in policies(stack_graph(stack)).values():
        (others,) = [one for one in statements if one["Sid"] == "DenyOtherAccounts"]
        assert others["Condition"] == {
            "StringNotEquals": {"aws:PrincipalAccount": ACCOUNT_ID},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }


@pytest.mark.parametrize("stack", STACKS)
def test_images_are_open_to_the_accounts_into_which_they_go_on(stack: str) -> None:
    graph = stack_graph(stack)
    onwards = delivery_of(graph.config).promotes_to
    found = graph.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy")
    every = graph.of_type("aws:ecr/repository:Repository") if onwards else []
    assert {node.inputs["repository"] for node in found} == {node.inputs["name"] for node in every}
    for node in found:
        (one,) = json.loads(node.inputs["policy"])["Statement"]
        assert one["Principal"] == {"AWS": [f"arn:aws:iam::{account}:root" for account in onwards]}


@pytest.mark.parametrize("stack", STACKS)
def test_search_and_tables_are_opened_by_roles_alone(stack: str) -> None:
    graph = stack_graph(stack)
    assert [node.name for token in NONE_ON_PURPOSE for node in graph.of_type(token)] == []
    assert [one.name for one in graph.of_type("aws:opensearch/domain:Domain") if one.inputs.get("accessPolicies")] == []


def test_the_secrets_of_databases_are_among_them() -> None:
    names = {node.name for node in stack_graph("confluence-prod").of_type(POLICY)}
    assert {"postgres-master-policy", "jwt-secret-policy", "smtp-credentials-policy"} <= names
    assert "database-master-policy" in {node.name for node in stack_graph("prod").of_type(POLICY)}

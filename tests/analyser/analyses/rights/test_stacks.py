"""What the roles of the real stacks may do."""

import pytest

from analyser.analyses.rights.question import ask
from analyser.analyses.rights.unknown_name import UnknownNameError
from tests.analyser.changed import changed
from tests.stacks import stack_graph


@pytest.mark.parametrize(
    ("stack", "role", "action", "resource", "yes"),
    [
        ("prod", "microservice", "s3:PutObject", "archives", True),
        ("prod", "microservice", "s3:GetObject", "logs", False),
        ("prod", "microservice", "kafka-cluster:WriteData", "*", True),
        ("prod", "microservice", "secretsmanager:GetSecretValue", "cursor-key", True),
        ("prod", "microservice", "secretsmanager:PutSecretValue", "cursor-key", False),
        ("prod", "microservice", "rds-db:connect", "database-replica-a", True),
        ("prod", "microservice", "kms:ScheduleKeyDeletion", "data-key", False),
        ("prod", "people", "eks:DescribeCluster", "cluster", True),
        ("prod", "people", "secretsmanager:GetSecretValue", "cursor-key", False),
        ("prod", "cursor-key-rotation", "secretsmanager:PutSecretValue", "cursor-key", True),
        ("confluence-lambda", "query", "iam:CreateUser", "*", False),
        ("mdreader-prod", "hocuspocus", "s3:DeleteBucket", "uploads", False),
    ],
)
def test_roles_may_do_what_they_are_for_and_no_more(
    stack: str, role: str, action: str, resource: str, yes: bool
) -> None:
    assert ask(stack_graph(stack), role, action, resource).yes is yes


def test_the_grant_is_what_decides() -> None:
    graph = changed(stack_graph("prod"), drop=("microservice-pods-policy",))
    assert not ask(graph, "microservice", "s3:PutObject", "archives").yes


def test_iam_sign_in_is_asked_about_the_users_of_one_database() -> None:
    found = ask(stack_graph("prod"), "microservice", "rds-db:connect", "database-primary")
    assert found.target.arn == "arn:aws:rds-db:us-east-1:123456789012:dbuser:prod-postgres-resourceId/*"
    assert any("/application" in proviso for proviso in found.provisos)
    with pytest.raises(UnknownNameError, match="several resources: database-primary, database-replica-a"):
        ask(stack_graph("prod"), "microservice", "rds-db:connect", "database")


def test_a_component_around_several_means_the_one_that_the_action_is_about() -> None:
    found = ask(stack_graph("prod"), "events.amazonaws.com", "sqs:SendMessage", "karpenter")
    assert found.target.resource is not None
    assert found.target.resource.name == "karpenter-interruptions-queue"
    with pytest.raises(UnknownNameError, match="several resources: snapshot-export-missed-queue, snapshot-export-fail"):
        ask(stack_graph("prod"), "events.amazonaws.com", "sqs:SendMessage", "snapshot-export")

"""Who reads the secrets that a home stack copies: in the second region the same as at home, and nobody else."""

import pytest

from analyser.analyses.reach.graph_view import view_of
from analyser.analyses.rights.decide import Answer, decide
from analyser.analyses.rights.principal import principal
from analyser.analyses.rights.target import target
from analyser.graph import Graph
from tests.stacks import home_of, stack_graph

SECRET, ROLE = "aws:secretsmanager/secret:Secret", "aws:iam/role:Role"
READ, OPEN = "secretsmanager:GetSecretValue", "kms:Decrypt"
JWT = "jwt-secret-secret"
READERS: dict[str, dict[str, set[str]]] = {
    "collaboration-prod-dr": {
        JWT: {"server-task-execution-role", "websocket-authorizer-execution-role"},
        "api-keys-secret": set(),
    },
    "confluence-lambda-dr": {
        JWT: {"auth-execution-role", "authorizer-rest-execution-role", "authorizer-sockets-execution-role"},
        "encryption-keys-secret": {"pages-execution-role"},
        "oauth-client-secrets-secret": {"auth-execution-role"},
        "smtp-credentials-secret": {"user-execution-role"},
    },
    "confluence-prod-dr": {
        JWT: {"bff-pods-role", "websocket-pods-role"},
        "encryption-keys-secret": {"bff-pods-role"},
        "oauth-client-secrets-secret": {"bff-pods-role"},
        "smtp-credentials-secret": {"bff-pods-role"},
    },
    "mdreader-prod-dr": {"file-signing-key-secret": {"lambda-backend-execution-role"}},
    "prod-dr": {},
}
"""By recovery stack and secret: the roles that read its copy, which stand by, and have the key of the copies."""


def may(graph: Graph, action: str, arn: str) -> set[str]:
    """The roles of a stack that are not known to be refused."""
    view, via = view_of(graph), {"kms:viaservice": f"secretsmanager.{arn.split(':')[3]}.amazonaws.com"}
    asked = {role.name: principal(view, role.outputs["arn"]) for role in graph.of_type(ROLE)}
    what = target(view, arn, action)
    return {name for name, who in asked.items() if decide(who, action, what, via).answer is not Answer.NO}


@pytest.mark.parametrize("stack", READERS)
def test_copies_are_read_by_whom_they_are_meant_for(stack: str) -> None:
    there, home = stack_graph(stack), stack_graph(str(home_of(stack)))
    copied = [node for node in home.of_type(SECRET) if node.inputs.get("replicas")]
    found = {}
    for node in copied:
        own = str(node.outputs["arn"])
        readers = may(there, READ, own.replace(home.region, there.region))
        assert readers <= may(home, READ, own), f"{node.name} has readers that home does not have"
        for replica in node.inputs["replicas"]:
            assert readers <= may(there, OPEN, replica["kmsKeyId"])
        found[node.name] = readers
    assert found == READERS[stack]


@pytest.mark.parametrize("stack", READERS)
def test_the_key_of_the_copies_is_opened_by_their_readers_alone(stack: str) -> None:
    home = stack_graph(str(home_of(stack)))
    keys = {replica["kmsKeyId"] for node in home.of_type(SECRET) for replica in node.inputs.get("replicas") or ()}
    opening = {name for key in keys for name in may(stack_graph(stack), OPEN, key)}
    assert opening == set().union(*READERS[stack].values())

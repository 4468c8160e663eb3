"""Whether resource policies refuse requests without TLS."""

from policy.graph import Graph
from policy.iam.actions import grants
from policy.iam.document import Statement
from policy.iam.document_locations import RESOURCE, documents
from policy.resources import Resource
from policy.unknown import known


def answers_plain_http(
    resource: Resource, graph: Graph, token: str, *actions: str, by: str, besides: frozenset[str] = frozenset()
) -> bool:
    """Whether no policy, the resource's own or a companion's of type `token`, denies everybody these actions when
    aws:SecureTransport is false.

    False where a policy is not wholly known, for it may be that one. A denial with a further condition is none,
    except on the keys of `besides` (in small letters), which hold for every request.
    """
    holders = [*graph.companions(resource, token, by=by), resource]
    found = [document for holder in holders for document in documents(holder, RESOURCE)]
    unread = any(holder.unknown("policy") for holder in holders) or any(not each.complete for each in found)
    denied = any(_is_denial(statement, actions, besides) for document in found for statement in document.statements)
    return not denied and not unread and not graph.unresolved(token, by)


def _is_denial(statement: Statement, actions: tuple[str, ...], besides: frozenset[str]) -> bool:
    everybody = "*" in statement.principals_of("AWS")
    covered = all(grants(statement.known_actions(), action) for action in actions)
    plain = any(
        condition.operator == "Bool" and "false" in [str(value).lower() for value in condition.values if known(value)]
        for condition in statement.values_of("aws:SecureTransport")
    )
    further = {condition.key.lower() for condition in statement.conditions} - besides - {"aws:securetransport"}
    return statement.effect == "Deny" and everybody and covered and plain and not further

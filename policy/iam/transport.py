"""Whether a resource policy refuses requests without TLS."""

from policy.iam.actions import grants
from policy.iam.document import Document, Statement
from policy.unknown import known


def denies_plain_http(document: Document, *actions: str) -> bool:
    """Whether it is known to deny everybody these actions when aws:SecureTransport is false."""
    return any(_is_denial(statement, actions) for statement in document.statements)


def _is_denial(statement: Statement, actions: tuple[str, ...]) -> bool:
    everybody = "*" in statement.principals_of("AWS")
    covered = all(grants(statement.known_actions(), action) for action in actions)
    plain = any(
        condition.operator == "Bool" and "false" in [str(value).lower() for value in condition.values if known(value)]
        for condition in statement.values_of("aws:SecureTransport")
    )
    return statement.effect == "Deny" and everybody and covered and plain and len(statement.conditions) == 1

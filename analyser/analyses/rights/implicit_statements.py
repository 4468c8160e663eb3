"""Statements that KMS grants and Lambda permissions amount to."""

from typing import Any

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.rights.policy_source import Source
from policy.iam import RESOURCE, Document, parse
from policy.model import Resource

# Keys that a permission to invoke asks for, and its inputs.
_PERMITTED = {
    "AWS:SourceAccount": "sourceAccount",
    "aws:PrincipalOrgID": "principalOrgId",
    "lambda:FunctionUrlAuthType": "functionUrlAuthType",
}


def grant(found: Resource) -> Source:
    """A grant lets its grantee use the key as if the key's own policy did, within its constraints.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    context = {
        f"kms:EncryptionContext:{key}": value
        for constraint in found.blocks("constraints")
        for kind in ("encryptionContextEquals", "encryptionContextSubset")
        for key, value in (constraint.get(kind) or {}).items()
    }
    statement = {
        "Sid": found.name,
        "Effect": "Allow",
        "Principal": {"AWS": text(found.get("granteePrincipal"))},
        "Action": [f"kms:{operation}" for operation in texts(found.list("operations"))],
        "Resource": "*",
        "Condition": {"StringEquals": context} if context else {},
    }
    retires = {**statement, "Principal": {"AWS": text(found.get("retiringPrincipal"))}, "Action": "kms:RetireGrant"}
    more = [{**retires, "Condition": {}}] if found.given("retiringPrincipal") else []
    return Source(f"grant {found.name}", _made(statement, *more))


def permission(found: Resource, function: str) -> Source:
    """A permission to invoke is a statement of the function's policy."""
    who = text(found.get("principal"))
    equal = {key: text(found.get(path)) for key, path in _PERMITTED.items() if text(found.get(path))}
    condition: dict[str, Any] = {"StringEquals": equal} if equal else {}
    if text(found.get("sourceArn")):
        condition["ArnLike"] = {"AWS:SourceArn": text(found.get("sourceArn"))}
    statement = {
        "Sid": found.name,
        "Effect": "Allow",
        "Principal": {"Service" if who.endswith(".amazonaws.com") else "AWS": who},
        "Action": text(found.get("action")),
        "Resource": f"{function}:{text(found.get('qualifier'))}" if found.given("qualifier") else function,
        "Condition": condition,
    }
    return Source(f"permission {found.name}", _made(statement))


def _made(*statements: dict[str, Any]) -> Document:
    document = parse({"Statement": list(statements)}, RESOURCE, "")
    assert document is not None, "a mapping with statements is a document"
    return document

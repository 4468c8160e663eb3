"""Policy documents for tests, as the resources that hold them."""

import json
from typing import Any

from policy.model import Resource
from tests.policy.support import resource

ACCOUNT = "123456789012"
STRANGER = "999999999999"
ROLE = "aws:iam/role:Role"
INLINE = "aws:iam/rolePolicy:RolePolicy"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/api"


def document(*statements: dict[str, Any]) -> str:
    """A document of these statements; a key with the value None is left out."""
    kept = [{key: value for key, value in each.items() if value is not None} for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": kept})


def allow(action: object, on: object = ROLE_ARN, **more: Any) -> dict[str, Any]:
    return {"Sid": "Right", "Effect": "Allow", "Action": action, "Resource": on} | more


def inline(*statements: dict[str, Any], name: str = "policy", **more: Any) -> Resource:
    return resource(INLINE, name, policy=document(*statements), **more)


def trust(principal: object, condition: object = None, action: object = "sts:AssumeRole", **more: Any) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition} | more)


def trusting(principal: object, condition: object = None, action: object = "sts:AssumeRole") -> Resource:
    return resource(ROLE, "role", assumeRolePolicy=trust(principal, condition, action))

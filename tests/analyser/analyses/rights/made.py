"""Small graphs of policies, made by programs."""

import json
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws

from analyser.analyses.rights.decide import Answer
from analyser.graph import Graph
from analyser.run.program import run_program

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}
HOME, FOREIGN = "123456789012", "999999999999"
ROLE, ROOT = f"arn:aws:iam::{HOME}:role/reader", f"arn:aws:iam::{HOME}:root"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/reader/work"
STRANGER = f"arn:aws:iam::{FOREIGN}:role/stranger"
BUCKET = "arn:aws:s3:::the-store"
OBJECTS = f"{BUCKET}/*"
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
Statement = dict[str, Any]
More = Callable[[aws.iam.Role], object]
READ: Statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS}
ANY: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: Statement, version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def trust(principal: object, *actions: str, **more: Any) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": actions or ["sts:AssumeRole"], **more})


EC2 = trust({"Service": "ec2.amazonaws.com"})


def made(*inline: Statement, more: More = lambda _: None, version: str = "2012-10-17", **role: Any) -> Graph:
    """A role ``reader`` with an inline policy, a bucket ``store``, and what ``more`` makes."""

    def program() -> None:
        inputs: dict[str, Any] = {"assume_role_policy": EC2, **role}
        reader = aws.iam.Role("reader", name="reader", **inputs)
        aws.s3.Bucket("store", bucket="the-store")
        if inline:
            document = policy(*inline, version=version)
            aws.iam.RolePolicy("reader-policy", name="reading", role=reader.name, policy=document)
        more(reader)

    return run_program(program, stack="shop", config=CONFIG)


def store(*statements: Statement, name: str = "store-policy", text: str = "") -> More:
    return lambda _: aws.s3.BucketPolicy(name, bucket="the-store", policy=text or policy(*statements))


def both(*makers: More) -> More:
    return lambda role: [maker(role) for maker in makers]


def key(*statements: Statement, text: str = "", own: str = "") -> More:
    """A key ``cipher``; ``own`` stands in its own input beside the policy that is attached."""

    def make(_role: aws.iam.Role) -> None:
        cipher = aws.kms.Key("cipher", policy=own or None)
        if statements or text:
            aws.kms.KeyPolicy("cipher-policy", key_id=cipher.key_id, policy=text or policy(*statements))

    return make


def bounded(*statements: Statement) -> dict[str, Any]:
    """A boundary of the stack, as a role's input; made by ``boundary`` beside."""
    return {"permissions_boundary": f"arn:aws:iam::{HOME}:policy/{_bound(statements)}"}


def _bound(statements: tuple[Statement, ...]) -> str:
    return f"bound-{len(statements)}"


def boundary(*statements: Statement) -> More:
    return lambda _: aws.iam.Policy("bound", name=_bound(statements), policy=policy(*statements))


def named(who: object, *actions: str, effect: str = "Allow", **more: Any) -> Statement:
    return {"Effect": effect, "Principal": who, "Action": actions or ("s3:GetObject",), "Resource": OBJECTS, **more}


def if_(operator: str, name: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {name: list(values)}}}


TAGGED = "aws:PrincipalTag/team"
ACTION = "s3:GetObject"

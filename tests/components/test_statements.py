"""Grants: one kind of value, and what is said to whoever gives something else."""

import inspect
import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from analyser.run.program import ProgramError
from components.data.queue import Queue, QueueSettings
from components.security.key import Key
from components.security.operator_role import OperatorRole
from components.security.role import Role
from components.statements import Grant, Statement, service_trust
from tests.support import ACCOUNT, record

READ = Statement("Read", ["s3:GetObject"], ["arn:aws:s3:::records/*"])
WRITE = Statement("Write", ["s3:PutObject"], ["arn:aws:s3:::records/*"])
POLICY = "aws:iam/rolePolicy:RolePolicy"


def queue() -> Queue:
    return Queue("orders", QueueSettings(), key=Key("key", account=ACCOUNT, purpose="Queues"))


def role(*given: Any) -> Role:
    return Role("worker", trust=service_trust("ec2.amazonaws.com"), grants=given, description="Works")


def handed_on(given: Any) -> Role:
    """As a component does that makes a role."""
    return Role("worker", trust=service_trust("ec2.amazonaws.com"), grants=given, description="Works")


def operators(given: list[Any]) -> None:
    OperatorRole("operators", account=ACCOUNT).may(*given)


def test_a_grant_of_grants_is_one_policy_in_their_order() -> None:
    graph = record(lambda: role(Grant(WRITE, Grant(READ)), queue().send))
    statements = json.loads(graph.only(POLICY).inputs["policy"])["Statement"]
    assert [each["Sid"] for each in statements] == ["Write", "Read", "SendOrders", "EncryptOrders"]


def test_a_grant_of_nothing_needs_no_policy() -> None:
    assert record(lambda: role(Grant())).of_type(POLICY) == []


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a list in a list": (lambda: handed_on([[READ, WRITE]]), r"write \*grants for each of a list's own"),
    "a store": (
        lambda: handed_on([queue()]),
        "Queue is not a grant; write what it grants: .operate, .send, ",
    ),
    "a grant unpacked": (
        lambda: handed_on([*cast("Any", queue().send)]),
        r"write \[queue.send\], not \[\*queue.send\]",
    ),
    "a grant alone": (lambda: handed_on(queue().send), r"write \[queue.send\]"),
    "a text": (lambda: handed_on(["s3:GetObject"]), "str is not a grant; write what a component grants"),
    "an operator's": (lambda: operators([queue()]), "write what it grants: .operate"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_grant_is_refused_at_the_line_that_gave_it(kind: str) -> None:
    program, message = WRONG[kind]
    line = inspect.getsourcelines(program)[1]
    with pytest.raises(ProgramError, match=rf"test_statements\.py:{line}: GrantError: .*{message}"):
        record(program)

"""Questions at random, the same for the same seed."""

from random import Random
from typing import Any

from tests.analyser.analyses.rights.simple import HOME, ROLE, ROOT, Policy, Question

KEY = f"arn:aws:kms:eu-west-1:{HOME}:key/k1"
_OBJECTS = "arn:aws:s3:::store/"
_STRANGER = "arn:aws:iam::222222222222:role/stranger"
_TAG = "aws:PrincipalTag/team"
_ACTIONS = ("s3:GetObject", "s3:*", "s3:Put*", "*", "kms:Decrypt", "kms:*", "sqs:SendMessage", "S3:getobject")
_RESOURCES = (
    *("*", f"{_OBJECTS}*", f"{_OBJECTS}red/*", f"{_OBJECTS}blue/*", f"{_OBJECTS}r?d/a", f"{_OBJECTS}${{{_TAG}}}/*"),
    *(f"{_OBJECTS}${{aws:username}}/*", f"{_OBJECTS}${{{_TAG}, 'blue'}}/*", f"{_OBJECTS}${{*}}/a", "arn:aws:s3:*"),
    *(KEY, f"arn:aws:kms:*:{HOME}:key/*", "arn:aws:kms:*:key/k1", "arn:aws:kms:eu-west-1"),
)
_TESTS = (
    *(("StringEquals", _TAG, "red"), ("StringNotEquals", _TAG, "red"), ("StringLike", _TAG, "r*")),
    *(("StringEqualsIfExists", _TAG, "blue"), ("Null", _TAG, "true"), ("ForAllValues:StringEquals", _TAG, "red")),
    *(("ForAnyValue:StringNotEquals", _TAG, "red"), ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/read*")),
    *(("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*"), ("ArnNotLike", "aws:PrincipalArn", _STRANGER)),
    *(("StringEquals", "aws:PrincipalTag/home", f"${{{_TAG}}}"), ("StringEquals", "aws:PrincipalAccount", HOME)),
    *(("StringNotEquals", "aws:PrincipalAccount", HOME), ("Bool", "aws:PrincipalIsAWSService", "false")),
    *(("StringEquals", "aws:SourceVpce", "vpce-1"), ("StringNotEquals", "aws:SourceVpce", "vpce-1")),
)
HIDDEN = "aws:sourcevpce"
"""A key that the analysis does not know of the request."""
_PRINCIPALS: tuple[Any, ...] = (
    *("*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": ROOT}, {"AWS": HOME}, {"AWS": _STRANGER}),
    {"AWS": [ROLE, _STRANGER]},
)
TAGS = ({}, {"team": "red"}, {"team": "blue", "home": "blue"}, {"team": "r*d"})


def question(seed: int) -> tuple[Question, dict[str, str]]:
    """What is asked, with the tags of the role; the hidden key is not in the context."""
    draw = Random(seed)
    strict, tags = draw.random() < 0.3, draw.choice(TAGS)
    folder = draw.choice(("red", "blue", "*", "x"))
    context = {
        "aws:principalarn": ROLE,
        "aws:principalaccount": HOME,
        "aws:principalisawsservice": "false",
        **{f"aws:principaltag/{tag}": value for tag, value in tags.items()},
    }
    return Question(
        action="kms:Decrypt" if strict else draw.choice(("s3:GetObject", "s3:PutObject")),
        resource=KEY if strict else f"{_OBJECTS}{folder.replace('*', 'y')}/a",
        context=context,
        identity=_policies(draw, draw.choice((0, 1, 1, 2))),
        own=_policies(draw, draw.choice((0, 1, 1)), whom=True),
        boundary=_policies(draw, 1) if draw.random() < 0.3 else None,
        session=_policies(draw, 1) if draw.random() < 0.2 else None,
        levels=[_policies(draw, draw.choice((1, 2))) for _ in range(draw.choice((0, 0, 0, 1, 2)))],
        strict=strict,
    ), tags


def _policies(draw: Random, number: int, *, whom: bool = False) -> list[Policy]:
    return [
        {
            "Version": draw.choice(("2012-10-17", "2012-10-17", "2008-10-17")),
            "Statement": [_statement(draw, whom=whom) for _ in range(draw.choice((1, 2, 3)))],
        }
        for _ in range(number)
    ]


def _statement(draw: Random, *, whom: bool) -> Policy:
    # Wide statements come often, so that several kinds of policy agree often enough.
    wide = draw.random() < 0.4
    found: Policy = {"Effect": "Allow" if wide or draw.random() < 0.7 else "Deny"}
    actions = ["*"] if wide else draw.sample(_ACTIONS, draw.choice((1, 2)))
    found["NotAction" if draw.random() < 0.1 and not wide else "Action"] = actions
    resources = ["*"] if wide else draw.sample(_RESOURCES, draw.choice((1, 2, 3)))
    found["NotResource" if draw.random() < 0.15 and not wide else "Resource"] = resources
    if whom and draw.random() < 0.1:
        found["NotPrincipal"] = {"AWS": draw.choice(([_STRANGER], [ROLE]))}
    elif whom:
        found["Principal"] = draw.choice(_PRINCIPALS)
    for _ in range(draw.choice((0, 0, 1, 2))):
        operator, key, value = draw.choice(_TESTS)
        found.setdefault("Condition", {}).setdefault(operator, {})[key] = value
    return found

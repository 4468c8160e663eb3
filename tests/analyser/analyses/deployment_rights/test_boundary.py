"""The boundary holds all that a stack's roles have, and nothing of another stack's."""

import copy
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from analyser.analyses.deployment_rights.boundary import MANY
from analyser.analyses.deployment_rights.names import filled, made_up
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.reach.graph_view import view_of
from analyser.analyses.rights.attached_policies import ROLES, attached
from analyser.analyses.rights.decide import decide
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.principal import Principal
from analyser.analyses.rights.request import ABSENT
from analyser.analyses.rights.target import Target
from analyser.run.mock_cloud import ACCOUNT_ID
from policy.iam import IDENTITY, parse
from policy.iam import Document as Policy
from policy.iam.actions import expand
from tests.analyser.analyses.deployment_rights.judged import FULLEST, NOTHING, boundary, own_arns
from tests.analyser.analyses.deployment_rights.test_refused import ESCALATIONS, NEVER
from tests.stacks import serving

ROLE = "aws:iam/role:Role"
_HERE = f"us-east-1:{ACCOUNT_ID}"
OTHERS = (
    ("lambda:InvokeFunction", f"arn:aws:lambda:{_HERE}:function:payroll"),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{_HERE}:function:payroll"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{_HERE}:secret:payroll/database-AbCdEf"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{_HERE}:table/payroll"),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{_HERE}:payroll"),
    ("kms:Decrypt", f"arn:aws:kms:{_HERE}:key/11111111-2222-3333-4444-555555555555"),
    ("codebuild:StartBuild", f"arn:aws:codebuild:{_HERE}:project/payroll-deploy"),
    ("ecs:RunTask", f"arn:aws:ecs:{_HERE}:task-definition/payroll:1"),
    ("ssm:GetParameter", f"arn:aws:ssm:{_HERE}:parameter/payroll"),
    ("rds:DeleteDBInstance", f"arn:aws:rds:{_HERE}:db:payroll"),
)
"""What another stack of the account has; each such action brings the tags of what it is about."""
_DEPLOY = f"arn:aws:iam::{ACCOUNT_ID}:role/strata-deploy"


class Bounded:
    """A role as far as its boundary goes."""

    def __init__(self, document: Mapping[str, Any], role: str) -> None:
        parsed = parse(dict(document), kind=IDENTITY, path="boundary")
        assert parsed is not None
        self._who = Principal(role, role, policies=(Source("boundary", parsed),))

    def may(self, action: str, arn: str, tag: str = ABSENT) -> bool:
        what = Target(arn, arn, region="us-east-1", home=ACCOUNT_ID)
        found = decide(self._who, action, what, {**NOTHING, "aws:resourcetag/stack": tag})
        return found.allowed or found.rests_elsewhere


@functools.cache
def _roles(stack: str) -> tuple[tuple[str, tuple[Source, ...]], ...]:
    graph = serving(stack)
    view = view_of(graph)
    pairs = zip(view.of(ROLE), graph.of_type(ROLE), strict=True)
    return tuple((str(node.outputs["arn"]), attached(view, role, ROLES)[0]) for role, node in pairs)


def _asked(stack: str) -> Iterator[tuple[str, str, str]]:
    """Each right of each role, with a resource in the place of a pattern."""
    known = _as_aws_calls_it(stack)
    for role, sources in _roles(stack):
        for statement in (
            one for source in sources if not _looks_at_everything(source.document) for one in source.document.allowing()
        ):
            arns = {_sample(known.get(str(one), str(one))) for one in statement.resources if one != "*"}
            for action in statement.known_actions():
                name = action.replace("*", "")
                given = arns if any(one.resource_level for one in expand(action)) else arns and {""}
                yield from ((role, name, arn) for arn in (given or {"*"}) if arn)


def _sample(pattern: str) -> str:
    return re.sub(r"\$\{[^}]*\}|[*?]", "x", pattern)


@functools.cache
def _as_aws_calls_it(stack: str) -> dict[str, str]:
    """ARNs of the preview that hold another name than AWS's, each as the table has it."""
    graph = serving(stack)
    told, made = own_arns(graph), made_up(graph)
    others = [
        one for one in graph.resources if "arn" in one.outputs and one.urn not in told and one.type in operations()
    ]
    return {
        str(one.outputs["arn"]): filled(graph, one, operations()[one.type].arns[0], made)
        for one in others
        if operations()[one.type].arns
    }


def _looks_at_everything(policy: Policy) -> bool:
    return len({action.partition(":")[0] for one in policy.allowing() for action in one.known_actions()}) > MANY


@pytest.mark.parametrize("stack", FULLEST)
def test_no_right_of_a_role_is_cut_off(stack: str) -> None:
    asked = set(_asked(stack))
    bounded = {role: Bounded(boundary(stack), role) for role, _ in _roles(stack)}
    assert not sorted(
        (role, action, arn)
        for role, action, arn in asked
        if _DEPLOY not in arn and not bounded[role].may(action, arn, stack)
    )
    assert len(asked) > 100


@pytest.mark.parametrize("stack", FULLEST)
def test_nothing_that_bears_another_stacks_tag(stack: str) -> None:
    """Whichever policy somebody gives to whichever role: names of both may begin alike."""
    for role, _ in _roles(stack):
        bounded = Bounded(boundary(stack), role)
        assert not [(role, *row) for row in OTHERS if bounded.may(*row, "another")]


@pytest.mark.parametrize("stack", FULLEST)
def test_nothing_that_only_the_account_has(stack: str) -> None:
    """Of roles without a policy of AWS's own, which are about all tables and buckets."""
    plain = [role for role, sources in _roles(stack) if not any("AWS-managed" in one.where for one in sources)]
    assert len(plain) > 3
    for role in plain:
        bounded = Bounded(boundary(stack), role)
        assert not bounded.may("s3:GetObject", "arn:aws:s3:::payroll-reports/2026.csv")
        assert not bounded.may("s3:PutBucketPolicy", "arn:aws:s3:::payroll-reports")
        assert not bounded.may("codebuild:StartBuild", f"arn:aws:codebuild:{_HERE}:project/payroll-deploy")
        assert not bounded.may("dynamodb:GetItem", f"arn:aws:dynamodb:{_HERE}:table/payroll")
        assert not bounded.may("organizations:LeaveOrganization", "*")


@pytest.mark.parametrize("stack", FULLEST)
def test_no_way_to_more_rights(stack: str) -> None:
    builds = {role for role, sources in _roles(stack) if any(_becomes(one.document) for one in sources)}
    for role, _ in _roles(stack):
        bounded = Bounded(boundary(stack), role)
        assert not bounded.may("iam:PassRole", _DEPLOY)
        assert not bounded.may("iam:DeleteRolePermissionsBoundary", role, stack)
        assert bounded.may("sts:AssumeRole", _DEPLOY) <= (role in builds)
        for action, arn, _ in (*ESCALATIONS, *NEVER[:3]):
            if action.startswith(("iam:", "organizations:", "account:", "sts:")) and action != "iam:PassRole":
                assert not bounded.may(action, arn, stack), (role, action)


def _becomes(policy: Policy) -> bool:
    return any(
        "sts:AssumeRole" in one.known_actions() and any("strata-deploy" in str(arn) for arn in one.resources)
        for one in policy.allowing()
    )


def test_what_stands_by_is_no_other_stack() -> None:
    arn = f"arn:aws:dynamodb:us-west-2:{ACCOUNT_ID}:table/prod-collaboration-state"
    stack = "collaboration-prod-dr"
    role = next(role for role, sources in _roles(stack) if any("dynamodb" in str(one.document) for one in sources))
    assert Bounded(boundary(stack), role).may("dynamodb:GetItem", arn, "collaboration-prod")
    assert not Bounded(boundary(stack), role).may("dynamodb:GetItem", arn, "collaboration-staging")


@pytest.mark.parametrize("sid", ["NoOtherStack", "Own"])
def test_a_fault_is_seen(sid: str) -> None:
    stack = "mdreader-prod"
    role = next(role for role, sources in _roles(stack) if any("AWSBackup" in one.where for one in sources))
    broken = copy.deepcopy(boundary(stack))
    broken["Statement"] = [one for one in broken["Statement"] if one["Sid"] != sid]
    other = ("dynamodb:GetItem", f"arn:aws:dynamodb:{_HERE}:table/payroll", "another")
    assert Bounded(broken, role).may(*other) == (sid == "NoOtherStack")
    own = next(
        (one, action, arn) for one, action, arn in sorted(_asked(stack)) if action == "secretsmanager:GetSecretValue"
    )
    assert Bounded(broken, own[0]).may(*own[1:], stack) == (sid != "Own")

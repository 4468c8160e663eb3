"""Small graphs whose answer IAM's documented evaluation gives, by the kind of policy that decides.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from analyser.analyses.rights.decide import Answer
from analyser.analyses.rights.question import ask
from analyser.graph import Graph
from tests.analyser.analyses.rights.made import (
    ACTION,
    ANY,
    BUCKET,
    FOREIGN,
    HOME,
    NO,
    OBJECTS,
    READ,
    ROLE,
    ROOT,
    SESSION,
    STRANGER,
    TAGGED,
    UNKNOWN,
    YES,
    More,
    both,
    boundary,
    bounded,
    if_,
    key,
    made,
    named,
    policy,
    store,
    trust,
)

LIMIT = (named({"AWS": ROLE}),)
PODS = trust({"Service": "pods.eks.amazonaws.com"}, "sts:AssumeRole", "sts:TagSession")


def association(**more: Any) -> More:
    return lambda role: aws.eks.PodIdentityAssociation(
        "pods", cluster_name="c", namespace="shop", service_account="till", role_arn=role.arn, **more
    )


# What is made, what is asked (action, resource), the answer.
CASES: dict[str, tuple[Callable[[], Graph], str, str, Answer]] = {
    # Resource policies within the account.
    "a bucket that lets the role in": (lambda: made(more=store(*LIMIT)), ACTION, "store", YES),
    "the account's root leaves it to identity policies": (
        lambda: made(more=store(named({"AWS": ROOT}))), ACTION, "store", NO),
    "the account by its number": (lambda: made(READ, more=store(named({"AWS": HOME}))), ACTION, "store", YES),
    "another account's role": (lambda: made(more=store(named({"AWS": STRANGER}))), ACTION, "store", NO),
    "everybody": (lambda: made(more=store(named("*"))), ACTION, "store", YES),
    "all but another": (
        lambda: made(more=store({**{k: v for k, v in named("*").items() if k != "Principal"},
                                 "NotPrincipal": {"AWS": STRANGER}})), ACTION, "store", YES),
    "a deny of the whole account": (
        lambda: made(READ, more=store(named({"AWS": ROOT}, effect="Deny"))), ACTION, "store", NO),
    "a deny of others": (
        lambda: made(READ, more=store(named({"AWS": STRANGER}, effect="Deny"))), ACTION, "store", YES),
    "a policy that is no JSON": (lambda: made(more=store(text="{")), ACTION, "store", UNKNOWN),
    "an own right, and a policy that is no JSON": (lambda: made(READ, more=store(text="{")), ACTION, "store", YES),
    "two policies of one bucket": (
        lambda: made(more=both(store(*LIMIT), store(named("*", effect="Deny"), name="again"))),
        ACTION, "store", UNKNOWN),
    # Boundaries.
    "a boundary that does not allow it": (
        lambda: made(READ, more=boundary(named("*", "sqs:*")), **bounded({})), ACTION, "store", NO),
    "a boundary that allows it": (lambda: made(READ, more=boundary(ANY), **bounded({})), ACTION, "store", YES),
    "a boundary alone": (lambda: made(more=boundary(ANY), **bounded({})), ACTION, "store", NO),
    "a boundary limits what names the role": (
        lambda: made(more=both(boundary({**ANY, "Action": "sqs:*"}), store(*LIMIT)), **bounded({})),
        ACTION, "store", NO),
    "a boundary does not limit what names its session": (
        lambda: made(more=both(boundary({**ANY, "Action": "sqs:*"}), store(named({"AWS": SESSION}))), **bounded({})),
        ACTION, "store", YES),
    "a deny of the boundary limits that too": (
        lambda: made(more=both(boundary({**ANY, "Effect": "Deny"}), store(named({"AWS": SESSION}))), **bounded({})),
        ACTION, "store", NO),
    "a boundary that is not known": (
        lambda: made(READ, permissions_boundary=f"arn:aws:iam::{HOME}:policy/elsewhere"), ACTION, "store", UNKNOWN),
    "a boundary that is not known, and nothing to bound": (
        lambda: made(permissions_boundary=f"arn:aws:iam::{HOME}:policy/elsewhere"), ACTION, "store", NO),
    "a boundary of another part": (
        lambda: made({**READ, "Resource": f"{BUCKET}/a/*"}, more=boundary({**ANY, "Resource": f"{BUCKET}/b/*"}),
                     **bounded({})), ACTION, "store", NO),
    "a boundary of a part within": (
        lambda: made({**READ, "Resource": f"{BUCKET}/a/*"}, more=boundary({**ANY, "Resource": f"{BUCKET}/a/b/*"}),
                     **bounded({})), ACTION, "store", YES),
    # Denials against what they take away.
    "a part that is denied as a whole": (
        lambda: made({**READ, "Resource": f"{BUCKET}/a/*"},
                     {"Effect": "Deny", "Action": "s3:*", "Resource": f"{BUCKET}/a*"}), ACTION, "store", NO),
    "a part that is denied in part": (
        lambda: made(READ, {"Effect": "Deny", "Action": "s3:*", "Resource": f"{BUCKET}/a*"}), ACTION, "store", YES),
    "what is allowed and denied under one condition": (
        lambda: made({**READ, **if_("StringEquals", "aws:SourceVpce", "vpce-1")},
                     {**READ, "Effect": "Deny", **if_("StringEquals", "aws:SourceVpce", "vpce-1")}),
        ACTION, "store", NO),
    "a deny of all but a part": (
        lambda: made(READ, {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{BUCKET}/a/*"}),
        ACTION, "store", YES),
    "the rest of what is spared": (
        lambda: made({**READ, "Resource": f"{BUCKET}/b/*"},
                     {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{BUCKET}/a/*"}), ACTION, "store", NO),
    "what is spared": (
        lambda: made({**READ, "Resource": f"{BUCKET}/a/*"},
                     {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{BUCKET}/a/*"}), ACTION, "store", YES),
    "a deny by NotAction": (
        lambda: made(READ, {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}), ACTION, "store", NO),
    # NotAction, NotResource, and actions that no policy can limit to a resource.
    "all resources but another's": (
        lambda: made({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::x/*"}), ACTION, "store", YES),
    "no resource level, all but one resource": (
        lambda: made({"Effect": "Allow", "Action": "ec2:Describe*", "NotResource": OBJECTS}),
        "ec2:DescribeInstances", "*", YES),
    "no resource level, one resource": (
        lambda: made({"Effect": "Allow", "Action": "ec2:Describe*", "Resource": OBJECTS}),
        "ec2:DescribeInstances", "*", NO),
    "who one is takes no right": (
        lambda: made({**ANY, "Effect": "Deny"}), "sts:GetCallerIdentity", "*", YES),
    # ARNs part by part.
    "a wildcard does not reach over colons": (
        lambda: made({**ANY, "Resource": "arn:aws:sqs:*:jobs"}), "sqs:SendMessage",
        f"arn:aws:sqs:eu-west-1:{HOME}:jobs", NO),
    "parts left out are any": (
        lambda: made({**ANY, "Resource": "arn:aws:sqs"}), "sqs:SendMessage",
        f"arn:aws:sqs:eu-west-1:{HOME}:jobs", YES),
    "the last part holds colons": (
        lambda: made({**ANY, "Resource": f"arn:aws:logs:*:{HOME}:log-group:*"}), "logs:PutLogEvents",
        f"arn:aws:logs:eu-west-1:{HOME}:log-group:a:log-stream:b", YES),
    # Variables and versions.
    "a variable of the role's tags": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{{TAGGED}}}/*"}, tags={"team": "red"}),
        ACTION, f"{BUCKET}/red/x", YES),
    "another's folder": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{{TAGGED}}}/*"}, tags={"team": "red"}),
        ACTION, f"{BUCKET}/blue/x", NO),
    "the older version has no variables": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{{TAGGED}}}/*"}, tags={"team": "red"}, version="2008-10-17"),
        ACTION, f"{BUCKET}/red/x", NO),
    "a variable that no session of a role has": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{aws:username}}/*"}), ACTION, "store", NO),
    "a tag that the role has not": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{{TAGGED}}}/*"}), ACTION, "store", NO),
    "a variable with something in its place": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{{TAGGED}, 'all'}}/*"}), ACTION, f"{BUCKET}/all/x", YES),
    "a star that is one": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{*}}/x"}), ACTION, f"{BUCKET}/a/x", NO),
    "a deny by a variable that is not there": (
        lambda: made(READ, {**READ, "Effect": "Deny", "Resource": f"{BUCKET}/${{aws:username}}/*"}),
        ACTION, "store", YES),
    "a variable that only the request knows": (
        lambda: made({**READ, "Resource": f"{BUCKET}/${{aws:userid}}/*"}), ACTION, "store", YES),
    # Tags of role and session.
    "a tag that no session has": (lambda: made({**READ, **if_("StringEquals", TAGGED, "red")}), ACTION, "store", NO),
    "no such tag": (lambda: made({**READ, **if_("Null", TAGGED, "true")}), ACTION, "store", YES),
    "a deny without the tag": (
        lambda: made(READ, {**READ, "Effect": "Deny", **if_("StringNotEquals", TAGGED, "red")}), ACTION, "store", NO),
    "a tag that a session may bring": (
        lambda: made({**READ, **if_("StringEquals", TAGGED, "red")},
                     assume_role_policy=trust({"AWS": ROOT}, "sts:AssumeRole", "sts:TagSession")),
        ACTION, "store", YES),
    "a session's tag comes before the role's": (
        lambda: made(READ, {**READ, "Effect": "Deny", **if_("StringEquals", TAGGED, "red")}, tags={"team": "red"},
                     assume_role_policy=trust({"AWS": ROOT}, "sts:AssumeRole", "sts:TagSession")),
        ACTION, "store", YES),
    "a tag of the pods": (
        lambda: made({**READ, **if_("StringEquals", "aws:PrincipalTag/kubernetes-namespace", "other")},
                     more=association(), assume_role_policy=PODS), ACTION, "store", NO),
    # Sets of values.
    "any of no values": (
        lambda: made({**READ, **if_("ForAnyValue:StringNotEquals", TAGGED, "red")}), ACTION, "store", NO),
    "all of no values": (
        lambda: made({**READ, **if_("ForAllValues:StringEquals", TAGGED, "red")}), ACTION, "store", YES),
    "a date that has passed is another": (
        lambda: made({**READ, **if_("DateNotEquals", "aws:CurrentTime", "2020-01-01T00:00:00Z")}),
        ACTION, "store", YES),
    "sessions from before a date": (
        lambda: made(READ, {**ANY, "Effect": "Deny", **if_("DateLessThan", "aws:TokenIssueTime", "2020-01-01")}),
        ACTION, "store", YES),
    "a principal's ARN part by part": (
        lambda: made({**READ, **if_("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*")}), ACTION, "store", YES),
    "not another principal": (
        lambda: made({**READ, **if_("ArnNotLike", "aws:PrincipalArn", STRANGER)}), ACTION, "store", YES),
    "another region": (
        lambda: made(READ, {**ANY, "Effect": "Deny", **if_("StringNotEquals", "aws:RequestedRegion", "us-west-2")}),
        ACTION, "store", NO),
    # Keys: their own policy has the say.
    "a key without a policy leaves it to the account": (
        lambda: made(ANY, more=key()), "kms:Decrypt", "cipher", YES),
    "a key that names the role": (
        lambda: made(more=key(named({"AWS": ROLE}, "kms:Decrypt", Resource="*"))), "kms:Decrypt", "cipher", YES),
    "a key that names the account": (
        lambda: made(more=key(named({"AWS": ROOT}, "kms:*", Resource="*"))), "kms:Decrypt", "cipher", NO),
    "a key for administrators only": (
        lambda: made(ANY, more=key(named({"AWS": ROOT}, "kms:Put*", Resource="*"))), "kms:Decrypt", "cipher", NO),
    "a key policy that is no JSON": (lambda: made(ANY, more=key(text="{")), "kms:Decrypt", "cipher", UNKNOWN),
    "a key's own policy that is no JSON": (lambda: made(ANY, more=key(own="{")), "kms:Decrypt", "cipher", UNKNOWN),
    "an attached key policy comes last": (
        lambda: made(ANY, more=key(named({"AWS": STRANGER}, "kms:*", Resource="*"), own=policy(
            named({"AWS": ROOT}, "kms:*", Resource="*")))), "kms:Decrypt", "cipher", NO),
    "a key of another": (
        lambda: made(ANY), "kms:Decrypt", f"arn:aws:kms:eu-west-1:{HOME}:key/elsewhere", UNKNOWN),
    "keys at large": (lambda: made(ANY), "kms:Decrypt", "*", YES),
    # Roles that are assumed.
    "a role that trusts the account": (
        lambda: made(ANY, assume_role_policy=trust({"AWS": ROOT})), "sts:AssumeRole", "reader", YES),
    "a role that trusts the account, with no right": (
        lambda: made(assume_role_policy=trust({"AWS": ROOT})), "sts:AssumeRole", "reader", NO),
    "a role that trusts itself": (
        lambda: made(assume_role_policy=trust({"AWS": ROLE})), "sts:AssumeRole", "reader", YES),
    "a trust policy that is no JSON": (
        lambda: made(ANY, assume_role_policy="{"), "sts:AssumeRole", "reader", UNKNOWN),
    "tagging takes trust as well": (
        lambda: made(ANY, assume_role_policy=trust({"AWS": ROOT})), "sts:TagSession", "reader", NO),
    "passing a role of elsewhere": (
        lambda: made(ANY), "iam:PassRole", f"arn:aws:iam::{HOME}:role/elsewhere", YES),
    "assuming a role of elsewhere": (
        lambda: made(ANY), "sts:AssumeRole", f"arn:aws:iam::{HOME}:role/elsewhere", UNKNOWN),
    # Other accounts: both sides must allow.
    "another account's queue": (
        lambda: made(ANY), "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{FOREIGN}:jobs", UNKNOWN),
    "another account's queue, with no right": (
        lambda: made(), "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{FOREIGN}:jobs", NO),
    # What a role has by its own lists.
    "a policy that the role's own list takes away": (
        lambda: made(READ, inline_policies=[{"name": "own", "policy": policy({**ANY, "Action": "sqs:*"})}]),
        ACTION, "store", UNKNOWN),
    "an inline policy that is no JSON": (
        lambda: made(inline_policies=[{"name": "own", "policy": "{"}]), ACTION, "store", UNKNOWN),
    "an attachment that the role's own list takes away": (
        lambda: made(managed_policy_arns=[], more=lambda role: aws.iam.RolePolicyAttachment(
            "all", role=role.name, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")),
        ACTION, "store", UNKNOWN),
    # Session policies of the stack.
    "a policy of all sessions": (
        lambda: made(ANY, assume_role_policy=PODS, more=association(
            policy=policy({**ANY, "Action": "sqs:*"}), disable_session_tags=True)), ACTION, "store", NO),
    "a policy of all sessions that allows it": (
        lambda: made(ANY, assume_role_policy=PODS, more=association(policy=policy(READ), disable_session_tags=True)),
        ACTION, "store", YES),
    "sessions that somebody else makes": (
        lambda: made(ANY, assume_role_policy=trust({"AWS": ROOT}), more=association(
            policy=policy({**ANY, "Action": "sqs:*"}))), ACTION, "store", YES),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_documented_order_decides(case: str) -> None:
    graph, action, resource, expected = CASES[case]
    assert ask(graph(), "reader", action, resource).answer is expected


def function(**more: Any) -> More:
    def make(role: aws.iam.Role) -> None:
        code = aws.lambda_.Function("till", name="till", role=role.arn, runtime="python3.13", handler="a.b")
        aws.lambda_.Permission("call", function=code.name, action="lambda:InvokeFunction", **more)

    return make


ALLOW_ALL = named("*", Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})
OTHERS: dict[str, tuple[Callable[[], Graph], str, str, str, Answer]] = {
    "a service by the resource": (
        lambda: made(more=store(named({"Service": "cloudtrail.amazonaws.com"}))),
        "cloudtrail.amazonaws.com", ACTION, "store", YES),
    "a service has no account": (
        lambda: made(more=store(ALLOW_ALL)), "cloudtrail.amazonaws.com", ACTION, "store", NO),
    "a deny of whoever is not of the account": (
        lambda: made(more=store(
            named({"Service": "cloudtrail.amazonaws.com"}),
            named("*", effect="Deny", Condition={"StringNotEquals": {"aws:PrincipalAccount": HOME}}))),
        "cloudtrail.amazonaws.com", ACTION, "store", NO),
    "another account that the resource lets in": (
        lambda: made(more=store(named({"AWS": STRANGER}))), STRANGER, ACTION, "store", UNKNOWN),
    "another account through its root": (
        lambda: made(more=store(named({"AWS": FOREIGN}))), STRANGER, ACTION, "store", UNKNOWN),
    "another account that nobody lets in": (lambda: made(), STRANGER, ACTION, "store", NO),
    "a permission for one version": (
        lambda: made(more=function(principal="sns.amazonaws.com", qualifier="live")),
        "sns.amazonaws.com", "lambda:InvokeFunction", "till", NO),
    "a permission": (
        lambda: made(more=function(principal="sns.amazonaws.com")),
        "sns.amazonaws.com", "lambda:InvokeFunction", "till", YES),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_services_and_strangers_are_let_in_by_the_resource(case: str) -> None:
    graph, who, action, resource, expected = OTHERS[case]
    assert ask(graph(), who, action, resource).answer is expected

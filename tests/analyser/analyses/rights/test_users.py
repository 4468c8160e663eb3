"""IAM users and groups, identity providers, and chains of roles.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-req-context.html
"""

from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from analyser.analyses.rights.decide import Answer
from analyser.analyses.rights.question import ask
from analyser.graph import Graph
from analyser.run.program import run_program
from tests.analyser.analyses.rights.made import (
    ACTION,
    ANY,
    BUCKET,
    CONFIG,
    FOREIGN,
    HOME,
    NO,
    READ,
    ROLE,
    ROOT,
    TAGGED,
    UNKNOWN,
    YES,
    Statement,
    if_,
    made,
    named,
    policy,
    trust,
)  # fmt: skip

ANN, BOB = f"arn:aws:iam::{HOME}:user/ann", f"arn:aws:iam::{HOME}:user/bob"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
BOUND = f"arn:aws:iam::{HOME}:policy/bound"
OIDC = f"arn:aws:iam::{HOME}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws:iam::{HOME}:saml-provider/corp"
DENY_READ: Statement = {**READ, "Effect": "Deny"}
OWN_FOLDER: Statement = {**READ, "Resource": f"{BUCKET}/${{aws:username}}/*"}
ASSUME: Statement = {**ANY, "Action": "sts:AssumeRole"}
More = Callable[[aws.iam.User], object]


def user(
    *inline: Statement,
    attached: str = "",
    group: list[Statement] | None = None,
    managed: str = "",
    member: str = "user",
    more: More = lambda _: None,
    **inputs: Any,
) -> Graph:
    """A user ``ann``, with a group that she may be a member of, and a bucket ``store``."""

    def program() -> None:
        ann = aws.iam.User("ann", name="ann", **inputs)
        aws.s3.Bucket("store", bucket="the-store")
        if inline:
            aws.iam.UserPolicy("own", name="own", user=ann.name, policy=policy(*inline))
        if attached:
            aws.iam.UserPolicyAttachment("attached", user=ann.name, policy_arn=attached)
        if group is not None:
            _group(ann, group, managed, member)
        more(ann)

    return run_program(program, stack="shop", config=CONFIG)


def _group(ann: aws.iam.User, statements: list[Statement], managed: str, member: str) -> None:
    team = aws.iam.Group("team", name="team")
    if statements:
        aws.iam.GroupPolicy("of-team", name="of-team", group=team.name, policy=policy(*statements))
    if managed:
        aws.iam.GroupPolicyAttachment("to-team", group=team.name, policy_arn=managed)
    if member == "user":
        aws.iam.UserGroupMembership("in", user=ann.name, groups=[team.name])
    if member == "group":
        aws.iam.GroupMembership("in", name="in", group=team.name, users=[ann.name])


def bound(*others: More) -> More:
    def make(ann: aws.iam.User) -> None:
        aws.iam.Policy("bound", name="bound", policy=policy({**ANY, "Action": "sqs:*"}))
        for other in others:
            other(ann)

    return make


def store(*statements: Statement) -> More:
    return lambda _: aws.s3.BucketPolicy("store-policy", bucket="the-store", policy=policy(*statements))


def deploy(principal: object, **more: Any) -> More:
    return lambda _: aws.iam.Role("deploy", name="deploy", assume_role_policy=trust(principal, **more))


def shared(**to: Any) -> More:
    return lambda _: aws.iam.PolicyAttachment("shared", name="shared", policy_arn=ADMINISTRATOR, **to)


def elsewhere(ann: aws.iam.User) -> None:
    aws.iam.UserGroupMembership("other", user=ann.name, groups=["made-elsewhere"])


ALL_BUT_BOB: Statement = {
    **{key: value for key, value in named("*", effect="Deny").items() if key != "Principal"},
    "NotPrincipal": {"AWS": [BOB, ROOT]},
}
USERS: dict[str, tuple[Callable[[], Graph], str, Answer]] = {
    "an own policy": (lambda: user(READ), "store", YES),
    "nothing": (user, "store", NO),
    "a managed policy": (lambda: user(attached=ADMINISTRATOR), "store", YES),
    "a policy of elsewhere": (lambda: user(attached=f"arn:aws:iam::{HOME}:policy/else"), "store", UNKNOWN),
    "a group's policy": (lambda: user(group=[READ]), "store", YES),
    "a group's policy, by the group's list": (lambda: user(group=[READ], member="group"), "store", YES),
    "a group of others": (lambda: user(group=[READ], member=""), "store", NO),
    "a group's managed policy": (lambda: user(group=[], managed=ADMINISTRATOR), "store", YES),
    "a group that denies": (lambda: user(READ, group=[DENY_READ]), "store", NO),
    "a group of elsewhere": (lambda: user(more=elsewhere), "store", UNKNOWN),
    "a boundary": (lambda: user(READ, more=bound(), permissions_boundary=BOUND), "store", NO),
    "a bucket that names her, past the boundary": (
        lambda: user(more=bound(store(named({"AWS": ANN}))), permissions_boundary=BOUND), "store", YES),
    "a bucket that names her": (lambda: user(more=store(named({"AWS": ANN}))), "store", YES),
    "a bucket that denies all but another": (lambda: user(READ, more=store(ALL_BUT_BOB)), "store", NO),
    "her own folder": (lambda: user(OWN_FOLDER), f"{BUCKET}/ann/x", YES),
    "another's folder": (lambda: user(OWN_FOLDER), f"{BUCKET}/bob/x", NO),
    "her tags": (
        lambda: user({**READ, **if_("StringEquals", TAGGED, "red")}, tags={"team": "red"}), "store", YES),
    "other tags": (
        lambda: user({**READ, **if_("StringEquals", TAGGED, "red")}, tags={"team": "blue"}), "store", NO),
    "the kind of principal": (
        lambda: user({**READ, **if_("StringEquals", "aws:PrincipalType", "User")}), "store", YES),
    "an attachment of several": (lambda: user(more=shared(users=["ann"])), "store", YES),
    "an attachment to the group": (lambda: user(group=[], more=shared(groups=["team"])), "store", YES),
    "an exclusive list of nothing": (
        lambda: user(READ, more=lambda _: aws.iam.UserPoliciesExclusive("only", user_name="ann", policy_names=[])),
        "store", NO),
    "an exclusive list of no attachments": (
        lambda: user(attached=ADMINISTRATOR, more=lambda _: aws.iam.UserPolicyAttachmentsExclusive(
            "only", user_name="ann", policy_arns=[])), "store", NO),
    "an exclusive list of the group": (
        lambda: user(group=[READ], more=lambda _: aws.iam.GroupPoliciesExclusive(
            "only", group_name="team", policy_names=[])), "store", NO),
}  # fmt: skip


@pytest.mark.parametrize("case", USERS)
def test_what_a_user_may(case: str) -> None:
    graph, resource, expected = USERS[case]
    assert ask(graph(), "ann", ACTION, resource).answer is expected


@pytest.mark.parametrize(
    ("own", "principal", "more", "expected"),
    [
        ([ASSUME], {"AWS": ROOT}, {}, YES),
        ([], {"AWS": ROOT}, {}, NO),
        ([ASSUME], {"AWS": BOB}, {}, NO),
        ([], {"AWS": ANN}, {}, YES),
        ([ASSUME], {"AWS": ROOT}, {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, YES),
    ],
)
def test_which_role_a_user_takes(own: list[Statement], principal: Any, more: dict[str, Any], expected: Answer) -> None:
    found = ask(user(*own, more=deploy(principal, **more)), "ann", "sts:AssumeRole", "deploy")
    assert found.answer is expected
    assert any("MultiFactorAuthPresent" in one for one in found.provisos) is bool(more)


def trusting(provider: str, action: str = "sts:AssumeRoleWithWebIdentity", **more: Any) -> Graph:
    return made(ANY, assume_role_policy=trust({"Federated": provider}, action, **more))


AUDIENCE: dict[str, Any] = {
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}
}
WEB, BY_SAML = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
PROVIDERS: dict[str, tuple[Callable[[], Graph], str, str, Answer]] = {
    "the provider that it trusts": (lambda: trusting(OIDC, **AUDIENCE), OIDC, WEB, YES),
    "another provider": (
        lambda: trusting(OIDC), f"arn:aws:iam::{HOME}:oidc-provider/accounts.example.com", WEB, NO),
    "a role in its place": (lambda: trusting(OIDC), "reader", WEB, NO),
    "a role without the provider": (lambda: trusting(OIDC), "reader", "sts:AssumeRole", NO),
    "SAML": (lambda: trusting(SAML, BY_SAML), SAML, BY_SAML, YES),
    "a provider that everybody knows": (lambda: trusting("accounts.google.com"), "accounts.google.com", WEB, YES),
    "an identity pool": (
        lambda: trusting("cognito-identity.amazonaws.com"), "cognito-identity.amazonaws.com", WEB, YES),
    "a role that trusts everybody of AWS": (
        lambda: made(assume_role_policy=trust({"AWS": "*"}, WEB)), OIDC, WEB, NO),
}  # fmt: skip


@pytest.mark.parametrize("case", PROVIDERS)
def test_who_becomes_a_role_by_an_identity_provider(case: str) -> None:
    graph, who, action, expected = PROVIDERS[case]
    assert ask(graph(), who, action, "reader").answer is expected


def test_a_provider_of_the_stack_goes_by_its_name() -> None:
    def more(_role: aws.iam.Role) -> None:
        provider = aws.iam.OpenIdConnectProvider("github", url="https://x.example", client_id_lists=["a"])
        aws.iam.Role("deploy", name="deploy", assume_role_policy=provider.arn.apply(
            lambda arn: trust({"Federated": arn}, WEB)))  # fmt: skip

    assert ask(made(more=more), "github", WEB, "deploy").answer is YES


@pytest.mark.parametrize(
    ("who", "action", "resource", "expected"),
    [("reader", "sts:AssumeRole", "mid", YES), ("reader", ACTION, "store", NO), ("mid", ACTION, "store", YES)],
)
def test_each_step_of_a_chain_is_a_question_of_its_own(who: str, action: str, resource: str, expected: Answer) -> None:
    def more(_role: aws.iam.Role) -> None:
        mid = aws.iam.Role("mid", name="mid", assume_role_policy=trust({"AWS": ROLE}))
        aws.iam.RolePolicy("mid-policy", name="own", role=mid.name, policy=policy(READ))

    assert ask(made(more=more), who, action, resource).answer is expected


def test_an_external_id_is_of_no_use_to_whom_nobody_trusts() -> None:
    asked: dict[str, Any] = {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}
    another = {"AWS": f"arn:aws:iam::{FOREIGN}:root"}
    graph = made(ANY, assume_role_policy=trust(another, **asked))
    assert ask(graph, "reader", "sts:AssumeRole", "reader").answer is NO

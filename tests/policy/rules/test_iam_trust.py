"""Whom roles trust: accounts, people, services, and workloads that somebody vouches for."""

from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from tests.policy.cases import Case, Set
from tests.policy.rules.iam_support import ACCOUNT, ROLE, STRANGER, allow, document, inline, trust, trusting
from tests.policy.support import check, resource

HOME = resource("aws:sqs/queue:Queue", "home", outputs={"arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:home"})
PARTNER = {"AWS": f"arn:aws:iam::{STRANGER}:role/partner"}
USER = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ada"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
API = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/api"}
LAMBDA = {"Service": "lambda.amazonaws.com"}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WEB = "sts:AssumeRoleWithWebIdentity"


def equals(**values: Any) -> dict[str, Any]:
    return {"StringEquals": {key.replace("__", "/").replace("_", ":"): value for key, value in values.items()}}


SOURCE = equals(aws_SourceAccount=ACCOUNT)
GITHUB = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/ABC"
EKS = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
COGNITO = {"Federated": "cognito-identity.amazonaws.com"}
SAML = {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/people"}
PODS = {"Service": "pods.eks.amazonaws.com"}
TAGS = {
    "aws:RequestTag/eks-cluster-arn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/records",
    "aws:RequestTag/kubernetes-namespace": "records",
    "aws:RequestTag/kubernetes-service-account": "api",
}


GITHUB_ISSUER = "token.actions.githubusercontent.com"


def github(sub: object, operator: str = "StringLike") -> str:
    key = GITHUB_ISSUER
    return trust(GITHUB, {"StringEquals": {f"{key}:aud": "sts.amazonaws.com"}, operator: {f"{key}:sub": sub}}, WEB)


def eks(sub: object, operator: str = "StringEquals") -> str:
    return trust(EKS, {operator: {f"{ISSUER}:sub": sub, f"{ISSUER}:aud": "sts.amazonaws.com"}}, WEB)


def cognito(aud: object, amr: object) -> str:
    base = "cognito-identity.amazonaws.com"
    return trust(COGNITO, {"StringEquals": {f"{base}:aud": aud}, "ForAnyValue:StringLike": {f"{base}:amr": amr}}, WEB)


def pods(operator: str = "StringEquals", **changes: Any) -> str:
    tags = {key: value for key, value in (TAGS | changes).items() if value is not None}
    return trust(PODS, {operator: tags}, ["sts:AssumeRole", "sts:TagSession"])


def role(policy: str, **inputs: Any) -> Resource:
    return resource(ROLE, "role", assumeRolePolicy=policy, **inputs)


def path(*policies: str) -> list[Set]:
    return [Set("assumeRolePolicy", policy) for policy in policies]


CASES = [
    Case(
        "iam-no-not-principal",
        [trusting(LAMBDA)],
        path(
            document({"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}),
            document({"Effect": "Allow", "NotPrincipal": "*", "Action": "sts:AssumeRole"}),
        ),
    ),
    Case(
        "iam-trust-external-id",
        [trusting(PARTNER, equals(sts_ExternalId="f3a1")), HOME],
        path(
            trust(PARTNER),
            trust({"AWS": [STRANGER]}),
            trust({"AWS": [API["AWS"], f"arn:aws:iam::{STRANGER}:root"]}),
            trust(PARTNER, {"StringLike": {"sts:ExternalId": "*"}}),
            trust(PARTNER, {"StringEqualsIfExists": {"sts:ExternalId": "f3a1"}}),
            trust(PARTNER, {"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
            trust(PARTNER, equals(aws_RequestedRegion="us-east-1")),
        ),
    ),
    Case(
        "iam-trust-not-whole-account",
        [trusting(API)],
        path(
            trust(ROOT, {"StringLike": {"aws:PrincipalTag/team": "*"}}),
            trust(ROOT, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
            trust(ROOT),
            trust({"AWS": ACCOUNT}),
            trust({"AWS": [API["AWS"], ROOT["AWS"]]}),
        ),
    ),
    Case(
        "iam-trust-people-mfa",
        [trusting(USER, MFA)],
        path(
            trust(USER),
            trust(USER, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
            trust(USER, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
            trust(USER, equals(aws_RequestedRegion="us-east-1")),
        ),
    ),
    Case(
        "iam-trust-service-source",
        [trusting({"Service": "states.amazonaws.com"}, SOURCE)],
        path(
            trust({"Service": "states.amazonaws.com"}),
            trust({"Service": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]}),
            trust({"Service": "logs.us-east-1.amazonaws.com"}),
            trust({"Service": "export.rds.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:*:db:*"}}),
            trust({"Service": "events.amazonaws.com"}, {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}),
            trust({"Service": "events.amazonaws.com"}, {"Bool": {"aws:SecureTransport": "true"}}),
            trust({"Service": "kafkaconnect.amazonaws.com"}),
            trust({"Service": "rolesanywhere.amazonaws.com"}),
            trust({"Service": "firehose.amazonaws.com"}, {"StringLike": {"sts:ExternalId": "*"}}),
        ),
    ),
    Case(
        "iam-session-duration",
        [role(trust(LAMBDA), maxSessionDuration=14400)],
        [Set("maxSessionDuration", 14401), Set("maxSessionDuration", 43200)],
    ),
    Case(
        "iam-trust-github-repository",
        [role(github(["repo:acme/records:ref:refs/heads/main", "repo:acme/records:environment:prod"]))],
        path(
            github("*"),
            github("repo:acme/*"),
            github("repo:acme/records*"),
            github("repo:*/records:*"),
            github(["repo:acme/records:ref:refs/heads/main", "repo:acme/*:ref:refs/heads/main"]),
            github("repo:acme/records:*", "StringLikeIfExists"),
            github("repo:acme/records:*", "ForAllValues:StringLike"),
            github("repository_owner:acme:environment:prod"),
            github("job_workflow_ref:acme/ci/.github/workflows/deploy.yml@refs/heads/main"),
            github("repository_owner:*:job_workflow_ref:acme/ci/.github/workflows/deploy.yml@refs/heads/main"),
            github("repository:acme/*:ref:refs/heads/main"),
            trust(GITHUB, {"StringLike": {f"{GITHUB_ISSUER}:repository": "acme/*"}}, WEB),
            trust(GITHUB, None, WEB),
        ),
    ),
    Case(
        "iam-trust-service-account",
        [role(eks("system:serviceaccount:records:api"))],
        path(
            eks("system:serviceaccount:records:*", "StringLike"),
            eks("system:serviceaccount:*:*", "StringLike"),
            eks("*", "StringLike"),
            eks("system:serviceaccount:records:api", "StringEqualsIfExists"),
            trust(EKS, {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}, WEB),
            trust(EKS, None, [WEB, "sts:TagSession"]),
        ),
    ),
    Case(
        "iam-trust-cognito-authenticated",
        [role(cognito("us-east-1:pool", "authenticated"))],
        path(
            cognito("us-east-1:pool", "unauthenticated"),
            cognito("us-east-1:pool", "*"),
            trust(COGNITO, {"StringLike": {"cognito-identity.amazonaws.com:aud": "us-*"}}, WEB),
            trust(COGNITO, None, WEB),
        ),
    ),
    Case(
        "iam-trust-saml-audience",
        [role(trust(SAML, equals(SAML_aud="https://signin.aws.amazon.com/saml"), "sts:AssumeRoleWithSAML"))],
        path(
            trust(SAML, None, "sts:AssumeRoleWithSAML"),
            trust(SAML, {"StringLike": {"SAML:aud": "*"}}, "sts:AssumeRoleWithSAML"),
            trust(SAML, equals(SAML_iss="people"), ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
        ),
    ),
    Case(
        "iam-trust-pod-identity",
        [role(pods())],
        path(
            pods("StringLike", **{"aws:RequestTag/kubernetes-service-account": "*"}),
            pods("StringLike", **{"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:*"}),
            pods("StringEqualsIfExists"),
        ),
    ),
]


def ci(issuer: str, sub: str) -> Resource:
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}, "StringLike": {f"{issuer}:sub": sub}}
    return role(trust(provider, condition, WEB))


UUID = "7d9c1b1e-8f0a-4d6e-9a55-0c1f2e3d4b5a"
BITBUCKET = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"


@pytest.mark.parametrize(
    ("issuer", "owned", "anybody"),
    [
        ("gitlab.com", "project_path:acme/*:ref_type:branch:ref:main", "project_path:*:ref_type:branch:ref:main"),
        ("gitlab.com", "project_id:42:ref:main", "project_path:*/records:ref_type:branch:ref:main"),
        ("app.terraform.io", "organization:acme:project:*:workspace:*:run_phase:*", "organization:*:project:a:*"),
        ("agent.buildkite.com", "organization:acme:pipeline:records:*", "organization:*:pipeline:records:*"),
        ("oidc.circleci.com/org/1", "org/1/project/*", "org/*/project/*"),
        (BITBUCKET, f"{{{UUID}}}:*", "*:*"),
        ("oidc.vercel.com", "owner:acme:project:web:environment:production", "owner:*:project:web:*"),
        ("api.pulumi.com/oidc", "pulumi:deploy:org:acme:project:*", "pulumi:deploy:org:*:project:records:*"),
        ("gitlab.example.com", "project_path:acme/*", "*:*"),
    ],
)
def test_subjects_of_shared_issuers_say_whose_they_are(issuer: str, owned: str, anybody: str) -> None:
    assert check("iam-trust-federated-pinned", ci(issuer, owned)) == []
    assert check("iam-trust-federated-pinned", ci(issuer, anybody)) == [
        "role: statement 1 does not name the sub it trusts (assumeRolePolicy)"
    ]


@pytest.mark.parametrize(
    "sub",
    [
        "repository_owner:acme:job_workflow_ref:acme/ci/.github/workflows/deploy.yml@refs/heads/main",
        "job_workflow_ref:acme/ci/.github/workflows/deploy.yml@refs/heads/main:repository_owner_id:42",
        "repository:acme/records:environment:prod",
        "repository_owner:acme:repository:acme/records",
        "repository_id:42:ref:refs/heads/main",
        "repo:acme@1/records@2:ref:refs/heads/main",
    ],
)
def test_subjects_customised_by_claims(sub: str) -> None:
    assert check("iam-trust-github-repository", role(github(sub))) == []


@pytest.mark.parametrize(("claim", "value"), [("repository", "acme/records"), ("repository_id", "42")])
def test_claims_with_conditions_of_their_own(claim: str, value: str) -> None:
    condition = {"StringEquals": {f"{GITHUB_ISSUER}:aud": "sts.amazonaws.com", f"{GITHUB_ISSUER}:{claim}": value}}
    assert check("iam-trust-github-repository", role(trust(GITHUB, condition, WEB))) == []


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"StringEquals": {key: value for key, value in TAGS.items() if "cluster" not in key}},
        {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnEquals": {"aws:SourceArn": "arn:aws:eks:us-east-1:1:cluster/a"},
        },
    ],
)
def test_pod_identity_as_the_guide_writes_it(condition: dict[str, Any] | None) -> None:
    assert check("iam-trust-pod-identity", trusting(PODS, condition, ["sts:AssumeRole", "sts:TagSession"])) == []


@pytest.mark.parametrize(
    "evidence",
    [
        resource("pulumi:providers:aws", allowedAccountIds=[ACCOUNT]),
        resource("pulumi:providers:aws", allowedAccountIds=f'["{ACCOUNT}"]'),
        resource("aws:sqs/queue:Queue", kmsMasterKeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"),
        inline(allow("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs")),
        resource(ROLE, "other", assumeRolePolicy=trust({"Service": "states.amazonaws.com"}, SOURCE)),
    ],
    ids=lambda each: each.type,
)
def test_home_shows_in_inputs(evidence: Resource) -> None:
    assert check("iam-trust-external-id", trusting(PARTNER), evidence)
    assert check("iam-trust-external-id", trusting(API), evidence) == []


@pytest.mark.parametrize(
    "given",
    [
        inline(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/partner")),
        resource("aws:lambda/permission:Permission", principal=f"arn:aws:iam::{ACCOUNT}:role/partner"),
        resource("kubernetes:core/v1:Pod", arn=f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"),
    ],
    ids=lambda each: each.type,
)
def test_principals_and_roles_say_nothing_of_home(given: Resource) -> None:
    assert check("iam-trust-external-id", trusting(PARTNER), given) == []


def test_what_resources_came_out_with_is_home_whatever_else_is_named() -> None:
    named = resource("aws:sqs/queue:Queue", "named", kmsMasterKeyId=f"arn:aws:kms:us-east-1:{STRANGER}:key/1")
    assert check("iam-trust-external-id", trusting(PARTNER), HOME, named)
    role_arn = resource(ROLE, "made", outputs={"arn": f"arn:aws:iam::{ACCOUNT}:role/made"})
    assert check("iam-trust-external-id", trusting(PARTNER), role_arn, named)


def test_certificates_name_who_takes_a_role_anywhere() -> None:
    subject = {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "records"}}
    anywhere = {"Service": "rolesanywhere.amazonaws.com"}
    assert check("iam-trust-service-source", trusting(anywhere, subject)) == []
    any_subject = {"StringLike": {"aws:PrincipalTag/x509Subject/CN": "*"}}
    assert check("iam-trust-service-source", trusting(anywhere, any_subject))


def test_own_accounts_are_no_strangers() -> None:
    assert check("iam-trust-external-id", trusting(API), HOME) == []
    stranger = trusting({"AWS": f"arn:aws:sts::{STRANGER}:assumed-role/partner/x"})
    assert check("iam-trust-external-id", stranger, HOME)


def test_nobody_is_a_stranger_while_home_is_unknown() -> None:
    unknown = resource("aws:sqs/queue:Queue", "home", outputs={"arn": UNKNOWN})
    assert check("iam-trust-external-id", trusting(PARTNER), unknown) == []


@pytest.mark.parametrize("service", ["ec2", "lambda", "backup", "apigateway", "cloudtrail", "unheard-of"])
def test_services_that_name_no_source_are_not_asked_for_one(service: str) -> None:
    assert check("iam-trust-service-source", trusting({"Service": f"{service}.amazonaws.com"})) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:SourceArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:*"}},
        {"StringLike": {"aws:SourceArn": "arn:aws:s3:::company-*"}},
        {"StringEquals": {"aws:SourceOrgID": "o-1"}},
        {"StringEquals": {"sts:ExternalId": "x"}},
    ],
)
def test_sources_come_in_several_forms(condition: dict[str, Any]) -> None:
    assert check("iam-trust-service-source", trusting({"Service": "states.amazonaws.com"}, condition)) == []


def test_people_are_asked_for_a_factor_elsewhere() -> None:
    assert check("iam-trust-not-whole-account", trusting(ROOT, MFA)) == []


def test_a_cluster_may_be_named_by_source_or_name() -> None:
    arn = TAGS["aws:RequestTag/eks-cluster-arn"]
    bare = {key: value for key, value in TAGS.items() if "cluster" not in key}
    for condition in (
        {"StringEquals": bare | {"aws:RequestTag/eks-cluster-name": "records"}},
        {"StringEquals": bare, "ArnEquals": {"aws:SourceArn": arn}},
    ):
        assert check("iam-trust-pod-identity", trusting(PODS, condition)) == []


def test_other_ways_to_sign_in_are_not_theirs() -> None:
    web = role(eks("system:serviceaccount:records:*", "StringLike"))
    assert check("iam-trust-github-repository", web) == []
    assert check("iam-trust-cognito-authenticated", web) == []
    assert check("iam-trust-saml-audience", web) == []
    assert check("iam-trust-service-account", role(github("*"))) == []
    assert check("iam-trust-federated-pinned", role(cognito("us-east-1:pool", "authenticated"))) == []


def test_unknown_conditions_are_not_judged() -> None:
    for principal, action, rule in (
        (GITHUB, WEB, "iam-trust-github-repository"),
        (EKS, WEB, "iam-trust-service-account"),
        (PODS, "sts:AssumeRole", "iam-trust-pod-identity"),
        (USER, "sts:AssumeRole", "iam-trust-people-mfa"),
    ):
        statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": UNKNOWN}
        assert check(rule, resource(ROLE, "r", assumeRolePolicy={"Statement": [statement]})) == []


def test_sessions_by_configuration() -> None:
    assert check("iam-session-duration", role(trust(LAMBDA), maxSessionDuration=7200), maximum_seconds=3600)
    assert check("iam-session-duration", role(trust(LAMBDA))) == []

"""IAM: roles for workloads and people whom an identity provider, or EKS, vouches for."""

import re
from collections.abc import Callable, Iterator

from policy.iam import TRUST, Condition, Statement, grants, types_with, wide_arn
from policy.model import Finding, Resource, Severity, known, rule
from policy.rules.iam_trust import trusting

_ROLES = types_with(TRUST)
_LINK = "https://docs.aws.amazon.com/"
_BEST = "Well-Architected"
_WEB = "sts:AssumeRoleWithWebIdentity"
_SAML = "sts:AssumeRoleWithSAML"
_GITHUB = "token.actions.githubusercontent.com"
_COGNITO = "cognito-identity.amazonaws.com"
_EKS = re.compile(r"oidc\.eks\.[a-z0-9-]+\.amazonaws\.com")
# Subjects as GitHub writes them, and as organisations customise them by claims:
# https://docs.github.com/en/actions/reference/security/oidc#customizing-the-subject-claims-for-an-organization-or-repository
_REPOSITORY = re.compile(r"(?:^|.*:)(?:repo(?:sitory)?:[^*?:/]+/[^*?:/]+|repository_id:\d+)(?::.+|$)")
_WORKFLOW = re.compile(r"(?:^|.*:)job_workflow_ref:[^*?:/]+/[^*?:/]+/.+")
_ORGANISATION = re.compile(r"(?:^|.*:)repository_owner(?:_id)?:[^*?:]+(?::.+|$)")
# Issuers that all their customers share -> subjects that say whose they are; Bitbucket's name repositories by UUID.
# https://docs.gitlab.com/ci/cloud_services/
# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
# https://buildkite.com/docs/agent/cli/reference/oidc
# https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
# https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/
# https://vercel.com/docs/oidc/reference
# https://www.pulumi.com/docs/administration/access-identity/oidc-client/
_OWNERS = {
    "gitlab.com": re.compile(r"project_path:[^*?:/]+/.+|project_id:\d+(:.+)?"),
    "app.terraform.io": re.compile(r"organization:[^*?:]+:.+"),
    "agent.buildkite.com": re.compile(r"organization:[^*?:]+:.+"),
    "oidc.circleci.com": re.compile(r"org/[^*?/]+/.+"),
    "api.bitbucket.org": re.compile(r".*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}.*"),
    "oidc.vercel.com": re.compile(r"owner:[^*?:]+:.+"),
    "api.pulumi.com": re.compile(r"pulumi:[a-z]+:org:[^*?:]+:.+"),
}
_SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:[^*?:]+:[^*?:]+")
_PODS = "pods.eks.amazonaws.com"
_POD_TESTS = frozenset(
    f"aws:requesttag/{tag}"
    for tag in ("eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account")
)


def _federated(role: Resource, action: str, provider: Callable[[str], object]) -> Iterator[tuple[str, Statement]]:
    """Statements that let identities of such a provider take the role, as far as their conditions are known."""
    for path, statement in trusting(role):
        providers = statement.principals_of("Federated")
        concerned = any(provider(str(each)) for each in providers) and grants(statement.known_actions(), action)
        if concerned and statement.wholly_known_conditions:
            yield path, statement


def _claims(statement: Statement, claim: str) -> list[Condition]:
    return [each for each in statement.conditions if each.key.lower().endswith(f":{claim}")]


def _pinned(conditions: list[Condition], fixed: Callable[[str], object]) -> bool:
    """Whether one of the conditions must hold and has fixed values only."""
    return any(
        each.binds and bool(each.values) and all(not known(value) or fixed(str(value)) for value in each.values)
        for each in conditions
    )


def _literal(value: str) -> bool:
    return "*" not in value and "?" not in value


@rule(
    "iam-trust-federated-pinned",
    title="Federated trust names audience and subject",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={"Checkov": "CKV_AWS_358"},
    remedy="Add StringEquals conditions on the provider's :aud and :sub.",
    link=_LINK + "IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
)
def federated_pinned(role: Resource) -> Iterator[Finding]:
    """Without a subject every workload of the provider, of whatever repository or namespace, takes the role.

    Subjects of GitHub and EKS have rules of their own, and Cognito knows none.
    """
    for path, statement in trusting(role):
        providers = " ".join(map(str, statement.principals_of("Federated")))  # empty while unknown: judged in full
        if (
            _COGNITO in providers
            or not grants(statement.known_actions(), _WEB)
            or not statement.wholly_known_conditions
        ):
            continue
        claims = ("aud",) if _GITHUB in providers or _EKS.search(providers) else ("aud", "sub")
        for claim in claims:
            fixed = _owned(providers) if claim == "sub" else _said
            if not _pinned(_claims(statement, claim), fixed):
                yield Finding(f"{statement.label} does not name the {claim} it trusts", path)


def _said(value: str) -> bool:
    return bool(value.strip("*?:/{}"))


def _owned(providers: str) -> Callable[[str], object]:
    """What a subject of the provider must be, so that it is one organisation's."""
    issuer = providers.partition("oidc-provider/")[2]
    return next((pattern.fullmatch for host, pattern in _OWNERS.items() if issuer.startswith(host)), _said)


@rule(
    "iam-trust-github-repository",
    title="Roles for GitHub Actions name the repository",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC02-BP02", "Checkov": "CKV_AWS_358"},
    remedy="Test …:sub for repo:<organisation>/<repository>:<ref or environment>, and …:aud for sts.amazonaws.com.",
    link=_LINK + "IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub",
)
def github_repository(role: Resource) -> Iterator[Finding]:
    """All of GitHub shares one issuer: what the subject leaves open, anybody's workflow fills."""
    for path, statement in _federated(role, _WEB, lambda name: _GITHUB in name):
        if not _pinned(_claims(statement, "sub"), _of_repository) and not _by_claims(statement):
            yield Finding(f"{statement.label} trusts workflows of more than one repository", path)


def _of_repository(subject: str) -> bool:
    """Whether a subject is one repository's, or one workflow's on behalf of one organisation's repositories."""
    return bool(_REPOSITORY.match(subject) or (_WORKFLOW.match(subject) and _ORGANISATION.match(subject)))


def _by_claims(statement: Statement) -> bool:
    """Whether claims of the token say so, each by a condition of its own.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    """
    return any(_pinned(_claims(statement, claim), _literal) for claim in ("repository", "repository_id"))


@rule(
    "iam-trust-service-account",
    title="Roles for pods by OIDC name one service account",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Test …:sub by StringEquals for system:serviceaccount:<namespace>:<name>, and …:aud for sts.amazonaws.com.",
    link=_LINK + "eks/latest/userguide/associate-service-account-role.html",
)
def service_account(role: Resource) -> Iterator[Finding]:
    """With a wildcard every pod of the namespace, or of the cluster, has the role."""
    for path, statement in _federated(role, _WEB, _EKS.search):
        if not _pinned(_claims(statement, "sub"), _SERVICE_ACCOUNT.fullmatch):
            yield Finding(f"{statement.label} trusts more than one service account", path)


@rule(
    "iam-trust-cognito-authenticated",
    title="Roles for Cognito identities name the pool and signed-in users",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP07"},
    remedy="Test cognito-identity.amazonaws.com:aud for the identity pool's id and …:amr for authenticated.",
    link=_LINK + "cognito/latest/developerguide/role-trust-and-permissions.html",
)
def cognito_authenticated(role: Resource) -> Iterator[Finding]:
    """Anybody can make an identity pool of their own, and guests of a pool have shown nothing."""
    for path, statement in _federated(role, _WEB, lambda name: name == _COGNITO):
        if not _pinned(_claims(statement, "aud"), _literal):
            yield Finding(f"{statement.label} trusts every identity pool", path)
        if not _pinned(_claims(statement, "amr"), lambda value: _literal(value) and value != "unauthenticated"):
            yield Finding(f"{statement.label} trusts guests", path)


@rule(
    "iam-trust-saml-audience",
    title="Roles by SAML name their audience",
    severity=Severity.MEDIUM,
    types=_ROLES,
    frameworks={_BEST: "SEC02-BP04"},
    remedy="Test SAML:aud by StringEquals for https://signin.aws.amazon.com/saml.",
    link=_LINK + "IAM/latest/UserGuide/id_roles_create_for-idp_saml.html",
)
def saml_audience(role: Resource) -> Iterator[Finding]:
    """An assertion that was made for another service should not open this account."""
    for path, statement in _federated(role, _SAML, bool):
        if not _pinned(_claims(statement, "aud"), _literal):
            yield Finding(f"{statement.label} trusts assertions for any audience", path)


@rule(
    "iam-trust-pod-identity",
    title="Roles by Pod Identity name the service account and cluster they are tested for",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Test aws:RequestTag/kubernetes-namespace, …/kubernetes-service-account and …/eks-cluster-arn "
    "by StringEquals.",
    link=_LINK + "eks/latest/userguide/pod-id-role.html",
)
def pod_identity(role: Resource) -> Iterator[Finding]:
    """A condition that any pod of any cluster meets only looks like a limit.

    Without conditions the role is as AWS's guide writes it: its associations say whose it is.
    """
    for path, statement in trusting(role):
        if _PODS not in statement.principals_of("Service") or not statement.wholly_known_conditions:
            continue
        tested = [each for each in statement.conditions if each.key.lower() in _POD_TESTS]
        loose = [each.key.rpartition("/")[2] for each in tested if not _pinned([each], _one)]
        if loose:
            yield Finding(f"{statement.label} does not name the {', '.join(loose)} it trusts", path)


def _one(value: str) -> bool:
    """Whether it is one name, or one cluster's ARN; the account of an ARN may be left to aws:SourceAccount."""
    return _literal(value) or (value.startswith("arn:") and not wide_arn(value) and _literal(value.rpartition("/")[2]))

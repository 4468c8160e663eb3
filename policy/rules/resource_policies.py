"""Policies of buckets, queues, secrets, repositories and other resources: services, other accounts, and for what."""

import re
from collections.abc import Iterator

from pydantic import Field

from policy.iam import (
    RESOURCE,
    Statement,
    account_of,
    documents,
    foreign_principals,
    has_source,
    home_accounts,
    is_whole_service,
    names_source_for_resources,
    narrowed,
    types_with,
)
from policy.model import Finding, Graph, Level, Resource, RuleConfig, Severity, known, rule, stack_rule
from policy.rules.kms_policies import administers
from policy.rules.lambda_permissions import NATIVE_PERMISSION, PERMISSION

_ORIGIN_IDENTITY = "aws:cloudfront/originAccessIdentity:OriginAccessIdentity"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_LOGS = re.compile(r"/AWSLogs/\d{12}/")
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
_KEYS = ("aws:kms/", "aws-native:kms:")
# The service prefixes of the actions that the policy of a type can allow, where its module is named otherwise.
_PREFIXES = {
    "apigateway": ("execute-api",),
    "cloudwatch": ("events", "logs"),
    "efs": ("elasticfilesystem",),
    "elasticsearch": ("es",),
    "ecrpublic": ("ecr-public",),
    "msk": ("kafka", "kafka-cluster"),
    "opensearch": ("es",),
    "s3": ("s3", "s3-object-lambda", "s3express", "s3vectors", "s3files", "elasticfilesystem"),
    "s3control": ("s3", "s3-object-lambda"),
    "sesv2": ("ses",),
    "vpclattice": ("vpc-lattice", "vpc-lattice-svcs"),
    "acmpca": ("acm-pca",),
    "amp": ("aps",),
    "networkfirewall": ("network-firewall",),
    "opensearchingest": ("osis",),
    "redshiftserverless": ("redshift-serverless", "redshift"),
    "bedrock": ("bedrock-agentcore", "bedrock"),
    "eventschemas": ("schemas",),
    "pinpoint": ("sms-voice",),
    "s3objectlambda": ("s3-object-lambda",),
    "s3outposts": ("s3-outposts",),
}
_TYPES = types_with(RESOURCE)
# Types whose `principal` is the one whom they let in.
_NAMING = (
    PERMISSION,
    NATIVE_PERMISSION,
    "aws:ram/principalAssociation:PrincipalAssociation",
    "aws:signer/signingProfilePermission:SigningProfilePermission",
)
_WITHOUT_KEYS = tuple(token for token in _TYPES if not token.startswith(_KEYS))


def letting_in(resource: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements that allow, each with the path of its document."""
    for document in documents(resource, RESOURCE):
        for statement in document.allowing():
            yield document.path, statement


@rule(
    "resource-policy-service-source",
    title="Services act on resources for known accounts only",
    severity=Severity.MEDIUM,
    types=_WITHOUT_KEYS,
    frameworks={_BEST: "SEC03-BP09"},
    remedy="Add conditions on aws:SourceAccount (StringEquals) and aws:SourceArn (ArnLike).",
    link=_LINK + "confused-deputy.html#cross-service-confused-deputy-prevention",
)
def service_source(resource: Resource) -> Iterator[Finding]:
    """A customer of the service who knows the resource's name can otherwise have the service act on it.

    Only services that name the source of their call are judged; a condition would shut the others out.
    """
    for path, statement in letting_in(resource):
        services = [each for each in statement.principals_of("Service") if names_source_for_resources(str(each))]
        if services and not has_source(statement) and not _delivers_logs(statement):
            yield Finding(f"{statement.label} trusts {', '.join(services)} on behalf of any account", path)


@rule(
    "resource-policy-own-actions",
    title="Resource policies name actions of their own service",
    severity=Severity.MEDIUM,
    types=_WITHOUT_KEYS,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_72"},
    remedy="Name the actions that the principals need.",
    link=_LINK + "access_policies_identity-vs-resource.html",
)
def own_actions(resource: Resource) -> Iterator[Finding]:
    """`*` and `service:*` include deleting the resource and changing this very policy; foreign actions do nothing."""
    module = resource.type.split(":")[1].partition("/")[0]
    prefixes = _PREFIXES.get(module, (module,))
    for path, statement in letting_in(resource):
        for action in statement.known_actions():
            service = action.lower().partition(":")[0]
            if service not in prefixes:
                yield Finding(f"{statement.label} allows {action}, which is not of {prefixes[0]}", path)
            elif is_whole_service(action):
                yield Finding(f"{statement.label} allows {action}", path)


class Accounts(RuleConfig):
    """Accounts that resources may be shared with."""

    shared_with: tuple[str, ...] = Field((), description="Numbers of other accounts that policies may name")


@stack_rule(
    "resource-policy-cross-account",
    title="Resources are shared with known accounts only",
    severity=Severity.MEDIUM,
    types=(*_TYPES, *_NAMING),
    frameworks={_BEST: "SEC03-BP08", "Checkov": "CKV_AWS_385"},
    remedy="Name the account in the rule's sharedWith, or limit by aws:PrincipalOrgID.",
    link=_LINK + "access_policies-cross-account-resource-access.html",
    level=Level.ADVISORY,
    config=Accounts,
)
def cross_account(resource: Resource, graph: Graph, config: Accounts) -> Iterator[Finding]:
    """What another account may do here is decided there. Advisory: sharing is often meant.

    Which accounts are foreign shows in the ARNs of the stack's own resources, or else in those that its inputs name;
    where none says it, the rule is silent. A canonical user is one, unless it is an origin access identity.
    """
    home = home_accounts(graph)
    own = {*home, *config.shared_with}
    if resource.type in _NAMING:
        if home and resource.lacks("principalOrgId") and account_of(str(resource.get("principal"))) not in {*own, ""}:
            yield Finding(f"lets in {resource.get('principal')}", "principal")
        return
    for path, statement in letting_in(resource):
        foreign = [each for each in foreign_principals(statement, home) if account_of(each) not in own]
        if not graph.refers(resource, path, _ORIGIN_IDENTITY):
            foreign += map(str, statement.principals_of("CanonicalUser"))
        meant = narrowed(statement) or _delivers_logs(statement) or administers(resource, statement)
        if foreign and not meant:
            yield Finding(f"{statement.label} lets in {', '.join(foreign)}", path)


def _delivers_logs(statement: Statement) -> bool:
    """Whether it lets nothing be done but to write below an account's folder of logs, as load balancers do."""
    writes = all(not known(each) or each == "s3:PutObject" for each in statement.actions)
    below = [not known(each) or _LOGS.search(str(each)) for each in statement.resources]
    return writes and bool(below) and all(below)

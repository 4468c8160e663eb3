"""IAM: whom roles trust, among accounts, people and AWS services."""

from collections.abc import Iterator

from pydantic import Field

from policy.iam import (
    RESOURCE,
    TRUST,
    Statement,
    documents,
    foreign_principals,
    has_source,
    home_accounts,
    is_whole_account,
    names_source_for_roles,
    narrows,
    says_something,
    types_with,
)
from policy.model import Finding, Graph, Level, Resource, RuleConfig, Severity, known, rule, stack_rule

_ROLES = types_with(TRUST)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
_ORGANISATION = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
_MFA = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")


def trusting(role: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements that let somebody take the role, each with the path of its document."""
    for document in documents(role, TRUST):
        for statement in document.allowing():
            yield document.path, statement


@rule(
    "iam-no-not-principal",
    title="No policy allows everybody but some",
    severity=Severity.CRITICAL,
    types=types_with(TRUST, RESOURCE),
    frameworks={_BEST: "SEC03-BP07", "CIS": "2.21", "Checkov": "CKV_AWS_283"},
    remedy="Name the principals that are allowed.",
    link=_LINK + "reference_policies_elements_notprincipal.html",
)
def no_not_principal(resource: Resource) -> Iterator[Finding]:
    """Allow with NotPrincipal lets in the whole world, signed in or not, except those it names."""
    for document in documents(resource, TRUST, RESOURCE):
        for statement in document.allowing():
            if statement.not_principals:
                yield Finding(f"{statement.label} allows with NotPrincipal", document.path)


@stack_rule(
    "iam-trust-external-id",
    title="Roles for other accounts ask for an external id or the organisation",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP09"},
    remedy="Add a StringEquals condition on sts:ExternalId (third parties) or aws:PrincipalOrgID (one's own).",
    link=_LINK + "id_roles_common-scenarios_third-party.html",
)
def external_id(role: Resource, graph: Graph) -> Iterator[Finding]:
    """A third party works for many: without an external id any of its customers can have it take this role.

    Which accounts are foreign shows in the ARNs of the stack's own resources, or else in those that its inputs name;
    where none says it, the rule is silent.
    """
    home = home_accounts(graph)
    for path, statement in trusting(role):
        foreign = list(foreign_principals(statement, home))
        if foreign and not _bound_to_partner(statement):
            yield Finding(f"{statement.label} trusts {', '.join(foreign)} without an external id", path)


def _bound_to_partner(statement: Statement) -> bool:
    for condition in statement.conditions:
        key = condition.key.lower()
        if not condition.operator or (key in _ORGANISATION and narrows(condition)):
            return True
        if key == "sts:externalid" and condition.binds:
            return not any(known(value) and not str(value).strip("*?") for value in condition.values)
    return False


@rule(
    "iam-trust-not-whole-account",
    title="Roles name who in an account takes them",
    severity=Severity.LOW,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Name the role that takes it, or add conditions on aws:PrincipalArn or a second factor.",
    link=_LINK + "reference_policies_elements_principal.html#principal-accounts",
    level=Level.ADVISORY,
)
def whole_account(role: Resource) -> Iterator[Finding]:
    """An account's root as principal is everybody whom that account's policies let. Advisory: people need it."""
    for path, statement in trusting(role):
        roots = [each for each in statement.principals_of("AWS") if is_whole_account(str(each))]
        if roots and not any(says_something(each) for each in statement.conditions):
            yield Finding(f"{statement.label} trusts everybody in {', '.join(roots)}", path)


@rule(
    "iam-trust-people-mfa",
    title="People take roles with a second factor",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_BEST: "SEC02-BP01"},
    remedy="Add Bool aws:MultiFactorAuthPresent true to the statement that lets them take the role.",
    link=_LINK + "id_credentials_mfa_configure-api-require.html",
)
def people_mfa(role: Resource) -> Iterator[Finding]:
    """A user's access key that leaked is no second factor."""
    for path, statement in trusting(role):
        users = [each for each in statement.principals_of("AWS") if ":user/" in str(each)]
        if users and statement.wholly_known_conditions and not _asks_second_factor(statement):
            yield Finding(f"{statement.label} lets users take the role without a second factor", path)


def _asks_second_factor(statement: Statement) -> bool:
    # BoolIfExists would let pass what AWS gives access keys: no such key at all.
    return any(
        "ifexists" not in condition.test
        and [str(value).lower() for value in condition.values if known(value)] != ["false"]
        for condition in statement.values_of(*_MFA)
    )


@rule(
    "iam-trust-service-source",
    title="Services take roles for this account only",
    severity=Severity.MEDIUM,
    types=_ROLES,
    frameworks={_BEST: "SEC03-BP09"},
    remedy="Add conditions on aws:SourceAccount (StringEquals) and aws:SourceArn (ArnLike).",
    link=_LINK + "confused-deputy.html#cross-service-confused-deputy-prevention",
)
def service_source(role: Resource) -> Iterator[Finding]:
    """Services that act for many customers can be made to use this role for another of them.

    Only services that name the source of their call are judged; a condition would shut the others out.
    """
    for path, statement in trusting(role):
        services = [each for each in statement.principals_of("Service") if names_source_for_roles(str(each))]
        if services and not has_source(statement) and not _names_customer(statement):
            yield Finding(f"{statement.label} trusts {', '.join(services)} on behalf of any account", path)


def _names_customer(statement: Statement) -> bool:
    """By an id that the service was given, or by the certificates that IAM Roles Anywhere was shown."""
    return any(
        each.key.lower() == "sts:externalid" or each.key.lower().startswith("aws:principaltag/x509")
        for each in statement.conditions
        if says_something(each)
    )


class Sessions(RuleConfig):
    """How long sessions of a role may last."""

    maximum_seconds: int = Field(14400, ge=3600, le=43200, description="Longest session of a role, in seconds")


@rule(
    "iam-session-duration",
    title="Sessions of roles end within hours",
    severity=Severity.LOW,
    types=_ROLES,
    frameworks={_BEST: "SEC02-BP02"},
    remedy="Set maxSessionDuration to 14400 seconds or less, or leave it out (one hour).",
    link=_LINK + "id_roles_update-role-settings.html#id_roles_update-session-duration",
    level=Level.ADVISORY,
    config=Sessions,
)
def session_duration(role: Resource, config: Sessions) -> Iterator[Finding]:
    """A stolen session is good until it ends, whatever is changed about the role's users."""
    if role.above("maxSessionDuration", config.maximum_seconds):
        yield Finding(f"sessions last {role.get('maxSessionDuration')} seconds", "maxSessionDuration")

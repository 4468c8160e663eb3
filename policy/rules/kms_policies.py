"""KMS key policies: who administers a key, who uses it, and who hands its use on."""

from collections.abc import Iterator

from policy.iam import (
    RESOURCE,
    Condition,
    Document,
    Statement,
    account_of,
    documents,
    grants,
    has_source,
    home_accounts,
    is_everything,
    is_whole_account,
    is_whole_service,
    names_source_for_keys,
    narrowed,
    narrows,
    says_something,
    types_with,
)
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

_KEYS = tuple(token for token in types_with(RESOURCE) if token.startswith(("aws:kms/", "aws-native:kms:")))
_LINK = "https://docs.aws.amazon.com/kms/latest/developerguide/"
_BEST = "Well-Architected"
_ADMINISTRATION = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
_USE = ("kms:Decrypt", "kms:GenerateDataKey")
_GRANT_LIMITS = frozenset({"kms:grantisforawsresource", "kms:grantconstrainttype", "kms:viaservice"})
_ACCOUNT_WIDE = frozenset({"kms:calleraccount", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"})


def _allowing(key: Resource) -> Iterator[tuple[str, Statement]]:
    for document in documents(key, RESOURCE):
        for statement in document.allowing():
            yield document.path, statement


def _only_accounts(statement: Statement) -> bool:
    """Whether the principals are accounts only, which then delegate by IAM."""
    members = [member for each in (statement.principals or {}).values() for member in each]
    return bool(members) and all(known(member) and is_whole_account(str(member)) for member in members)


@rule(
    "kms-account-use-through-service",
    title="Keys that a whole account may use are used through a service",
    severity=Severity.MEDIUM,
    types=_KEYS,
    frameworks={_BEST: "SEC08-BP01"},
    remedy="Add a StringEquals condition on kms:ViaService, or on the encryption context, or name the principals.",
    link=_LINK + "conditions-kms.html#conditions-kms-via-service",
)
def account_use_through_service(key: Resource) -> Iterator[Finding]:
    """`*` within kms:CallerAccount gives the key to every identity of the account, without asking its IAM policies.

    AWS's own keys are bound so to one service each; a key for anything is another matter. An encryption context, as
    CloudTrail's key policy names one, is a service's own as well.
    """
    for path, statement in _allowing(key):
        narrowing = [each for each in statement.conditions if narrows(each)]
        account_wide = narrowing and all(each.key.lower() in _ACCOUNT_WIDE for each in narrowing)
        through = any(_through(each) for each in statement.conditions)
        if statement.any_principal and account_wide and statement.wholly_known_conditions and not through:
            yield Finding(f"{statement.label} gives the key to every identity of an account", path)


def _through(condition: Condition) -> bool:
    key = condition.key.lower()
    return key.startswith(("kms:viaservice", "kms:encryptioncontext")) and condition.binds and says_something(condition)


@rule(
    "kms-service-source",
    title="Services use keys for known accounts only",
    severity=Severity.MEDIUM,
    types=_KEYS,
    frameworks={_BEST: "SEC03-BP09"},
    remedy="Add conditions on aws:SourceAccount and aws:SourceArn, or on the service's encryption context.",
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
    "#cross-service-confused-deputy-prevention",
)
def service_source(key: Resource) -> Iterator[Finding]:
    """A customer of the service who knows the key's ARN can otherwise have the service use it.

    Only services that name the source of their call to KMS are judged; a condition would shut the others out.
    """
    for path, statement in _allowing(key):
        services = [each for each in statement.principals_of("Service") if names_source_for_keys(str(each))]
        uses = any(grants(statement.known_actions(), action) for action in (*_USE, "kms:Encrypt"))
        if services and uses and not has_source(statement) and not any(_through(each) for each in statement.conditions):
            yield Finding(f"{statement.label} lets {', '.join(services)} use the key on behalf of any account", path)


@rule(
    "kms-no-full-access",
    title="Only the account itself may do everything with a key",
    severity=Severity.HIGH,
    types=_KEYS,
    frameworks={_BEST: "SEC08-BP01"},
    remedy="Name the actions: kms:Encrypt, kms:Decrypt, kms:GenerateDataKey* for users, kms:Put*, kms:Enable* … for "
    "administrators.",
    link=_LINK + "key-policy-default.html",
)
def no_full_access(key: Resource) -> Iterator[Finding]:
    """Who has kms:* on a key deletes it, and what it encrypted with it, or shuts everybody else out."""
    for path, statement in _allowing(key):
        everything = _everything(statement)
        public = statement.any_principal and not narrowed(statement)  # kms-key-not-public says so
        beyond = statement.principals and not _only_accounts(statement) and _principals_known(statement)
        if everything and beyond and not public:
            yield Finding(f"{statement.label} allows {everything[0]} to more than the account", path)


@stack_rule(
    "kms-no-foreign-administration",
    title="No other account administers a key",
    severity=Severity.HIGH,
    types=_KEYS,
    frameworks={_BEST: "SEC03-BP08"},
    remedy="Give other accounts kms:Decrypt, kms:GenerateDataKey* and kms:DescribeKey at most.",
    link=_LINK + "key-policy-modifying-external-accounts.html",
)
def foreign_administration(key: Resource, graph: Graph) -> Iterator[Finding]:
    """Whoever administers a key lets in whom it likes, or deletes it, and the data with it.

    Two accounts with all rights cannot both be the key's own, wherever that is.
    """
    home = home_accounts(graph)
    given = [(path, each, who) for path, each in _allowing(key) if administers(key, each) for who in _accounts(each)]
    if not home and len({who for _, _, who in given}) < 2:
        return
    for path, statement, account in given:
        if account not in home:
            yield Finding(f"{statement.label} lets {account} administer the key", path)
            if not home:
                return


def administers(resource: Resource, statement: Statement) -> bool:
    """Whether it lets a key be administered, by whole accounts or by action; kms-no-full-access has the rest."""
    if resource.type not in _KEYS:
        return False
    named = any(grants(statement.known_actions(), action) for action in _ADMINISTRATION)
    return named and not (_everything(statement) and not _only_accounts(statement))


def _accounts(statement: Statement) -> list[str]:
    found = [account_of(str(principal)) for principal in statement.principals_of("AWS")]
    return [] if narrowed(statement) else [account for account in found if account]


def _everything(statement: Statement) -> list[str]:
    return [action for action in statement.known_actions() if is_everything(action) or is_whole_service(action)]


def _principals_known(statement: Statement) -> bool:
    return all(known(member) for members in (statement.principals or {}).values() for member in members)


@rule(
    "kms-grants-for-services",
    title="Key policies let grants be made for AWS services only",
    severity=Severity.MEDIUM,
    types=_KEYS,
    frameworks={_BEST: "SEC08-BP01"},
    remedy="Move kms:CreateGrant to a statement with Bool kms:GrantIsForAWSResource true, or through kms:ViaService.",
    link=_LINK + "key-policy-default.html#key-policy-service-integration",
)
def grants_for_services(key: Resource) -> Iterator[Finding]:
    """A grant hands the key on to whomever its maker likes, and shows in no policy."""
    for path, statement in _allowing(key):
        if _everything(statement) or not grants(statement.known_actions(), "kms:CreateGrant"):
            continue
        people = [*statement.principals_of("AWS"), *statement.principals_of("Federated")]
        bound = any(
            each.key.lower() in _GRANT_LIMITS and each.binds and says_something(each) for each in statement.conditions
        )
        if people and not bound and statement.wholly_known_conditions and not _only_accounts(statement):
            yield Finding(f"{statement.label} lets grants be made for anybody", path)


@rule(
    "kms-separate-duties",
    title="Who administers a key does not use it",
    severity=Severity.LOW,
    types=_KEYS,
    frameworks={_BEST: "SEC08-BP01"},
    remedy="Give administration and use of the key to different roles, in statements of their own.",
    link=_LINK + "key-policy-default.html#key-policy-default-allow-administrators",
    level=Level.ADVISORY,
)
def separate_duties(key: Resource) -> Iterator[Finding]:
    """One stolen session could otherwise read the data and then destroy it. Advisory: small teams are one role."""
    for document in documents(key, RESOURCE):
        administrators = _holders(document, _ADMINISTRATION)
        for principal in sorted(administrators & _holders(document, _USE)):
            yield Finding(f"{principal} both administers and uses the key", document.path)


def _holders(document: Document, actions: tuple[str, ...]) -> set[str]:
    return {
        str(principal)
        for statement in document.allowing()
        if not _everything(statement)  # kms-no-full-access says so
        for principal in statement.principals_of("AWS")
        if not is_whole_account(str(principal)) and principal != "*"
        if any(grants(statement.known_actions(), action) for action in actions)
    }


@rule(
    "kms-not-locked-out",
    title="Somebody can change every key's policy",
    severity=Severity.HIGH,
    types=_KEYS,
    frameworks={_BEST: "SEC08-BP01"},
    remedy="Keep the statement that allows kms:* to the account's root, or name a role with kms:PutKeyPolicy.",
    link=_LINK + "key-policy-default.html#key-policy-default-allow-root-enable-iam",
)
def not_locked_out(key: Resource) -> Iterator[Finding]:
    """A key that nobody administers can neither be changed nor deleted, except by AWS Support."""
    for document in documents(key, RESOURCE):
        administered = any(
            grants([str(each) for each in statement.actions if known(each)], "kms:PutKeyPolicy")
            or any(not known(each) for each in statement.actions)
            for statement in document.statements
            if statement.effect != "Deny"
        )
        if document.complete and not administered:
            yield Finding("lets nobody change its policy", document.path)
    if key.has("bypassPolicyLockoutSafetyCheck", True):
        yield Finding("may shut out whoever made it", "bypassPolicyLockoutSafetyCheck")

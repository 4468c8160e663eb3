"""What a policy says of a request by whom it comes: a stranger, somebody of an account, something behind an endpoint.

Where the sender may choose what a condition asks for (a name, a tag, a header), he is taken to choose well: the
question is whether anybody gets in at all. The result is the public addresses from which he does.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from analyser.analyses.reach.addresses import NOWHERE, Bounds, exactly, of_all
from analyser.analyses.reach.requesters import ACCOUNT_KEYS, ORG_KEYS, Requester
from policy.iam import Condition, Document, Statement, account_of, grants, is_whole_account
from policy.model import known

_SERVICES = {"apigateway": "execute-api"}
"""Where the actions on a thing are not of the service that its ARN names."""
ALLOW, DENY = "Allow", "Deny"
_EVERYTHING = re.compile(r"[*?:/]*")
# Keys that only requests of services, or on the way through a VPC endpoint, bring along.
_OF_SERVICES = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths",
     "aws:principalservicename", "aws:principalservicenameslist", "aws:calledvia", "aws:calledviafirst",
     "aws:calledvialast"}
)  # fmt: skip
_FLAGS = {
    "aws:securetransport": True,
    "aws:principalisawsservice": False,
    "aws:viaawsservice": False,
    "aws:multifactorauthpresent": None,
    "elasticfilesystem:accessedviamounttarget": False,
    "lambda:invokedviafunctionurl": None,
}
"""What a request says of itself; None for what its sender chooses."""
_OF_THE_THING = (
    "aws:resourcetag/",
    "aws:resource",
    "s3:existingobjecttag/",
    "secretsmanager:resourcetag/",
    "s3:dataaccesspoint",
)
_OF_TIME = frozenset({"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"})
_NEGATIONS = {
    "stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike", "notipaddress",
    "numericnotequals", "datenotequals",
}  # fmt: skip


def admitted(documents: Iterable[Document], who: Requester, things: Sequence[str], *, own: bool = True) -> Bounds:
    """The source addresses from which the policies allow a requester some action on the resource of these ARNs.

    ``own`` is for the resource's own policies, which are about nothing else.
    """
    statements = [part for document in documents for one in document.statements for part in _parts(one, things)]
    certain, possible, why = NOWHERE, NOWHERE, []
    denying = [one for one in statements if one.effect == DENY]
    for statement in statements:
        if statement.effect != ALLOW or not (own or _about(statement, things)):
            continue
        found = _applies(statement, who, allowing=True)
        for other in denying:
            if _covers(other, statement, things):
                shut = _applies(other, who, allowing=False)
                found = Bounds(found.certain - shut.possible, found.possible - shut.certain, found.why + shut.why)
        certain |= found.certain
        possible |= found.possible
        why += found.why if found.possible - found.certain else []
    return Bounds(certain, certain | possible, tuple(dict.fromkeys(why)))


def _parts(statement: Statement, things: Sequence[str]) -> Iterator[Statement]:
    """An allowing statement split into one for each action and resource, since a Deny may take back any of them.

    Every action means those of the thing's own service here.
    """
    if statement.effect != ALLOW or not statement.actions:
        yield statement
        return
    service = next((_prefix(thing) for thing in things), "")
    for action in statement.actions:
        own = f"{service}:*" if action == "*" and service else action
        for resource in statement.resources or ("*",):
            yield replace(statement, actions=(own,), resources=(resource,))


def _prefix(thing: str) -> str:
    service = (*thing.split(":"), "", "", "")[2]
    return _SERVICES.get(service, service)


def _applies(statement: Statement, who: Requester, *, allowing: bool) -> Bounds:
    """The source addresses for which a statement applies to a requester, who chooses what is his to choose."""
    if not _named(statement, who):
        members = [one for group in (statement.principals or {}).values() for one in group]
        all_known = all(map(known, members))
        return Bounds(NOWHERE, NOWHERE if all_known else who.addresses, ("whom its policy names is not known yet",))
    found = exactly(who.addresses)
    for condition in statement.conditions:
        found &= _holds(condition, who, allowing=allowing)
    return found


def _named(statement: Statement, who: Requester) -> bool:
    if statement.not_principals is not None:
        listed = [str(one) for members in statement.not_principals.values() for one in members if known(one)]
        return not any(_is(one, who, allowing=False) for one in listed)
    return any(_is(str(one), who, allowing=statement.allows) for one in statement.principals_of("AWS"))


def _is(principal: str, who: Requester, *, allowing: bool) -> bool:
    """Whether a principal means the requester: everybody, his account, or himself."""
    if principal == "*":
        return True
    account = account_of(principal)
    if not account or account != who.account:
        return False
    if is_whole_account(principal) or principal == who.arn:
        return True
    # Somebody of the account, whoever suits: he is whom a statement allows, and not whom it denies.
    return allowing and not who.arn


def _holds(condition: Condition, who: Requester, *, allowing: bool) -> Bounds:
    everywhere, key = exactly(who.addresses), condition.key.lower()
    if not condition.operator or not all(map(known, condition.values)):
        return Bounds(NOWHERE, who.addresses, ("a condition of its policy is not known yet",))
    operator = condition.test.removeprefix("forallvalues:")
    optional = operator.endswith("ifexists") or condition.operator.lower().startswith("forallvalues:")
    operator = operator.removesuffix("ifexists")
    if key == "aws:sourceip" and not who.endpoint and operator in ("ipaddress", "notipaddress"):
        ranges = of_all(str(value) for value in condition.values)
        return exactly(who.addresses & ranges if operator == "ipaddress" else who.addresses - ranges)
    answer = _answered(operator, key, [str(value) for value in condition.values], who, allowing=allowing)
    if answer is None and _absent(key, who):
        answer = optional or operator in _NEGATIONS
    if answer is None:
        return Bounds(NOWHERE, who.addresses, (f"whether {condition.key} is as its policy asks is not known",))
    return everywhere if answer else exactly(NOWHERE)


def _answered(operator: str, key: str, values: list[str], who: Requester, *, allowing: bool) -> bool | None:
    """Whether a condition holds; None where the request lacks the key, or nobody can tell."""
    own = _own(key, who)
    absent = own is None and _absent(key, who)
    not_known = own is None and (key in _OF_TIME or key.startswith(_OF_THE_THING) or (key in ORG_KEYS and not absent))
    if operator == "null" and not not_known:
        chosen = own is None and not absent and key not in _FLAGS
        return allowing if chosen else ("true" in _low(values)) == absent
    if absent or not_known:
        return None
    if _FLAGS.get(key) is not None:
        return str(_FLAGS[key]).lower() in _low(values)
    if own is not None:
        met = any(_matches(own, value) for value in values)
        return not met if operator in _NEGATIONS else met
    return _chosen(operator, key, values, who, allowing=allowing)


def _own(key: str, who: Requester) -> str | None:
    """What a request says by this key, where its sender has no choice; None for anything else."""
    if key in ACCOUNT_KEYS and who.account is not None:
        return who.account or "another account"
    if key in ORG_KEYS and who.account is not None and who.org is not None:
        org, path = who.org.partition("/")[0] or "another organisation", who.org
        return (path if "/" in path else f"{org}/r-any/ou-any/") if key == "aws:principalorgpaths" else org
    said = {
        "aws:sourcevpc": who.vpc,
        "aws:sourcevpce": who.endpoint,
        "aws:principalarn": who.arn,
        "aws:resourceaccount": who.thing_of,
        "s3:resourceaccount": who.thing_of,
    }
    return said.get(key) or None


def _absent(key: str, who: Requester) -> bool:
    """Whether the request does not bring the key at all."""
    if key in _OF_SERVICES:
        return True
    if key in ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourcevpcarn") or key.startswith("aws:vpce"):
        return not who.endpoint
    if key == "aws:sourceip":
        return bool(who.endpoint)
    signed = key in ACCOUNT_KEYS | ORG_KEYS or key.startswith(("aws:principal", "aws:user", "aws:multi"))
    return who.account is None and signed and key != "aws:useragent"


def _chosen(operator: str, key: str, values: list[str], who: Requester, *, allowing: bool) -> bool:
    """What the sender says as he likes: in an ARN or an id all but whose account it is, elsewhere anything."""
    if key == "aws:principalarn":
        theirs = [value for value in values if _within(value, who.account or "")]
        if operator in _NEGATIONS:
            return allowing or not theirs
        return bool(theirs) and allowing
    if key == "aws:userid":  # nobody chooses the unique id of his role
        return any(_EVERYTHING.fullmatch(value) for value in values) != (operator in _NEGATIONS)
    return allowing


def _within(arn: str, account: str) -> bool:
    """Whether an ARN pattern may mean something of an account."""
    parts = (*arn.split(":", 5), *["*"] * 5)[:6]
    if _EVERYTHING.fullmatch(arn):
        return True
    return fnmatchcase(account, parts[4]) if account else "*" in parts[4] or "?" in parts[4]


def _low(values: Iterable[str]) -> set[str]:
    return {value.lower() for value in values}


def _matches(own: str, pattern: str) -> bool:
    return fnmatchcase(own.lower(), pattern.lower())


def _about(statement: Statement, things: Sequence[str]) -> bool:
    """Whether a statement is about the thing of these ARNs; about anything where none is given."""
    if not things:
        return True
    if statement.not_resources:
        return not all(_of_one(thing, statement.not_resources) for thing in things)
    return not statement.resources or any(_of_one(thing, statement.resources) for thing in things)


def _of_one(thing: str, patterns: Sequence[object]) -> bool:
    """Whether one of the patterns means some of a thing: itself, or what is in it."""
    return any(
        not known(pattern)
        or any(_matches(one, str(pattern)) for one in (thing, f"{thing}/anything"))
        or str(pattern).startswith((f"{thing}/", f"{thing}:"))
        for pattern in patterns
    )


def _covers(denial: Statement, allowance: Statement, things: Sequence[str]) -> bool:
    """Whether a denial takes back all that another statement allows."""
    return _acts(denial, allowance) and _all_of(denial, allowance, things)


def _acts(denial: Statement, allowance: Statement) -> bool:
    if denial.not_actions:
        spared = [str(one) for one in denial.not_actions if known(one)]
        return not allowance.not_actions and not any(
            grants(spared, one) or grants([one], other) for one in allowance.known_actions() for other in spared
        )
    denied = denial.known_actions()
    wanted = allowance.known_actions() or ["*"]
    return all(grants(denied, action) for action in wanted)


def _all_of(denial: Statement, allowance: Statement, things: Sequence[str]) -> bool:
    given = [str(one) for one in denial.resources if known(one)]
    wanted = [str(one) for one in allowance.resources if known(one)] or ["*"]
    if denial.not_resources:
        spared = [str(one) for one in denial.not_resources if known(one)]
        return not any(_matches(one, other) or _matches(other, one) for one in wanted for other in spared)
    return not denial.resources or all(_within_all(one, given, things) for one in wanted)


def _within_all(resource: str, given: list[str], things: Sequence[str]) -> bool:
    if any(_matches(resource, pattern) for pattern in given):
        return True
    # "*" in a thing's own policy means the thing.
    own = [f"{thing}{rest}" for thing in things for rest in ("", "/*" if ":s3:::" in thing else "")]
    whole = bool(own) and all(any(_matches(one, pattern) for pattern in given) for one in own)
    return whole and _EVERYTHING.fullmatch(resource) is not None

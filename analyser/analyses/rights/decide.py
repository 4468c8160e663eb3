"""IAM's evaluation: an explicit deny, else an allow within the boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from analyser.analyses.reach.view import texts
from analyser.analyses.rights.conditions import ABSENT, Context, holds, says
from analyser.analyses.rights.patterns import Match, all_but, match
from analyser.analyses.rights.principal import ROLE, Principal, Source
from analyser.analyses.rights.target import KEY, Target, without_resource
from policy.iam import Statement, account_of, is_whole_account
from policy.iam.reach import covers
from policy.model import known


class Answer(StrEnum):
    """What is known of a question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


class Standing(StrEnum):
    """How a resource policy means who asks."""

    DIRECT = "direct"
    """By name, or as anybody."""
    ACCOUNT = "account"
    """Through the account, which leaves it to identity policies."""


@dataclass(frozen=True)
class Ground:
    """One statement that bears on the question."""

    allows: bool
    where: str
    label: str
    conditions: tuple[str, ...] = ()
    """What must hold beside, as far as it cannot be known."""
    only: tuple[str, ...] = ()
    """The resources that it is about, where that is not all that was asked about."""

    @property
    def plain(self) -> bool:
        """Whether it holds for all that was asked, whatever the request."""
        return not self.conditions and not self.only


@dataclass(frozen=True)
class Decision:
    """Whether the action is allowed, with the statements that decide it."""

    principal: Principal
    action: str
    target: Target
    allowed: bool
    because: str
    grounds: tuple[Ground, ...] = ()
    provisos: tuple[str, ...] = ()
    """What must hold for a yes, and cannot be known."""
    needs: tuple["Decision", ...] = ()
    """Other actions that AWS asks for in the course of this one, such as the use of a key."""
    unread: tuple[str, ...] = ()
    """What might allow it after all, and whose content is not known."""

    @property
    def yes(self) -> bool:
        """Whether the action and all that it needs are allowed, as far as is known."""
        return self.allowed and all(need.yes for need in self.needs)

    @property
    def answer(self) -> "Answer":
        """The same as one of three: a no stands for itself, and is none while something unread might allow it."""
        if self.yes:
            return Answer.YES
        parts = [] if self.allowed else [Answer.UNKNOWN if self.unread else Answer.NO]
        parts += [need.answer for need in self.needs]
        return Answer.NO if Answer.NO in parts else Answer.UNKNOWN


_UNREAD_BOUNDARY = ("its permissions boundary decides, whose content is not known", ("the permissions boundary",))


def decide(who: Principal, action: str, what: Target, extra: Mapping[str, str] | None = None) -> Decision:
    """Judges one action; ``extra`` are further keys that its request is known to bring."""
    if what.resource is not None and what.resource.type == ROLE and not action.startswith("sts:"):
        what = replace(what, policies=(), unread=())  # a trust policy says who becomes the role, and nothing else
    context = {**_context(who, what), **(extra or {})}
    identity = list(_grounds(who.policies, action, what, context))
    direct = list(_resource_grounds(who, action, what, context, Standing.DIRECT))
    delegated = list(_resource_grounds(who, action, what, context, Standing.ACCOUNT))
    boundary = None if who.boundary is None else list(_grounds(who.boundary, action, what, context))
    denials = [ground for ground in (*identity, *direct, *delegated, *(boundary or ())) if not ground.allows]
    if plain := next((ground for ground in denials if ground.plain), None):
        return Decision(who, action, what, allowed=False, because="an explicit deny", grounds=(plain,))
    found = _best([*_allowing(direct), *_of_account(who, what, identity, delegated)])
    if found is None:
        return _refusal(who, action, what, identity, delegated)
    grounds, provisos = [found], [*_provisos(found), *(f"unless {_said(ground)}" for ground in denials)]
    if boundary is not None:
        within = _best(_allowing(boundary))
        if within is None:
            because, unread = ("the permissions boundary does not allow it", ()) if who.boundary else _UNREAD_BOUNDARY
            return Decision(who, action, what, allowed=False, because=because, unread=unread)
        grounds, provisos = [*grounds, within], [*provisos, *_provisos(within)]
    provisos += [f"unless {name}, whose content is not known, denies it" for name in (*who.unread, *what.unread)]
    if _elsewhere(who, what):
        provisos.append(f"if the policy of {what.arn}, in another account, allows it as well")
    said = tuple(dict.fromkeys(provisos))
    return Decision(who, action, what, allowed=True, because="allowed", grounds=tuple(grounds), provisos=said)


def _of_account(who: Principal, what: Target, identity: list[Ground], delegated: list[Ground]) -> Iterable[Ground]:
    return () if who.is_service or _shut(what, delegated) else _allowing(identity)


def _shut(what: Target, delegated: list[Ground]) -> bool:
    """Whether the resource's own policy has the say, as of keys and of roles that are assumed, and names no account."""
    strict = what.resource is not None and what.resource.type in (KEY, ROLE) and bool(what.policies)
    return strict and not list(_allowing(delegated))


def _refusal(who: Principal, action: str, what: Target, identity: list[Ground], delegated: list[Ground]) -> Decision:
    theirs = () if who.is_service or _shut(what, delegated) else who.unread
    unread = tuple(dict.fromkeys((*theirs, *what.unread)))
    because = _why_not(who, what, identity)
    if unread:
        because += f"; not known here: {', '.join(unread)}"
    return Decision(who, action, what, allowed=False, because=because, unread=unread)


def _why_not(who: Principal, what: Target, identity: list[Ground]) -> str:
    if who.is_service:
        return f"no statement of the policy of {what.name} lets {who.name} in"
    if list(_allowing(identity)):
        return f"the policy of {what.name} itself does not let the role or its account in, which keys and roles ask for"
    return f"no statement of {who.name} or of {what.name} allows it"


def _grounds(sources: Iterable[Source], action: str, what: Target, context: Context) -> Iterator[Ground]:
    for source in sources:
        for statement in source.document.statements:
            found = _ground(source.where, statement, action, what, context)
            if found:
                yield found


def _resource_grounds(
    who: Principal, action: str, what: Target, context: Context, standing: Standing
) -> Iterator[Ground]:
    for source in (*what.policies, *what.grants):
        for statement in source.document.statements:
            if _standing(statement, who) is standing:
                found = _ground(source.where, statement, action, what, context)
                if found:
                    yield replace(found, conditions=(*found.conditions, *_sessions(statement, who)))


def _ground(where: str, statement: Statement, action: str, what: Target, context: Context) -> Ground | None:
    if not covers(statement, action):
        return None
    about = _about(statement, action, what)
    held = [(condition, holds(condition, context)) for condition in statement.conditions]
    if about is Match.NONE or any(answer is False for _, answer in held):
        return None
    return Ground(
        allows=statement.allows,
        where=where,
        label=statement.label,
        conditions=tuple(says(condition) for condition, answer in held if answer is None),
        only=texts(list(statement.resources)) if about is Match.PART else (),
    )


def _about(statement: Statement, action: str, what: Target) -> Match:
    listed, spared = texts(list(statement.resources)), texts(list(statement.not_resources))
    if not statement.resources and not statement.not_resources:
        return Match.ALL  # a trust policy is about its own role
    if without_resource(action):
        return Match.ALL if "*" in listed else Match.NONE
    if what.resource is not None and what.resource.type == KEY and statement.principals and "*" in listed:
        return Match.ALL  # in a key's policy, every resource is the key
    if statement.not_resources:
        return all_but(spared, what.arn)
    found = match(listed, what.arn)
    return Match.PART if found is Match.NONE and not all(map(known, statement.resources)) else found


def _standing(statement: Statement, who: Principal) -> Standing | None:
    if statement.not_principals is not None:
        return None if _spared(statement, who) else Standing.DIRECT
    named = statement.principals_of("AWS")
    if "*" in named or who.arn in named or (who.is_service and who.arn in statement.principals_of("Service")):
        return Standing.DIRECT
    if _session_names(named, who):
        return Standing.DIRECT
    home = account_of(who.arn)
    if any(is_whole_account(one) and account_of(one) == home for one in named):
        return Standing.ACCOUNT
    return None


def _spared(statement: Statement, who: Principal) -> bool:
    """Whether NotPrincipal leaves out all that the role does.

    A deny spares a role's session only if the account, the role and the session are named:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    names = _not_named(statement)
    return who.arn in names and (statement.allows or who.is_service)


def _sessions(statement: Statement, who: Principal) -> tuple[str, ...]:
    """What a statement asks of the session, which is not known before there is one."""
    if statement.not_principals is None:
        named = statement.principals_of("AWS")
        if "*" in named or who.arn in named:
            return ()
        return tuple(f"in the session {name}" for name in _session_names(named, who)[:1])
    names, home = _not_named(statement), account_of(who.arn)
    if who.arn in names and any(is_whole_account(one) and account_of(one) == home for one in names):
        return ("in a session that NotPrincipal does not name",)
    return ()


def _not_named(statement: Statement) -> list[str]:
    return [one for members in (statement.not_principals or {}).values() for one in members if known(one)]


def _session_names(named: list[str], who: Principal) -> list[str]:
    """The names of this role's sessions: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    role = who.arn.rpartition("/")[2]
    lead = f":sts::{account_of(who.arn)}:assumed-role/{role}/"
    return [one.rpartition("/")[2] for one in named if lead in one]


def _context(who: Principal, what: Target) -> dict[str, str]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    if who.is_service:
        return {"aws:principalisawsservice": "true", "aws:principalservicename": who.arn}
    account = account_of(who.arn)
    of_resource = what.arn.split(":")[4] if what.arn.count(":") >= 5 else ""
    known_keys = {
        "aws:principalaccount": account,
        "aws:principalarn": who.arn,
        "aws:principalisawsservice": "false",
        "aws:principaltype": "AssumedRole",
        "aws:resourceaccount": of_resource or account,
        "kms:calleraccount": account,
        "kms:viaservice": ABSENT,
        **dict.fromkeys(("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceowner"), ABSENT),
    }
    return known_keys | {f"aws:principaltag/{tag.lower()}": value for tag, value in who.tags}


def _elsewhere(who: Principal, what: Target) -> bool:
    parts = what.arn.split(":")
    return not who.is_service and len(parts) > 5 and parts[4] not in ("", "*", account_of(who.arn))


def _allowing(grounds: Iterable[Ground]) -> Iterator[Ground]:
    return (ground for ground in grounds if ground.allows)


def _best(grounds: Iterable[Ground]) -> Ground | None:
    """The one that asks for least."""
    return min(grounds, key=lambda ground: (bool(ground.only), len(ground.conditions)), default=None)


def _provisos(ground: Ground) -> list[str]:
    only = [f"only on {', '.join(ground.only)}"] if ground.only else []
    return [*(f"if {condition}" for condition in ground.conditions), *only]


def _said(ground: Ground) -> str:
    what = [*ground.conditions, *([f"on {', '.join(ground.only)}"] if ground.only else [])]
    return f"{' and '.join(what)} ({ground.label} of {ground.where})"

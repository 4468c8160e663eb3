"""How the principal element of a resource policy matches the caller."""

from enum import StrEnum

from analyser.analyses.rights.principal import Principal
from policy.iam import Statement, account_of, is_whole_account
from policy.model import known


class Standing(StrEnum):
    """How a statement means who asks."""

    SESSION = "session"
    """As anybody, or by a session: an implicit deny of the role's boundary does not limit that within an account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
    """
    DIRECT = "direct"
    """By name."""
    ACCOUNT = "account"
    """Through the account, which leaves it to identity policies."""


def standing(statement: Statement, who: Principal) -> Standing | None:
    """How the statement means who asks; None where it means others."""
    if statement.not_principals is not None:
        return None if _spared(statement, who) else Standing.SESSION
    named = statement.principals_of("AWS")
    if who.is_federated:
        return Standing.DIRECT if who.arn in statement.principals_of("Federated") else None
    if "*" in named:
        return Standing.SESSION
    if who.arn in named:
        # Of a user, unlike a role, an implicit deny of the boundary does not limit what names him.
        return Standing.SESSION if who.is_user else Standing.DIRECT
    if who.is_service and who.arn in (*statement.principals_of("Service"), *statement.principals_of("Federated")):
        return Standing.DIRECT
    if _session_names(named, who):
        return Standing.SESSION
    home = account_of(who.arn)
    if home and any(is_whole_account(one) and account_of(one) == home for one in named):
        return Standing.ACCOUNT
    return None


def sessions(statement: Statement, who: Principal) -> tuple[str, ...]:
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


def _spared(statement: Statement, who: Principal) -> bool:
    """Whether NotPrincipal leaves out all that the role does.

    A deny spares a role's session only if the account, the role and the session are named:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    names = _not_named(statement)
    return who.arn in names and (statement.allows or not who.is_role)


def _not_named(statement: Statement) -> list[str]:
    return [one for members in (statement.not_principals or {}).values() for one in members if known(one)]


def _session_names(named: list[str], who: Principal) -> list[str]:
    """The names of this role's sessions: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    role = who.arn.rpartition("/")[2]
    lead = f":sts::{account_of(who.arn)}:assumed-role/{role}/"
    return [one.rpartition("/")[2] for one in named if lead in one]

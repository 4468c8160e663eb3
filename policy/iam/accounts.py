"""Whose accounts: of principals, and the stack's own."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policy.graph import Graph
from policy.iam.document import Statement
from policy.unknown import known

_ACCOUNT: Final = re.compile(r"\d{12}")
_PRINCIPAL: Final = re.compile(r"arn:[a-z-]+:(?:iam|sts)::(\d{12}):")


def account_of(principal: str) -> str:
    """The account of a principal such as `arn:aws:iam::123456789012:role/x` or the bare number; empty for none."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    found = _PRINCIPAL.match(principal)
    return found.group(1) if found else ""


def is_whole_account(principal: str) -> bool:
    """Whether the principal is an account itself (`:root` or the bare number): whoever that account lets."""
    return bool(_ACCOUNT.fullmatch(principal)) or (bool(account_of(principal)) and principal.endswith(":root"))


@lru_cache(maxsize=4)
def home_accounts(graph: Graph) -> frozenset[str]:
    """The accounts that the stack's own resources are in, from the ARNs they came out with; none before they exist."""
    found = set()
    for resource in graph:
        arn = resource.outputs.get("arn") if resource.type.startswith("aws:") else None
        if known(arn) and isinstance(arn, str) and arn.count(":") >= 5:
            account = arn.split(":")[4]
            if _ACCOUNT.fullmatch(account):
                found.add(account)
    return frozenset(found)


def foreign_principals(statement: Statement, home: frozenset[str]) -> Iterator[str]:
    """The principals of other accounts, where it is known which accounts are the stack's own."""
    for principal in statement.principals_of("AWS"):
        account = account_of(str(principal))
        if home and account and account not in home:
            yield str(principal)

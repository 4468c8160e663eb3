"""Whose accounts: of principals, and the stack's own."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from policy.graph import Graph
from policy.iam.document import Statement
from policy.iam.document_locations import IDENTITY, RESOURCE, TRUST, documents
from policy.resources import Resource
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
    """The accounts that the stack's own resources are in, from the ARNs they came out with.

    Before they exist, from the accounts that providers are bound to, and from the ARNs and source accounts that their
    inputs and policies name for other things than principals and roles; none where nothing says it.
    """
    ours = [resource for resource in graph if resource.type.startswith(("aws:", "aws-native:"))]
    found = {_account_in(resource.outputs.get("arn"), principals=True) for resource in ours} - {""}
    return frozenset(found or {*_bound(graph), *_named(ours)} - {""})


def _account_in(value: Any, *, principals: bool = False) -> str:
    """The account in an ARN; empty for anything else, and for roles and other principals unless they are asked for."""
    if not isinstance(value, str) or not value.startswith("arn:") or value.count(":") < 5:
        return ""
    service, _, account = value.split(":")[2:5]
    return account if (principals or service not in ("iam", "sts")) and _ACCOUNT.fullmatch(account) else ""


def _bound(graph: Graph) -> Iterator[str]:
    for provider in graph:
        if provider.type == "pulumi:providers:aws":
            listed = provider.get("allowedAccountIds")  # providers get lists as JSON texts
            yield from _ACCOUNT.findall(listed) if isinstance(listed, str) else provider.list("allowedAccountIds")


def _named(resources: Iterable[Resource]) -> Iterator[str]:
    for resource in resources:
        for value in resource.inputs.values():
            if isinstance(value, str):
                yield _account_in(value)
        for document in documents(resource, IDENTITY, TRUST, RESOURCE):
            for statement in document.allowing():
                yield from map(_account_in, statement.resources)
                for condition in statement.values_of("aws:SourceAccount", "kms:CallerAccount"):
                    yield from (str(each) for each in condition.values if known(each) and _ACCOUNT.fullmatch(str(each)))


def foreign_principals(statement: Statement, home: frozenset[str]) -> Iterator[str]:
    """The principals of other accounts, where it is known which accounts are the stack's own."""
    for principal in statement.principals_of("AWS"):
        account = account_of(str(principal))
        if home and account and account not in home:
            yield str(principal)

"""Who may ask for a thing that has a policy: everybody whom the policy may mean, and those whom it does not name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from analyser.analyses.reach.addresses import INTERNET, Addresses
from policy.iam import Condition, Document, account_of, is_whole_account
from policy.model import known

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
ACCOUNT_KEYS: Final = frozenset({"aws:principalaccount", "kms:calleraccount"})
ORG_KEYS: Final = frozenset({"aws:principalorgid", "aws:principalorgpaths"})


@dataclass(frozen=True)
class Requester:
    """A caller. ``account`` is empty for one of an account that no policy names, None for an anonymous one."""

    says: str
    account: str | None = ""
    arn: str = ""
    """The very principal; empty where any of the account will do."""
    org: str | None = ""
    """Empty for one that no policy names; None where that is not known."""
    thing_of: str = ""
    """The account of the resource that is asked for, where it is known."""
    vpc: str = ""
    endpoint: str = ""
    """The VPC endpoint that the request comes through."""
    addresses: Addresses = INTERNET


def named_by(documents: Iterable[Document]) -> Iterator[Requester]:
    """The callers to test policies with: anonymous, of any account, and of each account and organisation named."""
    statements = [one for document in documents for one in document.statements if one.effect == "Allow"]
    yield Requester("anybody", None)
    yield Requester("anybody with an account of AWS")
    for statement in statements:
        for principal in statement.principals_of("AWS"):
            if account := account_of(str(principal)):
                arn = "" if is_whole_account(str(principal)) else str(principal)
                yield Requester(f"principals of account {account}", account, arn)
        for condition in statement.conditions:
            yield from _by_condition(condition)


def _by_condition(condition: Condition) -> Iterator[Requester]:
    key = condition.key.lower()
    for value in map(str, filter(known, condition.values)):
        if key in ACCOUNT_KEYS and account_of(value):
            yield Requester(f"principals of account {value}", value)
        elif key in ORG_KEYS:
            yield Requester(f"principals of {value}", org=value)
        elif key == "aws:principalarn" and (account := account_of(value)):
            yield Requester(f"principals of account {account}", account)

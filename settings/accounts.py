"""The account that a stack is deployed into, and who makes GitHub's provider there."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from settings import stackfile
from settings.errors import Problem
from settings.project_files import PROJECT

if TYPE_CHECKING:
    from settings.stack import Stack

ACCOUNTS_KEY: Final = "aws:allowedAccountIds"


def account_of(config: Mapping[str, str]) -> str | None:
    """The one account that a stack may be deployed into, which the AWS provider holds it to; None if none is stated."""
    found = accounts_of(config)
    return found[0] if len(found) == 1 else None


def accounts_of(config: Mapping[str, str]) -> list[str]:
    """All accounts that ``aws:allowedAccountIds`` names; none where it names none, or is no list."""
    try:
        found = json.loads(config.get(ACCOUNTS_KEY, "[]"))
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def trust_problems(stack: "Stack", config: Mapping[str, str], directory: Path) -> Iterator[Problem]:
    """IAM takes one provider an issuer, so one stack of an account makes GitHub's."""
    account = account_of(config)
    if account is None or not _makes_provider(config):
        return
    for name in stackfile.stack_names(directory):
        theirs = stackfile.read(directory, name).config
        if name != stack.name and account_of(theirs) == account and _makes_provider(theirs):
            said = f"must be true here or in Pulumi.{name}.yaml: one stack makes the provider that {account} takes"
            yield Problem("settings.github.existingProvider", said)


def _makes_provider(config: Mapping[str, str]) -> bool:
    """Whether a stack makes the provider by which its account trusts GitHub."""
    github = stackfile.mapping(config, f"{PROJECT}:settings").get("github")
    return isinstance(github, dict) and not github.get("existingProvider")

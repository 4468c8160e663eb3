"""The five platforms, each imported only when a stack asks for it."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components import boundary, protection
from components.account import Account
from settings import Settings, Stack

NAMES = tuple(sorted(file.parent.name for file in Path(__file__).parent.glob("*/settings.py")))
"""Each folder with settings is a system."""


class _SettingsClasses(Mapping[str, type[Settings]]):
    """System name to its settings class; importing a system costs time, so only the one asked for is."""

    def __getitem__(self, name: str) -> type[Settings]:
        if name not in NAMES:
            raise KeyError(name)
        return importlib.import_module(f"systems.{name}").SystemSettings

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


SETTINGS: Mapping[str, type[Settings]] = _SettingsClasses()


def build(stack: Stack) -> dict[str, Any]:
    """Builds the stack's system and returns its outputs by name."""
    account = Account.current(
        stack.region,
        stack.environment,
        deletable=stack.deletable,
        promotes_to=stack.delivery.promotes_to,
        pushed_by=stack.delivery.attested_by if stack.delivery.begins(stack.name) else None,
    )
    protection.protect(account.safeguards)
    if stack.permissions_boundary:
        boundary.bound(account.arn("iam", f"policy/{stack.permissions_boundary}", region=""))
    return importlib.import_module(f"systems.{stack.system}").build(stack.settings, account)

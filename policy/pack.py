"""The pack: the list of all rules, collected from the modules of `rules/`."""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from policy import rules as modules
from policy.model import Rule

PACK_NAME = "strata-aws"


def rules_in(module: ModuleType) -> list[Rule]:
    """The rules that a module declares, in its order."""
    return [value for value in vars(module).values() if isinstance(value, Rule) and value.module == module.__name__]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the pack, by module and in the order of each. Raises ValueError where two share an id."""
    names = sorted(found.name for found in pkgutil.iter_modules(modules.__path__))
    rules = [rule for name in names for rule in rules_in(import_module(f"{modules.__name__}.{name}"))]
    ids = [rule.id for rule in rules]
    repeated = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if repeated:
        raise ValueError(f"rule ids used twice: {', '.join(repeated)}")
    return tuple(rules)


def rule_named(rule_id: str) -> Rule:
    """The rule with this id. Raises KeyError where there is none."""
    return _by_id()[rule_id]


@cache
def _by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules()}

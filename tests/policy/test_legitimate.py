"""Deliberately legitimate configurations: the pack says nothing of them, not even as an advisory."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest

import tests.policy.legitimate
from policy.model import STACK_TYPE, Resource
from tests.policy.ignorance import hidden
from tests.policy.support import verdict

Configuration = Callable[[], list[Resource]]


def configurations() -> list[Configuration]:
    """The public functions of the modules in tests/policy/legitimate."""
    modules = [
        import_module(f"tests.policy.legitimate.{found.name}")
        for found in pkgutil.iter_modules(tests.policy.legitimate.__path__)
    ]
    return [
        member
        for module in modules
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if member.__module__ == module.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize("configuration", configurations(), ids=lambda each: f"{each.__module__}.{each.__name__}"[24:])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_nothing_to_say(configuration: Configuration, environment: str) -> None:
    # What a whole stack must have besides (a budget, an alarm) is not asked of a fragment.
    found = [each for each in verdict(*configuration(), environment=environment) if STACK_TYPE not in each.urn]
    assert [f"{each.rule.id} {each.urn.rpartition('::')[2]}: {each.message}" for each in found] == []


@pytest.mark.parametrize("configuration", configurations(), ids=lambda each: f"{each.__module__}.{each.__name__}"[24:])
def test_nor_of_what_is_left_when_a_part_is_not_seen(configuration: Configuration) -> None:
    for part in hidden(configuration()):
        found = [each for each in verdict(*part) if STACK_TYPE not in each.urn]
        assert [f"{each.rule.id} {each.urn.rpartition('::')[2]}: {each.message}" for each in found] == []

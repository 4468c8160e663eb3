"""What a recovery stack knows of the stack it stands by for, and how that one tells it.

The home stack exports what cannot be derived as one output ``recovery``. A recovery stack reads it while it stands by,
and exports what it read as its own output ``home``; promoted, it reads that last output of its own and nothing of the
home stack, whose state may be gone. See docs/decisions/0041-recovery-stacks.md.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import pulumi
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from settings import Problem, SettingsError
from settings.recovery import KEY, RecoveryStackSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TOLD, HELD = "recovery", "home"
"""The outputs: the home stack's, and the recovery stack's own of what it read."""

C = TypeVar("C", bound="DataclassInstance")


def told(contract: "DataclassInstance") -> dict[str, Any]:
    """The output by which a home stack tells its recovery stack what ``contract`` holds."""
    return {TOLD: {to_camel(each.name): getattr(contract, each.name) for each in fields(contract)}}


def read_home(settings: RecoveryStackSettings, contract: type[C]) -> C:
    """What the home stack told, every field an output; exports all that was read at once, as ``home``.

    ``contract`` is a frozen dataclass whose fields are ``pulumi.Input``s of texts, truth values, and lists and mappings
    of them (a whole number comes over as one with a fraction). A value that is
    missing or of another type stops the program with one line that names stack file, key and output.
    """
    stack = pulumi.get_stack()
    source, output, key = (stack, HELD, "promoted") if settings.promoted else (settings.home, TOLD, "home")
    # In full, as every backend takes it: https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{source}"
    found = pulumi.StackReference(HELD, stack_name=name).get_output(output)
    # Before anything can fail: a later run may have no other place to read it from.
    pulumi.export(HELD, found)

    def checked(value: Any) -> dict[str, Any]:
        values, wrong = _read(contract, value, f"{source} has no output {output}")
        if wrong:
            problems = [Problem(f"settings.{KEY}.{key}", what) for what in wrong]
            # Reaches the user as its message alone, without a traceback.
            raise pulumi.RunError(str(SettingsError(f"Pulumi.{stack}.yaml", problems)))
        return values

    values = found.apply(checked)
    return contract(**{each.name: _part(values, each.name) for each in fields(contract)})


def _part(values: pulumi.Output[dict[str, Any]], name: str) -> pulumi.Output[Any]:
    return values.apply(lambda found: found[name])


def _read(contract: type[C], value: Any, missing: str) -> tuple[dict[str, Any], list[str]]:
    """The fields of ``contract`` by name, and what is wrong with what was found."""
    if not isinstance(value, Mapping):
        return {}, [missing]
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, hint in ((each.name, each.type) for each in fields(contract)):
        key = to_camel(name)
        if value.get(key) is None:
            wrong.append(f"{missing}.{key}")
            continue
        try:
            values[name] = TypeAdapter(get_args(hint)[0]).validate_python(value[key], strict=True)
        except ValidationError as error:
            wrong.append(f"{missing}.{key} that fits: {error.errors()[0]['msg']}")
    return values, wrong

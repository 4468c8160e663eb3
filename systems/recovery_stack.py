"""A recovery stack and its home stack: how outputs of the one become inputs of the other.

The home stack exports what cannot be derived as one output ``recovery``. A recovery stack reads it while it stands by,
and exports what it read as its own output ``home``; promoted, it reads that last output of its own and nothing of the
home stack, whose state may be gone. See docs/decisions/0041-recovery-stacks.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import pulumi
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from settings import Problem, SettingsError
from settings.recovery import KEY, RecoveryStackSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CONTRACT_OUTPUT, HOME_OUTPUT = "recovery", "home"
"""The outputs: the home stack's, and the recovery stack's own of what it read."""
SECRETS = "Secrets"
"""How outputs of their own end that hold what is secret, so that the rest need not be."""
SECRET = MappingProxyType({SECRETS: True})
"""The metadata of a contract's field whose value is secret: ``field(metadata=SECRET)``."""

C = TypeVar("C", bound="DataclassInstance")


def home_outputs(exports: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a recovery stack has exported of what its home stack and its own outputs passed to it."""
    own = {
        key.removeprefix(HOME_OUTPUT): value
        for key, value in exports.items()
        if key in (HOME_OUTPUT, f"{HOME_OUTPUT}{SECRETS}")
    }
    return {f"{name}{ending}": value for name in (HOME_OUTPUT, CONTRACT_OUTPUT) for ending, value in own.items()}


def stands_by(settings: RecoveryStackSettings | None) -> bool:
    """Whether a stack is one that waits for its promotion."""
    return settings is not None and not settings.promoted


def contract_outputs(contract: "DataclassInstance") -> dict[str, Any]:
    """The stack outputs that pass ``contract`` to the recovery stack."""
    return {
        f"{CONTRACT_OUTPUT}{ending}": {to_camel(each.name): getattr(contract, each.name) for each in those}
        for ending, those in _outputs(type(contract)).items()
    }


def read_home(settings: RecoveryStackSettings, contract: type[C]) -> C:
    """The home stack's contract, every field an output; exports all that was read at once, as ``home``.

    ``contract`` is a frozen dataclass whose fields are ``pulumi.Input``s of texts, truth values, and lists and mappings
    of them (a whole number comes over as one with a fraction); those that are ``SECRET`` come by another output. A
    value that is missing or of another type stops the program with one line that names stack file, key and output.
    """
    source, output, key = (
        (pulumi.get_stack(), HOME_OUTPUT, "promoted") if settings.promoted else (settings.home, CONTRACT_OUTPUT, "home")
    )
    # In full, as every backend takes it: https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{source}"
    reference = pulumi.StackReference(HOME_OUTPUT, stack_name=name)
    read = {}
    for ending, those in _outputs(contract).items():
        found = reference.get_output(f"{output}{ending}")
        # Before anything can fail: a later run may have no other place to read it from.
        pulumi.export(f"{HOME_OUTPUT}{ending}", found)
        values = found.apply(_check(those, f"{source} has no output {output}{ending}", key))
        read |= {each.name: _part(values, each.name) for each in those}
    return contract(**read)


def _outputs(contract: type[Any]) -> dict[str, list[Field[Any]]]:
    """The fields of a contract by the ending of the output that they come by."""
    found: dict[str, list[Field[Any]]] = {}
    for each in fields(contract):
        found.setdefault(SECRETS if SECRETS in each.metadata else "", []).append(each)
    return found


def _check(those: Sequence[Field[Any]], missing: str, key: str) -> Callable[[Any], dict[str, Any]]:
    stack = pulumi.get_stack()

    def checked(value: Any) -> dict[str, Any]:
        values, wrong = _read(those, value, missing)
        if wrong:
            problems = [Problem(f"settings.{KEY}.{key}", what) for what in wrong]
            # Reaches the user as its message alone, without a traceback.
            raise pulumi.RunError(str(SettingsError(f"Pulumi.{stack}.yaml", problems)))
        return values

    return checked


def _part(values: pulumi.Output[dict[str, Any]], name: str) -> pulumi.Output[Any]:
    return values.apply(lambda found: found[name])


def _read(those: Sequence[Field[Any]], value: Any, missing: str) -> tuple[dict[str, Any], list[str]]:
    """The fields by name, and what is wrong with what was found."""
    if not isinstance(value, Mapping):
        return {}, [missing]
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for each in those:
        name, hint, key = each.name, each.type, to_camel(each.name)
        if value.get(key) is None:
            wrong.append(f"{missing}.{key}")
            continue
        try:
            values[name] = TypeAdapter(get_args(hint)[0]).validate_python(value[key], strict=True)
        except ValidationError as error:
            wrong.append(f"{missing}.{key} that fits: {error.errors()[0]['msg']}")
    return values, wrong

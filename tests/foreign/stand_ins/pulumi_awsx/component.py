"""What the SDK of a component package does: hands its arguments to the engine, and waits for what comes back."""

from typing import Any

import pulumi


def camel(name: str) -> str:
    """A name as the engine has it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """A name as Python has it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


class Component(pulumi.ComponentResource):
    """A remote component with outputs of the names that its class declares."""

    def __init__(self, token: str, name: str, outputs: tuple[str, ...], given: dict[str, Any]) -> None:
        opts = given.pop("opts", None)
        super().__init__(token, name, {**dict.fromkeys(outputs), **given}, opts, True)

    def translate_input_property(self, prop: str) -> str:
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        return snake(prop)

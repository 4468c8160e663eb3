"""Text values that are marked as Pulumi secrets."""

from typing import Any


class Sealed(str):
    """A text that is marked as a Pulumi secret: encrypted in the state, and shown as [secret].

    It is the text in every other way. Services get it in clear, so the mark says nothing of what they show of it.
    """

    __slots__ = ()


def sealed(value: Any) -> Any:
    """The same value with every text in it marked."""
    if isinstance(value, str):
        return Sealed(value)
    if isinstance(value, dict):
        return {key: sealed(member) for key, member in value.items()}
    return [sealed(member) for member in value] if isinstance(value, list) else value

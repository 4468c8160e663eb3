"""The stand-in for values that a preview cannot know yet."""

from typing import Any, Final, NoReturn


class UnknownTouchedError(AttributeError):
    """A rule looked inside a value that is not known yet; what it found before stands, the rest is not judged."""


class Unknown:
    """A value that is known only after deployment.

    Comparing it, testing its truth or looking inside raises UnknownTouchedError, so that no rule passes or fails
    a value by accident. Test for it with `known(value)` or `value is UNKNOWN`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unknown>"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # copies and pickles are the same object

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> NoReturn:
        raise UnknownTouchedError("compared an unknown value")

    def __ne__(self, other: object) -> NoReturn:
        raise UnknownTouchedError("compared an unknown value")

    def __bool__(self) -> NoReturn:
        raise UnknownTouchedError("tested an unknown value for truth")

    def __getattr__(self, name: str) -> NoReturn:
        raise UnknownTouchedError(f"read {name} of an unknown value")

    def _touched(self, *_: object) -> NoReturn:
        raise UnknownTouchedError("looked inside an unknown value")

    __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = __iter__ = __len__ = __contains__ = __int__ = __float__ = _touched


UNKNOWN: Final = Unknown()


def known(value: Any) -> bool:
    """Whether the value itself is known; its members may still hold unknown ones."""
    return value is not UNKNOWN


def wholly_known(value: Any) -> bool:
    """Whether neither the value nor anything inside it is unknown."""
    if isinstance(value, dict):
        return all(wholly_known(member) for member in value.values())
    if isinstance(value, list):
        return all(wholly_known(member) for member in value)
    return value is not UNKNOWN

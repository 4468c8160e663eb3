"""Rows of the tables about managed services: an input of a type, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.model import Finding, Resource
from policy.resources import Values


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a type, and what is wrong with it: `wrong` values (in a list, too), none of the `right` ones, or less
    than `least`.

    Of one that names none of the three it is wrong not to be set. A path with `[]` is asked of every block of that
    list. `when` is another input beside it and values of that (any, when none is named) without which the row asks
    nothing; its path may have a `[]` too. `unless` names inputs beside it, of which one that is set, if only to what
    nobody knows yet, says the same in another way. `default` is what the service takes for a number that is not set;
    None: that says nothing.
    """

    path: str
    right: tuple[Any, ...] = ()
    wrong: tuple[Any, ...] = ()
    least: float | None = None
    default: float | None = None
    when: tuple[str, tuple[Any, ...]] | None = None
    unless: tuple[str, ...] = ()

    def wrongs(self, resource: Resource) -> Iterator[str]:
        """The paths at which what is known of the input is wrong."""
        for holder, leaf in _holders(resource, self.path):
            if self._asked(holder) and self._broken(holder, leaf):
                yield holder.path(leaf)

    def _asked(self, holder: Values) -> bool:
        if any(holder.given(path) for path in self.unless):
            return False
        if self.when is None:
            return True
        path, values = self.when
        return any(each.has(leaf, *values) for each, leaf in _holders(holder, path))

    def _broken(self, holder: Values, leaf: str) -> bool:
        if self.least is not None:
            return holder.below(leaf, self.least, self.default)
        return holder.contains(leaf, *self.wrong) if self.wrong else holder.lacks(leaf, *self.right)


Table = Mapping[str, tuple[Input, ...]]


def judged(resource: Resource, table: Table, message: str) -> Iterator[Finding]:
    """One finding for every input of the resource that is wrong by its type's rows."""
    for row in table[resource.type]:
        for path in row.wrongs(resource):
            yield Finding(message, path)


def _holders(within: Values, path: str) -> Iterator[tuple[Values, str]]:
    head, several, tail = path.partition("[].")
    if not several:
        yield within, path
        return
    for block in within.blocks(head):
        yield from _holders(block, tail)

"""Rules as tables: a compliant baseline, and the single changes that break it."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from policy.model import UNKNOWN, Resource
from policy.resources import split_path


@dataclass(frozen=True)
class Set:
    """One input of one resource set to a value that violates; `value=None` removes it."""

    path: str
    value: Any = None
    on: str = ""
    judged_when_unknown: bool = False

    def broken(self, baseline: Sequence[Resource]) -> list[Resource]:
        return [self._changed(each, self.value) if self._meant(each, baseline) else each for each in baseline]

    def unknown(self, baseline: Sequence[Resource]) -> list[Resource]:
        return [self._changed(each, UNKNOWN) if self._meant(each, baseline) else each for each in baseline]

    def _meant(self, each: Resource, baseline: Sequence[Resource]) -> bool:
        return each.name == self.on if self.on else each is baseline[0]

    def _changed(self, resource: Resource, value: Any) -> Resource:
        inputs: Any = dict(resource.inputs)
        *way, last = split_path(self.path)
        target = inputs
        for step in way:  # only what holds the change is copied: rules read the rest
            target[step] = copy.copy(target[step])
            target = target[step]
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value
        return replace(resource, inputs=inputs)


@dataclass(frozen=True)
class Without:
    """A companion left out; unknown, it is there but which resource it belongs to (input `by`) cannot be told."""

    name: str
    by: str
    judged_when_unknown: bool = False

    def broken(self, baseline: Sequence[Resource]) -> list[Resource]:
        assert any(each.name == self.name for each in baseline)
        return [each for each in baseline if each.name != self.name]

    def unknown(self, baseline: Sequence[Resource]) -> list[Resource]:
        return [self._loosened(each) if each.name == self.name else each for each in baseline]

    def _loosened(self, resource: Resource) -> Resource:
        return replace(resource, inputs={**resource.inputs, self.by: UNKNOWN}, property_dependencies={})


@dataclass(frozen=True)
class With:
    """A resource of a kind that should not be there at all: it is there, whatever of it is unknown."""

    added: Resource
    judged_when_unknown: bool = True

    def broken(self, baseline: Sequence[Resource]) -> list[Resource]:
        return [*baseline, self.added]

    def unknown(self, baseline: Sequence[Resource]) -> list[Resource]:
        return self.broken([replace(each, inputs=dict.fromkeys(each.inputs, UNKNOWN)) for each in baseline])


@dataclass(frozen=True)
class Case:
    """A rule, resources it is content with (the first is meant where a change names none), and what breaks it.

    `thresholds` are the rule's, where its defaults ask for nothing.
    """

    rule: str
    baseline: Sequence[Resource]
    breaks: Sequence[Set | Without | With]
    thresholds: Mapping[str, Any] = field(default_factory=dict)

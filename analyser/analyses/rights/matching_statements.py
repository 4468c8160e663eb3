"""Statements that match a question, and the conditions that they add."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from analyser.analyses.reach.graph_view import texts
from analyser.analyses.rights.conditions import holds, says
from analyser.analyses.rights.patterns import DOLLAR, Match, all_but, match, shown
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.request import Context, filled
from analyser.analyses.rights.target import Target, without_resource
from policy.iam import Statement
from policy.iam.reach import covers
from policy.model import known


@dataclass(frozen=True)
class Ground:
    """A policy statement that matches the question, and how far it does."""

    allows: bool
    where: str
    label: str
    conditions: tuple[str, ...] = ()
    """Its conditions whose outcome is unknown."""
    only: tuple[str, ...] = ()
    """The resources that it is about, where that is not all that was asked about."""
    but: tuple[str, ...] = ()
    """The resources that it is not about, where what was asked about may be one of them."""

    @property
    def plain(self) -> bool:
        """Whether it holds for all that was asked, whatever the request."""
        return not (self.conditions or self.only or self.but)

    @property
    def parts(self) -> tuple[str, ...]:
        """Which part of what was asked it is about, in words."""
        rest = f"all but {' and '.join(map(shown, self.but))}"
        return (*map(shown, self.only), *([rest] if self.but else []))

    @property
    def provisos(self) -> tuple[str, ...]:
        """What must hold for it, a line each."""
        only = [f"only on {', '.join(self.parts)}"] if self.parts else []
        return (*(f"if {condition}" for condition in self.conditions), *only)

    def __str__(self) -> str:
        what = [*self.conditions, *([f"on {', '.join(self.parts)}"] if self.parts else [])]
        return f"{' and '.join(what)} ({self.label} of {self.where})"


def ground(source: Source, statement: Statement, action: str, what: Target, context: Context) -> Ground | None:
    """A statement as it matches the question; None where it does not, or its effect is unknown."""
    if not covers(statement, action) or not known(statement.effect):
        return None
    variables = source.document.has_variables
    held = [(condition, holds(condition, context, variables=variables)) for condition in statement.conditions]
    if any(answer is False for _, answer in held):
        return None
    about = _about(statement, action, what, context if variables else None)
    if about is None:
        return None
    conditions = (*source.conditions, *(says(condition) for condition, answer in held if answer is None))
    return Ground(statement.allows, source.where, statement.label, conditions, *about)


def grounds(sources: Iterable[Source], action: str, what: Target, context: Context) -> Iterator[Ground]:
    """The statements of these policies that match the question."""
    for source in sources:
        for statement in source.document.statements:
            found = ground(source, statement, action, what, context)
            if found:
                yield found


def _about(
    statement: Statement, action: str, what: Target, context: Context | None
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The parts of what was asked that a statement is about and leaves out; both empty for all of it."""
    listed, spared = _ready(statement.resources, context), _ready(statement.not_resources, context)
    if not statement.resources and not statement.not_resources:
        return (), ()  # a trust policy is about its own role
    if without_resource(action):
        everything = "*" not in spared if statement.not_resources else "*" in listed
        return ((), ()) if everything else None
    if what.is_key and statement.principals and "*" in listed:
        return (), ()  # in a key's policy, every resource is the key
    if statement.not_resources:
        rest = all_but(spared, what.arn) if all(map(known, statement.not_resources)) else Match.NONE
        return {Match.ALL: ((), ()), Match.PART: ((), spared)}.get(rest)
    return {Match.ALL: ((), ()), Match.PART: (listed, ())}.get(match(listed, what.arn))


def _ready(written: Sequence[object], context: Context | None) -> tuple[str, ...]:
    """Patterns with their variables filled in, without those that fit nothing."""
    every = texts(list(written))
    if not any("$" in one for one in every):
        return every
    if context is None:
        return tuple(one.replace("$", DOLLAR) for one in every)
    return tuple(one for one in (filled(text, context) for text in every) if one is not None)


def best(layers: Sequence[Sequence[Ground]], denials: Sequence[Ground]) -> tuple[Ground, ...] | None:
    """One allowing statement of each layer that no Deny takes back: those with the fewest conditions; None for none."""
    choices = [_least(layer) for layer in layers]
    fitting = (one for one in product(*choices) if _together(one) and not any(_takes(deny, one) for deny in denials))
    return min(fitting, key=asks, default=None)


def bears(denial: Ground, chosen: Sequence[Ground]) -> bool:
    """Whether a Deny statement may apply to what the chosen statements allow."""
    return all(_meet(denial, one) for one in chosen)


def _least(layer: Sequence[Ground]) -> Sequence[Ground]:
    """The grounds that differ in what they ask for; a plain one makes the others needless."""
    plain = next((one for one in layer if one.plain), None)
    if plain is not None:
        return (plain,)
    different = {replace(one, where="", label=""): one for one in reversed(layer)}
    return tuple(reversed(different.values()))


def asks(chosen: Sequence[Ground]) -> tuple[bool, int]:
    """How much grounds ask for together: less comes first."""
    return any(one.parts for one in chosen), sum(len(one.conditions) for one in chosen)


def _together(chosen: Sequence[Ground]) -> bool:
    return all(_meet(one, other) for at, one in enumerate(chosen) for other in chosen[at + 1 :])


def _meet(one: Ground, other: Ground) -> bool:
    """Whether some resource may be what both are about."""
    if one.only and other.only and not any(match((left,), right) for left in one.only for right in other.only):
        return False
    return not (_within(one.only, other.but) or _within(other.only, one.but))


def _within(patterns: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return bool(patterns) and all(match(others, one) is Match.ALL for one in patterns)


def _takes(denial: Ground, chosen: Sequence[Ground]) -> bool:
    """Whether a denial holds wherever the grounds do."""
    asked = {condition for one in chosen for condition in one.conditions}
    return asked >= set(denial.conditions) and (not denial.parts or any(_covers(denial, one) for one in chosen))


def _covers(denial: Ground, one: Ground) -> bool:
    if denial.only:
        return _within(one.only, denial.only)
    if one.but:
        return _within(denial.but, one.but)
    return bool(one.only) and not any(match((left,), right) for left in one.only for right in denial.but)

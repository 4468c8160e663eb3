"""IAM's evaluation: an explicit deny, else what every kind of policy that bears on the request allows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from analyser.analyses.rights.matching_statements import Ground, asks, bears, best, ground, grounds
from analyser.analyses.rights.outside_policies import NOTHING, OutsidePolicies
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.principal import Principal
from analyser.analyses.rights.principal_match import Standing, sessions, standing
from analyser.analyses.rights.request import request
from analyser.analyses.rights.target import Target


class Answer(StrEnum):
    """The three possible answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Decision:
    """Whether the action is allowed, with the statements that decide it."""

    principal: Principal
    action: str
    target: Target
    allowed: bool
    because: str
    grounds: tuple[Ground, ...] = ()
    provisos: tuple[str, ...] = ()
    """What must hold for a yes, and cannot be known."""
    needs: tuple["Decision", ...] = ()
    """Other actions that AWS asks for in the course of this one, such as the use of a key."""
    unread: tuple[str, ...] = ()
    """What might allow it after all, and whose content is not known."""

    @property
    def yes(self) -> bool:
        """Whether the action and all that it needs are allowed, as far as is known."""
        return self.allowed and all(need.yes for need in self.needs)

    @property
    def rests_elsewhere(self) -> bool:
        """Whether a known statement allows it but a policy whose content is unknown has to allow it as well."""
        return not self.allowed and bool(self.unread) and any(one.allows for one in self.grounds)

    @property
    def answer(self) -> "Answer":
        """The answer: ``NO`` only where no policy of unknown content could still allow the action."""
        if self.yes:
            return Answer.YES
        parts = [] if self.allowed else [Answer.UNKNOWN if self.unread else Answer.NO]
        parts += [need.answer for need in self.needs]
        return Answer.NO if Answer.NO in parts else Answer.UNKNOWN


@dataclass(frozen=True)
class Layer:
    """One kind of policy (identity, boundary, session, organisation, resource) of which a statement must allow."""

    grounds: Sequence[Ground]
    unread: tuple[str, ...] = ()
    """Names of policies of this kind whose content is not known."""
    refuses: str = ""
    """Said where it allows nothing; nothing where the question's own words say it."""
    decides: str = ""
    """Said where what it holds is not known; nothing where the question's own words say it."""


Way = tuple[Layer, ...]
"""Layers that must all allow: one way to be allowed."""
_FREE: Final = frozenset({"sts:getcalleridentity"})
"""What takes no right and no deny keeps anybody from.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""


def decide(
    who: Principal,
    action: str,
    what: Target,
    extra: Mapping[str, str] | None = None,
    outside_policies: OutsidePolicies = NOTHING,
) -> Decision:
    """Judges one action; ``extra`` are further keys that its request is known to bring.

    ``outside_policies`` holds the policies from outside the stack that bound the question.
    """
    if action.lower() in _FREE and not who.is_service:
        return Decision(who, action, what, allowed=True, because="allowed: it takes no right")
    case = _Case(who, action, what.bound_in(action), extra or {}, outside_policies)
    plain = next((denial for denial in case.denials if denial.plain), None)
    if plain is not None:
        return case.answer(allowed=False, because="an explicit deny", grounds=(plain,))
    ways = list(case.ways())
    chosen = [found for way in ways if (found := best([layer.grounds for layer in way], case.denials)) is not None]
    return case.allowance(min(chosen, key=asks)) if chosen else case.refusal(ways)


class _Case:
    """One question with the statements of every kind of policy that match it."""

    def __init__(
        self, who: Principal, action: str, what: Target, extra: Mapping[str, str], outside_policies: OutsidePolicies
    ) -> None:
        self._who, self._action, self._what = who, action, what
        self._context = request(who, what, extra, action)
        self._identity = self._of(who.policies)
        self._own = {standing: list(self._resource(standing)) for standing in Standing}
        self._boundary = None if who.boundary is None else self._of(who.boundary)
        self._session = None if outside_policies.session is None else self._of(outside_policies.session)
        if self._session is None and who.sessions:
            self._session = self._of(who.sessions)
        self._levels = [] if who.is_service else [self._of(level) for level in outside_policies.levels]
        resource_control = self._of(outside_policies.resource_control(action))
        every = (*self._own.values(), self._identity, self._boundary or (), self._session or (), *self._levels)
        self.denials = [one for layer in (*every, resource_control) for one in layer if not one.allows]

    def ways(self) -> Iterator[Way]:
        """The combinations of policies by which IAM allows the action; every layer of one of them must allow."""
        who, what = self._who, self._what
        by_name, by_session = self._allowing(Standing.DIRECT), self._allowing(Standing.SESSION)
        if who.is_service or who.is_federated:
            yield (Layer([*by_name, *by_session], what.unread),)
            return
        if what.barred and what.elsewhere(who.account):
            yield (Layer((), refuses=what.barred),)
            return
        identity = Layer(_allowing(self._identity), who.unread)
        outside_policies = tuple(self._levels_that_allow())
        bounds = (*self._bounds(), *outside_policies)
        if what.elsewhere(who.account):
            own = [*by_name, *by_session, *self._allowing(Standing.ACCOUNT)]
            yield identity, Layer(own, what.not_read, decides=_elsewhere(what)), *bounds
            return
        yield Layer(by_session, what.unread), *outside_policies
        yield Layer(by_name, what.unread), *bounds
        yield identity, *self._delegation(), *bounds

    def refusal(self, ways: Sequence[Way]) -> Decision:
        """The decision where no combination allows: a no, or unknown where a policy of unknown content might allow."""
        lacking = [(way, [layer for layer in way if not layer.grounds]) for way in reversed(ways)]
        hopeful = [(way, lacks) for way, lacks in lacking if all(layer.unread for layer in lacks or way)]
        unread = tuple(dict.fromkeys(name for way, lacks in hopeful for layer in lacks or way for name in layer.unread))
        way, nearest = min(hopeful or lacking, key=lambda found: len(found[1]))
        layer = nearest[0] if nearest else Layer((), refuses="what allows it is denied, or not about the same")
        because = layer.refuses or self._nobody()
        if not unread:
            return self.answer(allowed=False, because=because)
        said = layer.decides or f"{because}; not known here: {', '.join(unread)}"
        here = best([one.grounds for one in way if one.grounds], self.denials) or ()
        return self.answer(allowed=False, because=said, grounds=here, unread=unread)

    def allowance(self, chosen: tuple[Ground, ...]) -> Decision:
        """The decision that allows, with the conditions under which it does."""
        who, what = self._who, self._what
        provisos = [proviso for one in chosen for proviso in one.provisos]
        provisos += [f"unless {denial}" for denial in self.denials if bears(denial, chosen)]
        provisos += [f"unless {name}, whose content is not known, denies it" for name in (*who.unread, *what.unread)]
        if what.unowned and not who.is_service:
            provisos.append(what.unowned)
        said = tuple(dict.fromkeys(provisos))
        return self.answer(allowed=True, because="allowed", grounds=chosen, provisos=said)

    def answer(self, **found: Any) -> Decision:
        """Makes a decision on this question."""
        return Decision(self._who, self._action, self._what, **found)

    def _of(self, sources: Iterable[Source]) -> list[Ground]:
        return list(grounds(sources, self._action, self._what, self._context))

    def _resource(self, wanted: Standing) -> Iterator[Ground]:
        for source in (*self._what.policies, *self._what.grants):
            for statement in source.document.statements:
                if standing(statement, self._who) is wanted:
                    found = ground(source, statement, self._action, self._what, self._context)
                    if found:
                        yield replace(found, conditions=(*found.conditions, *sessions(statement, self._who)))

    def _allowing(self, wanted: Standing) -> list[Ground]:
        return _allowing(self._own[wanted])

    def _delegation(self) -> Iterator[Layer]:
        """What keys, and roles that are assumed, ask for: that their own policy leaves it to the account."""
        what = self._what
        if what.is_strict and (what.policies or what.not_read):
            yield Layer(self._allowing(Standing.ACCOUNT), what.not_read, _SHUT.format(what.name))

    def _bounds(self) -> Iterator[Layer]:
        if self._boundary is not None:
            unread = () if self._who.boundary else ("the permissions boundary",)
            yield Layer(_allowing(self._boundary), unread, _BOUNDARY, _BOUNDARY_DECIDES)
        if self._session is not None:
            yield Layer(_allowing(self._session), (), "the policy of its sessions does not allow it")

    def _levels_that_allow(self) -> Iterator[Layer]:
        for at, level in enumerate(self._levels, 1):
            yield Layer(_allowing(level), (), f"level {at} of the service control policies does not allow it")

    def _nobody(self) -> str:
        who, what = self._who, self._what
        if who.is_service or who.is_federated:
            return f"no statement of the policy of {what.name} lets {who.name} in"
        return f"no statement of {who.name} or of {what.name} allows it"


_SHUT: Final = "the policy of {} itself does not let the role or its account in, which keys and roles ask for"
_BOUNDARY: Final = "the permissions boundary does not allow it"
_BOUNDARY_DECIDES: Final = "its permissions boundary decides, whose content is not known"


def _elsewhere(what: Target) -> str:
    return f"the policy of {what.arn}, in another account, has to allow it as well, and is not known"


def _allowing(found: Iterable[Ground]) -> list[Ground]:
    return [one for one in found if one.allows]

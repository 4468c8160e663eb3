"""What became of a framework's controls in one stack: which resources were judged, and how they came out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policy.levels import Config
from policy.model import Graph, Level, Resource, Rule, Violation, index_of, wholly_known
from policy.profiles import Control, Framework


class State(StrEnum):
    """The state of a control, as far as the rules cover it; only `PASSED` is a pass."""

    FAILED = "failed"
    UNKNOWN = "not known"  # none failed, and of some not all is known
    EXEMPT = "exempt"  # none failed but what an exemption spares
    PASSED = "passed"
    NOTHING = "nothing to judge"
    OFF = "switched off"
    NO_RULE = "no rule"
    UNSEEN = "not in a stack"


@dataclass(frozen=True)
class Evidence:
    """One control in one stack; resources are counted once each, whichever rules judged them."""

    control: Control
    state: State
    passed: int = 0
    failed: int = 0
    exempt: int = 0
    unknown: int = 0
    asked: int = 0
    """How many of the control's rules found a resource to judge."""
    findings: tuple[Violation, ...] = ()

    @property
    def judged(self) -> int:
        """How many resources the control's rules are about."""
        return self.passed + self.failed + self.exempt + self.unknown


def evidence(
    framework: Framework, graph: Graph, rules: Sequence[Rule], config: Config, violations: Iterable[Violation]
) -> list[Evidence]:
    """Each control with what the violations of this graph, judged by these rules at these levels, say of it."""
    index = index_of(tuple(rules))
    subjects: dict[str, list[Resource]] = defaultdict(list)
    for resource in graph:
        for rule in index.concerning(resource.type):
            subjects[rule.id].append(resource)
    found: dict[str, list[Violation]] = defaultdict(list)
    for violation in violations:
        found[violation.rule.id].append(violation)
    off = {rule.id for rule in rules if config.level(rule, graph.environment) is Level.DISABLED}
    return [_evidence(control, subjects, found, off) for control in framework.controls]


def _evidence(
    control: Control,
    subjects: Mapping[str, Sequence[Resource]],
    found: Mapping[str, Sequence[Violation]],
    off: set[str],
) -> Evidence:
    asked = [rule.id for rule in control.rules if rule.id not in off]
    if not asked:
        return Evidence(control, _unasked(control))
    findings = tuple(violation for rule_id in asked for violation in found.get(rule_id, ()))
    failed = {violation.urn for violation in findings if violation.exemption is None}
    exempt = {violation.urn for violation in findings} - failed
    judged = {resource.urn: resource for rule_id in asked for resource in subjects.get(rule_id, ())}
    quiet = [resource for urn, resource in judged.items() if urn not in failed | exempt]
    unknown = sum(not (each.seen and wholly_known(dict(each.inputs))) for each in quiet)
    passed = len(quiet) - unknown
    state = _state(len(failed), len(exempt), unknown, passed)
    having = sum(rule_id in subjects for rule_id in asked)
    return Evidence(control, state, passed, len(failed), len(exempt), unknown, having, findings)


def _unasked(control: Control) -> State:
    if control.rules:
        return State.OFF
    return State.UNSEEN if control.unseen else State.NO_RULE


def _state(failed: int, exempt: int, unknown: int, passed: int) -> State:
    told = (State.FAILED, failed), (State.UNKNOWN, unknown), (State.EXEMPT, exempt), (State.PASSED, passed)
    return next((state for state, number in told if number), State.NOTHING)

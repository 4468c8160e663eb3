"""The verdict of a list of rules over a graph: a pure function."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policy.dates import Dates
from policy.exemptions import Exemption, ExemptionUse
from policy.graph import STACK_TYPE, Graph
from policy.levels import Config
from policy.resources import Resource
from policy.rule import Kind, Level, Rule, RuleConfig
from policy.tokens import canonical
from policy.unknown import wholly_known


@dataclass(frozen=True, slots=True)
class Violation:
    """A finding on a resource, at the level that holds here; an exempt one carries its exemption."""

    rule: Rule
    urn: str
    message: str
    path: str | None
    level: Level
    exemption: Exemption | None = None

    @property
    def blocks(self) -> bool:
        """Whether the violation stops a deployment."""
        return self.level is Level.MANDATORY and self.exemption is None


class RuleIndex:
    """Rules by the type of resource they concern."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._named: dict[str, list[int]] = {}
        self._beginning: list[tuple[str, int]] = []
        self._by_type: dict[str, tuple[Rule, ...]] = {}
        for place, rule in enumerate(self.rules):
            for pattern in rule.types:
                if pattern.endswith("*"):
                    self._beginning.append((pattern[:-1], place))
                else:
                    self._named.setdefault(canonical(pattern), []).append(place)

    def concerning(self, token: str) -> tuple[Rule, ...]:
        """The rules about resources of this type, in their order."""
        if token not in self._by_type:
            name = canonical(token)
            places = {place for beginning, place in self._beginning if name.startswith(beginning)}
            places.update(self._named.get(name, ()))
            self._by_type[token] = tuple(self.rules[place] for place in sorted(places))
        return self._by_type[token]


@lru_cache(maxsize=8)
def index_of(rules: tuple[Rule, ...]) -> RuleIndex:
    """One index for as long as the same rules are asked."""
    return RuleIndex(rules)


def evaluate(
    graph: Graph,
    rules: Iterable[Rule] | RuleIndex,
    config: Config,
    exemptions: Sequence[Exemption],
    *,
    today: date,
    reported: bool = False,
) -> list[Violation]:
    """Every violation in the graph, exempt ones included, in order of registration.

    The graph's environment decides what `mandatory_in_prod` means, `today` which exemptions are over, and which ends
    are near where the configuration names no other day. Unknown values neither violate nor hide what the known ones
    show. The rules about exemptions judge those that concern this stack. When what single resources violate is
    ``reported`` already, rules about them are asked only where an exemption might be used.
    """
    spared = {exemption.rule for exemption in exemptions}
    index = rules if isinstance(rules, RuleIndex) else index_of(tuple(rules))
    violations: list[Violation] = []
    for resource in graph:
        for rule in index.concerning(resource.type):
            if reported and rule.kind is Kind.RESOURCE and rule.id not in spared:
                continue
            violations += judge(rule, resource, graph, config, exemptions, graph.environment, today=today)
    violations += _exemption_violations(graph, index, config, exemptions, violations, today)
    return violations


def judge(
    rule: Rule,
    resource: Resource,
    graph: Graph | None,
    config: Config,
    exemptions: Sequence[Exemption],
    environment: str,
    *,
    today: date,
) -> list[Violation]:
    """The violations of one rule by one resource; without a graph a stack rule cannot be asked."""
    findings = rule.judge(resource, graph, thresholds(rule, config, today))
    level = config.level(rule, environment) if findings else Level.DISABLED
    if level is Level.DISABLED:
        return []
    exemption = sparing(exemptions, rule, resource, today)
    return [Violation(rule, resource.urn, found.message, found.path, level, exemption) for found in findings]


def thresholds(rule: Rule, config: Config, today: date) -> RuleConfig | None:
    """What the rule judges by: today, where it judges by a day and has been given none."""
    if rule.config is None:
        return None
    given = config.of(rule) or rule.config()
    if isinstance(given, Dates) and given.day is None:
        return given.model_copy(update={"day": today})
    return given


def sparing(exemptions: Iterable[Exemption], rule: Rule, resource: Resource, today: date) -> Exemption | None:
    """The exemption that spares the resource from the rule today."""
    return next((item for item in exemptions if item.spares(rule.id, resource.urn, today)), None)


def _exemption_violations(
    graph: Graph,
    index: RuleIndex,
    config: Config,
    exemptions: Sequence[Exemption],
    violations: Sequence[Violation],
    today: date,
) -> Iterator[Violation]:
    judges = [rule for rule in index.rules if rule.kind is Kind.EXEMPTION]
    uses = list(_uses(graph, index, config, exemptions, violations, today)) if judges else []
    urn = graph.stack.urn if graph.stack else ""
    for rule in judges:
        level = config.level(rule, graph.environment)
        if level is not Level.DISABLED:
            settings = thresholds(rule, config, today)
            for use in uses:
                asked = rule.check(use) if settings is None else rule.check(use, settings)
                yield from (Violation(rule, urn, each.message, each.path, level) for each in rule.found(asked))


def _uses(
    graph: Graph,
    index: RuleIndex,
    config: Config,
    exemptions: Sequence[Exemption],
    violations: Sequence[Violation],
    today: date,
) -> Iterator[ExemptionUse]:
    """What became of the exemptions that concern this stack."""
    used = {violation.exemption for violation in violations}
    by_id = {rule.id: rule for rule in index.rules}
    for exemption in exemptions:
        if exemption.concerns(graph.stack_name, graph.project):
            rule = by_id.get(exemption.rule)
            needed = exemption in used or _may_be_needed(exemption, rule, graph, index, config)
            over, far = exemption.expired(today), exemption.lasting(today)
            yield ExemptionUse(exemption, needed, rule is not None, over, far)


def _may_be_needed(exemption: Exemption, rule: Rule | None, graph: Graph, index: RuleIndex, config: Config) -> bool:
    """Whether it cannot be told that it spares nothing: what it would spare is not known, or not asked for, today."""
    if graph.partial or all(resource.type == STACK_TYPE for resource in graph):  # the latter is new, or emptied
        return True
    if rule is None:
        return False
    if config.level(rule, graph.environment) is Level.DISABLED:
        return True
    return any(
        not wholly_known(dict(resource.inputs))
        for resource in graph
        if exemption.names(resource.urn) and rule in index.concerning(resource.type)
    )

"""What tests of rules are written with: resources as plain data, and one rule asked about them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from policy.model import (
    STACK_TYPE,
    Config,
    Exemption,
    Graph,
    Kind,
    Resource,
    Rule,
    Violation,
    evaluate,
    read_config,
)
from policy.pack import all_rules, rule_named

TODAY = date(2026, 1, 31)
STACK = "prod"


def urn(token: str, name: str, stack: str = STACK) -> str:
    return f"urn:pulumi:{stack}::strata::{token}::{name}"


def resource(
    token: str,
    logical_name: str = "it",
    /,
    *,
    refers: Mapping[str, Resource | Sequence[Resource]] | None = None,
    parent: Resource | None = None,
    options: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    stack: str = STACK,
    **inputs: Any,
) -> Resource:
    """A resource; `refers={"bucket": bucket}` says from which resources an input was computed."""
    depends = {
        key: [other.urn for other in (others if isinstance(others, Sequence) else [others])]
        for key, others in (refers or {}).items()
    }
    return Resource(
        urn=urn(token, logical_name, stack),
        type=token,
        name=logical_name,
        inputs=inputs,
        parent=parent.urn if parent else None,
        options=options or {},
        dependencies=sorted({target for targets in depends.values() for target in targets}),
        property_dependencies=depends,
        outputs=outputs or {},
    )


def graph_of(*resources: Resource, environment: str = "") -> Graph:
    """A graph of these resources below a stack resource."""
    if any(given.type == STACK_TYPE for given in resources):
        return Graph(resources, environment)
    stack = resources[0].stack if resources else STACK
    return Graph((resource(STACK_TYPE, f"strata-{stack}", stack=stack), *resources), environment)


def check(rule_id: str, *resources: Resource, **thresholds: Any) -> list[str]:
    """What the rule finds, as `name: message (path)`; fails where it trips over an unknown value."""
    found_rule = rule_named(rule_id)
    config = found_rule.config(**thresholds) if found_rule.config else None
    graph = graph_of(*resources)
    texts = []
    for subject in graph.of(*concerned_types(found_rule, graph)):
        for finding in found_rule.stream(subject, graph, config):
            texts.append(f"{subject.name}: {finding.message}" + (f" ({finding.path})" if finding.path else ""))
    return texts


def concerned_types(found_rule: Rule, graph: Graph) -> list[str]:
    """The rule's types, with patterns spelled out as far as the graph has such resources."""
    types = [token for token in found_rule.types if not token.endswith("*")]
    for prefix in (token[:-1] for token in found_rule.types if token.endswith("*")):
        types += sorted({given.type for given in graph if given.type.startswith(prefix)})
    return types


def verdict(
    *resources: Resource,
    rules: Sequence[Rule] | None = None,
    config: Mapping[str, Any] | None = None,
    exemptions: Sequence[Exemption] = (),
    environment: str = "prod",
) -> list[Violation]:
    """The whole pack (or these rules) over the resources, as the preview and the engine ask it."""
    asked = all_rules() if rules is None else rules
    settings = read_config(config, asked) if config else Config()
    return evaluate(graph_of(*resources, environment=environment), asked, settings, exemptions, today=TODAY)


def exempt(rule_id: str, subject: Resource) -> Exemption:
    """A valid exemption of this resource from the rule."""
    return Exemption(rule_id, subject.urn, "tested", "team@example.com", TODAY + timedelta(days=365))


def assert_exempt(rule_id: str, *resources: Resource, **thresholds: Any) -> None:
    """The rule has violations here, and none blocks once their resources are exempt."""
    asked = [rule for rule in all_rules() if rule.id == rule_id or rule.kind is Kind.EXEMPTION]
    config = {rule_id: thresholds} if thresholds else None
    before = verdict(*resources, rules=asked, config=config)
    assert before
    by_urn = {given.urn: given for given in graph_of(*resources)}
    exemptions = [exempt(rule_id, by_urn[each]) for each in {violation.urn for violation in before}]
    after = verdict(*resources, rules=asked, config=config, exemptions=exemptions)
    assert [violation.rule.id for violation in after] == [violation.rule.id for violation in before]
    assert not [violation for violation in after if violation.exemption is None]

"""The policy pack's verdict on a graph."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from analyser.analyses.policies.evidence import Evidence, evidence
from analyser.graph import Graph, Node
from policy import clock
from policy.dates import strictly
from policy.environment import environment_of
from policy.exemptions import for_stack, read_exemptions
from policy.levels import merged, project_config, read_config
from policy.model import STACK_TYPE, Config, Exemption, Resource, Rule, Violation, evaluate
from policy.model import Graph as PolicyGraph
from policy.pack import all_rules
from policy.profiles import Framework
from policy.rule import Level
from policy.rules.iam_boundary import Boundary, roles_bounded
from policy.sealed import sealed
from settings.project_files import PROJECT
from settings.stack import BOUNDARY


def verdict(
    graph: Graph,
    *,
    rules: Iterable[Rule] | None = None,
    config: Config | None = None,
    exemptions: Iterable[Exemption] | None = None,
    today: datetime.date | None = None,
) -> tuple[list[Violation], int]:
    """Every violation, exempt ones included, in order of registration; and how many rules were asked.

    By the project's own pack unless told otherwise. Raises ValueError for exemptions that cannot be read.
    """
    chosen = tuple(all_rules() if rules is None else rules)
    settled = config or read_config(project_config(all_rules()) if rules is None else {}, chosen)
    found = evaluate(
        policy_graph(graph),
        chosen,
        bounded(settled, graph.config),
        for_stack(read_exemptions() if exemptions is None else exemptions, graph.config),
        today=today or clock.today(),
    )
    return found, len(chosen)


def stands(framework: Framework, graph: Graph) -> list[Evidence]:
    """How the framework's controls stand in this graph, by the project's own pack. Raises ValueError as `verdict`."""
    rules = all_rules()
    config = bounded(read_config(project_config(rules), rules), graph.config)
    found, _ = verdict(graph, config=config)
    return evidence(framework, policy_graph(graph), rules, config, found)


def configured(chosen: Mapping[str, Any], *, strict: bool) -> Config:
    """The project's configuration with what is chosen for one run over it; raises ValueError as `read_config` does.

    ``strict``: an end of support, or of an exemption, stops a deployment half a year before.
    """
    rules = all_rules()
    read_config(chosen, rules)
    found = merged(project_config(rules), chosen)
    return read_config(merged(found, strictly(rules)) if strict else found, rules)


def bounded(config: Config, stack: Mapping[str, str] | None) -> Config:
    """The configuration, with the boundary that a stack's file names asked of every role, as its deployment role is.

    What the project's configuration says of that rule, or of all, stays.
    """
    name = (stack or {}).get(f"{PROJECT}:{BOUNDARY}")
    if not name:
        return config
    asked = roles_bounded.id
    levels = config.levels if "all" in config.levels else {asked: Level.MANDATORY, **config.levels}
    return Config(levels, {asked: Boundary(policy=name), **config.values})


def environment(graph: Graph) -> str:
    """The stack's environment: as its file says, or else as its name does."""
    return environment_of(graph.stack, graph.config, graph.project)


def policy_graph(graph: Graph) -> PolicyGraph:
    """The same resources as the pack knows them, the stack itself first, as from Pulumi's engine."""
    urn = f"urn:pulumi:{graph.stack}::{graph.project}::{STACK_TYPE}::{graph.project}-{graph.stack}"
    stack = Resource(urn=urn, type=STACK_TYPE, name=f"{graph.project}-{graph.stack}", inputs={})
    return PolicyGraph([stack, *(_resource(node, urn) for node in graph)], environment(graph))


def _resource(node: Node, stack: str) -> Resource:
    return Resource(
        urn=node.urn,
        type=node.type,
        name=node.name,
        # The engine gives the pack no inputs of a component that runs inside it.
        inputs={} if node.remote else _marked(node),
        outputs=node.outputs,
        parent=node.parent or stack,
        options=_options(node),
        dependencies=node.dependencies,
        property_dependencies=node.property_dependencies,
    )


def _marked(node: Node) -> dict[str, Any]:
    return {key: sealed(value) if key in node.secret_inputs else value for key, value in node.inputs.items()}


def _options(node: Node) -> dict[str, Any]:
    return {"protect": node.protect, "ignoreChanges": list(node.ignore_changes), **node.options}

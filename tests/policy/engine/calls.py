"""A model of how Pulumi's engine calls a policy pack, from what a program registers.

By what recorded/ shows of CLI 3.260, and by the engine's source for a state file:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/analyze_snapshot.go

A known run is a graph whose computed values are there, as after an `up`; an unknown run one of an empty account.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as wire

from analyser.graph import Graph, Node
from analyser.run.property_bags import encode
from policy.model import STACK_TYPE, UNKNOWN, wholly_known
from tests.policy.engine.process import secret

Values = Mapping[str, Any]
Shown = Callable[[Node], Values]


@dataclass(frozen=True)
class Calls:
    """One Analyze for every resource, then one AnalyzeStack for all of them, in an order of the engine's own."""

    analyze: list[wire.AnalyzeRequest]
    stack: wire.AnalyzeStackRequest


def first_preview(unknown: Graph) -> Calls:
    """On an empty account: inputs, which are the outputs too unless the provider's configuration is unknown yet."""
    return _calls(unknown, inputs_of, lambda node: {} if _unconfigured(unknown, node) else inputs_of(node))


def targeted(unknown: Graph, targets: Iterable[str]) -> Calls:
    """The same with `--target`: of what is not meant the engine shows type, name and dependencies, and no property."""
    meant = frozenset(targets)

    def shown(node: Node) -> Values:
        return inputs_of(node) if node.urn in meant or node.is_provider else {}

    return _calls(unknown, shown, shown)


def up(known: Graph) -> Calls:
    """Inputs, then what the providers answered."""
    return _calls(known, inputs_of, outputs_of)


def update(known: Graph, unknown: Graph, replaced: str) -> Calls:
    """A preview over a stack that is up, where a change replaces one resource.

    Its outputs and what others take from them are unknown again; those others still have their old outputs.
    """
    before = {node.urn: node.inputs for node in unknown}

    def inputs(node: Node) -> Values:
        changing = [key for key, urns in node.property_dependencies.items() if replaced in urns]
        return {**inputs_of(node), **{key: before[node.urn].get(key) for key in changing if node.is_resource}}

    def outputs(node: Node) -> Values:
        old = outputs_of(node)
        return {**dict.fromkeys(old, UNKNOWN), **inputs_of(node)} if node.urn == replaced else old

    return _calls(known, inputs, outputs)


def state_file(known: Graph, deployment: Mapping[str, Any]) -> Calls:
    """`pulumi policy analyze --file` over a deployment of the graph: Analyze is shown the inputs, AnalyzeStack the
    outputs that stand in the file. The engine says nothing of the stack's configuration."""
    states = {state["urn"]: state for state in deployment["deployment"]["resources"]}

    def stands(key: str) -> Shown:
        return lambda node: states[node.urn].get(key, {})

    return _calls(known, stands("inputs"), stands("outputs"))


def inputs_of(node: Node) -> Values:
    """What a resource is registered with; components show nothing."""
    if node.is_component:
        return {}
    return {key: secret(value) if key in node.secret_inputs else value for key, value in node.inputs.items()}


def outputs_of(node: Node) -> Values:
    """What the provider answers: the inputs and what it computed."""
    return {**node.outputs, **inputs_of(node)} if node.custom else {}


def _calls(graph: Graph, inputs: Shown, outputs: Shown) -> Calls:
    root = f"urn:pulumi:{graph.stack}::{graph.project}::{STACK_TYPE}::{graph.project}-{graph.stack}"
    stack = Node(root, STACK_TYPE, f"{graph.project}-{graph.stack}", {}, {}, custom=False)
    nodes = [stack, *graph]
    return Calls(
        [_request(graph, node, root, inputs(node)) for node in nodes],
        wire.AnalyzeStackRequest(resources=[_resource(graph, node, root, outputs(node)) for node in reversed(nodes)]),
    )


def _request(graph: Graph, node: Node, root: str, properties: Values) -> wire.AnalyzeRequest:
    return wire.AnalyzeRequest(
        type=node.type,
        urn=node.urn,
        name=node.name,
        properties=encode(dict(properties)),
        options=_options(node, root),
        provider=_provider(graph, node),
    )


def _resource(graph: Graph, node: Node, root: str, properties: Values) -> wire.AnalyzerResource:
    dependencies = {
        key: wire.AnalyzerPropertyDependencies(urns=urns) for key, urns in node.property_dependencies.items()
    }
    return wire.AnalyzerResource(
        type=node.type,
        urn=node.urn,
        name=node.name,
        properties=encode(dict(properties)),
        options=_options(node, root),
        provider=_provider(graph, node),
        parent=_parent(node, root),
        dependencies=node.dependencies,
        propertyDependencies=dependencies,
    )


def _parent(node: Node, root: str) -> str:
    return "" if node.urn == root else node.parent or root


def _options(node: Node, root: str) -> wire.AnalyzerResourceOptions:
    return wire.AnalyzerResourceOptions(
        protect=node.protect, ignoreChanges=node.ignore_changes, parent=_parent(node, root)
    )


def _provider(graph: Graph, node: Node) -> wire.AnalyzerProviderResource | None:
    """The provider that the program named, or the engine's own for the package; components and providers have none."""
    if not node.is_resource:
        return None
    named = graph.get(node.provider.rpartition("::")[0])
    if named is not None:
        properties = encode(dict(named.inputs))
        return wire.AnalyzerProviderResource(urn=named.urn, type=named.type, name=named.name, properties=properties)
    token = f"pulumi:providers:{node.package}"
    urn = f"urn:pulumi:{graph.stack}::{graph.project}::{token}::default"
    return wire.AnalyzerProviderResource(urn=urn, type=token, name="default", properties=encode({"version": "1.0.0"}))


def _unconfigured(graph: Graph, node: Node) -> bool:
    named = graph.get(node.provider.rpartition("::")[0])
    return named is not None and not wholly_known(dict(named.inputs))

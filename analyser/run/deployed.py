"""The state of a deployed stack (``pulumi stack export``) as a graph, and as known values for a preview.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (UntypedDeployment, DeploymentV3, ResourceV3)
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analyser.graph import TAGS_KEY, Gap, Graph, Node, sorted_gaps
from analyser.run.provider_regions import placed, provider_regions
from analyser.run.saved_values import bag, plain
from analyser.run.state_form import malformed
from policy.tokens import canonical
from policy.unknown import wholly_known
from settings.provider import REGION_KEY
from systems.recovery_stack import home_outputs

_STACK = "pulumi:pulumi:Stack"
_DEFAULT = "::default"
"""How the name of a provider begins that the engine makes of the configuration."""
_VERSIONS = (3, 4)
_OPTIONS = ("retainOnDelete", "replaceOnChanges", "aliases", "taint")
"""What a state keeps beside a resource that decides what becomes of it."""
_ACCOUNT = 4
"""The place of the account in an ARN."""


class ExportError(Exception):
    """This is no deployment that can be read; the message says why."""


def is_export(data: Any) -> bool:
    """Whether this is what ``pulumi stack export`` writes, or a backend in files keeps, of whichever version."""
    return _deployment(data) is not None


def _deployment(data: Any) -> Mapping[str, Any] | None:
    """The deployment of an export, or the newest of a checkpoint; None for anything else."""
    if not isinstance(data, Mapping):
        return None
    kept = data.get("checkpoint")
    found = kept.get("latest") if isinstance(kept, Mapping) else data.get("deployment")
    return found if isinstance(found, Mapping) else None


def graph_of_export(data: Mapping[str, Any]) -> Graph:
    """The graph of an export. Secret values are not read, also where the export shows them.

    What waits for its deletion or for what takes its place, or was only read, is left out; what an update that broke
    off had begun is a gap. Raises ExportError for versions that nobody knows and for a stack that has nothing.
    """
    if data.get("version") not in _VERSIONS:
        raise ExportError(f"version {data.get('version')} of an export is not known; 3 and 4 are")
    deployment = _deployment(data) or {}
    return graph_of_states(deployment.get("resources") or [], gaps=tuple(_begun(deployment.get("pending_operations"))))


def _begun(operations: Any) -> Iterator[Gap]:
    """The operations of which the engine never heard how they ended."""
    for operation in operations if isinstance(operations, list) else []:
        state = operation.get("resource") if isinstance(operation, Mapping) else None
        if isinstance(state, Mapping):
            yield Gap("begun", str(state.get("type")), str(state.get("urn")).rpartition("::")[2])


def graph_of_states(states: Any, config: Mapping[str, str] | None = None, gaps: tuple[Gap, ...] = ()) -> Graph:
    """The graph of resources as a state has them, with what is known of configuration and not seen beside.

    Raises ExportError for what is no list of such, and for one without a stack.
    """
    if wrong := next(malformed(states), ""):
        raise ExportError(wrong)
    stack = next((state for state in states if state["type"] == _STACK), None)
    if stack is None:
        raise ExportError("the export holds no stack: nothing is deployed, so an up makes all of a preview")
    home = _region(states) or (config or {}).get(REGION_KEY, "")
    nodes = _placed([_node(state) for state in states if state is not stack and not _passed_over(state)], home)
    exports, secret = bag(stack.get("outputs") or {})
    start, project = stack["urn"].split("::")[:2]
    name = start.rpartition(":")[2]
    known = {**(config or {}), **_tags(states)}
    return Graph(
        project,
        name,
        nodes,
        exports,
        region=home,
        config=known,
        secret_exports=frozenset(secret),
        gaps=sorted_gaps([*gaps, *(_hidden(state) for state in states if state.get("external"))]),
    )


def _placed(nodes: list[Node], home: str) -> list[Node]:
    regions = provider_regions(nodes)
    return [replace(node, inputs=placed(node.type, node.provider, node.inputs, regions, home)) for node in nodes]


def _hidden(state: Mapping[str, Any]) -> Gap:
    return Gap("read", state["type"], state["urn"].rsplit("::", 1)[1])


@dataclass(frozen=True)
class Deployed:
    """What the provider answered for each resource, by which a preview knows what is there already."""

    answers: Mapping[tuple[str, str], tuple[str, dict[str, Any]]]
    """By type and name: the id and the outputs. What shares both with another is left out."""
    account: str
    """The AWS account; empty where no ARN says it."""
    held: Mapping[str, Any] | None = None
    """What a recovery stack has read of its home stack, by output; None for a stack that reads none."""

    def answer(self, token: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """The id and the state of a resource with these inputs; None for one that is not there."""
        found = self.answers.get((token, name))
        return found and (found[0], {**found[1], **inputs})


def deployed(graph: Graph) -> Deployed:
    """The answers that an export's graph holds."""
    often = Counter((node.type, node.name) for node in graph)
    answers = {
        (node.type, node.name): (node.id, node.outputs)
        for node in graph
        if node.custom and often[node.type, node.name] == 1
    }
    arns = (str(node.outputs.get("arn", "")).split(":") for node in graph)
    accounts = Counter(parts[_ACCOUNT] for parts in arns if len(parts) > _ACCOUNT and parts[_ACCOUNT].isdigit())
    account = accounts.most_common(1)[0][0] if accounts else ""
    return Deployed(answers, account, home_outputs(graph.exports) or None)


def _passed_over(state: Mapping[str, Any]) -> bool:
    """Whether nothing stands for it.

    Of a replacement that broke off the old one is gone, and the new one not there. A view (``viewOf``) is a part of
    what another resource stands for, which no program registers, so that no update would take it away.
    """
    return any(state.get(mark) for mark in ("delete", "external", "pendingReplacement", "viewOf"))


def _node(state: Mapping[str, Any]) -> Node:
    inputs, secret = bag(state.get("inputs") or {})
    outputs, _ = bag(state.get("outputs") or {})
    parent = state.get("parent") or ""
    options = {key: state[key] for key in _OPTIONS if state.get(key)}
    return Node(
        urn=state["urn"],
        type=canonical(state["type"]),
        name=state["urn"].rsplit("::", 1)[1],
        inputs=inputs,
        outputs=outputs,
        id=state.get("id") or "",
        parent="" if f"::{_STACK}::" in parent else parent,
        custom=bool(state.get("custom")),
        provider=state.get("provider") or "",
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={
            key: tuple(urns) for key, urns in (state.get("propertyDependencies") or {}).items() if urns
        },
        secret_inputs=frozenset(secret),
        protect=bool(state.get("protect")),
        ignore_changes=tuple(state.get("ignoreChanges") or ()),
        options=options,
    )


def _region(states: list[Mapping[str, Any]]) -> str:
    """The default provider's region, else any AWS provider's."""
    own = sorted(_providers(states), key=lambda state: _DEFAULT not in state["urn"])
    found = (plain((state.get("inputs") or {}).get("region")) for state in own)
    return next((region for region in found if isinstance(region, str) and region), "")


def _tags(states: list[Mapping[str, Any]]) -> dict[str, str]:
    """The default provider's tags as configuration, which is a text there; nothing where there is no such provider."""
    own = [state.get("inputs") or {} for state in _providers(states) if _DEFAULT in state["urn"]]
    given = [plain(inputs.get("defaultTags") or {}) for inputs in own]
    found = [one if isinstance(one, str) else json.dumps(one) for one in given if wholly_known(one)]
    return {TAGS_KEY: max(found, key=len)} if found else {}


def _providers(states: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [state for state in states if state["type"] == "pulumi:providers:aws"]

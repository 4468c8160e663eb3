"""A preview or saved plan of the Pulumi CLI as a graph.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/display/json.go (PreviewDigest, PreviewStep) and
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/plan.go (DeploymentPlanV1, GoalV1)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.runtime import rpc

from analyser.graph import Graph
from analyser.run.deployed import ExportError, graph_of_export, graph_of_states, is_export
from analyser.run.property_bags import SIGNATURE

_GONE = ("delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace", "read-discard")
_BLINDED = "[secret]"
"""What stands for a secret in a preview."""
_WHOLE = frozenset(("create", "import"))
"""Steps of what the state did not have, so that a plan, which holds differences, holds all of it."""
FORMATS = "pulumi stack export, pulumi preview --json or pulumi preview --save-plan"


def is_digest(data: Any) -> bool:
    """Whether this is what ``pulumi preview --json`` writes."""
    told = {"changeSummary", "diagnostics"}  # a preview that failed has no summary, and may have come to no step
    return isinstance(data, Mapping) and not told.isdisjoint(data) and isinstance(data.get("steps", []), list)


def is_plan(data: Any) -> bool:
    """Whether this is a plan, with the version around it or without."""
    return isinstance(_plan(data).get("resourcePlans"), Mapping)


def is_written_by_pulumi(data: Any) -> bool:
    """Whether ``graph_of_data`` makes a graph of this, or says what it lacks."""
    return is_export(data) or is_digest(data) or is_plan(data)


def graph_of_data(data: Any) -> Graph | None:
    """The graph of what the CLI wrote; None for anything else. Raises ExportError for what holds only a part."""
    if is_export(data):
        return graph_of_export(data)
    if is_digest(data):
        return graph_of_states(list(_of_digest(data)), config=_texts(data.get("config")))
    return graph_of_states(list(_of_plan(_plan(data))), config={}) if is_plan(data) else None


def _of_digest(data: Mapping[str, Any]) -> Iterator[Any]:
    told = (said for said in _member(data, "diagnostics", list) or () if isinstance(said, Mapping))
    if failed := next((said for said in told if said.get("severity") == "error"), None):
        raise ExportError(f"the preview failed, so it holds a part of the stack only: {_line(failed.get('message'))}")
    steps = [step if isinstance(step, Mapping) else {} for step in data.get("steps", [])]
    same = sum(step.get("op") == "same" for step in steps)
    there = (_member(data, "changeSummary", Mapping) or {}).get("same", 0)
    if isinstance(there, int) and same < there:
        raise ExportError(
            f"{there - same} resources that do not change are left out, so nothing could be said of the whole; "
            "write it with pulumi preview --json --show-sames"
        )
    states = {step.get("urn"): _sealed(step.get("newState")) for step in steps if step.get("op") not in _GONE}
    yield from states.values()


def _member(found: Mapping[str, Any], key: str, form: type) -> Any:
    """A member of what was read, None where it is not there. Raises ExportError for one of another form."""
    member = found.get(key)
    if member is not None and not isinstance(member, form):
        raise ExportError(f"{key} is no {'list' if form is list else 'object'}")
    return member


def _line(message: Any) -> str:
    """The first line of a diagnostic that says something."""
    return next((line for text in str(message or "").splitlines() if (line := text.strip())), "")


def _of_plan(plan: Mapping[str, Any]) -> Iterator[Any]:
    planned = {urn: each if isinstance(each, Mapping) else {} for urn, each in plan["resourcePlans"].items()}
    goals = {urn: each["goal"] for urn, each in planned.items() if isinstance(each.get("goal"), Mapping)}
    there = [
        urn
        for urn, goal in goals.items()
        if goal.get("custom") and _WHOLE.isdisjoint(_member(planned[urn], "steps", list) or ())
    ]
    if there:
        raise ExportError(
            f"of {len(there)} resources that exist the plan holds only what changes, such as {there[0]}; "
            "give what pulumi preview --json --show-sames writes"
        )
    for urn, goal in goals.items():
        given = (_member(goal, "inputDiff", Mapping) or {}).get("adds") or {}
        yield {**goal, "urn": urn, "inputs": given, "outputs": planned[urn].get("state") or {}, "id": goal.get("id")}


def _plan(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        return {}
    return data["plan"] if isinstance(data.get("plan"), Mapping) else data


def _sealed(value: Any) -> Any:
    """The same with secrets as an export has them."""
    if value == _BLINDED:
        return {SIGNATURE: rpc._special_secret_sig}
    if isinstance(value, Mapping):
        return {key: _sealed(member) for key, member in value.items()}
    return [_sealed(item) for item in value] if isinstance(value, list) else value


def _texts(config: Any) -> dict[str, str]:
    """The configuration that is no secret."""
    found = config if isinstance(config, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(value, str) and value != _BLINDED}

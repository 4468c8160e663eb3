"""The model calls the pack as the engine did, as far as today's stack `dev` has what was recorded."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from tests.policy.engine import calls
from tests.policy.engine.process import SECRET_SIGNATURE, SIGNATURE, UNKNOWN_STRING
from tests.policy.engine.recordings import STACK, Recording, recording
from tests.stacks import stack_graph

TARGETS = ("data-key-key", "data-key-alias")
Requests = Mapping[str, Mapping[str, Any]]


def first_preview() -> calls.Calls:
    return calls.first_preview(stack_graph(STACK, known=False))


def targeted() -> calls.Calls:
    unknown = stack_graph(STACK, known=False)
    return calls.targeted(unknown, [node.urn for node in unknown if node.name in TARGETS])


def up() -> calls.Calls:
    return calls.up(stack_graph(STACK))


def update() -> calls.Calls:
    known, unknown = stack_graph(STACK), stack_graph(STACK, known=False)
    (deployment,) = [node.urn for node in known if node.name == "microservice-deployment"]
    return calls.update(known, unknown, deployment)


WAYS = [
    pytest.param(first_preview, "dev-first-preview", id="first preview"),
    pytest.param(targeted, "dev-first-preview-targeted", id="targeted"),
    pytest.param(up, "dev-up", id="up"),
    pytest.param(update, "dev-changed-preview", id="update"),
]
Way = Callable[[], calls.Calls]


def both(way: Way, name: str) -> Iterator[tuple[Requests, Requests]]:
    """What both make of the same resources: in the model, and in the recording; for Analyze and for AnalyzeStack."""
    model, real = way(), recording(name)
    for ours, theirs in ((model.analyze, real.analyze), (model.stack.resources, real.stack)):
        modelled = {request.urn: MessageToDict(request) for request in ours}
        recorded = {request["urn"]: request for request in theirs}
        shared = modelled.keys() & recorded.keys()
        assert len(shared) > 0.9 * len(recorded)
        yield {urn: modelled[urn] for urn in shared}, {urn: recorded[urn] for urn in shared}


def custom(requests: Requests) -> dict[str, Mapping[str, Any]]:
    """Those that a provider makes: components' outputs are no resource's."""
    return {urn: request for urn, request in requests.items() if "provider" in request}


SINCE_THEN_CHANGED = {("zone-queries", "policyDocument"), ("addons-container-insights-pods-policy", "policy")}
"""What waited for a value when the engine was recorded and is plain text now, or waits for a bucket now."""


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_the_same_resources_come_without_a_property(way: Way, name: str) -> None:
    for ours, theirs in both(way, name):
        assert custom(ours).keys() == custom(theirs).keys()
        empty = [{urn for urn, each in custom(some).items() if not each.get("properties")} for some in (ours, theirs)]
        assert empty[0] == empty[1]


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_the_same_inputs_are_unknown_or_secret(way: Way, name: str) -> None:
    for (ours, theirs), part in zip(both(way, name), ("Analyze", "AnalyzeStack"), strict=True):
        for urn, recorded in custom(theirs).items():
            modelled = ours[urn].get("properties", {})
            for key, value in recorded.get("properties", {}).items():
                if key in modelled and part == "Analyze" and (urn.rpartition("::")[2], key) not in SINCE_THEN_CHANGED:
                    assert kind(modelled[key]) == kind(value), (urn, key)


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_the_same_resources_are_named_behind_each_property(way: Way, name: str) -> None:
    _, (ours, theirs) = both(way, name)
    for urn, recorded in custom(theirs).items():
        modelled = behind(ours[urn])
        for key, urns in behind(recorded).items():
            assert key not in modelled or modelled[key] & urns, (urn, key)


def test_of_a_recording_only_its_own_changes_differ() -> None:
    up_, changed = recording("dev-up"), recording("dev-changed-preview")
    assert differing(up_, changed) == {"microservice-deployment"}


def kind(value: Any) -> str:
    """A secret, known, or not wholly known: a remote component leaves a list unknown of which a member is."""
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET_SIGNATURE:
        return "secret"
    return "unknown" if UNKNOWN_STRING in json.dumps(value) else "known"


def behind(request: Mapping[str, Any]) -> dict[str, set[str]]:
    return {key: set(each["urns"]) for key, each in request.get("propertyDependencies", {}).items()}


def differing(one: Recording, other: Recording) -> set[str]:
    before = {each["urn"]: each.get("properties") for each in one.analyze}
    return {each["name"] for each in other.analyze if each.get("properties") != before[each["urn"]]}

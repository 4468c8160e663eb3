"""What the pack keeps of Analyze for AnalyzeStack, and what it makes of a resource of which nothing is known."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.model import Finding, Graph, Resource, Severity, rule, stack_rule
from tests.policy.engine.process import UNKNOWN_STRING, analyze_request, struct, urn
from tests.policy.engine.verdicts import InProcess, wrong

TOPIC = "aws:sns/topic:Topic"
PROVIDER = wire.AnalyzerProviderResource(type="pulumi:providers:aws", urn=urn("pulumi:providers:aws", "a"), name="a")
LINK = "https://docs.aws.amazon.com/sns/"


@rule("alone", title="t", severity=Severity.HIGH, types=[TOPIC], remedy="r", link=LINK)
def alone(topic: Resource) -> Iterator[Finding]:
    """Asked by Analyze."""
    if topic.lacks("kmsMasterKeyId"):
        yield Finding("has no key", "kmsMasterKeyId")


@stack_rule("together", title="t", severity=Severity.HIGH, types=[TOPIC], remedy="r", link=LINK)
def together(topic: Resource, _graph: Graph) -> Iterator[Finding]:
    """Asked by AnalyzeStack: what it reads as a setting, and what it knows the topic by."""
    if topic.lacks("kmsMasterKeyId"):
        yield Finding("has no key", "kmsMasterKeyId")
    for key in sorted(topic.outputs):
        yield Finding(f"has the output {key}")


@pytest.fixture
def pack() -> InProcess:
    return InProcess([alone, together], ())


def in_analyze(pack: InProcess, /, **inputs: Any) -> list[str]:
    request = analyze_request(TOPIC, "it", **inputs)
    request.provider.CopyFrom(PROVIDER)
    return said(pack.Analyze(request))


def in_stack(pack: InProcess, /, **outputs: Any) -> list[str]:
    resource = wire.AnalyzerResource(
        type=TOPIC, urn=urn(TOPIC, "it"), name="it", properties=struct(outputs), provider=PROVIDER
    )
    return said(pack.AnalyzeStack(wire.AnalyzeStackRequest(resources=[resource])))


def said(response: wire.AnalyzeResponse) -> list[str]:
    return [wrong(each.message, "::it") for each in response.diagnostics]


def test_settings_are_what_analyze_saw(pack: InProcess) -> None:
    assert in_analyze(pack, kmsMasterKeyId=UNKNOWN_STRING) == []
    assert in_stack(pack) == []  # behind a provider that is not configured yet


def test_a_new_input_wins_over_the_old_output(pack: InProcess) -> None:
    assert in_analyze(pack, name="topic") == ["has no key (kmsMasterKeyId)"]
    told = in_stack(pack, kmsMasterKeyId="old", arn="arn:aws:sns:eu-west-1:123456789012:topic")
    assert told == ["has no key (kmsMasterKeyId)", "has the output arn", "has the output kmsMasterKeyId"]


def test_outputs_stand_in_for_what_analyze_never_saw(pack: InProcess) -> None:
    assert in_stack(pack, name="topic") == ["has no key (kmsMasterKeyId)", "has the output name"]
    assert in_stack(pack, kmsMasterKeyId="key") == ["has the output kmsMasterKeyId"]


def test_nothing_is_kept_from_one_run_to_the_next(pack: InProcess) -> None:
    in_analyze(pack, kmsMasterKeyId="key")
    in_stack(pack)
    assert in_stack(pack, name="topic")[0] == "has no key (kmsMasterKeyId)"
    in_analyze(pack, kmsMasterKeyId="key")
    pack.configure()
    assert in_stack(pack, name="topic")[0] == "has no key (kmsMasterKeyId)"


def test_without_a_property_nothing_is_known(pack: InProcess) -> None:
    assert in_analyze(pack) == []
    assert in_stack(pack) == []


def test_what_a_provider_filled_in_is_something(pack: InProcess) -> None:
    assert in_analyze(pack, __defaults=[]) == ["has no key (kmsMasterKeyId)"]


def test_without_a_provider_there_is_nothing_to_hide(pack: InProcess) -> None:
    assert said(pack.Analyze(analyze_request(TOPIC, "it"))) == ["has no key (kmsMasterKeyId)"]

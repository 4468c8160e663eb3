"""The real engine's calls, sent to the pack's real process: what it answers is what the offline evaluation says."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy.exemptions import read_exemptions
from policy.model import Level, evaluate, read_config
from policy.pack import all_rules
from tests.policy.engine.process import pack_process
from tests.policy.engine.recordings import NAMES, STACK, recording
from tests.policy.engine.verdicts import Verdict, told_by, told_offline

CONFIG = {"aws:region": "us-east-1", "strata:environment": "dev"}
TARGETED = "dev-first-preview-targeted"


@pytest.fixture(scope="module")
def pack() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    with pack_process(STACK) as stub:
        stub.ConfigureStack(wire.AnalyzerStackConfigureRequest(stack=STACK, project="strata", config=CONFIG))
        yield stub


def offline(name: str) -> list[Verdict]:
    """By the day on which the process judges, which is the machine's."""
    config, day = read_config({}, all_rules()), datetime.now(UTC).date()
    graph = recording(name).graph()
    return told_offline(evaluate(graph, all_rules(), config, read_exemptions(), today=day))


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_is_told_what_the_offline_evaluation_says(name: str, pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    told = told_by(pack, recording(name).calls())
    assert told == offline(name)
    assert [verdict for verdict in told if verdict[3] == Level.MANDATORY] == []


def test_the_recorded_runs_of_one_program_get_one_verdict() -> None:
    first, targeted, up, changed = (offline(name) for name in NAMES)
    assert first == up == changed
    assert set(targeted) < set(first)


def test_something_is_found_in_what_a_target_leaves() -> None:
    assert {verdict[3] for verdict in offline("dev-up")} >= {"advisory", "exempt"}
    assert recording(TARGETED).graph().partial

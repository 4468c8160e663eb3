"""A rule that fails, a setting that is none: the same words from the pack's process and from the preview."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.environment import environment_of
from policy.exemptions import Exemption, read_exemptions
from policy.model import Finding, Graph, Kind, Level, Resource, Severity, rule, stack_rule
from policy.rules import rds
from tests.policy.engine.process import EMPTY, analyze_request, pack_process, stack_resource, struct
from tests.policy.engine.verdicts import InProcess, wrong
from tests.policy.support import resource, verdict

TOPIC = "aws:sns/topic:Topic"
LINK = "https://docs.aws.amazon.com/sns/"


@rule(
    "broken-alone",
    title="t",
    severity=Severity.HIGH,
    types=[TOPIC],
    remedy="r",
    link=LINK,
    level=Level.MANDATORY_IN_PROD,
)
def broken_alone(topic: Resource) -> Iterator[Finding]:
    """Reads in the dark after a finding."""
    yield Finding("is seen")
    raise LookupError(f"no {topic.name}\nhere")


@stack_rule("broken-together", title="t", severity=Severity.HIGH, types=[TOPIC], remedy="r", link=LINK)
def broken_together(topic: Resource, _graph: Graph) -> Iterator[Finding]:
    """Does not come as far as a finding, and fails in the pack's own code."""
    environment_of(topic.get("name"))
    return iter(())


ALONE = "is not judged: the rule broken-alone failed: LookupError: no it here"


def test_a_broken_rule_is_a_finding_of_its_own_in_the_preview() -> None:
    for environment, level in (("prod", Level.MANDATORY), ("dev", Level.ADVISORY)):
        found = verdict(resource(TOPIC, "it"), rules=[broken_alone], environment=environment)
        assert [(each.message, each.level) for each in found] == [("is seen", level), (ALONE, level)]


def test_and_the_same_in_the_engine() -> None:
    pack = InProcess([broken_alone, broken_together], ())
    told = pack.Analyze(analyze_request(TOPIC, "it", name=1)).diagnostics
    assert [wrong(each.message, "::it") for each in told] == ["is seen", ALONE]
    assert {(each.policyName, each.enforcementLevel) for each in told} == {("broken-alone", wire.MANDATORY)}
    (whole,) = pack.AnalyzeStack(wire.AnalyzeStackRequest(resources=[stack_resource(TOPIC, "it", name=1)])).diagnostics
    (offline,) = verdict(resource(TOPIC, "it", name=1), rules=[broken_together])
    assert (whole.urn, wrong(whole.message, whole.urn)) == (offline.urn, offline.message)
    assert offline.blocks
    assert offline.message.startswith("is not judged: the rule broken-together failed at policy/environment.py:")
    assert "TypeError" in offline.message


def test_a_broken_rule_about_exemptions_is_told_too() -> None:
    @rule("broken-use", title="t", severity=Severity.LOW, types=(), remedy="r", link=LINK, kind=Kind.EXEMPTION)
    def broken(use: object) -> Iterator[Finding]:
        raise AttributeError("none")
        yield Finding(str(use))

    given = Exemption("broken-alone", resource(TOPIC, "it").urn, "r", "o", None)
    (found,) = verdict(resource(TOPIC, "it"), rules=[broken], exemptions=[given])
    assert found.message == "is not judged: the rule broken-use failed: AttributeError: none"


def test_a_policy_configuration_that_is_none_is_told_without_a_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    settings = wire.PolicyConfig(enforcementLevel=wire.MANDATORY, properties=struct({"minimumDays": 99}))
    with pack_process() as stub:
        with pytest.raises(grpc.RpcError) as caught:
            stub.Configure(wire.ConfigureAnalyzerRequest(policyConfig={rds.backups.id: settings}))
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert error.details() == "rds-backups.minimumDays: 99 is not a whole number from 1 to 35"
        assert stub.GetAnalyzerInfo(EMPTY).policies  # still there
    assert "Traceback" not in capfd.readouterr().err


def test_a_day_with_a_time_is_that_day(tmp_path: Path) -> None:
    file = tmp_path / "exemptions.yaml"
    file.write_text(
        "exemptions:\n- {rule: a, urn: u, reason: r, owner: o, expires: 2026-12-31T08:00:00Z}\n", encoding="utf-8"
    )
    (given,) = read_exemptions(file)
    assert str(given.expires) == "2026-12-31"

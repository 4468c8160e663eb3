"""What the pack answers, in a form that its ways can be compared in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.analyzer import Analyzer
from policy.exemptions import read_exemptions
from policy.model import Exemption, Rule, Violation
from policy.pack import PACK_NAME, all_rules
from tests.policy.engine.calls import Calls

TODAY = date(2026, 1, 1)
Verdict = tuple[str, str, str, str]
"""Rule, URN, what is said, level; the level of what is exempt is `exempt`."""
_LEVELS = {wire.ADVISORY: "advisory", wire.MANDATORY: "mandatory"}


class Pack(Protocol):
    """A stub of the pack's process, or the analyzer itself."""

    def Analyze(self, request: wire.AnalyzeRequest, /) -> wire.AnalyzeResponse: ...  # noqa: N802 - gRPC's name

    def AnalyzeStack(self, request: wire.AnalyzeStackRequest, /) -> wire.AnalyzeResponse: ...  # noqa: N802 - gRPC's name


class InProcess:
    """The analyzer as the pack's process serves it, without the process."""

    def __init__(self, rules: Iterable[Rule] | None = None, exemptions: tuple[Exemption, ...] | None = None) -> None:
        chosen = all_rules() if rules is None else tuple(rules)
        self.analyzer = Analyzer(PACK_NAME, chosen, read_exemptions() if exemptions is None else exemptions, TODAY)

    def configure(self, stack: str = "", project: str = "", config: Mapping[str, str] | None = None) -> None:
        """What the engine says of the stack at the begin of a run."""
        request = wire.AnalyzerStackConfigureRequest(stack=stack, project=project, config=dict(config or {}))
        self.analyzer.ConfigureStack(request, None)

    def Analyze(self, request: wire.AnalyzeRequest) -> wire.AnalyzeResponse:  # noqa: N802 - gRPC's name
        return self.analyzer.Analyze(request, None)

    def AnalyzeStack(self, request: wire.AnalyzeStackRequest) -> wire.AnalyzeResponse:  # noqa: N802 - gRPC's name
        return self.analyzer.AnalyzeStack(request, None)


def told_by(pack: Pack, calls: Calls) -> list[Verdict]:
    """What the pack answers to these calls, sorted."""
    found: list[Verdict] = []
    for request in calls.analyze:
        found += _told(pack.Analyze(request), request.urn)
    return sorted([*found, *_told(pack.AnalyzeStack(calls.stack), "")])


def told_offline(violations: Iterable[Violation]) -> list[Verdict]:
    """The same of violations."""
    return sorted(
        (each.rule.id, each.urn, _said(each), "exempt" if each.exemption else each.level.value) for each in violations
    )


def wrong(message: str, urn: str) -> str:
    """What a message says is wrong with the resource of this URN, as the offline verdict says it."""
    name = urn.rpartition("::")[2]
    first = message.splitlines()[0]
    assert first.startswith(f"{name}: "), first
    return first.removeprefix(f"{name}: ")


def _told(response: wire.AnalyzeResponse, urn: str) -> list[Verdict]:
    blamed = [
        (each.policyName, each.urn or urn, wrong(each.message, each.urn or urn), _LEVELS[each.enforcementLevel])
        for each in response.diagnostics
    ]
    spared = [
        (each.policy_name, each.reason.partition(" ")[0], each.reason, "exempt") for each in response.not_applicable
    ]
    return [*blamed, *spared]


def _said(violation: Violation) -> str:
    if violation.exemption is not None:
        spared = violation.exemption
        return f"{violation.urn} is exempt until {spared.expires} ({spared.owner}): {spared.reason}"
    return violation.message + (f" ({violation.path})" if violation.path else "")

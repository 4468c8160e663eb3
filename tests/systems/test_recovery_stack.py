"""The contract between a home stack and its recovery stack: typed, exported again, and one line where it is broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError, run_program
from analyser.run.references import Read, full_name
from policy.unknown import UNKNOWN
from settings.recovery import RecoveryStackSettings
from systems.recovery_stack import SECRET, contract_outputs, read_home
from tests.systems.changed import with_settings


@dataclass(frozen=True)
class Contract:
    zone_id: pulumi.Input[str]
    repositories: pulumi.Input[Mapping[str, str]]
    zonal: pulumi.Input[bool]


RIGHT: dict[str, Any] = {"zoneId": "Z1", "repositories": {"web": "r/web"}, "zonal": True, "later": "unread"}


@dataclass(frozen=True)
class Guarded:
    zone_id: pulumi.Input[str]
    headers: pulumi.Input[Sequence[str]] = field(metadata=SECRET)


def run(outputs: Any, *, promoted: bool = False, known: bool = True) -> Graph:
    """A stack that reads them, of its home or of itself."""

    def program() -> None:
        home = read_home(RecoveryStackSettings(home="prod", promoted=promoted), Contract)
        pulumi.export("zonal", home.zonal)
        aws.route53.Record("record", zone_id=home.zone_id, name="a.example.com", type="TXT", records=["x"], ttl=300)

    read = full_name("prod-dr" if promoted else "prod")
    answers = {read: Read(outputs)}
    return run_program(program, stack="prod-dr", config={"aws:region": "us-west-2"}, known=known, answers=answers)


def test_a_home_tells_by_the_names_of_a_stack_file() -> None:
    assert contract_outputs(Contract("Z1", {"web": "r/web"}, True)) == {
        "recovery": {"zoneId": "Z1", "repositories": {"web": "r/web"}, "zonal": True}
    }


def test_what_is_secret_is_told_and_exported_apart() -> None:
    assert contract_outputs(Guarded("Z1", ["a"])) == {
        "recovery": {"zoneId": "Z1"},
        "recoverySecrets": {"headers": ["a"]},
    }

    def program() -> None:
        home = read_home(RecoveryStackSettings(home="prod"), Guarded)
        pulumi.export("headers", home.headers)
        pulumi.export("zone", home.zone_id)

    outputs = {"recovery": {"zoneId": "Z1"}, "recoverySecrets": {"headers": ["a", "b"]}}
    answers = {full_name("prod"): Read(outputs, ("recoverySecrets",))}
    graph = run_program(program, stack="prod-dr", config={"aws:region": "us-west-2"}, answers=answers)
    assert graph.exports["homeSecrets"] == {"headers": ["a", "b"]}
    assert graph.secret_exports == {"homeSecrets", "headers"}


@pytest.mark.parametrize("promoted", [False, True])
def test_what_is_read_reaches_resources_and_is_exported_whole(promoted: bool) -> None:
    graph = run({"home" if promoted else "recovery": RIGHT}, promoted=promoted)
    assert graph.only("aws:route53/record:Record").inputs["zoneId"] == "Z1"
    assert graph.exports == {"home": RIGHT, "zonal": True}


def test_a_promoted_stack_never_asks_for_its_home() -> None:
    def program() -> None:
        read_home(RecoveryStackSettings(home="prod", promoted=True), Contract)

    with pytest.raises(ProgramError, match=r"the preview answers for what settings\.recovery\.home names"):
        run_program(
            program,
            stack="prod-dr",
            config={"aws:region": "us-west-2"},
            answers={full_name("prod"): Read({"recovery": RIGHT})},
        )


@pytest.mark.parametrize(
    ("outputs", "line"),
    [
        ({}, "prod has no output recovery"),
        ({"recovery": "Z1"}, "prod has no output recovery"),
        ({"recovery": {**RIGHT, "zoneId": None}}, "prod has no output recovery.zoneId"),
        (
            {"recovery": {**RIGHT, "zonal": "3"}},
            "prod has no output recovery.zonal that fits: Input should be a valid boolean",
        ),
        (
            {"recovery": {**RIGHT, "repositories": {"web": 1}}},
            "prod has no output recovery.repositories that fits: Input should be a valid string",
        ),
    ],
)
def test_a_broken_contract_is_one_line(outputs: Any, line: str) -> None:
    with pytest.raises(ProgramError) as caught:
        run(outputs)
    assert str(caught.value) == f"Pulumi.prod-dr.yaml: settings.recovery.home: {line}"


def test_a_stack_that_never_stood_by_is_not_promoted() -> None:
    with pytest.raises(ProgramError) as caught:
        run({"recovery": RIGHT}, promoted=True)
    assert str(caught.value) == "Pulumi.prod-dr.yaml: settings.recovery.promoted: prod-dr has no output home"


def test_what_is_not_known_yet_registers_the_same() -> None:
    known, unknown = run({"recovery": RIGHT}), run(UNKNOWN, known=False)
    assert [node.urn for node in known] == [node.urn for node in unknown]
    assert unknown.only("aws:route53/record:Record").inputs["zoneId"] is UNKNOWN


@pytest.mark.parametrize(
    ("stack", "smaller", "takes"),
    [("prod-dr", "db.r5.xlarge", 3604), ("confluence-prod-dr", "db.r5.large", 1802)],
)
def test_a_copy_of_a_smaller_class_than_the_home_file_s_is_one_line(stack: str, smaller: str, takes: int) -> None:
    with pytest.raises(ProgramError) as caught:
        with_settings(stack, {"database": {"instanceClass": smaller}})
    contract_outputs = (
        f"Pulumi.{stack}.yaml: settings.database.instanceClass: {smaller} takes {takes} connections, db.r5."
    )
    assert str(caught.value).startswith(contract_outputs)

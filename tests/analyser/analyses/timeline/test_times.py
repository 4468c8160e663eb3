"""Times: each with a source, and the variant that fits."""

import json
from pathlib import Path

import pytest

from analyser.analyses.timeline import timeline, times
from analyser.analyses.timeline.times import duration, is_timed, patience, seconds
from policy.unknown import UNKNOWN
from tests.analyser.analyses.cost.test_types import made_by_code
from tests.analyser.analyses.timeline.nodes import DATABASE, KAFKA, TOPIC, graph, node
from tests.stacks import STACKS, stack_graph

TABLE = json.loads(Path(times.__file__).with_name("times.json").read_text(encoding="utf-8"))
ENTRIES = {
    **{f"{name} as a package": entry for name, entry in TABLE["packages"].items()},
    **TABLE["types"],
    **{
        f"{name} {json.dumps(variant['with'])}": variant
        for name, entry in TABLE["types"].items()
        for variant in entry.get("variants", ())
    },
}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_figure_has_a_source_and_holds_together(name: str) -> None:
    entry = ENTRIES[name]
    assert entry["source"].startswith("https://")
    assert 0 <= entry["typical"] <= entry["worst"]
    assert entry["worst"] > 0


def test_every_type_that_the_code_makes_has_a_time() -> None:
    assert [token for token in made_by_code() if not is_timed(token)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_of_every_stack_has_a_time(stack: str) -> None:
    assert timeline(stack_graph(stack)).guessed == ()


def test_no_type_is_both_quick_and_listed() -> None:
    quick = {(module, kind) for module, kinds in TABLE["packages"]["aws"]["quick"].items() for kind in kinds.split()}
    listed = {(token.split(":")[1].split("/")[0], token.split(":")[2]) for token in TABLE["types"]}
    assert quick & listed == set()


def test_a_type_that_nobody_timed_is_said() -> None:
    found = timeline(graph(node("aws:redshift/cluster:Cluster", "warehouse"), node("nowhere:of/a:Thing", "thing")))
    assert found.guessed == ("aws:redshift/cluster:Cluster", "nowhere:of/a:Thing")
    assert found.typical == 2


def test_packages_have_times_for_the_types_that_are_not_listed() -> None:
    found = duration(node(TOPIC, "topic"))
    assert (found.typical, found.worst) == (2, 20)


def test_a_variant_counts_where_its_inputs_are_given() -> None:
    single = duration(node(DATABASE, "db"))
    double = duration(node(DATABASE, "db", inputs={"multiAz": True}))
    replica = duration(node(DATABASE, "db", inputs={"multiAz": True, "replicateSourceDb": UNKNOWN}))
    assert (single.typical, double.typical, replica.typical) == (360, 780, 840)
    assert duration(node(DATABASE, "db", inputs={"multiAz": UNKNOWN})) == single


def test_what_only_groups_takes_no_time() -> None:
    assert duration(node("strata:data:Postgres", "db", custom=False)).worst == 0
    assert duration(node("pulumi:providers:kubernetes", "provider")).worst == 0


@pytest.mark.parametrize(("text", "expected"), [("2h", 7200), ("1h30m", 5400), ("90s", 90), ("1.5m", 90)])
def test_go_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


def test_the_provider_waits_as_long_as_it_was_told_to() -> None:
    assert patience(node(KAFKA, "stream")) == 7200
    assert patience(node(KAFKA, "stream", options={"customTimeouts": {"create": "3h"}})) == 10800
    assert patience(node(KAFKA, "stream", options={"customTimeouts": {"delete": "3h"}})) == 7200
    assert patience(node(TOPIC, "topic")) is None

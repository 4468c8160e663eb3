"""Times: the variant that fits, and what is said of types that nobody timed."""

import pytest

from analyser.analyses.timeline import timeline
from analyser.analyses.timeline.times import duration, patience, seconds
from policy.unknown import UNKNOWN
from tests.analyser.analyses.timeline.nodes import DATABASE, KAFKA, TOPIC, graph, node


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

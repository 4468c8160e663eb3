"""So many at once and no more, checked against sums made by hand."""

from analyser.analyses.timeline import timeline
from analyser.analyses.timeline.parallel import PARALLEL, within
from tests.analyser.analyses.timeline.nodes import DATABASE, TOPIC, graph, node

ALONE: dict[str, tuple[str, ...]] = {"a": (), "b": (), "c": ()}


def test_a_place_is_free_when_one_is_done() -> None:
    seconds = {"a": 10.0, "b": 4.0, "c": 5.0}
    assert [within(limit, seconds, ALONE) for limit in (1, 2, 3)] == [19, 10, 10]


def test_what_waits_begins_when_all_that_it_waits_for_is_done() -> None:
    seconds = {"a": 10.0, "b": 4.0, "c": 5.0}
    assert within(3, seconds, {"a": (), "b": ("a",), "c": ("a", "b")}) == 19
    assert within(1, seconds, {"a": ("c",), "b": (), "c": ()}) == 19


def test_what_takes_no_time_takes_no_place() -> None:
    assert within(1, {"a": 0.0, "b": 0.0, "c": 5.0}, {"a": (), "b": ("a",), "c": ("b",)}) == 5


def test_a_deployment_is_as_quick_as_its_chain_or_as_its_places_allow() -> None:
    few = timeline(graph(*(node(DATABASE, f"db{at}") for at in range(PARALLEL))))
    many = timeline(graph(*(node(DATABASE, f"db{at}") for at in range(PARALLEL + 1)), node(TOPIC, "topic")))
    assert (few.typical, few.parallel) == (360, 360)
    assert (many.typical, many.parallel) == (360, 720)

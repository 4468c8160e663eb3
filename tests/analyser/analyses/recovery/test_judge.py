"""What holds, what is missed, what nobody knows, and by which way."""

import json
from typing import Any

import pytest

from analyser.analyses.recovery import State, recovery
from analyser.analyses.recovery.document import document
from analyser.analyses.recovery.judge import judged
from analyser.analyses.recovery.model import Loss, Span, Step, Store, Way
from analyser.analyses.recovery.ways import ways
from analyser.faces.recovery_text import complaints, sentence
from settings import SettingsError
from settings.objectives import Objective
from tests.analyser.analyses.recovery.made import INSTANCE, OTHER, arn, graph, node, plan

STORE = Store("database", node(INSTANCE, "database"))
REASON = "the drill of this quarter timed it"


def back(loses: tuple[float, float | None], takes: tuple[float, float | None], name: str = "way") -> Way:
    return Way(name, Span(*loses), (Step("step", Span(*takes)),))


def state(objective: Objective | None, *ways: Way) -> State:
    return judged(STORE, Loss.ZONE, "zone", objective, ways).state


FIVE = Objective(rpo_minutes=5, rto_minutes=15)


@pytest.mark.parametrize(
    ("loses", "takes", "expected"),
    [
        ((0, 300), (60, 900), State.HOLDS),
        ((0, 301), (60, 900), State.MISSED),
        ((0, 300), (60, 901), State.MISSED),
        ((0, None), (60, 900), State.UNKNOWN),
        ((301, None), (60, 900), State.MISSED),
        ((0, 300), (60, None), State.UNKNOWN),
        ((0, 300), (901, None), State.MISSED),
        ((0, None), (60, 901), State.MISSED),
    ],
)
def test_the_worst_that_somebody_has_named_has_to_be_within(
    loses: tuple[float, float | None], takes: tuple[float, float | None], expected: State
) -> None:
    assert state(FIVE, back(loses, takes)) is expected


def test_what_is_not_known_is_not_met_unless_the_stack_takes_it_in_words() -> None:
    unbounded = back((0, None), (0, None))
    assert state(FIVE, unbounded).fails
    taken = state(FIVE.model_copy(update={"unknown": REASON}), unbounded)
    assert taken is State.ACCEPTED
    assert not taken.fails


def test_what_is_known_of_a_worst_case_that_nobody_bounds_counts() -> None:
    """A daily backup loses a day at the worst whatever its copy takes."""
    store = node(INSTANCE, "database", arn=arn("database"))
    vault = arn("vault", OTHER)
    daily = Objective(rpo_minutes=26 * 60, unknown=REASON)
    stated = {minutes: daily.model_copy(update={"rpo_minutes": minutes}) for minutes in (5, 25 * 60 - 1, 25 * 60)}
    back = ways(graph(store, *plan(store, copies=[vault])), store)[Loss.REGION]
    found = {minutes: judged(STORE, Loss.REGION, "region", each, back) for minutes, each in stated.items()}
    assert {minutes: each.state for minutes, each in found.items()} == {
        5: State.MISSED,
        25 * 60 - 1: State.MISSED,
        25 * 60: State.ACCEPTED,
    }


def test_no_words_take_how_long_a_region_takes_for_which_nobody_stands_by() -> None:
    store = node(INSTANCE, "database", {"backupRetentionPeriod": 7}, arn=arn("database"))
    said = {"rpoMinutes": 2000, "rtoMinutes": 60, "unknown": REASON}
    config = {"strata:objectives": json.dumps({"region": said})}
    alone = graph(store, *plan(store, copies=[arn("vault", OTHER)]), config=config)
    (line,) = [line for line in complaints(recovery(alone)) if "objectives.region" in line]
    assert line.endswith(
        "objectives.region.rtoMinutes: 60 of database: no stack stands by in another region, so nobody can say what "
        "it takes; state rpoMinutes alone, or in none why not"
    )


def test_words_make_nothing_hold_that_is_missed() -> None:
    assert state(FIVE.model_copy(update={"unknown": REASON}), back((0, 301), (0, None))) is State.MISSED


def test_nothing_brings_it_back() -> None:
    assert state(FIVE) is State.MISSED
    assert state(Objective(none="nobody needs it")) is State.UNSTATED
    assert state(None) is State.UNSTATED


def test_both_figures_have_to_hold_by_the_same_way() -> None:
    quick, exact = back((0, 9000), (0, 60), "quick"), back((0, 0), (0, 9000), "exact")
    assert state(FIVE, quick, exact) is State.MISSED
    assert state(FIVE, quick, exact, back((0, 300), (0, 900), "both")) is State.HOLDS


def test_of_several_ways_the_one_that_loses_least_is_told() -> None:
    found = judged(STORE, Loss.ZONE, "zone", None, [back((0, 9), (0, 1), "a"), back((0, 3), (0, 2), "b")])
    assert found.way is not None
    assert found.way.name == "b"


def test_the_longest_step_is_one_that_nobody_bounds_before_all_others() -> None:
    steps = (Step("a", Span(0, 900)), Step("b", Span(5, None)), Step("c", Span(1, 2)))
    longest = Way("way", Span(0, 0), steps).longest
    assert longest is not None
    assert longest.what == "b"
    assert Way("way", Span(0, 0), steps[::2]).longest == steps[0]
    assert Way("way", Span(0, 0), (Step("none", Span(0, 0)),)).longest is None


def stack(objectives: Any, **inputs: Any) -> Any:
    store = node(INSTANCE, "database", inputs)
    return recovery(graph(store, config={"strata:objectives": json.dumps(objectives)}))


def test_what_fails_is_told_with_file_and_key() -> None:
    found = stack({"corruption": {"rpoMinutes": 1, "rtoMinutes": 60}}, multiAz=True, backupRetentionPeriod=7)
    assert list(complaints(found)) == [
        "Pulumi.test.yaml: objectives.corruption.rpoMinutes: 1 of database: point-in-time recovery loses up to 5 min",
        "Pulumi.test.yaml: objectives.corruption.rtoMinutes: 60 of database: of point-in-time recovery nobody has said "
        "what it takes at the most; say in objectives.stores.database.corruption.unknown why it is taken",
        "Pulumi.test.yaml: objectives.deletion.rpoMinutes: 1500 of database: nothing brings it back from loss by "
        "deletion",
    ]
    assert sentence(found) == "1 of 3 objectives hold"


def test_stores_of_which_nothing_is_stated_are_told_by_name() -> None:
    stores, dev = (node(INSTANCE, "database"), node(INSTANCE, "other")), {"strata:environment": "dev"}
    assert sentence(recovery(graph(*stores, config=dev))) == "no objective is stated of any of 2 stores"
    one = json.dumps({"stores": {"database": {"zone": {"rpoMinutes": 5}}}})
    assert sentence(recovery(graph(*stores, config={**dev, "strata:objectives": one}))).endswith(
        "none is stated of other"
    )


def test_objectives_of_no_store_are_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        stack({"stores": {"databse": {"zone": {"rpoMinutes": 1}}}})
    assert str(caught.value) == (
        "Pulumi.test.yaml: objectives.stores.databse: is no store; did you mean database? its stores: database"
    )


def test_the_document_has_every_figure_with_its_source() -> None:
    found = document(stack({}, multiAz=True, backupRetentionPeriod=7))
    assert found["summary"] == {"stated": 3, "hold": 2, "accepted": 0, "notKnown": 0, "missed": 1}
    zone = next(each for each in found["verdicts"] if each["loss"] == "zone")
    assert zone["way"]["loses"]["source"].startswith("https://docs.aws.amazon.com/AmazonRDS/")
    assert zone["way"]["takes"] == {"least": 60, "most": 120}
    assert zone["way"]["longest"] == "standby in another zone"
    assert [step["takes"]["source"] for step in zone["way"]["steps"]] == [zone["way"]["loses"]["source"]]

"""The command's answers in words, as JSON and as its exit status."""

import json

import pytest

from analyser.faces.commands.reach import Question, show_matrix_of, show_reach
from analyser.graph import Graph
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import public


def graph() -> Graph:
    """One machine that is reached, one that is not, and one of which nobody can tell."""
    made, vpc, subnet = public()
    group = made.group(vpc)
    for name, asks in (("seen", True), ("hidden", False), ("unsure", UNKNOWN)):
        made.add(
            "Instance", name, subnetId=subnet, vpcSecurityGroupIds=[group], associatePublicIpAddress=asks
        )  # fmt: skip
    return made.graph()


@pytest.mark.parametrize(
    ("target", "expect", "code"),
    [
        ("seen", "yes", 0), ("seen", "no", 1), ("hidden", "no", 0), ("hidden", "yes", 1), ("unsure", "yes", 1),
        ("unsure", "no", 1), ("unsure", "", 0), ("hidden", "", 0), ("instance", "yes", 1),
    ],
)  # fmt: skip
def test_what_is_not_known_is_never_as_expected(target: str, expect: str, code: int) -> None:
    assert show_reach(graph(), Question("internet", target, 22, expect), as_json=False) == code


@pytest.mark.parametrize(("target", "head"), [("seen", "yes"), ("hidden", "no"), ("unsure", "not known")])
def test_an_answer_in_words_and_as_json(target: str, head: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_reach(graph(), Question("internet", target, 22), as_json=False)
    assert capsys.readouterr().out.startswith(f"{head}  ")
    show_reach(graph(), Question("internet", target, 22), as_json=True)
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert answer["answer"] == head
    assert answer["yes"] is (head == "yes")
    assert bool(answer["missing"]) is (head == "no")
    assert bool(answer["notKnown"]) is (head == "not known")


@pytest.mark.parametrize(
    ("recovery", "waits"),
    [(None, False), ({"home": "shop", "promoted": False}, True), ({"home": "shop", "promoted": True}, False)],
)
def test_a_no_of_a_stack_that_stands_by_is_one_until_its_promotion(
    recovery: dict[str, object] | None, waits: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    made = graph()
    config = {"strata:settings": json.dumps({"recovery": recovery} if recovery else {})}
    asked = Graph(made.project, made.stack, list(made), made.exports, region=made.region, config=config)
    said = "stands by: what only its promotion starts is not there"
    show_reach(asked, Question("internet", "hidden", 22), as_json=False)
    assert (said in capsys.readouterr().out) is waits
    show_reach(asked, Question("internet", "seen", 22), as_json=False)
    assert said not in capsys.readouterr().out
    show_reach(asked, Question("internet", "hidden", 22), as_json=True)
    assert json.loads(capsys.readouterr().out)["standsBy"] is waits


def test_the_matrix_lists_every_place(capsys: pytest.CaptureFixture[str]) -> None:
    show_matrix_of(graph(), as_json=False)
    out = capsys.readouterr().out
    (internet,) = [line for line in out.splitlines() if line.startswith("internet ")]
    assert "seen:22" in internet
    assert "? unsure:22" in internet
    assert "hidden" not in internet
    assert all(name in out for name in ("seen", "hidden", "unsure"))
    show_matrix_of(graph(), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert {place["name"] for place in found["places"]} == {"internet", "seen", "hidden", "unsure"}
    assert ("internet", "seen") in {(pair["from"], pair["to"]) for pair in found["reach"]}
    assert ("internet", "unsure") in {(pair["from"], pair["to"]) for pair in found["notKnown"]}


def test_places_that_may_reach_one_another_are_not_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    made, _, subnet = public()
    for name in ("one", "other"):
        made.add("Instance", name, subnetId=subnet, vpcSecurityGroupIds=UNKNOWN)
    show_matrix_of(made.graph(), as_json=False)
    out = capsys.readouterr().out
    assert "? one another" in out
    assert ", one another" not in out

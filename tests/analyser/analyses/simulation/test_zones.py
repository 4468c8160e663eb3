"""Without a zone the rest goes on answering, unless everything of a kind stood there."""

from collections.abc import Callable
from typing import Any

import pytest

from analyser.analyses.simulation import Outcome, simulate
from analyser.analyses.simulation.document import document
from analyser.analyses.simulation.remaining import SUBNET, without_region, without_zone, zones
from analyser.faces.terminal.simulation import show
from analyser.graph import Graph, Node
from tests.analyser.analyses.simulation.made import changed, pair, taken, told
from tests.stacks import stack_graph

STACK = "collaboration-prod"


def outcomes(of: Graph) -> dict[str, Outcome]:
    return {each.what: each for each in simulate(of)}


def test_a_zone_takes_its_subnets_and_what_stands_in_them_alone() -> None:
    home = stack_graph(STACK)
    assert zones(home) == ["us-east-1a", "us-east-1b"]
    left = without_zone(home, "us-east-1a")
    gone = {node.name for node in home.resources if left.get(node.urn) is None}
    assert gone == {
        *(f"network-{tier}-a" for tier in ("public", "private", "data")),
        *(f"network-{tier}-association-a" for tier in ("public", "private", "data")),
        *("network-nat-a", "network-private-nat-a"),
    }
    balancer = "aws:lb/loadBalancer:LoadBalancer"
    assert [len(one.only(balancer).inputs["subnets"]) for one in (home, left)] == [2, 1]


@pytest.mark.parametrize(
    ("told", "falls"),
    [
        ({"subnets": ["a"]}, True),
        ({"subnets": ["a", "b"]}, False),
        ({"network": {"subnets": ["a"], "groups": ["g"]}}, True),
        ({"network": {"subnets": ["a", "b"], "groups": ["g"]}}, False),
        ({"places": [{"subnet": "a"}]}, True),
        ({"places": [{"subnet": "a"}, {"subnet": "b"}]}, False),
        ({"subnets": []}, False),
    ],
)
def test_what_has_no_other_place_falls_however_deep_that_is_said(told: dict[str, Any], *, falls: bool) -> None:
    subnets = [
        Node(f"urn:{zone}", SUBNET, zone, {"availabilityZone": f"us-east-1{zone}"}, {}, id=zone) for zone in "ab"
    ]
    asked = dict.fromkeys(told, ("urn:a", "urn:b"))
    store = Node("urn:store", "aws:any/store:Store", "store", told, {}, id="store", property_dependencies=asked)
    left = without_zone(Graph("strata", "test", [*subnets, store], {}, region="us-east-1"), "us-east-1a")
    assert (left.get("urn:store") is None) is falls


def test_production_goes_on_without_any_zone() -> None:
    found = outcomes(stack_graph(STACK))
    assert {what: each.holds for what, each in found.items() if what.startswith("zone")} == {
        "zone us-east-1a": True,
        "zone us-east-1b": True,
    }


def _one_nat(one: Node) -> Node | None:
    """Both zones go out by the NAT gateway of the first."""
    if one.name in ("network-nat-b", "network-private-nat-b"):
        return None
    return one


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (told("redis-replication-group", multiAzEnabled=False), "server no longer reaches redis on 6379"),
        (taken("network-public-b", "network-private-b"), "internet no longer reaches"),
        (_one_nat, "no longer reaches"),
    ],
    ids=["a cache in one zone", "subnets in one zone", "one gateway for both zones"],
)
def test_what_stands_in_one_zone_is_missed(change: Callable[[Node], Node | None], says: str) -> None:
    found = outcomes(changed(stack_graph(STACK), change))
    lost = [line for what, each in found.items() if what.startswith("zone") for line in each.silent]
    assert any(says in line for line in lost), lost


def test_a_store_of_which_nothing_is_stated_need_not_go_on() -> None:
    home = changed(stack_graph(STACK), told("redis-replication-group", multiAzEnabled=False))
    none = '{"stores": {"redis": {"zone": {"none": "servers tell each other nothing meanwhile"}}}}'
    home.config = {**home.config, "strata:objectives": none}
    assert outcomes(home)["zone us-east-1a"].silent == ()


def test_a_region_takes_all_but_what_lies_elsewhere_and_what_serves_everywhere() -> None:
    left = {node.name for node in without_region(pair().home).resources}
    assert left == {
        *("other-key", "copy", "copies-vault", "well", "primary", "api"),
        *("home-pods", "copier", "copier-policy", "keeper", "keeper-policy"),
    }


def test_outcomes_are_shown_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    of = pair()
    assert show(simulate(of.home, of))
    told_all = capsys.readouterr().out
    assert "✓ without region us-east-1\n    waits for: shop-dr is promoted" in told_all
    assert "nobody has timed Instance database: multiAz, replicateSourceDb" in told_all
    assert "    waits for: health checks turn: 90 s\n" in told_all
    assert (
        "· without account: nothing is stated\n    nothing brings back: database, password, state, uploads\n"
        in told_all
    )
    found = document("shop", [*simulate(of.home, of)])
    assert found["holds"] is True
    region = next(each for each in found["losses"] if each["what"] == "region us-east-1")
    assert [step["step"].split(",")[0] for step in region["steps"]] == [
        "shop-dr is promoted",
        "health checks turn",
        "resolvers forget the old answer",
    ]

"""What the picture of a real stack shows."""

import pytest

from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.view import View
from analyser.faces.picture.scene import Box, Scene, scene
from tests.stacks import stack_graph


@pytest.fixture(scope="module", name="records")
def _records() -> Scene:
    graph = stack_graph("prod")
    return scene(Reach(graph), View(graph))


def _box(boxes: tuple[Box, ...], key: str) -> Box:
    return next(box for box in boxes if box.key == key)


def test_boxes_nest_region_network_tier_component(records: Scene) -> None:
    region = _box(records.boxes, "region-us-east-1")
    network = _box(region.inside, "vpc-us-east-1-network")
    assert [tier.key for tier in network.inside] == [
        "tier-network-public",
        "tier-network-private",
        "tier-network-data",
    ]
    public, private, data = network.inside
    assert [box.key for box in public.inside] == ["balancer"]
    assert "microservice" in {box.key for box in private.inside}
    assert {box.key for box in data.inside} == {"cache", "database", "stream"}
    assert data.note == "a 10.1.11.0/24 · b 10.1.12.0/24 · c 10.1.13.0/24"


def test_flows_are_the_connections_that_exist(records: Scene) -> None:
    flows = {(flow.source, flow.target, flow.port) for flow in records.flows}
    assert {
        ("internet", "cdn", 443),
        ("cdn", "balancer", 443),
        ("balancer", "microservice", 8080),
        ("microservice", "database", 5432),
        ("microservice", "cache", 6379),
    } <= flows
    assert not {flow for flow in flows if flow[0] == "internet" and flow[1] in {"database", "balancer", "microservice"}}


def test_every_end_of_a_flow_is_drawn_once(records: Scene) -> None:
    keys = [box.key for box in records.leaves()]
    assert len(keys) == len(set(keys))
    assert {end for flow in records.flows for end in (flow.source, flow.target)} <= set(keys)


def test_copies_stand_in_their_own_region() -> None:
    graph = stack_graph("confluence-lambda")
    drawn = scene(Reach(graph), View(graph))
    away = _box(drawn.boxes, "region-us-west-2")
    assert {box.key for box in away.leaves()} == {"bucket-copies-static"}
    assert "static" in {box.key for box in _box(drawn.boxes, "region-us-east-1").leaves()}


def test_what_follows_its_home_stack_stands_where_it_serves() -> None:
    graph = stack_graph("confluence-lambda-dr")
    drawn = scene(Reach(graph), View(graph))
    assert [box.key for box in drawn.boxes if box.key.startswith("region-")] == ["region-us-west-2"]
    assert {"cache", "postgres"} <= {box.key for box in _box(drawn.boxes, "region-us-west-2").leaves()}

"""What the picture of a real stack shows."""

import pytest

from analyser.analyses.reach.model import reach_of
from analyser.faces.picture.scene import Box, Scene, scene
from tests.analyser.faces.picture.drawings import drawing
from tests.stacks import stack_graph


@pytest.fixture(scope="module", name="records")
def _records() -> Scene:
    return drawing("prod").scene


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
    flows = {(flow.source, flow.target, flow.ports) for flow in records.flows}
    assert {
        ("internet", "cdn", (443,)),
        ("cdn", "balancer", (443,)),
        ("balancer", "microservice", (8080,)),
        ("microservice", "database", (5432,)),
        ("microservice", "cache", (6379,)),
    } <= flows
    assert not {flow for flow in flows if flow[0] == "internet" and flow[1] in {"database", "balancer", "microservice"}}


def test_every_end_of_a_flow_is_drawn_once(records: Scene) -> None:
    keys = [box.key for box in records.leaves()]
    assert len(keys) == len(set(keys))
    assert {end for flow in records.flows for end in (flow.source, flow.target)} <= set(keys)


def test_the_way_of_a_request_is_numbered(records: Scene) -> None:
    way = sorted((flow.number, flow.source, flow.target) for flow in records.flows if flow.number)
    assert [(number, target) for number, _, target in way[:4]] == [
        (1, "dns"),
        (2, "cdn"),
        (3, "balancer"),
        (4, "microservice"),
    ]
    assert way[4][2] in {"cache", "database", "stream"}


def test_names_firewall_and_copies_are_drawn(records: Scene) -> None:
    flows = {(flow.source, flow.target, flow.kind) for flow in records.flows}
    assert ("cdn", "waf:firewall", "check") in flows
    assert ("archives", "copies-archives", "copy") in flows
    assert ("backup", "copy:backup-copy-vault", "copy") in flows
    away = _box(records.boxes, "region-us-west-2")
    assert {"copies-archives", "copy:backup-copy-vault"} <= {box.key for box in away.leaves()}
    edge = _box(records.boxes, "edge")
    assert (edge.inside[0].key, edge.inside[0].note) == ("dns", "Amazon Route 53")


def test_controllers_node_groups_and_rotations_stand_folded(records: Scene) -> None:
    titles = {box.title for box in records.leaves()}
    assert {"4 controllers", "2 node groups", "2 rotations", "6 queues"} <= titles
    assert "external-secrets" not in titles


def test_nothing_stays_folded_that_is_asked_for() -> None:
    reach = reach_of(stack_graph("prod"))
    every = {box.key for box in scene(reach, reach.view, unfolded=True).leaves()}
    assert {"external-secrets", "karpenter-release", "nodes", "cursor-key-rotation", "backup-changes"} <= every
    assert not [key for key in every if key.startswith("fold:")]


def test_tables_and_sign_in_are_drawn_with_who_uses_them() -> None:
    drawn = drawing("mdreader-prod").scene
    flows = {(flow.source, flow.target, flow.kind) for flow in drawn.flows}
    assert {
        ("events", "connections", "use"),
        ("lambda-backend", "uploads", "use"),
        ("internet", "users", "public"),
        ("rest", "users", "check"),
        ("alb", "waf:regional-firewall", "check"),
    } <= flows
    assert ("migration", "uploads", "use") not in flows
    notes = {box.key: box.note for box in drawn.leaves()}
    assert notes["connections"] == "Amazon DynamoDB"
    assert notes["users"] == "Amazon Cognito"
    # One of them is also what an event's target names, whose input is called as the function's own ARN.
    assert "2 rotations" in {box.title for box in drawn.leaves()}


def test_copies_stand_in_their_own_region() -> None:
    drawn = drawing("confluence-lambda").scene
    away = _box(drawn.boxes, "region-us-west-2")
    assert {"bucket-copies-static", "copy:sessions:us-west-2"} <= {box.key for box in away.leaves()}
    assert ("rest", "waf:api-firewall", "check") in {(flow.source, flow.target, flow.kind) for flow in drawn.flows}
    assert "static" in {box.key for box in _box(drawn.boxes, "region-us-east-1").leaves()}


def test_what_follows_its_home_stack_stands_where_it_serves() -> None:
    reach = reach_of(stack_graph("confluence-lambda-dr"))
    drawn = scene(reach, reach.view)
    assert [box.key for box in drawn.boxes if box.key.startswith("region-")] == ["region-us-west-2"]
    assert {"cache", "postgres"} <= {box.key for box in _box(drawn.boxes, "region-us-west-2").leaves()}

"""From graphs to costs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.cost.result import Cost, Line, Price, ResourceCost
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from tests.analyser.analyses.cost.support import node
from tests.stacks import STACKS, stack_graph

CONFIG = {"strata:system": "records", "strata:environment": "prod"}
NAT = "aws:ec2/natGateway:NatGateway"


def graph(*nodes: Node, region: str = "us-east-1", config: Mapping[str, str] = CONFIG) -> Graph:
    return Graph("strata", "test", nodes, {}, region=region, config=config)


def component(name: str, parent: str = "") -> Node:
    return node("strata:test:Thing", name=name, parent=parent, custom=False)


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_priced_to_the_last_resource(stack: str) -> None:
    cost = monthly_cost(stack_graph(stack))
    assert cost.unpriced == ()
    assert cost.total.low <= cost.total.usd <= cost.total.high
    assert sum(amount.usd for _, amount in cost.by_component) == pytest.approx(cost.total.usd)
    assert all(line.low <= line.quantity <= line.high for line in cost.lines), "a range that does not hold its middle"


def test_what_is_not_known_yet_is_left_out_and_said() -> None:
    cost = monthly_cost(stack_graph("prod", known=False))
    known = monthly_cost(stack_graph("prod"))
    assert cost.total.usd <= known.total.usd
    assert all("not known" in line for line in cost.unpriced)


def test_records_in_production_cost_what_the_large_items_add_up_to() -> None:
    # RDS 3,860 (see test_databases), caches 900, brokers and storage 760, nodes 775, before everything else.
    found = dict(monthly_cost(stack_graph("prod")).by_component)
    assert found["database"].usd == pytest.approx(4089, rel=0.02)
    assert found["cache"].usd == pytest.approx(909, rel=0.02)
    assert found["stream"].usd == pytest.approx(775, rel=0.02)
    assert found["nodes"].usd == pytest.approx(775, rel=0.02)


def test_costs_belong_to_the_outermost_component() -> None:
    outer, inner = component("network"), component("network-nat")
    inner = replace(inner, parent=outer.urn)
    cost = monthly_cost(graph(outer, inner, node(NAT, name="a", parent=inner.urn), node(NAT, name="alone")))
    assert [name for name, _ in cost.by_component] == ["alone", "network"]
    assert {resource.name: resource.component for resource in cost.resources} == {"a": "network", "alone": "alone"}


def test_what_stands_in_another_region_has_its_prices() -> None:
    cost = monthly_cost(graph(node(NAT), node(NAT, {"region": "eu-west-1"}, "there")))
    assert [resource.region for resource in cost.resources] == ["us-east-1", "eu-west-1"]
    here, there = (resource.lines[0].usd for resource in cost.resources)
    assert (round(here, 2), round(there, 2)) == (32.85, 35.04)


@pytest.mark.parametrize("region", ["us-west-2", "eu-west-1"])
def test_a_whole_stack_can_stand_elsewhere(region: str) -> None:
    real = stack_graph("prod")
    moved = Graph(real.project, real.stack, real.nodes, {}, region=region, config=real.config)
    cost = monthly_cost(moved)
    assert cost.unpriced == ()
    assert cost.total.usd == pytest.approx(monthly_cost(real).total.usd, rel=0.15)


def test_a_region_without_prices_leaves_resources_out_and_says_so() -> None:
    cost = monthly_cost(graph(node(NAT, name="gateway"), region="mars-north-1"))
    assert cost.resources == ()
    assert cost.unpriced == ("NatGateway gateway: no prices of mars-north-1",)


def test_a_quantity_that_is_not_known_is_no_quantity() -> None:
    """As what another stack has put out: neither nothing nor one of each."""
    table = {"billingMode": "PROVISIONED", "readCapacity": UNKNOWN, "writeCapacity": 5}
    cache = {"nodeType": "cache.t4g.small", "engine": "valkey", "numCacheClusters": UNKNOWN}
    cost = monthly_cost(
        graph(
            node("aws:dynamodb/table:Table", table, name="orders"),
            node("aws:elasticache/replicationGroup:ReplicationGroup", cache, name="sessions"),
            node("aws:rds/instance:Instance", {"engine": "postgres", "instanceClass": UNKNOWN}, name="database"),
        )
    )
    assert cost.resources == ()
    assert cost.unpriced[:2] == (
        "Table orders: readCapacity is not known",
        "ReplicationGroup sessions: numCacheClusters is not known",
    )
    assert "not known" in cost.unpriced[2]


def test_a_type_that_nobody_priced_is_said() -> None:
    cost = monthly_cost(graph(node("aws:gamelift/fleet:Fleet"), node("aws:iam/role:Role")))
    assert cost.unpriced == ("aws:gamelift/fleet:Fleet: nobody has said what it costs",)


def test_prices_that_were_not_read_are_named_once() -> None:
    read, guessed = (
        Price(sku, 1, "hour", "us-east-1", "2026-01-01", "https://aws.amazon.com", verified=sku == "read")
        for sku in ("read", "guessed")
    )
    lines = tuple(Line("hours", price, 1, 1, 1) for price in (guessed, read, guessed))
    cost = Cost((ResourceCost("urn", "type", "name", "name", "us-east-1", lines),))
    assert cost.unverified == [guessed]


def traced(**inputs: Any) -> float:
    function = node("aws:lambda/function:Function", inputs)
    used = {**CONFIG, "strata:usage": '{"traceMillions": 2, "functionMillions": 0}'}
    return monthly_cost(graph(function, config=used)).total.usd


def test_traces_cost_something_where_something_is_traced() -> None:
    assert traced(tracingConfig={"mode": "Active"}) == 10.0
    assert traced(tracingConfig={"mode": "PassThrough"}) == 0


def test_a_collector_s_traces_cost_something_without_a_function() -> None:
    policy = node("aws:iam/rolePolicy:RolePolicy", {"policy": '{"Action": ["xray:PutTraceSegments"]}'})
    used = {**CONFIG, "strata:usage": '{"traceMillions": 2}'}
    assert monthly_cost(graph(policy, config=used)).total.usd == 10.0


def test_tokens_cost_something_where_a_role_may_call_models() -> None:
    policy = node("aws:iam/rolePolicy:RolePolicy", {"policy": '{"Action": ["bedrock:InvokeModel"]}'})
    used = {**CONFIG, "strata:usage": '{"inputTokenMillions": 100, "outputTokenMillions": 10}'}
    assert monthly_cost(graph(policy, config=used)).total.usd == pytest.approx(8.4)  # 100 x 0.06 + 10 x 0.24
    assert monthly_cost(graph(node("aws:iam/role:Role"), config=used)).total.usd == 0


def test_copies_into_the_recovery_region_are_paid_for_by_the_gigabyte() -> None:
    key = node("aws:kms/key:Key", {"region": "us-west-2"})
    used = {**CONFIG, "strata:usage": '{"crossRegionGb": 100, "keyRequestMillions": 0}'}
    assert monthly_cost(graph(key, config=used)).total.usd == pytest.approx(3.0)  # the key, and 100 x 0.02


def test_what_costs_nothing_by_assumption_is_named_with_it() -> None:
    recorder = node("aws:cfg/recorder:Recorder", name="recorder")
    used = {**CONFIG, "strata:usage": '{"configItems": 0}'}
    assert monthly_cost(graph(recorder, config=used)).unused == ("Recorder recorder: configItems",)
    assert monthly_cost(graph(recorder, config={**CONFIG, "strata:usage": '{"configItems": 1}'})).unused == ()

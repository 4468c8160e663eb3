"""Names that AWS gives once, in one stack and between stacks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.once import ONCE, crowded
from analyser.analyses.unique_names import collisions, twice
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from tests.stacks import STACKS, serving

ONE, OTHER = "111122223333", "444455556666"


def node(token: str, name: str, /, **inputs: Any) -> Node:
    return Node(urn=f"urn:{name}", type=token, name=name, inputs=inputs, outputs={})


def graph(stack: str, *nodes: Node, account: str = "", region: str = "us-east-1") -> Graph:
    config = {"aws:allowedAccountIds": json.dumps([account])} if account else {}
    return Graph("strata", stack, nodes, {}, region=region, config=config)


BUCKET = "aws:s3/bucket:Bucket"
ROLE = "aws:iam/role:Role"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_two_buckets_of_one_name_in_one_stack() -> None:
    found = twice(graph("prod", node(BUCKET, "a", bucket="pages"), node(BUCKET, "b", bucket="pages")))
    assert found == ["prod: a and b have the same name: s3:::pages"]


def test_made_up_names_are_nobodys_twice() -> None:
    assert twice(graph("prod", node(BUCKET, "a"), node(BUCKET, "b"))) == []


def test_a_region_has_its_own() -> None:
    here, there = (
        node(ALARM, name, name="lag", region=region) for name, region in (("a", "us-east-1"), ("b", "us-west-2"))
    )
    assert twice(graph("prod", here, there)) == []
    assert twice(graph("prod", here, replace(there, inputs={"name": "lag"}))) != []


@pytest.mark.parametrize(
    ("token", "inputs", "accounts", "collides"),
    [
        (BUCKET, {"bucket": "pages"}, ("", ""), True),
        (BUCKET, {"bucket": "pages"}, (ONE, OTHER), True),
        (BUCKET, {"bucket": "pages-123456789012"}, (ONE, OTHER), False),
        (BUCKET, {"bucket": "pages-123456789012"}, (ONE, ONE), True),
        (ROLE, {"name": "reader"}, (ONE, ONE), True),
        (ROLE, {"name": "reader"}, (ONE, OTHER), False),
        (ROLE, {"name": "reader"}, ("", ""), False),
        (ROLE, {}, (ONE, ONE), False),
    ],
)
def test_stacks_beside_each_other(
    token: str, inputs: dict[str, str], accounts: tuple[str, str], collides: bool
) -> None:
    found = collisions(
        graph(stack, node(token, "x", **inputs), account=account)
        for stack, account in zip(("dev", "prod"), accounts, strict=True)
    )
    assert bool(found) is collides
    assert all(line.startswith("dev and prod take the same name") for line in found)


@pytest.mark.parametrize("token", ONCE)
def test_what_an_account_has_once_is_one_stacks(token: str) -> None:
    row = ONCE[token]
    named = dict.fromkeys(row.by, "https://one")
    many = [node(token, f"x{number}", **named) for number in range(row.most)]
    one = graph("prod", *many, account=ONE)
    assert list(crowded([(ONE, one)])) == []
    for other, region, collides in ((ONE, "us-east-1", True), (OTHER, "us-east-1", False), (ONE, "eu-west-1", None)):
        found = collisions([one, graph("dev", node(token, "y", **named), account=other, region=region)])
        assert bool(found) is (row.of_account if collides is None else collides)
        assert all(row.what in line and row.second in line and line.startswith("prod and dev make ") for line in found)
    assert len(twice(graph("prod", *many, node(token, "y", **named)))) == 1
    assert row.source.startswith("https://docs.aws.amazon.com/")


def test_a_region_that_is_not_known_is_the_providers() -> None:
    recorders = (node("aws:cfg/recorder:Recorder", "one"), node("aws:cfg/recorder:Recorder", "other", region=UNKNOWN))
    assert len(list(crowded([("1", graph("here", *recorders))]))) == 1


def test_providers_are_told_apart_by_what_the_program_says_of_them() -> None:
    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    here, there = (node(token, name, url=f"https://{name}.example.com") for name in ("a", "b"))
    assert twice(graph("prod", here, there)) == []
    derived = [replace(node(token, name, url="https://same"), property_dependencies={"url": ("urn",)}) for name in "ab"]
    assert twice(graph("prod", *derived)) == []


def test_an_emulator_takes_no_name_from_an_account() -> None:
    here, local = (graph(name, node(BUCKET, "x", bucket="pages"), account=ONE) for name in ("prod", "local"))
    assert collisions([here, local])
    local.config = {**local.config, "aws:endpoints": "[]"}
    assert collisions([here, local]) == []


def test_roles_are_of_all_regions() -> None:
    east, west = (
        graph(name, node(ROLE, "x", name="reader"), account=ONE, region=region)
        for name, region in (("a", "us-east-1"), ("b", "us-west-2"))
    )
    assert collisions([east, west]) == ["a and b take the same name in account 111122223333: iam:::role/reader"]


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_gives_a_name_twice(stack: str) -> None:
    assert twice(serving(stack)) == []


def test_environments_of_one_system_collide_in_one_account() -> None:
    found = collisions(_in_account(stack, ONE) for stack in ("mdreader-dev", "mdreader-prod"))
    function = "lambda:us-east-1::function:MDReaderBackend"
    assert f"mdreader-dev and mdreader-prod take the same name in account {ONE}: {function}" in found
    assert collisions(serving(stack) for stack in STACKS) == []


def _in_account(stack: str, account: str) -> Graph:
    found = serving(stack)
    config = {**(found.config or {}), "aws:allowedAccountIds": json.dumps([account])}
    return Graph(found.project, stack, found.nodes, found.exports, region=found.region, config=config)

"""The settings of a network: what they take and how they say no."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.network.network import NetworkSettings
from settings import Environment
from settings.errors import problems_of


def parse(environment: Environment = Environment.PROD, **given: Any) -> NetworkSettings:
    """As a stack file is read: from JSON, by camelCase names, knowing the environment."""
    context = {"environment": environment, "region": "us-east-1"}
    return NetworkSettings.model_validate_json(json.dumps(given), context=context, by_alias=True, by_name=False)


def problems(environment: Environment = Environment.PROD, **given: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        parse(environment, **given)
    return [f"{p.path}: {p.what}" for p in problems_of(caught.value, NetworkSettings, "network")]


def test_another_range_moves_every_tier() -> None:
    settings = parse(cidr="10.9.0.0/16")
    assert settings.public["a"] == "10.9.1.0/24"
    assert settings.private["c"] == "10.9.48.0/20"
    assert settings.data["b"] == "10.9.12.0/24"


def test_a_smaller_range_is_cut_smaller() -> None:
    settings = parse(cidr="10.9.0.0/20")
    assert settings.public["a"] == "10.9.0.16/28"
    assert settings.private["a"] == "10.9.1.0/24"


_STARTS = (("public", 1), ("private", 3), ("data", 5))


def test_zones_are_taken_in_order() -> None:
    tiers: dict[str, Any] = {name: {"b": f"10.1.{n}.0/24", "a": f"10.1.{n + 1}.0/24"} for name, n in _STARTS}
    assert list(parse(**tiers).private) == ["a", "b"]


def test_a_subnet_outside_the_vpc() -> None:
    given = {"a": "10.2.1.0/24", "b": "10.1.2.0/24", "c": "10.1.3.0/24"}
    assert problems(public=given) == ["network.public.a: 10.2.1.0/24 lies outside cidr 10.1.0.0/16"]


def test_overlaps_within_and_between_tiers() -> None:
    private = {"a": "10.1.16.0/20", "b": "10.1.16.0/24", "c": "10.1.3.0/24"}
    assert problems(private=private) == [
        "network.private.b: 10.1.16.0/24 overlaps a (10.1.16.0/20)",
        "network.private.c: 10.1.3.0/24 overlaps public.c (10.1.3.0/24)",
    ]


def test_data_overlapping_private() -> None:
    data = {"a": "10.1.17.0/24", "b": "10.1.12.0/24", "c": "10.1.13.0/24"}
    assert problems(data=data) == ["network.data.a: 10.1.17.0/24 overlaps private.a (10.1.16.0/20)"]


def test_tiers_with_different_zones() -> None:
    data = {"a": "10.1.11.0/24", "b": "10.1.12.0/24"}
    expected = ["public has a, b, c", "private has a, b, c"]
    assert problems(data=data) == [
        f"network.data: has zones a, b where {what}; they must be the same" for what in expected
    ]


def test_one_zone_is_too_few() -> None:
    found = problems(public={"a": "10.1.1.0/24"}, private={"a": "10.1.16.0/20"}, data={})
    assert found == [
        f"network.{tier}: names fewer than 2 zones; load balancers and databases need 2"
        for tier in ("public", "private", "data")
    ]


def test_a_range_that_is_none() -> None:
    (problem,) = problems(cidr="10.1.0.0/33")
    assert problem.startswith("network.cidr: '10.1.0.0/33' is not an IPv4 CIDR")


def test_a_zone_that_is_none() -> None:
    assert problems(public={"z": "10.1.1.0/24", "b": "10.1.2.0/24"}) == [
        "network.public.z: 'z' is not the letter of an availability zone; a to f, such as a"
    ]


def test_one_nat_gateway_is_refused_in_prod_only() -> None:
    assert problems(nat="single") == [
        "network.nat: 'single' is refused in prod, where one zone must not cut off the others; perAz or none"
    ]
    assert parse(Environment.STAGING, nat="single").nat == "single"
    assert parse(nat="none").nat == "none"


def test_services_that_are_unknown_or_repeated() -> None:
    (unknown,) = problems(interfaceEndpoints=["ecr"])
    assert unknown.startswith("network.interfaceEndpoints[0]: 'ecr' is not allowed; one of: autoscaling, ")
    assert problems(gatewayEndpoints=["s3", "s3"]) == ["network.gatewayEndpoints: names s3 more than once"]


def test_the_order_of_zones_is_that_of_letters_unless_it_is_said() -> None:
    assert parse().zones == ("a", "b", "c")
    assert parse(zoneOrder=["b"]).zones == ("b", "a", "c")
    assert parse(zoneOrder=["c", "a", "b"]).zones == ("c", "a", "b")
    assert problems(zoneOrder=["d"]) == ["network.zoneOrder: names d, of which the network has no subnets"]
    assert problems(zoneOrder=["b", "b"]) == ["network.zoneOrder: names b more than once"]


def test_every_problem_at_once() -> None:
    found = problems(nat="single", public={"a": "10.2.1.0/24", "b": "10.1.2.0/24", "c": "10.1.3.0/24"}, colour="red")
    assert sorted(line.split(":")[0] for line in found) == ["network.colour", "network.nat", "network.public.a"]

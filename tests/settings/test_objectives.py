"""The block ``strata:objectives``: what is stated of a store and a loss, and what is refused."""

import json
from typing import Any

import pytest

from settings import Environment, Settings, SettingsError
from settings.objectives import ENVIRONMENTS, Loss, Objective, StackObjectives, stated, with_home
from settings.schema import stack_file_schema
from settings.stack import Stack, parse

PROD = ENVIRONMENTS[Environment.PROD]
ZONE = {"rpoMinutes": 5, "rtoMinutes": 15}


class Shop(Settings):
    """A system's settings."""


def stack(objectives: Any = None, environment: str = "prod") -> Stack:
    config = {"aws:region": "us-east-1", "strata:system": "shop", "strata:environment": environment}
    if objectives is not None:
        config["strata:objectives"] = json.dumps(objectives)
    return parse("shop", config, {"shop": Shop})


def test_it_may_be_left_out() -> None:
    assert stack().objectives == StackObjectives()


@pytest.mark.parametrize(
    ("objectives", "said"),
    [
        ({"zones": {}}, "objectives.zones: unknown key; did you mean zone?"),
        ({"zone": {}}, "objectives.zone: states nothing; give rpoMinutes, rtoMinutes or both"),
        ({"zone": {"rpo": 5}}, "objectives.zone.rpo: unknown key"),
        ({"zone": {"rpoMinutes": -1}}, "objectives.zone.rpoMinutes: -1 is below 0"),
        ({"zone": {**ZONE, "none": "nobody asks"}}, "objectives.zone.none: is for what states nothing"),
        ({"zone": {"none": "nobody asks", "unknown": "nobody asks"}}, "objectives.zone.unknown: is for a figure"),
        ({"zone": {"none": "no"}}, "objectives.zone.none: has 2 characters"),
        ({"stores": {"cache": {"fire": ZONE}}}, "objectives.stores.cache.fire: unknown key"),
        ({"stores": {"cache": {"zone": {"rtoMinutes": "soon"}}}}, "objectives.stores.cache.zone.rtoMinutes: 'soon'"),
        (["all"], "objectives: '[\"all\"]' is not a mapping"),
    ],
)
def test_mistakes_are_told_by_their_path(objectives: Any, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        stack(objectives)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"Pulumi.shop.yaml: {said}")


def test_a_store_s_own_objective_counts_alone_then_the_stack_s_then_the_environment_s() -> None:
    own = stack({"zone": {"rpoMinutes": 9}, "stores": {"cache": {"zone": {"rtoMinutes": 1}}}}).objectives
    assert stated(own, PROD, "cache", Loss.ZONE) == ("stores.cache.zone", Objective(rto_minutes=1))
    assert stated(own, PROD, "database", Loss.ZONE) == ("zone", Objective(rpo_minutes=9))
    default = PROD.deletion
    assert default is not None
    assert stated(own, PROD, "cache", Loss.DELETION) == ("deletion", default)
    assert stated(own, ENVIRONMENTS[Environment.DEV], "cache", Loss.DELETION) == ("deletion", None)


def test_a_promoted_recovery_stack_states_what_its_home_does_where_its_own_file_says_nothing() -> None:
    own = stack({"zone": {"rpoMinutes": 9}, "stores": {"stream": {"zone": {"rtoMinutes": 1}}}}).objectives
    region = {"region": {"rpoMinutes": 5}}
    home = {"zone": {"rpoMinutes": 5}, "stores": {"cache": {"zone": {"rtoMinutes": 2}, **region}}, **region}
    both = with_home(own, stack(home).objectives)
    assert stated(both, PROD, "cache", Loss.ZONE) == ("stores.cache.zone", Objective(rto_minutes=2))
    assert stated(both, PROD, "stream", Loss.ZONE) == ("stores.stream.zone", Objective(rto_minutes=1))
    assert stated(both, PROD, "database", Loss.ZONE) == ("zone", Objective(rpo_minutes=9))
    assert stated(both, PROD, "cache", Loss.REGION) == ("region", None)


def test_it_is_in_the_schema_of_stack_files() -> None:
    schema = stack_file_schema({"shop": Shop})
    assert schema["properties"]["config"]["properties"]["strata:objectives"] == {"$ref": "#/$defs/objectives"}
    assert schema["$defs"]["objectives"]["properties"].keys() == {*map(str, Loss), "stores"}
    assert schema["$defs"]["objectives.Objective"]["additionalProperties"] is False

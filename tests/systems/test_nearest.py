"""Two regions that both serve: names lead to the nearest, of every system that has a recovery stack."""

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from analyser.analyses.routing import is_last, policy
from analyser.analyses.simulation.faults import names
from analyser.analyses.simulation.model import Pair
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.edge.routing_policy import NearestSettings
from settings import SettingsError, stack
from settings import recovery as recovery_settings
from settings.recovery import with_promotion
from tests.promotion import forbidden
from tests.stacks import EVERY_STACK, ROOT, home_of, stack_graph
from tests.systems.changed import OTHERWISE, otherwise, with_settings

RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
LATENCY = OTHERWISE["prod"]["copies"]["near"]
GEOLOCATION = {"policy": "geolocation", "continents": ["AS", "OC"]}
SHARED: dict[str, dict[str, Any]] = {
    "prod-dr": LATENCY,
    "confluence-prod-dr": LATENCY,
    "mdreader-prod-dr": GEOLOCATION,
    "collaboration-prod-dr": GEOLOCATION,
}
"""Each stack that stands by, and how requests are shared with it once it serves."""
TRIED = SHARED if EVERY_STACK else ("prod-dr", "mdreader-prod-dr")
"""What is made anew, with its home: one of each policy, and one on a cluster, one of functions."""
SERVES = {"promoted": True, "beside": True}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stack files whose home stacks share requests."""
    folder = tmp_path_factory.mktemp("files")
    # As they are: whoever asks for them later would have them of these files.
    otherwise("prod")
    for name in SHARED:
        stack_graph(name)
    for file in ROOT.glob("Pulumi.*yaml"):
        shutil.copy(file, folder)
    for name, near in SHARED.items():
        file = folder / f"Pulumi.{home_of(name)}.yaml"
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        said["config"]["strata:settings"]["copies"]["near"] = near
        file.write_text(yaml.safe_dump(said), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def shared(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (stack, recovery_settings):
        monkeypatch.setattr(module, "ROOT", files)


@cache
def home(name: str) -> Graph:
    stack = str(home_of(name))
    near = {"copies": {"near": SHARED[name]}}
    return otherwise(stack) if near.items() <= OTHERWISE.get(stack, {}).items() else with_settings(stack, near)


@cache
def there(name: str, **said: bool) -> Graph:
    return with_settings(name, {"recovery": said})


def near(graph: Graph) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in graph.of_type(RECORD):
        if str(node.inputs["name"]).startswith("near."):
            found.setdefault(str(node.inputs["name"]), []).append(node)
    return found


def said(graph: Graph, page: str) -> int:
    """What a page answers."""
    body = json.loads(next(n for n in graph.of_type("aws:apigateway/restApi:RestApi") if n.name == page).inputs["body"])
    request = body["paths"]["/"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]
    return int(json.loads(request["requestTemplates"]["application/json"])["statusCode"])


@pytest.mark.parametrize("name", TRIED)
def test_each_name_has_a_half_in_either_region_and_home_s_answers_whoever_is_left(name: str) -> None:
    halves, others = near(home(name)), near(there(name))
    assert halves.keys() == others.keys()
    assert halves
    wanted = {"latency": "latencyRoutingPolicies", "geolocation": "geolocationRoutingPolicies"}[SHARED[name]["policy"]]
    for domain, (mine,) in halves.items():
        policies = [record.inputs[wanted] for record in (mine, *others[domain])]
        if SHARED[name] is LATENCY:
            assert policies == [[{"region": "us-east-1"}], [{"region": "us-west-2"}]]
        else:
            assert policies == [[{"country": "*"}], [{"continent": "AS"}], [{"continent": "OC"}]]
            assert is_last(mine)
        told = [record.inputs["setIdentifier"] for record in (mine, *others[domain])]
        assert len(set(told)) == len(told)
        (check,) = {record.inputs["healthCheckId"] for record in others[domain]}
        asked = next(node for node in there(name).of_type(CHECK) if node.id == check)
        assert str(asked.inputs["fqdn"]).startswith("serving.")


@pytest.mark.parametrize("name", TRIED)
def test_records_of_one_name_and_type_have_one_policy(name: str) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for graph in (home(name), there(name)):
        for node in graph.of_type(RECORD):
            if isinstance(node.inputs["name"], str):
                found.setdefault((node.inputs["name"], node.inputs["type"]), set()).add(policy(node))
    assert {key: used for key, used in found.items() if len(used) > 1} == {}


@pytest.mark.parametrize("name", TRIED)
def test_home_s_half_is_what_its_own_name_stands_for(name: str) -> None:
    for domain, (mine,) in near(home(name)).items():
        leading = [
            node
            for node in home(name).of_type(RECORD)
            for alias in node.inputs.get("aliases") or ()
            if alias["name"] == mine.outputs["fqdn"]
        ]
        assert [f"near.{node.inputs['name']}" for node in leading] == [domain]


def test_what_stands_by_serves_nobody_and_a_promotion_takes_all_unless_it_is_told_to_share() -> None:
    forms = [there("mdreader-prod-dr"), there("mdreader-prod-dr", promoted=True), there("mdreader-prod-dr", **SERVES)]
    told = [(said(form, "takeover-page-api"), said(form, "serving-page-api")) for form in forms]
    assert told == [(503, 503), (200, 200), (503, 200)]


@pytest.mark.parametrize("said", [{"promoted": True}, SERVES])
def test_neither_form_of_a_promotion_touches_a_record(said: dict[str, bool]) -> None:
    assert forbidden(there("mdreader-prod-dr"), there("mdreader-prod-dr", **said)) == []


@pytest.mark.parametrize("name", ["prod-dr", "mdreader-prod-dr"])
def test_no_name_goes_on_leading_where_nobody_answers(name: str) -> None:
    assert list(names(Pair(home(name), there(name), there(name)))) == []


def test_without_the_home_s_word_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert near(stack_graph("prod")) == near(stack_graph("prod-dr")) == {}
    for module in (stack, recovery_settings):
        monkeypatch.setattr(module, "ROOT", ROOT)
    with pytest.raises((ProgramError, SettingsError)) as caught:
        with_settings("prod-dr", {"recovery": SERVES})
    line = "settings.recovery.beside: prod has no copies.near, without which all requests are of one region"
    assert line in str(caught.value)


def test_a_stack_that_stands_by_serves_nobody_beside_its_home() -> None:
    with pytest.raises((ProgramError, SettingsError)) as caught:
        with_settings("prod-dr", {"recovery": {"beside": True}})
    assert "settings.recovery.beside: needs promoted: true" in str(caught.value)


def test_standing_by_again_is_a_form_of_a_stack_that_serves_beside() -> None:
    config = {"strata:settings": json.dumps({"recovery": {"home": "prod", **SERVES}})}
    again = json.loads(with_promotion(config, promoted=False)["strata:settings"])
    assert again == {"recovery": {"home": "prod", "promoted": False}}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"policy": "geolocation"}, "is required by geolocation"),
        ({**LATENCY, "continents": ["AS"]}, "is for geolocation"),
        ({"policy": "geolocation", "continents": ["AS", "AS"]}, "names one twice"),
    ],
)
def test_a_policy_says_what_it_needs_and_nothing_more(given: dict[str, Any], line: str) -> None:
    with pytest.raises(ValidationError, match=line):
        NearestSettings.model_validate_json(json.dumps(given))

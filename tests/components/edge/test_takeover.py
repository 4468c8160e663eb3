"""Requests go to the recovery region and stay there, by an answer that is given in that region alone."""

import json

import pulumi
import pytest

from analyser.graph import Graph
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.takeover import HomeHealth, Takeover
from components.edge.zone import Zone, ZoneSettings
from tests.components.edge.support import DOMAIN, certificate
from tests.promotion import forbidden
from tests.support import ACCOUNT, id_of, record, record_once, unequal_when_unknown

CHECK = "aws:route53/healthCheck:HealthCheck"
NAME = f"promoted.{DOMAIN}"
AWAY = "us-west-2"


def home() -> None:
    health = HomeHealth("home", home=HealthCheck("health", HealthCheckSettings(domain=DOMAIN)), taken_over=NAME)
    pulumi.export("id", health.health_check_id)
    pulumi.export("served", health.served_check_id)


def away(promoted: bool) -> None:
    zone = Zone("away", ZoneSettings(domain=DOMAIN), account=ACCOUNT, home_zone_id=pulumi.Output.from_input("Z1"))
    Takeover("takeover", domain=NAME, promoted=promoted, zone=zone, certificate=certificate("t", NAME, AWAY))


def answer(graph: Graph) -> int:
    body = json.loads(graph.only("aws:apigateway/restApi:RestApi").inputs["body"])
    operation = body["paths"]["/"]["x-amazon-apigateway-any-method"]
    request = operation["x-amazon-apigateway-integration"]["requestTemplates"]["application/json"]
    return json.loads(request)["statusCode"]


def test_home_counts_as_well_while_it_answers_and_nobody_has_taken_over() -> None:
    graph = record_once(home)
    checks = {node.name: node for node in graph.of_type(CHECK)}
    elsewhere, both = checks["home-not-taken-over"], checks["home-check"]
    assert elsewhere.inputs["fqdn"] == NAME
    assert elsewhere.inputs["invertHealthcheck"] is True
    assert both.inputs["type"] == "CALCULATED"
    assert set(both.inputs["childHealthchecks"]) == {id_of(checks["health-check"]), id_of(elsewhere)}
    assert both.inputs["childHealthThreshold"] == len(both.inputs["childHealthchecks"])
    assert graph.exports["id"] == id_of(both)


def test_the_platform_is_reached_while_either_region_serves() -> None:
    graph = record_once(home)
    checks = {node.name: node for node in graph.of_type(CHECK)}
    taken, served = checks["home-taken-over-check"], checks["home-served"]
    assert (taken.inputs["fqdn"], taken.inputs.get("invertHealthcheck")) == (NAME, None)
    assert set(served.inputs["childHealthchecks"]) == {id_of(checks["health-check"]), id_of(taken)}
    assert (served.inputs["type"], served.inputs["childHealthThreshold"]) == ("CALCULATED", 1)
    assert graph.exports["served"] == id_of(served)


@pytest.mark.parametrize(("promoted", "status"), [(False, 503), (True, 200)])
def test_the_recovery_region_says_whether_it_has_taken_over(promoted: bool, status: int) -> None:
    assert answer(record(lambda: away(promoted), region=AWAY)) == status


def test_taking_over_touches_no_record() -> None:
    standby, promoted = (record(lambda p=p: away(p), region=AWAY) for p in (False, True))
    assert forbidden(standby, promoted) == []


def test_it_stands_in_the_home_zone_and_takes_no_proof_away_with_it() -> None:
    graph = record(lambda: away(False), region=AWAY)
    records = graph.of_type("aws:route53/record:Record")
    assert {node.inputs["zoneId"] for node in records} >= {"Z1"}
    assert not graph.of_type("aws:route53/zone:Zone")


def test_a_first_preview_registers_the_same() -> None:
    assert unequal_when_unknown(home) == []
    assert unequal_when_unknown(lambda: away(True)) == []

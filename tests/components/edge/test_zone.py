import json
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.zone import AliasTarget, Served, Zone, ZoneSettings, delegation_problem
from settings import Problem
from tests.components.edge.support import DOMAIN, key, zone
from tests.support import ACCOUNT, id_of, record, record_once, unequal_when_unknown

BALANCER = AliasTarget("alb.example.net", "ZALB", evaluate_health=True)
PAGE = AliasTarget("page.example.net", "ZPAGE")
EDGE = AliasTarget("d1.cloudfront.net", "ZEDGE", ipv6=True)
RECORD = "aws:route53/record:Record"


def using(use: Callable[[Zone], object], zone_id: str | None = "Z0123456789ABC") -> Graph:
    return record(lambda: use(zone(zone_id=zone_id)))


def test_an_existing_zone_is_used_and_not_made() -> None:
    graph = using(lambda z: z.alias(DOMAIN, BALANCER))
    assert not graph.of_type("aws:route53/zone:Zone")
    assert not graph.of_type("aws:route53/queryLog:QueryLog")
    assert graph.only(RECORD).inputs["zoneId"] == "Z0123456789ABC"


def test_queries_of_a_new_zone_are_logged_where_route_53_can_write() -> None:
    graph = record(lambda: zone(zone_id=None))
    made = graph.only("aws:route53/zone:Zone")
    group = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert made.inputs["name"] == DOMAIN
    assert group.inputs["name"] == f"/aws/route53/{DOMAIN}"
    assert group.inputs["region"] == "us-east-1"
    assert group.inputs["kmsKeyId"] == graph.only("aws:kms/key:Key").outputs["arn"]
    assert group.inputs["retentionInDays"] == 365
    log = graph.only("aws:route53/queryLog:QueryLog")
    policy = graph.only("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    assert log.inputs == {"zoneId": id_of(made), "cloudwatchLogGroupArn": f"{group.outputs['arn']}:*"}
    assert policy.urn in log.dependencies
    assert policy.inputs["region"] == "us-east-1"
    (statement,) = json.loads(policy.inputs["policyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": ["route53.amazonaws.com"]}
    assert statement["Resource"] == [f"arn:aws:logs:us-east-1:{ACCOUNT.id}:log-group:/aws/route53/*:*"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
        "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"},
    }


def test_of_two_regions_the_one_with_a_health_check_goes_first() -> None:
    home = using(lambda z: z.alias(DOMAIN, BALANCER, region=Served("home"))).only(RECORD)
    other = using(lambda z: z.alias(DOMAIN, BALANCER, region=Served("recovery", "check"))).only(RECORD)
    assert (home.inputs["setIdentifier"], home.inputs["weightedRoutingPolicies"]) == ("home", [{"weight": 0}])
    assert "healthCheckId" not in home.inputs
    assert (other.inputs["setIdentifier"], other.inputs["weightedRoutingPolicies"]) == ("recovery", [{"weight": 1}])
    assert other.inputs["healthCheckId"] == "check"
    plain = using(lambda z: z.alias(DOMAIN, BALANCER)).only(RECORD)
    assert plain.name == home.name, "the record that is there is changed, not made anew"


def test_an_alias_has_the_record_types_its_target_takes() -> None:
    graph = using(lambda z: (z.alias(DOMAIN, EDGE), z.alias(f"alb.{DOMAIN}", BALANCER)))
    records = {(n.inputs["name"], n.inputs["type"]): n.inputs["aliases"] for n in graph.of_type(RECORD)}
    edge = [{"name": "d1.cloudfront.net", "zoneId": "ZEDGE", "evaluateTargetHealth": False}]
    assert records == {
        (DOMAIN, "A"): edge,
        (DOMAIN, "AAAA"): edge,
        (f"alb.{DOMAIN}", "A"): [{"name": "alb.example.net", "zoneId": "ZALB", "evaluateTargetHealth": True}],
    }


def failover() -> None:
    check = HealthCheck("check", HealthCheckSettings(domain=DOMAIN))
    zone().failover(f"origin.{DOMAIN}", primary=BALANCER, secondary=PAGE, health_check_id=check.health_check_id)


def test_the_secondary_stands_in_while_the_health_check_of_the_primary_fails() -> None:
    graph = record_once(failover)
    check = id_of(graph.only("aws:route53/healthCheck:HealthCheck"))
    primary, secondary = (graph.only(RECORD, f"zone-origin.{DOMAIN}-{role}-a") for role in ("primary", "secondary"))
    assert {n.inputs["name"] for n in (primary, secondary)} == {f"origin.{DOMAIN}"}
    assert primary.inputs["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
    assert primary.inputs["setIdentifier"] == "primary"
    assert primary.inputs["healthCheckId"] == check
    assert primary.inputs["aliases"][0]["name"] == "alb.example.net"
    assert secondary.inputs["failoverRoutingPolicies"] == [{"type": "SECONDARY"}]
    assert secondary.inputs["setIdentifier"] == "secondary"
    assert "healthCheckId" not in secondary.inputs
    assert secondary.inputs["aliases"][0]["name"] == "page.example.net"


def test_the_health_check_asks_over_https_by_name() -> None:
    inputs = record_once(failover).only("aws:route53/healthCheck:HealthCheck").inputs
    assert inputs == {
        "type": "HTTPS",
        "fqdn": DOMAIN,
        "port": 443,
        "resourcePath": "/health",
        "enableSni": True,
        "failureThreshold": 3,
        "requestInterval": 30,
        "tags": {"Name": "check"},
    }


@pytest.mark.parametrize("name", ["example.com", "otherrecords.example.com", "example.net"])
def test_names_outside_the_zone_are_refused(name: str) -> None:
    with pytest.raises(Exception, match=f"{name} is not in the zone {DOMAIN}"):
        using(lambda z: z.alias(name, BALANCER))


def test_failover_targets_must_take_the_same_record_types() -> None:
    with pytest.raises(Exception, match="takes IPv6 and the other does not"):
        using(lambda z: z.failover(DOMAIN, primary=EDGE, secondary=PAGE, health_check_id="check"))


def test_a_zone_id_must_look_like_one() -> None:
    with pytest.raises(ValidationError, match="is not the id of a hosted zone"):
        ZoneSettings(domain=DOMAIN, zone_id="example.com")


@pytest.mark.parametrize("program", [failover, lambda: zone(zone_id=None)])
def test_nothing_hangs_on_computed_outputs(program: Callable[[], object]) -> None:
    assert unequal_when_unknown(program) == []


def test_a_record_goes_by_its_key_since_its_name_may_be_aws_s() -> None:
    def use(z: Zone) -> None:
        z.record("www", f"www.{DOMAIN}", "CNAME", DOMAIN)

    node = using(use).only(RECORD, "zone-www-cname")
    assert node.inputs == {
        "zoneId": "Z0123456789ABC",
        "name": f"www.{DOMAIN}",
        "type": "CNAME",
        "records": [DOMAIN],
        "ttl": 300,
    }


def test_a_record_of_another_zone_is_refused() -> None:
    with pytest.raises(Exception, match="is not in the zone"):
        using(lambda z: z.record("www", "www.example.org", "CNAME", DOMAIN))


def test_a_zone_above_in_the_account_delegates_by_itself_and_proofs_wait_for_it() -> None:
    def program() -> None:
        made = Zone(
            "zone", ZoneSettings(domain=DOMAIN, parent_id="ZPARENT12345"), account=ACCOUNT, log_key=key("zone-logs")
        )
        made.validation(DOMAIN, name=f"_x.{DOMAIN}", kind="CNAME", value="y.acm-validations.aws")

    graph = record(program)
    delegation = graph.only(RECORD, "zone-delegation")
    assert delegation.inputs == {
        "zoneId": "ZPARENT12345",
        "name": DOMAIN,
        "type": "NS",
        "ttl": 3600,
        "records": graph.only("aws:route53/zone:Zone").outputs["nameServers"],
    }
    assert delegation.urn in graph.only(RECORD, f"zone-validation-{DOMAIN}").dependencies


def test_a_zone_that_is_there_already_is_delegated_by_whoever_made_it() -> None:
    assert delegation_problem("ZEXISTING123", "ZPARENT12345") == Problem(
        "parentZoneId", "delegates a zone that the stack makes; with hostedZoneId it makes none"
    )
    assert delegation_problem(None, "ZPARENT12345") is None
    assert delegation_problem("ZEXISTING123", None) is None

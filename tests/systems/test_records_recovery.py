"""The recovery stack of the records system: what stands by, what a promotion adds, and where requests go."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from analyser.analyses.timeline.waits import waits
from analyser.graph import Graph, Node
from analyser.run.mock_cloud.invokes import PREFIX_LISTS
from settings import Environment, stackfile
from systems.records.parts import APPLICATION
from systems.records.settings import SystemSettings
from tests.promotion import forbidden, promotion
from tests.stacks import ROOT, stack_graph
from tests.support import differences_when_unknown, id_of

HOME, STANDBY = "prod", "prod-dr"
DOMAIN = "records.example.com"
RECORD = "aws:route53/record:Record"
INSTANCE = "aws:rds/instance:Instance"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def standby() -> Graph:
    return stack_graph(STANDBY)


def promoted() -> Graph:
    return stack_graph(STANDBY, promoted=True)


def record(graph: Graph, name: str, role: str) -> Node:
    (found,) = [
        node
        for node in graph.of_type(RECORD)
        if node.inputs["name"] == name and node.inputs.get("setIdentifier") == role
    ]
    return found


def target(found: Node) -> dict[str, Any]:
    (alias,) = found.inputs["aliases"]
    return alias


def test_a_promotion_touches_only_what_its_own_region_controls() -> None:
    assert forbidden(standby(), promoted()) == []


def test_a_promotion_makes_the_cache_and_the_pods_and_lets_the_database_write() -> None:
    added = {change.type for change in promotion(standby(), promoted()) if change.kind == "added"}
    assert {GROUP, DEPLOYMENT, "kubernetes:batch/v1:Job", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"} <= added
    assert not {GROUP, DEPLOYMENT} & {
        node.type for node in standby() if node.name.startswith(("cache", "microservice"))
    }
    assert "replicateSourceDb" not in promoted().only(INSTANCE).inputs


def test_no_pod_waits_for_the_migration_of_a_copy() -> None:
    jobs = [graph.only("kubernetes:batch/v1:Job", "migration-job") for graph in (stack_graph(HOME), promoted())]
    on = [
        waits(graph)[graph.only(DEPLOYMENT, f"{APPLICATION}-deployment").urn]
        for graph in (stack_graph(HOME), promoted())
    ]
    assert [job.urn in each for job, each in zip(jobs, on, strict=True)] == [True, False]


def test_a_first_preview_registers_the_same() -> None:
    assert differences_when_unknown(standby(), stack_graph(STANDBY, known=False)) == []


def test_the_database_follows_homes_with_its_parameters_under_a_key_of_its_region() -> None:
    source = next(node for node in stack_graph(HOME).of_type(INSTANCE) if "replicateSourceDb" not in node.inputs)
    copy = standby().only(INSTANCE)
    assert copy.inputs["replicateSourceDb"] == source.outputs["arn"]
    assert copy.inputs["kmsKeyId"].split(":")[3] == "us-west-2"
    assert copy.inputs["instanceClass"] == source.inputs["instanceClass"]
    groups = [graph.only("aws:rds/parameterGroup:ParameterGroup").inputs for graph in (stack_graph(HOME), standby())]
    assert groups[0]["parameters"] == groups[1]["parameters"]


def test_requests_go_from_home_to_what_stands_by_and_from_there_to_the_page() -> None:
    home, away = stack_graph(HOME), standby()
    origin, between = f"origin.{DOMAIN}", f"standby.{DOMAIN}"
    page = home.only("aws:apigateway/domainName:DomainName")
    assert page.inputs["region"] == "us-west-2"
    assert target(record(home, origin, "secondary"))["name"] == record(home, between, "secondary").outputs["fqdn"]
    assert target(record(home, origin, "secondary"))["evaluateTargetHealth"] is True
    assert target(record(home, between, "secondary"))["name"] == page.outputs["regionalDomainName"]
    balancer = away.only("aws:lb/loadBalancer:LoadBalancer")
    assert target(record(away, between, "primary")) == {
        "name": balancer.outputs["dnsName"],
        "zoneId": balancer.outputs["zoneId"],
        "evaluateTargetHealth": True,
    }
    zone = home.only("aws:route53/zone:Zone")
    assert {node.inputs["zoneId"] for node in away.of_type(RECORD)} == {zone.outputs["zoneId"]}


def test_home_is_well_only_while_nobody_has_taken_over() -> None:
    home, away = stack_graph(HOME), standby()
    checks = {node.name: node for node in home.of_type("aws:route53/healthCheck:HealthCheck")}
    assert record(home, f"origin.{DOMAIN}", "primary").inputs["healthCheckId"] == id_of(checks["home-check"])
    (told,) = [
        node
        for node in home.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if node.inputs.get("metricName") == "HealthCheckStatus"
    ]
    assert told.inputs["dimensions"] == {"HealthCheckId": id_of(checks["home-served"])}
    (said,) = [
        node for node in away.of_type(RECORD) if node.inputs["name"] == checks["home-not-taken-over"].inputs["fqdn"]
    ]
    assert target(said)["name"] == away.only("aws:apigateway/domainName:DomainName").outputs["regionalDomainName"]


def test_the_balancer_takes_what_homes_distribution_sends_and_nobody_elses() -> None:
    home, away = stack_graph(HOME), standby()
    (sent,) = {
        header["value"]
        for origin in home.only("aws:cloudfront/distribution:Distribution").inputs["origins"]
        for header in origin["customHeaders"]
    }
    rules = away.of_type("aws:lb/listenerRule:ListenerRule")
    asked = [
        condition["httpHeader"]
        for rule in rules
        for condition in rule.inputs["conditions"]
        if "httpHeader" in condition
    ]
    assert len(asked) == len(rules)
    assert {(header["httpHeaderName"], *header["values"]) for header in asked} == {("X-Origin-Verify", sent)}
    certificate = away.only("aws:acm/certificate:Certificate")
    assert certificate.inputs["domainName"] == f"origin.{DOMAIN}"
    assert certificate.inputs["region"] == "us-west-2"
    ingress = [node.inputs for node in away.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")]
    lists = {rule["prefixListId"] for rule in ingress if rule.get("prefixListId")}
    assert lists == set(PREFIX_LISTS.values())


def test_pods_will_read_and_write_the_copy_of_the_archives() -> None:
    home, away = stack_graph(HOME), standby()
    copies = {node.name: node for node in home.of_type("aws:s3/bucket:Bucket") if node.inputs.get("region")}
    archives = copies["copies-archives-bucket"]
    policy = json.loads(away.only("aws:iam/rolePolicy:RolePolicy", "microservice-pods-policy").inputs["policy"])
    writes = [st for st in policy["Statement"] if "s3:PutObject" in st["Action"] and "s3:GetObject" in st["Action"]]
    assert [archives.outputs["arn"] in st["Resource"] for st in writes] == [True]
    config = promoted().only("kubernetes:core/v1:ConfigMap", "microservice-config").inputs["data"]
    assert config["ARCHIVES_BUCKET"] == archives.inputs["bucket"]
    assert config["AWS_REGION"] == "us-west-2"


def test_names_that_an_account_has_once_are_not_taken_twice() -> None:
    def named(graph: Graph) -> set[tuple[str, str]]:
        """What is named by the program in services without regions."""
        keys = {
            "aws:iam/role:Role": "name",
            "aws:iam/policy:Policy": "name",
            "aws:iam/instanceProfile:InstanceProfile": "name",
            "aws:s3/bucket:Bucket": "bucket",
            "aws:budgets/budget:Budget": "name",
            "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
        }
        return {
            (node.type, str(node.inputs[keys[node.type]]))
            for node in graph
            if node.type in keys and keys[node.type] in node.inputs
        }

    assert named(standby())
    assert named(stack_graph(HOME)) & named(standby()) == set()


def test_controllers_stand_by_on_nodes_of_their_own() -> None:
    group = standby().only("aws:eks/nodeGroup:NodeGroup")
    assert group.inputs["scalingConfig"]["minSize"] >= 2
    releases = [node for node in standby().of_type("kubernetes:helm.sh/v3:Release") if node.name != "karpenter-kinds"]
    assert len(releases) == 4
    for release in releases:
        assert "nodes-group" in {urn.rpartition("::")[2] for urn in release.dependencies}


@pytest.mark.parametrize("setting", ["hosted_zone_id", "global_accelerator", "aurora_serverless", "copies", "load"])
def test_what_is_homes_is_refused_of_a_recovery_stack(setting: str) -> None:
    given = json.loads(stackfile.read(ROOT, STANDBY).config["strata:settings"])
    taken = {
        "hosted_zone_id": "Z0123456789ABC",
        "global_accelerator": {},
        "aurora_serverless": {"engineVersion": "15.10", "minimumCapacity": 1, "maximumCapacity": 16},
        "copies": {"region": "eu-west-1", "accessLogs": {"bucket": "copies-access-logs"}},
        "load": {"rows": 1_000_000},
    }
    context = {"environment": Environment.PROD, "region": "us-west-2"}
    text = json.dumps({**given, to_camel(setting): taken[setting]})
    with pytest.raises(ValidationError, match="belongs to the home stack; a recovery stack has none of its own"):
        SystemSettings.model_validate_json(text, context=context, by_alias=True, by_name=False)


def test_nobody_is_led_here_before_the_database_writes() -> None:
    (takeover,) = promoted().of_type("strata:edge:Takeover")
    assert promoted().only(INSTANCE).urn in takeover.dependencies

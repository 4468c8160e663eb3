"""The recovery stack of MDReader, standing by and promoted."""

import json
from typing import Any

import pulumi
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError, run_program
from settings import SettingsError
from settings.stack import parse
from settings.stackfile import read
from systems import SETTINGS
from systems.mdreader.recovery import signer_of
from tests.promotion import forbidden, promotion
from tests.stacks import ROOT, stack_graph
from tests.support import differences_when_unknown
from tests.systems.mdreader import settings_of, statements

HOME, STACK = "mdreader-prod", "mdreader-prod-dr"
DATABASE = "aws:rds/instance:Instance"
FUNCTION = "aws:lambda/function:Function"
SHARED = ("api.mdreader.app", "websocket.mdreader.app", "events.mdreader.app")


@pytest.fixture(scope="module")
def home() -> Graph:
    return stack_graph(HOME)


@pytest.fixture(scope="module")
def standby() -> Graph:
    return stack_graph(STACK)


@pytest.fixture(scope="module")
def promoted() -> Graph:
    return stack_graph(STACK, promoted=True)


def test_a_promotion_needs_nothing_of_the_region_that_is_gone(standby: Graph, promoted: Graph) -> None:
    assert forbidden(standby, promoted) == []
    lost = [change.name for change in promotion(standby, promoted) if change.kind == "removed"]
    assert lost == ["alarms-primary-lag"]


def test_mail_and_uploads_are_watched_where_they_are_once_it_is_promoted(home: Graph, promoted: Graph) -> None:
    """All that home watches, but for what lies before both regions, how fast functions start, and lines of logs."""
    watched = {"alarms-" + name for name in ("mail-bounces", "mail-complaints", "files-dead-letters", "files-lost")}
    alarms = "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert watched <= {node.name for node in promoted.of_type(alarms)}
    metrics = [{node.inputs.get("metricName") for node in graph.of_type(alarms)} for graph in (home, promoted)]
    assert {name for name in metrics[0] - metrics[1] if name} == {
        *("5xxErrorRate", "BlockedRequests", "EstimatedCharges", "HealthCheckStatus", "InitDuration"),
        *("NumberOfRestoreJobsFailed", "SlowQueries", "Throttled"),
    }


def test_nothing_of_it_lies_elsewhere(standby: Graph) -> None:
    assert {node.inputs.get("region", "us-west-2") for node in standby.resources} == {"us-west-2"}


def test_an_empty_account_gets_the_same() -> None:
    assert differences_when_unknown(stack_graph(STACK), stack_graph(STACK, known=False)) == []


def test_the_database_follows_and_is_read_until_it_is_promoted(home: Graph, standby: Graph, promoted: Graph) -> None:
    source = home.only(DATABASE, "rds-primary")
    assert source.inputs.get("manageMasterUserPassword") is None
    assert standby.only(DATABASE).inputs["replicateSourceDb"] == source.outputs["arn"]
    assert "replicateSourceDb" not in promoted.only(DATABASE).inputs
    assert promoted.only(DATABASE).inputs["multiAz"] is True
    (connects,) = [s["Resource"] for s in _backend(standby) if "rds-db:connect" in s["Action"]]
    assert connects == [
        f"arn:aws:rds-db:us-west-2:123456789012:dbuser:{standby.only(DATABASE).outputs['resourceId']}/mdreader_backend"
    ]


def test_a_copy_is_migrated_from_its_promotion_on_by_a_function_and_a_role_that_stand_by(
    home: Graph,
    standby: Graph,
    promoted: Graph,
) -> None:
    token = "aws:lambda/invocation:Invocation"
    before, after = (graph.only(FUNCTION, "migration-function").inputs for graph in (standby, promoted))
    assert "migration-applied" not in {node.name for node in standby.of_type(token)}
    assert before["reservedConcurrentExecutions"] == 0
    assert "reservedConcurrentExecutions" not in after
    assert before["role"] == after["role"]
    applied = promoted.only(token, "migration-applied").inputs
    assert applied["functionName"] == promoted.only(FUNCTION, "migration-function").outputs["name"]
    assert applied["input"] == home.only(token, "migration-applied").inputs["input"]


def test_standing_by_nothing_runs(standby: Graph) -> None:
    assert standby.only("aws:ecs/service:Service").inputs["desiredCount"] == 0
    target = standby.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (0, 0)
    assert not standby.of_type("aws:appautoscaling/scheduledAction:ScheduledAction")
    assert not standby.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    called = [n for n in standby.of_type(FUNCTION) if "rotation" not in n.name]
    assert {n.inputs["reservedConcurrentExecutions"] for n in called} == {0}
    assert len(called) == 5
    assert not standby.of_type("aws:secretsmanager/secretRotation:SecretRotation")
    assert standby.only("aws:cloudwatch/eventRule:EventRule", "app-secret-watch").inputs["state"] == "DISABLED"
    assert not standby.of_type("aws:s3/bucketNotification:BucketNotification")


def test_promoted_it_is_as_big_as_home(home: Graph, promoted: Graph) -> None:
    for kind, keys in {
        "aws:ecs/service:Service": ("desiredCount",),
        "aws:appautoscaling/target:Target": ("minCapacity", "maxCapacity"),
        "aws:elasticache/replicationGroup:ReplicationGroup": ("nodeType", "numCacheClusters"),
    }.items():
        for key in keys:
            assert promoted.only(kind).inputs[key] == home.only(kind).inputs[key], key
    assert "state" not in promoted.only("aws:cloudwatch/eventRule:EventRule", "app-secret-watch").inputs
    for function in ("lambda-backend-function", "events-function"):
        there, here = (graph.only(FUNCTION, function).inputs for graph in (home, promoted))
        assert there.get("reservedConcurrentExecutions") == here.get("reservedConcurrentExecutions")


def test_uploads_go_to_the_copy_and_are_looked_at_once_it_is_promoted(home: Graph, promoted: Graph) -> None:
    copy = home.only("aws:s3/bucket:Bucket", "copies-uploads-bucket")
    assert copy.inputs["region"] == "us-west-2"
    told = promoted.only(FUNCTION, "lambda-backend-function").inputs["environment"]["variables"]
    assert told["UPLOADS_BUCKET"] == copy.inputs["bucket"]
    events = promoted.only("aws:s3/bucketNotification:BucketNotification").inputs
    assert events["bucket"] == copy.inputs["bucket"]
    looks = promoted.only(FUNCTION, "file-processing-function").outputs["arn"]
    assert [each["lambdaFunctionArn"] for each in events["lambdaFunctions"]] == [looks]
    there, here = (g.only("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration").inputs for g in (home, promoted))
    assert there["corsRules"] == here["corsRules"]


def test_the_backend_signs_addresses_that_the_home_s_distribution_takes(home: Graph, standby: Graph) -> None:
    told = standby.only(FUNCTION, "lambda-backend-function").inputs["environment"]["variables"]
    assert told["FILES_KEY_ID"] == home.only("aws:cloudfront/publicKey:PublicKey").id
    signing = home.only("aws:secretsmanager/secret:Secret", "file-signing-key-secret")
    assert told["FILES_SIGNING_KEY"] == signing.outputs["arn"].replace("us-east-1", "us-west-2")
    (copy,) = signing.inputs["replicas"]
    opened = {arn for s in _backend(standby) if "kms:Decrypt" in s["Action"] for arn in s["Resource"]}
    assert copy["kmsKeyId"] in opened


def test_mail_goes_out_here_as_the_same_sender(home: Graph, standby: Graph) -> None:
    regions = {n.inputs["region"] for n in home.of_type("aws:sesv2/emailIdentity:EmailIdentity")}
    assert regions == {"us-east-1", "us-west-2"}
    told = standby.only(FUNCTION, "lambda-backend-function").inputs["environment"]["variables"]
    there = {n.inputs["region"]: n.inputs for n in home.of_type("aws:sesv2/configurationSet:ConfigurationSet")}
    assert told["MAIL_CONFIGURATION_SET"] == there["us-west-2"]["configurationSetName"]


def test_requests_come_here_once_it_says_that_it_has_taken_over(home: Graph, standby: Graph, promoted: Graph) -> None:
    there, here = (_by_name(graph) for graph in (home, standby))
    assert set(there) == set(here) == set(SHARED)
    for name in SHARED:
        assert there[name]["weightedRoutingPolicies"] == [{"weight": 0}]
        assert here[name]["weightedRoutingPolicies"] == [{"weight": 1}]
        assert here[name]["healthCheckId"] == standby.only("aws:route53/healthCheck:HealthCheck").id
        assert there[name]["setIdentifier"] != here[name]["setIdentifier"]
    assert standby.only("aws:route53/healthCheck:HealthCheck").inputs["fqdn"] == "recovery.mdreader.app"
    assert _by_name(promoted) == here


def test_certificates_of_the_region_hold_every_name_that_leads_here(standby: Graph) -> None:
    held = {n.inputs["domainName"] for n in standby.of_type("aws:acm/certificate:Certificate")}
    assert held == {*SHARED, "recovery.mdreader.app"}


def test_pages_and_attachments_are_read_from_their_copies(home: Graph) -> None:
    for cdn in home.of_type("aws:cloudfront/distribution:Distribution"):
        (group,) = cdn.inputs["originGroups"]
        behaviors = [cdn.inputs["defaultCacheBehavior"], *cdn.inputs["orderedCacheBehaviors"]]
        reading = [b for b in behaviors if b["targetOriginId"] == group["originId"]]
        assert reading
        assert all(b["allowedMethods"] == ["GET", "HEAD", "OPTIONS"] for b in reading)
    files = home.only("aws:cloudfront/distribution:Distribution", "files-cdn-distribution").inputs
    assert [b["pathPattern"] for b in files["orderedCacheBehaviors"]] == ["/documents/*", "/users/*"]
    assert all(b["trustedKeyGroups"] for b in files["orderedCacheBehaviors"])


@pytest.mark.parametrize("given", [{"web": {"bucket": "pages"}}, {"copies": {"region": "us-east-2"}}])
def test_what_is_the_home_s_is_refused(given: dict[str, Any]) -> None:
    config = {**read(ROOT, STACK).config, "strata:settings": json.dumps(settings_of(STACK) | given)}
    (key,) = given
    with pytest.raises(SettingsError, match=f"settings.{key}: is the home stack's; a recovery stack has none"):
        parse(STACK, config, SETTINGS)


def _backend(graph: Graph) -> list[dict[str, Any]]:
    """What the API's function may do."""
    return list(statements(graph, "lambda-backend-execution").values())


def _by_name(graph: Graph) -> dict[str, dict[str, Any]]:
    records = graph.of_type("aws:route53/record:Record")
    return {n.inputs["name"]: n.inputs for n in records if "weightedRoutingPolicies" in n.inputs}


def test_the_application_s_secret_is_put_together_once_the_promoted_database_has_a_password(promoted: Graph) -> None:
    schedules = promoted.of_type("aws:secretsmanager/secretRotation:SecretRotation")
    (own,) = [node for node in schedules if node.name.startswith("app-secret")]
    (master,) = [node for node in schedules if node.name.startswith("rds-master")]
    assert master.urn in own.dependencies


def test_nobody_is_led_here_before_the_database_writes(promoted: Graph) -> None:
    (takeover,) = promoted.of_type("strata:edge:Takeover")
    assert promoted.only(DATABASE).urn in takeover.dependencies


def test_a_signer_that_home_has_dropped_is_one_line() -> None:
    def program() -> None:
        pulumi.export("signer", pulumi.Output.from_input({"second": "K2"}).apply(lambda ids: signer_of(ids, "first")))

    with pytest.raises(ProgramError, match="fileSigner: first signs nothing at home, where second does"):
        run_program(program, stack=STACK, config={"aws:region": "us-west-2"})

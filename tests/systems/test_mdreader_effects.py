"""What each of MDReader's settings changes: one stack with other values of all of them beside the stack file's."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from systems.mdreader import SystemSettings
from systems.mdreader.settings import BackendSettings, Identity, Thresholds
from tests.stacks import stack_graph
from tests.support import differences_when_unknown, without_digests
from tests.systems.mdreader import ALARM, DISTRIBUTION, FUNCTION, GOOGLE, PROD, elsewhere, rerun, variables

LAYER = "aws:lambda/layerVersion:LayerVersion"
SECRETS = {"mdreader:googleSecret": "told-to-nobody"}
OTHER: dict[str, Any] = {
    "domain": "reader.example.org",
    "hostedZoneId": "Z0123456789ABCDEFGHIJ",
    "sender": "mail@reader.example.org",
    "web": {"bucket": "reader-web"},
    "network": {
        "cidr": "10.8.0.0/16",
        "public": {"a": "10.8.1.0/24", "b": "10.8.2.0/24"},
        "private": {"a": "10.8.10.0/24", "b": "10.8.11.0/24"},
        "data": {"a": "10.8.20.0/24", "b": "10.8.21.0/24"},
    },
    "identity": {
        "pool": {"passwordLength": 12},
        "client": PROD["identity"]["client"] | {"accessHours": 2},
        "pages": {"prefix": "reader"},
        **GOOGLE,
    },
    "database": PROD["database"] | {"instanceClass": "db.t4g.small"},
    "migration": {"folder": "migrations/records", "files": ["001_application.sql"]},
    "cache": PROD["cache"] | {"nodeType": "cache.t4g.small"},
    "secret": {"name": "reader/app"},
    "uploads": PROD["uploads"] | {"bucket": "reader-uploads"},
    "fileSigners": PROD["fileSigners"] | {"second": PROD["fileSigners"]["first"]},
    "fileSigner": "second",
    "accessLogs": {"bucket": "reader-logs", "expireDays": 100},
    "backend": {
        "memoryMib": 2048,
        "package": "functions/service",
        "handler": "handler.handle",
        "runtime": "python3.14",
        "release": "canary",
    },
    "files": {"memoryMib": 512},
    "events": {"memoryMib": 768},
    "canary": {"minutes": 10},
    "copies": None,
    "connections": {"tableName": "reader-connections"},
    "api": {"rateLimit": 100},
    "sockets": {"rateLimit": 200},
    "apiGatewayLogging": False,
    "cluster": {"clusterName": "reader"},
    "hocuspocus": PROD["hocuspocus"] | {"tag": "2.0.0"},
    "registry": "reader",
    "firewall": {"rateLimit": 500},
    "regionalFirewall": {"scope": "REGIONAL", "rateLimit": 5000},
    "tracing": {"slowMs": 250},
    "audit": None,
    "github": {"repository": "example/reader", "branch": "main", "existingProvider": True},
    "pipeline": None,
    "notices": {"emails": ["somebody@example.org"]},
    "alarms": {"cpuPercent": 60},
    "functionAlarms": {"errors": 9},
    "thresholds": {"apiLatencyMs": 900, "databaseConnections": 70, "slowQueries": 3},
    "budget": {"monthlyUsd": 77},
    "anomalies": {"minimumUsd": 33},
    "backup": {"hour": 9},
}
Seen = Callable[[Graph], Any]


def seen(kind: str, *path: str, name: str | None = None) -> Seen:
    """What an input of the one resource of a type says."""

    def read(graph: Graph) -> Any:
        value: Any = (graph.only(kind, name) if name else graph.only(kind)).inputs
        for step in path:
            value = value[step]
        return value

    return read


def number_of(kind: str) -> Seen:
    return lambda graph: len(graph.of_type(kind))


def of_function(name: str, *path: str) -> Seen:
    return seen(FUNCTION, *path, name=f"{name}-function")


def threshold(name: str) -> Seen:
    return seen(ALARM, "threshold", name=name)


def keys_of_files(graph: Graph) -> int:
    return len(graph.only("aws:cloudfront/keyGroup:KeyGroup").inputs["items"])


def signer(graph: Graph) -> str:
    """Whose private key the backend signs with."""
    used = variables(graph, "lambda-backend")["FILES_KEY_ID"]
    return next(n.name for n in graph.of_type("aws:cloudfront/publicKey:PublicKey") if n.id == used)


ACL, METHODS = "aws:wafv2/webAcl:WebAcl", "aws:apigateway/methodSettings:MethodSettings"
SHOWS: dict[str, Seen] = {
    "domain": seen("aws:apigateway/domainName:DomainName", "domainName"),
    "hosted_zone_id": number_of("aws:route53/zone:Zone"),
    "web": seen("aws:s3/bucket:Bucket", "bucket", name="web-bucket"),
    "network": seen("aws:ec2/vpc:Vpc", "cidrBlock"),
    "identity.pool": seen("aws:cognito/userPool:UserPool", "passwordPolicy", "minimumLength"),
    "identity.client": seen("aws:cognito/userPoolClient:UserPoolClient", "accessTokenValidity"),
    "identity.pages": seen("aws:cognito/userPoolDomain:UserPoolDomain", "domain"),
    "identity.providers": number_of("aws:cognito/identityProvider:IdentityProvider"),
    "database": seen("aws:rds/instance:Instance", "instanceClass"),
    "copies": number_of("aws:s3/bucketReplicationConfig:BucketReplicationConfig"),
    "migration": seen("aws:lambda/invocation:Invocation", "input", name="migration-applied"),
    "cache": seen("aws:elasticache/replicationGroup:ReplicationGroup", "nodeType"),
    "secret": seen("aws:secretsmanager/secret:Secret", "name", name="app-secret-secret"),
    "uploads": seen("aws:s3/bucket:Bucket", "bucket", name="uploads-bucket"),
    "file_signers": keys_of_files,
    "file_signer": signer,
    "access_logs": seen("aws:s3/bucket:Bucket", "bucket", name="access-logs-bucket"),
    "backend.memory_mib": of_function("lambda-backend", "memorySize"),
    "backend.package": lambda graph: set(of_function("lambda-backend", "code", "assets")(graph)),
    "backend.handler": of_function("lambda-backend", "handler"),
    "backend.runtime": of_function("lambda-backend", "runtime"),
    "files": of_function("file-processing", "memorySize"),
    "events": of_function("events", "memorySize"),
    "canary": number_of("aws:codedeploy/deploymentGroup:DeploymentGroup"),
    "connections": seen("aws:dynamodb/table:Table", "name"),
    "api": seen(METHODS, "settings", "throttlingRateLimit"),
    "sockets": seen("aws:apigatewayv2/stage:Stage", "defaultRouteSettings", "throttlingRateLimit"),
    "api_gateway_logging": number_of("aws:apigateway/account:Account"),
    "cluster": seen("aws:ecs/cluster:Cluster", "name"),
    "hocuspocus": seen("aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions"),
    "registry": seen("aws:ecr/repository:Repository", "name"),
    "sender": lambda graph: variables(graph, "lambda-backend")["MAIL_SENDER"],
    "firewall": lambda graph: rate(graph, "firewall-acl"),
    "regional_firewall": lambda graph: rate(graph, "regional-firewall-acl"),
    "tracing": lambda graph: [n.inputs["filterExpression"] for n in graph.of_type("aws:xray/group:Group")],
    "audit": number_of("aws:cloudtrail/trail:Trail"),
    "github": number_of("aws:iam/openIdConnectProvider:OpenIdConnectProvider"),
    "pipeline": number_of("aws:codepipeline/pipeline:Pipeline"),
    "notices": lambda graph: {
        n.inputs["endpoint"] for n in graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    },
    "alarms": threshold("websocket-alarms-hocuspocus-cpu"),
    "function_alarms": threshold("api-performance-alarms-backend-errors"),
    "thresholds.api_latency_ms": threshold("api-performance-alarms-backend-latency"),
    "thresholds.database_connections": threshold("database-alarms-primary-connections"),
    "thresholds.slow_queries": threshold("database-alarms-slow-queries"),
    "budget": seen("aws:budgets/budget:Budget", "limitAmount"),
    "anomalies": lambda graph: graph.only("aws:costexplorer/anomalySubscription:AnomalySubscription").inputs,
    "backup": lambda graph: graph.only("aws:backup/plan:Plan").inputs["rules"][0]["schedule"],
}
OF_THE_FRONT_END = {"frontend", "amplify"}
"""Shown by mdreader-amplify."""


def rate(graph: Graph, name: str) -> int:
    return graph.only(ACL, name).inputs["rules"][0]["statement"]["rateBasedStatement"]["limit"]


@pytest.fixture(scope="module")
def other() -> Graph:
    return rerun(OTHER, SECRETS)


@pytest.mark.parametrize("setting", sorted(SHOWS))
def test_each_setting_changes_what_it_names(setting: str, other: Graph) -> None:
    shows = SHOWS[setting]
    assert shows(other) != shows(stack_graph("mdreader-prod"))


def test_no_setting_is_left_out() -> None:
    own = {"identity": Identity, "thresholds": Thresholds}
    known = {*OF_THE_FRONT_END, *(set(SystemSettings.model_fields) - {*own, "backend"})}
    known |= {f"{part}.{field}" for part, model in own.items() for field in model.model_fields}
    known |= {f"backend.{field}" for field in BackendSettings.__annotations__}
    # The one excludes a given zone: test_knobs. The other is another stack: test_mdreader_recovery.
    assert known == {*SHOWS, *OF_THE_FRONT_END, "parent_zone_id", "recovery"}


def test_another_front_end_is_another_stack() -> None:
    site, amplify = stack_graph("mdreader-prod"), stack_graph("mdreader-amplify")
    assert [n.name for n in site.of_type(DISTRIBUTION)] == ["files-cdn-distribution", "site-cdn-distribution"]
    assert [n.name for n in amplify.of_type(DISTRIBUTION)] == ["files-cdn-distribution"]
    assert amplify.only("aws:amplify/branch:Branch").inputs["branchName"] == "main"


def test_an_empty_account_gets_the_same_with_other_settings(other: Graph) -> None:
    assert differences_when_unknown(other, rerun(OTHER, SECRETS, known=False)) == []


def test_a_backend_by_canary_is_moved_by_codedeploy_while_its_alarm_is_off(other: Graph) -> None:
    group = other.only("aws:codedeploy/deploymentGroup:DeploymentGroup").inputs
    assert group["deploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"
    errors = other.only(ALARM, "api-performance-alarms-backend-errors")
    assert group["alarmConfiguration"] == {"enabled": True, "alarms": [errors.outputs["name"]]}
    alias = other.only("aws:lambda/alias:Alias")
    assert alias.ignore_changes == ("functionVersion", "routingConfig")
    backend = next(
        n for n in other.of_type("aws:apigateway/integration:Integration") if n.name == "rest-routes-all-proxy-any"
    )
    assert backend.inputs["uri"] == alias.outputs["invokeArn"]
    assert other.exports["canary"] == {
        "application": other.only("aws:codedeploy/application:Application").outputs["name"],
        "groups": {"backend": "backend"},
        "functions": {"backend": "MDReaderBackend"},
    }


def test_social_sign_in_takes_its_secret_from_the_stack_s_configuration(other: Graph) -> None:
    provider = other.only("aws:cognito/identityProvider:IdentityProvider")
    assert provider.inputs["providerDetails"]["client_secret"] == "told-to-nobody"
    assert "providerDetails" in provider.secret_inputs
    client = other.only("aws:cognito/userPoolClient:UserPoolClient").inputs
    assert client["supportedIdentityProviders"] == ["COGNITO", "Google"]
    with pytest.raises(ProgramError, match="mdreader:googleSecret"):
        rerun({"identity": PROD["identity"] | GOOGLE})


def test_the_libraries_here_are_of_the_python_that_runs_them() -> None:
    graph = stack_graph("mdreader-prod")
    assert graph.only(FUNCTION, "lambda-backend-function").inputs["runtime"] == "python3.11"
    layer = graph.only(LAYER, "backend-layer-version").inputs
    assert layer["compatibleRuntimes"] == ["python3.11"]
    assert without_digests(layer["code"]) == {"path": "dist/mdreader-backend-layer.zip"}
    with pytest.raises(ProgramError, match=r"runtime: python3\.12 is for a package of your own"):
        rerun({"backend": {"runtime": "python3.12"}})


def test_programs_are_told_where_they_may_read() -> None:
    one = stack_graph("mdreader-prod")
    assert "DATABASE_READ_HOSTS" not in variables(one, "lambda-backend")
    two = elsewhere()
    replicas = [
        n.outputs["address"] for n in two.of_type("aws:rds/instance:Instance") if "replicateSourceDb" in n.inputs
    ]
    assert len(replicas) == 2
    assert variables(two, "lambda-backend")["DATABASE_READ_HOSTS"].split(",") == replicas
    container, _ = json.loads(two.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    told = {variable["name"]: variable["value"] for variable in container["environment"]}
    assert told["DATABASE_READ_HOSTS"].split(",") == replicas


def test_the_product_s_own_package_takes_the_place_of_the_handler_here() -> None:
    backend = "lambda-backend-function"
    assert "app/main.py" in stack_graph("mdreader-prod").only(FUNCTION, backend).inputs["code"]["assets"]
    shipped = stack_graph("mdreader-prod").only(FUNCTION, backend).inputs["layers"]
    assert shipped == [stack_graph("mdreader-prod").only(LAYER, "backend-layer-version").outputs["arn"]]
    own = elsewhere()
    assert "layers" not in own.only(FUNCTION, backend).inputs
    assert without_digests(own.only(FUNCTION, backend).inputs["code"]) == {"path": "dist/mdreader-backend.zip"}
    kept = own.only("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig").inputs
    assert kept["provisionedConcurrentExecutions"] == 2

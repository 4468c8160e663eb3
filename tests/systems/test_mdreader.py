"""MDReader's wiring: who reaches whom, what each role may do, what browsers are told, and what settings it refuses."""

import json
import re
import runpy
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from preview.graph import Graph
from preview.run import ProgramError, run_program
from settings import Environment, stackfile
from systems.mdreader import SystemSettings
from tests.stacks import ROOT, stack_graph

pytestmark = pytest.mark.xdist_group("stacks")

STACKS = ("mdreader-prod", "mdreader-dev", "mdreader-amplify")
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
FUNCTION = "aws:lambda/function:Function"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
SCALING = "aws:appautoscaling/policy:Policy"


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("mdreader-prod")


def group(graph: Graph, component: str) -> str:
    return graph.only(GROUP, f"{component}-group").id


def rules(graph: Graph, kind: str, security_group: str) -> list[dict[str, Any]]:
    return [n.inputs for n in graph.of_type(kind) if n.inputs["securityGroupId"] == security_group]


def ends(rule: dict[str, Any]) -> tuple[Any, str, Any, Any]:
    other = rule.get("referencedSecurityGroupId") or rule.get("cidrIpv4") or rule.get("prefixListId")
    return other, rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort")


def statements(graph: Graph, role: str) -> dict[str, dict[str, Any]]:
    found = graph.only("aws:iam/rolePolicy:RolePolicy", f"{role}-policy")
    return {s["Sid"]: s for s in json.loads(found.inputs["policy"])["Statement"]}


def variables(graph: Graph, function: str) -> dict[str, str]:
    return graph.only(FUNCTION, f"{function}-function").inputs["environment"]["variables"]


# Reachability


@pytest.mark.parametrize(("store", "port"), [("rds", 5432), ("redis", 6379)])
def test_a_store_takes_its_one_port_from_backend_and_hocuspocus_and_opens_nothing(
    graph: Graph, store: str, port: int
) -> None:
    clients = {group(graph, "lambda-backend"), group(graph, "hocuspocus")}
    assert {ends(rule) for rule in rules(graph, INGRESS, group(graph, store))} == {
        (client, "tcp", port, port) for client in clients
    }
    assert rules(graph, EGRESS, group(graph, store)) == []


def test_the_internet_reaches_the_balancer_by_https_and_no_other_group(graph: Graph) -> None:
    opened = [n.inputs for n in graph.of_type(INGRESS) if n.inputs.keys() & {"cidrIpv4", "cidrIpv6", "prefixListId"}]
    outside = [rule for rule in opened if not str(rule.get("cidrIpv4")).startswith("10.0.")]
    assert [(rule["securityGroupId"], *ends(rule)) for rule in outside] == [
        (group(graph, "alb"), "0.0.0.0/0", "tcp", 443, 443)
    ]


def test_hocuspocus_is_reached_by_its_balancer_alone_and_the_balancer_reaches_nothing_else(graph: Graph) -> None:
    tasks, balancer = group(graph, "hocuspocus"), group(graph, "alb")
    assert {ends(rule) for rule in rules(graph, INGRESS, tasks)} == {(balancer, "tcp", 8443, 8443)}
    assert {rule.get("referencedSecurityGroupId") for rule in rules(graph, EGRESS, balancer)} == {tasks}


def test_the_backend_gets_out_to_both_stores_and_by_https(graph: Graph) -> None:
    assert rules(graph, INGRESS, group(graph, "lambda-backend")) == []
    assert {ends(rule) for rule in rules(graph, EGRESS, group(graph, "lambda-backend"))} == {
        (group(graph, "rds"), "tcp", 5432, 5432),
        (group(graph, "redis"), "tcp", 6379, 6379),
        ("0.0.0.0/0", "tcp", 443, 443),
    }
    description = graph.only(GROUP, "lambda-backend-group").inputs["description"]
    assert description.startswith("Lambda Functions")


def test_only_the_backend_is_in_the_network(graph: Graph) -> None:
    inside = {n.name for n in graph.of_type(FUNCTION) if n.inputs.get("vpcConfig")}
    assert inside == {"lambda-backend-function"}
    private = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("mdreader-vpc-private")}
    backend = graph.only(FUNCTION, "lambda-backend-function").inputs
    service = graph.only("aws:ecs/service:Service").inputs["networkConfiguration"]
    assert set(backend["vpcConfig"]["subnetIds"]) == set(service["subnets"]) == private
    assert service["assignPublicIp"] is False


def test_hocuspocus_answers_to_its_own_host_and_never_behind_the_websocket_api(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    rule = graph.only("aws:lb/listenerRule:ListenerRule").inputs
    assert rule["conditions"] == [{"hostHeader": {"values": [f"websocket.{zone}"]}}]
    balancer = graph.only("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["idleTimeout"] == 3600
    assert graph.only("aws:lb/listener:Listener").inputs["defaultActions"][0]["type"] == "fixed-response"
    integrations = graph.of_type("aws:apigatewayv2/integration:Integration")
    assert {n.inputs["integrationUri"] for n in integrations} == {
        graph.only(FUNCTION, "events-function").outputs["invokeArn"]
    }
    assert {n.inputs["routeKey"] for n in graph.of_type("aws:apigatewayv2/route:Route")} == {
        "$connect",
        "$disconnect",
        "$default",
    }


def test_the_firewalls_stand_before_everything_public(graph: Graph) -> None:
    edge, regional = (
        graph.only("aws:wafv2/webAcl:WebAcl", f"{name}-acl") for name in ("firewall", "regional-firewall")
    )
    assert (edge.inputs["name"], edge.inputs["scope"]) == ("MDReaderWAF", "CLOUDFRONT")
    assert {n.inputs["webAclId"] for n in graph.of_type(DISTRIBUTION)} == {edge.outputs["arn"]}
    protected = {
        (n.inputs["webAclArn"], n.inputs["resourceArn"])
        for n in graph.of_type("aws:wafv2/webAclAssociation:WebAclAssociation")
    }
    assert {
        (regional.outputs["arn"], graph.only("aws:apigateway/stage:Stage").outputs["arn"]),
        (regional.outputs["arn"], graph.only("aws:lb/loadBalancer:LoadBalancer").outputs["arn"]),
    } <= protected
    limits = {acl.name: acl.inputs["rules"][0]["statement"]["rateBasedStatement"]["limit"] for acl in (edge, regional)}
    assert limits == {"firewall-acl": 1000, "regional-firewall-acl": 20000}


# Identity and roles


def test_the_user_pool_is_as_planned(graph: Graph) -> None:
    pool = graph.only("aws:cognito/userPool:UserPool").inputs
    assert pool["name"] == "MDReaderUsers"
    assert pool["deviceConfiguration"] == {
        "challengeRequiredOnNewDevice": False,
        "deviceOnlyRememberedOnUserPrompt": True,
    }
    assert (pool["mfaConfiguration"], pool["softwareTokenMfaConfiguration"]) == ("OPTIONAL", {"enabled": True})
    assert pool["emailConfiguration"]["emailSendingAccount"] == "DEVELOPER"


def test_users_of_the_pool_and_nobody_else_call_the_api_but_for_health(graph: Graph) -> None:
    authorizer = graph.only("aws:apigateway/authorizer:Authorizer")
    api = graph.only("aws:apigateway/restApi:RestApi")
    assert authorizer.inputs["type"] == "COGNITO_USER_POOLS"
    assert authorizer.inputs["restApi"] == api.id
    assert authorizer.inputs["providerArns"] == [graph.only("aws:cognito/userPool:UserPool").outputs["arn"]]
    methods = [n for n in graph.of_type("aws:apigateway/method:Method") if n.inputs["httpMethod"] != "OPTIONS"]
    asked = {n.name: n.inputs["authorization"] for n in methods}
    assert asked == {
        "rest-routes-all-any": "COGNITO_USER_POOLS",
        "rest-routes-all-proxy-any": "COGNITO_USER_POOLS",
        "rest-routes-health-any": "NONE",
        "rest-routes-health-proxy-any": "NONE",
    }
    assert api.inputs["disableExecuteApiEndpoint"] is True


def test_sockets_for_events_are_opened_with_an_id_token_of_the_pool(graph: Graph) -> None:
    connect = next(n for n in graph.of_type("aws:apigatewayv2/route:Route") if n.inputs["routeKey"] == "$connect")
    judge = graph.only("aws:apigatewayv2/authorizer:Authorizer")
    assert connect.inputs["authorizerId"] == judge.id
    assert judge.inputs["authorizerUri"] == graph.only(FUNCTION, "authorizer-function").outputs["invokeArn"]
    told = variables(graph, "authorizer")
    pool = graph.only("aws:cognito/userPool:UserPool").id
    assert told["JWT_ISSUER"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    assert told["JWKS_URL"] == f"{told['JWT_ISSUER']}/.well-known/jwks.json"
    assert told["JWT_AUDIENCE"] == graph.only("aws:cognito/userPoolClient:UserPoolClient").id


def test_a_signed_in_user_reaches_their_own_objects_and_nothing_else(graph: Graph) -> None:
    granted = statements(graph, "identities-user")
    assert set(granted) == {"OwnObjects", "OwnList", "OwnKey"}
    uploads = graph.only("aws:s3/bucket:Bucket", "uploads-bucket").outputs["arn"]
    assert granted["OwnObjects"]["Resource"] == [f"{uploads}/users/${{cognito-identity.amazonaws.com:sub}}/*"]
    pool = graph.only("aws:cognito/identityPool:IdentityPool").inputs
    assert pool["allowUnauthenticatedIdentities"] is False


RUNTIME = {"WriteTraces", "UseFunctionKey"}


@pytest.mark.parametrize(
    ("role", "granted", "everywhere"),
    [
        (
            "lambda-backend-execution",
            {
                *RUNTIME,
                "WriteLambdaBackendLogs",
                "ChangeInterfaces",
                "DescribeInterfaces",
                "ReadAppSecret",
                "ReadFileSigningKey",
                "DecryptSecretsKey",
                "ReadWriteUploads",
                "SendEmail",
                "QuotaEmail",
                "ReadConnections",
                "ManageSockets",
            },
            {"WriteTraces", "DescribeInterfaces", "QuotaEmail"},
        ),
        (
            "file-processing-execution",
            {*RUNTIME, "WriteFileProcessingLogs", "KeepDeadLetters", "TagUploads"},
            {"WriteTraces"},
        ),
        ("events-execution", {*RUNTIME, "WriteEventsLogs", "ReadWriteConnections", "ManageSockets"}, {"WriteTraces"}),
        ("authorizer-execution", {*RUNTIME, "WriteAuthorizerLogs"}, {"WriteTraces"}),
        ("hocuspocus-task-own", {"TraceTracing"}, {"TraceTracing"}),
        (
            "hocuspocus-task-execution",
            {"Login", "Pull", "WriteHocuspocusTaskLogs", "ReadSecrets", "DecryptSecrets"},
            {"Login"},
        ),
    ],
)
def test_a_role_holds_what_it_was_granted_and_no_more(
    graph: Graph, role: str, granted: set[str], everywhere: set[str]
) -> None:
    found = statements(graph, role)
    assert set(found) == granted
    assert {sid for sid, s in found.items() if s["Resource"] == ["*"]} == everywhere


def test_what_looks_at_files_may_tag_them_and_neither_change_nor_delete_them(graph: Graph) -> None:
    granted = statements(graph, "file-processing-execution")["TagUploads"]
    assert not {"s3:PutObject", "s3:DeleteObject"} & set(granted["Action"])
    uploads = graph.only("aws:s3/bucket:Bucket", "uploads-bucket")
    notification = graph.only("aws:s3/bucketNotification:BucketNotification").inputs
    assert notification["bucket"] == uploads.outputs["bucket"]
    assert [f["events"] for f in notification["lambdaFunctions"]] == [["s3:ObjectCreated:*"]]


# Secrets


def test_urls_with_passwords_are_told_by_reference_only(graph: Graph) -> None:
    secret = graph.only("aws:secretsmanager/secret:Secret", "app-secret-secret").outputs["arn"]
    expected = {"DATABASE_URL": f"{secret}:database-url::", "REDIS_URL": f"{secret}:redis-url::"}
    told = variables(graph, "lambda-backend")
    assert {key: told[key] for key in expected} == expected
    assert {"ENVIRONMENT", "MAIL_SENDER", "UPLOADS_BUCKET"} <= set(told)
    (container,) = json.loads(graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    assert {s["name"]: s["valueFrom"] for s in container["secrets"]} == expected
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


def test_no_task_starts_before_its_secret_can_have_a_value(graph: Graph) -> None:
    schedule = graph.only("aws:secretsmanager/secretRotation:SecretRotation", "app-secret-schedule")
    assert schedule.urn in graph.only("aws:ecs/service:Service").dependencies


# What browsers are told


def sources(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in policy.split("; "))}


def site_policy(graph: Graph) -> str:
    if graph.of_type("aws:amplify/app:App"):
        (line,) = re.findall(r"key: Content-Security-Policy\n +value: (.*)", amplify_headers(graph))
        return json.loads(line)
    headers = graph.only(HEADERS, "site-cdn-file-headers").inputs["securityHeadersConfig"]
    return headers["contentSecurityPolicy"]["contentSecurityPolicy"]


def amplify_headers(graph: Graph) -> str:
    return graph.only("aws:amplify/app:App").inputs["customHeaders"]


def test_pages_run_their_own_scripts_and_talk_to_their_own_hosts(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    told = sources(site_policy(graph))
    assert told["script-src"] == told["default-src"] == ["'self'"]
    assert told["object-src"] == told["frame-ancestors"] == ["'none'"]
    bucket = graph.only("aws:s3/bucket:Bucket", "uploads-bucket").inputs["bucket"]
    pages = graph.only("aws:cognito/userPoolDomain:UserPoolDomain").inputs["domain"]
    assert told["connect-src"] == [
        "'self'",
        f"https://api.{zone}",
        f"wss://websocket.{zone}",
        f"wss://events.{zone}",
        f"https://files.{zone}",
        f"https://{bucket}.s3.us-east-1.amazonaws.com",
        "https://cognito-idp.us-east-1.amazonaws.com",
        "https://cognito-identity.us-east-1.amazonaws.com",
        f"https://{pages}.auth.us-east-1.amazoncognito.com",
    ]


def test_every_distribution_demands_tls_and_sends_security_headers(graph: Graph) -> None:
    for policy in graph.of_type(HEADERS):
        config = policy.inputs["securityHeadersConfig"]
        assert config["strictTransportSecurity"] == {
            "accessControlMaxAgeSec": 63072000,
            "includeSubdomains": True,
            "override": True,
        }
        assert config["frameOptions"]["frameOption"] == "DENY"
        assert config["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
        assert config["contentTypeOptions"]["override"] is True
    for distribution in graph.of_type(DISTRIBUTION):
        assert distribution.inputs["priceClass"] == "PriceClass_100"
        assert distribution.inputs["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"


def test_amplify_sends_the_same_headers_and_passes_on_the_api_alone() -> None:
    graph = stack_graph("mdreader-amplify")
    headers = amplify_headers(graph)
    for header in ("Strict-Transport-Security", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy"):
        assert f"- key: {header}" in headers
    app = graph.only("aws:amplify/app:App")
    assert app.inputs["name"] == "MDReaderWeb"
    api, page = app.inputs["customRules"]
    assert (api["source"], api["target"], api["status"]) == ("/api/<*>", "https://api.mdreader.app/api/<*>", "200")
    assert page["target"] == "/index.html"
    acl = graph.only("aws:wafv2/webAcl:WebAcl", "firewall-acl").outputs["arn"]
    protected = [
        n.inputs["webAclArn"]
        for n in graph.of_type("aws:wafv2/webAclAssociation:WebAclAssociation")
        if n.inputs["resourceArn"] == app.outputs["arn"]
    ]
    assert protected == [acl]
    domain = graph.only("aws:amplify/domainAssociation:DomainAssociation")
    assert graph.only("aws:route53/zone:Zone").urn in domain.dependencies


def test_attachments_are_read_by_signed_addresses_and_run_as_nothing(graph: Graph) -> None:
    files = graph.only(DISTRIBUTION, "files-cdn-distribution").inputs
    behavior = files["defaultCacheBehavior"]
    assert behavior["trustedKeyGroups"] == [graph.only("aws:cloudfront/keyGroup:KeyGroup").id]
    policy = graph.only(HEADERS, "files-cdn-file-headers").inputs["securityHeadersConfig"]["contentSecurityPolicy"]
    told = sources(policy["contentSecurityPolicy"])
    assert {told[directive][0] for directive in ("default-src", "script-src", "form-action")} == {"'none'"}
    (statement,) = [
        s
        for s in json.loads(graph.only("aws:s3/bucketPolicy:BucketPolicy", "uploads-policy").inputs["policy"])[
            "Statement"
        ]
        if s["Effect"] == "Allow"
    ]
    assert statement["Action"] == ["s3:GetObject"]


def test_browsers_upload_from_the_site_and_the_desktop_alone(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    (rule,) = graph.only("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration").inputs["corsRules"]
    assert rule["allowedOrigins"] == [f"https://{zone}", "tauri://localhost", "http://tauri.localhost"]
    assert rule["allowedMethods"] == ["GET", "PUT", "POST", "DELETE"]
    assert rule["allowedHeaders"] == ["*"]


# Scaling


@pytest.mark.parametrize(
    ("stack", "usual", "off_peak", "strategies"),
    [
        ("mdreader-prod", (2, 10), (1, 4), [("FARGATE", None, 1)]),
        ("mdreader-amplify", (2, 10), (1, 4), [("FARGATE", None, 1)]),
        ("mdreader-dev", (1, 3), (1, 1), [("FARGATE", 1, 1), ("FARGATE_SPOT", None, 3)]),
    ],
)
def test_hocuspocus_scales_within_the_bounds_of_its_environment(
    stack: str, usual: tuple[int, int], off_peak: tuple[int, int], strategies: list[tuple[str, int | None, int]]
) -> None:
    graph = stack_graph(stack)
    target = graph.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == usual
    actions = graph.of_type("aws:appautoscaling/scheduledAction:ScheduledAction")
    bounds = {n.name.removeprefix("hocuspocus-scaling-"): n.inputs["scalableTargetAction"] for n in actions}
    assert bounds == {
        "off-peak": {"minCapacity": off_peak[0], "maxCapacity": off_peak[1]},
        "peak": {"minCapacity": usual[0], "maxCapacity": usual[1]},
    }
    service = graph.only("aws:ecs/service:Service")
    assert service.inputs["desiredCount"] == 2
    assert "desiredCount" in service.ignore_changes
    assert (service.inputs["deploymentMaximumPercent"], service.inputs["deploymentMinimumHealthyPercent"]) == (200, 50)
    given = service.inputs["capacityProviderStrategies"]
    assert [(s["capacityProvider"], s.get("base"), s["weight"]) for s in given] == strategies


def test_hocuspocus_scales_on_its_connections(graph: Graph) -> None:
    policy = graph.only(SCALING, "hocuspocus-scaling-connections").inputs["targetTrackingScalingPolicyConfiguration"]
    assert policy["targetValue"] == 500
    (connections,) = [m for m in policy["customizedMetricSpecification"]["metrics"] if m["id"] == "connections"]
    named = connections["metricStat"]["metric"]
    assert named["metricName"] == "ActiveConnectionCount"
    assert named["dimensions"][0]["value"] == graph.only("aws:lb/loadBalancer:LoadBalancer").outputs["arnSuffix"]


@pytest.mark.parametrize(("stack", "most"), [("mdreader-prod", 60), ("mdreader-dev", 20)])
def test_the_backend_takes_no_more_connections_than_the_database_has(stack: str, most: int) -> None:
    backend = stack_graph(stack).only(FUNCTION, "lambda-backend-function").inputs
    assert backend["reservedConcurrentExecutions"] == most
    assert (backend["name"], backend["handler"]) == ("MDReaderBackend", "app.main.handler")
    assert (backend["memorySize"], backend["timeout"]) == (1024, 30)


# Figures, operations


def test_stores_carry_the_planned_figures(graph: Graph) -> None:
    database = graph.only("aws:rds/instance:Instance").inputs
    assert (database["allocatedStorage"], database["maxAllocatedStorage"]) == (20, 1000)
    assert (database["backupRetentionPeriod"], database["multiAz"]) == (30, True)
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    planned = {
        "engineVersion": "7.0",
        "nodeType": "cache.t3.micro",
        "numCacheClusters": 2,
        "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
        "snapshotRetentionLimit": 7,
        "atRestEncryptionEnabled": True,
        "transitEncryptionEnabled": True,
    }
    assert {key: cache.get(key) for key in planned} == planned


def test_the_network_is_laid_out_as_planned(graph: Graph) -> None:
    vpc = graph.only("aws:ec2/vpc:Vpc").inputs
    assert (vpc["cidrBlock"], vpc["tags"]["Name"]) == ("10.0.0.0/16", "mdreader-vpc")
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True
    subnets = {n.name: n.inputs["cidrBlock"] for n in graph.of_type("aws:ec2/subnet:Subnet")}
    assert sorted(subnets.values()) == [f"10.0.{third}.0/24" for third in (1, 10, 11, 2, 20, 21)]


def test_database_and_attachments_are_backed_up_and_the_bucket_says_what_is_new(graph: Graph) -> None:
    selected = graph.only("aws:backup/selection:Selection").inputs["resources"]
    uploads = graph.only("aws:s3/bucket:Bucket", "uploads-bucket")
    assert selected == [graph.only("aws:rds/instance:Instance").outputs["arn"], uploads.outputs["arn"]]
    assert graph.only("aws:s3/bucketNotification:BucketNotification").inputs["eventbridge"] is True


@pytest.mark.parametrize(("stack", "days"), [("mdreader-prod", 35), ("mdreader-dev", 7)])
def test_backups_are_kept_as_long_as_the_environment_says(stack: str, days: int) -> None:
    (rule,) = stack_graph(stack).only("aws:backup/plan:Plan").inputs["rules"]
    assert rule["lifecycle"]["deleteAfter"] == days


def test_four_dashboards_each_with_its_own_alarms(graph: Graph) -> None:
    pages = {
        n.name.removesuffix("-dashboard"): json.loads(n.inputs["dashboardBody"])["widgets"]
        for n in graph.of_type("aws:cloudwatch/dashboard:Dashboard")
    }
    assert set(pages) == {"api-performance", "database", "websocket", "cost"}
    titles = {page: {w["properties"]["title"] for w in widgets} for page, widgets in pages.items()}
    assert {"REST latency", "REST requests", "Lambda Duration"} <= titles["api-performance"]
    assert "RDS DatabaseConnections" in titles["database"]
    assert any("SlowQueries" in title for title in titles["database"])
    assert {"Active users", "Events connections", "Business"} <= titles["websocket"]
    assert {"Billing EstimatedCharges", "Charges by service", "Cost"} <= titles["cost"]
    alarms = [arn for widgets in pages.values() for arn in widgets[0]["properties"]["alarms"]]
    assert sorted(alarms) == sorted(n.outputs["arn"] for n in graph.of_type(ALARM))


def test_the_planned_alarms_watch_the_backend_and_the_database(graph: Graph) -> None:
    topic = graph.only("aws:sns/topic:Topic").outputs["arn"]
    named = {n.inputs["name"]: n.inputs for n in graph.of_type(ALARM) if "name" in n.inputs}
    figures = ("namespace", "metricName", "statistic", "period", "evaluationPeriods", "threshold")
    latency, connections = named["MDReader-API-Latency"], named["MDReader-DB-Connections"]
    assert [latency[f] for f in figures] == ["AWS/Lambda", "Duration", "Average", 300, 2, 5000]
    assert [connections[f] for f in figures] == ["AWS/RDS", "DatabaseConnections", "Maximum", 300, 2, 80]
    assert latency["dimensions"] == {"FunctionName": "MDReaderBackend"}
    assert latency["alarmActions"] == connections["alarmActions"] == [topic]


def test_anomalies_may_be_told(graph: Graph) -> None:
    policy = json.loads(graph.only("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])
    (publish,) = [s for s in policy["Statement"] if s["Sid"] == "Publish"]
    assert "costalerts.amazonaws.com" in publish["Principal"]["Service"]


# Settings


def settings_of(stack: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]["strata:settings"]


def refused(given: dict[str, Any], said: str) -> None:
    context = {"environment": Environment.PROD, "region": "us-east-1"}
    with pytest.raises(ValidationError, match=said):
        SystemSettings.model_validate_json(json.dumps(given), context=context, by_alias=True, by_name=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frontend": "amplify"}, "amplify is required by frontend amplify; web is not for frontend amplify"),
        ({"web": None}, "web is required by frontend s3"),
        ({"sender": "info@example.org"}, "sender must be an address of domain"),
        ({"fileSigner": "second"}, "fileSigner must be one of fileSigners"),
        ({"fileSigners": {}}, "at least 1"),
        ({"firewall": {"scope": "REGIONAL"}}, "firewall.scope must be CLOUDFRONT"),
        ({"regionalFirewall": {"scope": "CLOUDFRONT"}}, "regionalFirewall.scope must be REGIONAL"),
        ({"api": {"domain": "api.mdreader.app"}}, "are made from domain"),
        ({"connections": {"tableName": "abc", "replicaRegion": "us-west-2"}}, "sockets are of one region"),
        ({"backend": {"package": "/etc/passwd"}}, "should match pattern"),
    ],
)
def test_bad_settings_are_told(change: dict[str, Any], said: str) -> None:
    refused(settings_of("mdreader-prod") | change, said)


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("cache", {"authentication": "iam"}, "cache.authentication must be password"),
        ("cache", {"clusterMode": True}, "cache.clusterMode must be false"),
        ("database", {"dbName": None}, "database.dbName is required"),
        ("identity", {"pages": {"domain": "auth.mdreader.app"}}, "prefix is required"),
    ],
)
def test_parts_that_do_not_fit_are_told(part: str, change: dict[str, Any], said: str) -> None:
    settings = settings_of("mdreader-prod")
    refused(settings | {part: settings[part] | change}, said)


def test_stacks_differ_in_front_end_or_size_and_never_in_shape(prod: Graph) -> None:
    dev, amplify = stack_graph("mdreader-dev"), stack_graph("mdreader-amplify")
    once = {
        "aws:backup/vaultPolicy:VaultPolicy",
        "aws:codepipeline/pipeline:Pipeline",
        "aws:cognito/riskConfiguration:RiskConfiguration",
    }
    missing = {
        kind for kind in set(prod.counts) - set(dev.counts) if "codebuild" not in kind and "codeconn" not in kind
    }
    assert missing - {"aws:iam/openIdConnectProvider:OpenIdConnectProvider"} <= once
    assert {kind for kind in amplify.counts if kind not in prod.counts} == {
        "aws:amplify/app:App",
        "aws:amplify/branch:Branch",
        "aws:amplify/domainAssociation:DomainAssociation",
    }


def rerun(change: dict[str, Any], secrets: dict[str, str] | None = None) -> Graph:
    """mdreader-prod with some settings changed and secrets in its configuration."""
    file = stackfile.read(ROOT, "mdreader-prod")
    settings = json.loads(file.config["strata:settings"]) | change
    config = {**file.config, "strata:settings": json.dumps(settings), **(secrets or {})}

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run_program(program, stack="mdreader-prod", config=config, secret_keys=list(secrets or ()))


GOOGLE = {"providers": {"google": {"clientId": "1.apps.googleusercontent.com"}}}


def test_social_sign_in_takes_its_secret_from_the_stack_s_configuration() -> None:
    identity = settings_of("mdreader-prod")["identity"] | GOOGLE
    graph = rerun({"identity": identity}, {"mdreader:googleSecret": "told-to-nobody"})
    provider = graph.only("aws:cognito/identityProvider:IdentityProvider")
    assert provider.inputs["providerDetails"]["client_secret"] == "told-to-nobody"
    assert "providerDetails" in provider.secret_inputs
    client = graph.only("aws:cognito/userPoolClient:UserPoolClient").inputs
    assert client["supportedIdentityProviders"] == ["COGNITO", "Google"]
    with pytest.raises(ProgramError, match="mdreader:googleSecret"):
        rerun({"identity": identity})


def test_the_product_s_own_package_takes_the_place_of_the_handler_here(prod: Graph) -> None:
    backend = "lambda-backend-function"
    assert "app/main.py" in prod.only(FUNCTION, backend).inputs["code"]["assets"]
    own = rerun({"backend": {"package": "dist/mdreader-backend.zip", "provisionedConcurrency": 2}})
    assert own.only(FUNCTION, backend).inputs["code"] == {"path": "dist/mdreader-backend.zip"}
    kept = own.only("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig").inputs
    assert kept["provisionedConcurrentExecutions"] == 2

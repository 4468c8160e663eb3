"""MDReader's wiring: who reaches whom, who signs in, and what each role may do."""

import json
from typing import Any

import pytest

from analyser.analyses.rights.question import ask
from analyser.graph import Graph
from systems.mdreader.parts import ATTACHMENTS_PREFIX, USERS_PREFIX
from tests.stacks import ROOT, stack_graph
from tests.systems.mdreader import DISTRIBUTION, FUNCTION, STACKS, statements, variables
from tests.systems.wiring import EGRESS, GROUP, INGRESS, group

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
"""What a stack has once, whose data is copied to a second region."""


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def rules(graph: Graph, kind: str, security_group: str) -> list[dict[str, Any]]:
    return [n.inputs for n in graph.of_type(kind) if n.inputs["securityGroupId"] == security_group]


def ends(rule: dict[str, Any]) -> tuple[Any, str, Any, Any]:
    other = rule.get("referencedSecurityGroupId") or rule.get("cidrIpv4") or rule.get("prefixListId")
    return other, rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort")


@pytest.mark.parametrize(("store", "port"), [("rds", 5432), ("redis", 6379)])
def test_a_store_takes_its_one_port_from_backend_and_hocuspocus_and_opens_nothing(
    graph: Graph, store: str, port: int
) -> None:
    clients = {group(graph, "lambda-backend"), group(graph, "hocuspocus")}
    clients |= {group(graph, "migration")} if store == "rds" else set()
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


def test_only_what_reaches_the_database_is_in_the_network(graph: Graph) -> None:
    inside = {n.name for n in graph.of_type(FUNCTION) if n.inputs.get("vpcConfig")}
    assert inside == {"lambda-backend-function", "migration-function"}
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
                "ConnectRds",
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
            "migration-execution",
            {
                *RUNTIME,
                "WriteMigrationLogs",
                "ChangeInterfaces",
                "DescribeInterfaces",
                "ReadMasterSecretRds",
                "DecryptDataKey",
            },
            {"WriteTraces", "DescribeInterfaces"},
        ),
        (
            "file-processing-execution",
            {*RUNTIME, "WriteFileProcessingLogs", "KeepDeadLetters", "TagUploads"},
            {"WriteTraces"},
        ),
        ("events-execution", {*RUNTIME, "WriteEventsLogs", "ReadWriteConnections", "ManageSockets"}, {"WriteTraces"}),
        ("authorizer-execution", {*RUNTIME, "WriteAuthorizerLogs"}, {"WriteTraces"}),
        (
            "erasure",
            {"FindVersionsUploads", "EraseUploads", "EraseUsers", "EraseIdentities", "OperateEmail"},
            {"EraseIdentities", "OperateEmail"},
        ),
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
    if role == "erasure" and graph.of_type(REPLICATION):
        granted = {*granted, "FindVersionsCopiesUploads", "EraseCopiesUploads"}
    assert set(found) == granted
    assert {sid for sid, s in found.items() if s["Resource"] == ["*"]} == everywhere


@pytest.mark.parametrize("folder", [USERS_PREFIX, ATTACHMENTS_PREFIX])
def test_who_erases_a_user_finds_all_versions_wherever_they_lie_and_reads_none(graph: Graph, folder: str) -> None:
    buckets = [n for n in graph.of_type("aws:s3/bucket:Bucket") if n.name.endswith("uploads-bucket")]
    assert len(buckets) == 1 + bool(graph.of_type(REPLICATION))
    for uploads in (node.outputs["arn"] for node in buckets):
        mine = f"{uploads}/{folder}/ada/photo.png"
        assert ask(graph, "erasure", "s3:DeleteObjectVersion", mine).yes
        assert not ask(graph, "erasure", "s3:GetObject", mine).allowed
        assert not ask(graph, "erasure", "s3:DeleteObjectVersion", f"{uploads}/other/photo.png").allowed
        assert not ask(graph, "operators", "s3:DeleteObjectVersion", mine).allowed
    (prefixes,) = statements(graph, "erasure")["FindVersionsUploads"]["Condition"]["StringLike"].values()
    assert f"{folder}/*" in prefixes
    assert f'"{folder}/<' in (ROOT / "docs/runbooks/mdreader.md").read_text(encoding="utf-8")


def test_the_api_signs_uploads_where_they_can_be_erased() -> None:
    signs = (ROOT / "functions/mdreader_backend/app/uploads.py").read_text(encoding="utf-8")
    assert f'key = f"{ATTACHMENTS_PREFIX}/{{user}}/' in signs


def test_what_looks_at_files_may_tag_them_and_neither_change_nor_delete_them(graph: Graph) -> None:
    granted = statements(graph, "file-processing-execution")["TagUploads"]
    assert not {"s3:PutObject", "s3:DeleteObject"} & set(granted["Action"])
    uploads = graph.only("aws:s3/bucket:Bucket", "uploads-bucket")
    notification = graph.only("aws:s3/bucketNotification:BucketNotification").inputs
    assert notification["bucket"] == uploads.outputs["bucket"]
    assert [f["events"] for f in notification["lambdaFunctions"]] == [["s3:ObjectCreated:*"]]


def test_urls_with_passwords_are_told_by_reference_only(graph: Graph) -> None:
    secret = graph.only("aws:secretsmanager/secret:Secret", "app-secret-secret").outputs["arn"]
    expected = {"DATABASE_URL": f"{secret}:database-url::", "REDIS_URL": f"{secret}:redis-url::"}
    told = variables(graph, "lambda-backend")
    assert {key: told[key] for key in expected} == expected
    assert {"ENVIRONMENT", "MAIL_SENDER", "UPLOADS_BUCKET"} <= set(told)
    container, _ = json.loads(graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    assert {s["name"]: s["valueFrom"] for s in container["secrets"]} == expected
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


def test_the_backend_signs_in_as_a_user_that_is_made_once_there_is_a_way_to_the_database(graph: Graph) -> None:
    made = graph.only("aws:lambda/invocation:Invocation", "migration-applied")
    told = variables(graph, "lambda-backend")
    database = graph.only("aws:rds/instance:Instance")
    (file,) = json.loads(made.inputs["input"])["Files"]
    assert f"CREATE ROLE {told['DATABASE_USER']} LOGIN" in file["Sql"]
    assert made.inputs["functionName"] == graph.only(FUNCTION, "migration-function").outputs["name"]
    assert told["DATABASE_HOST"] == database.outputs["address"]
    (user,) = statements(graph, "lambda-backend-execution")["ConnectRds"]["Resource"]
    assert user.endswith(f":dbuser:{database.outputs['resourceId']}/{told['DATABASE_USER']}")
    doors = {n.urn for n in graph.resources if n.name.endswith("migration-5432") or n.name.endswith("migration-https")}
    assert len(doors) == 2
    assert doors <= set(made.dependencies)


def test_no_task_starts_before_its_secret_has_a_value(graph: Graph) -> None:
    awaited = graph.only("aws:lambda/invocation:Invocation", "app-secret-first-value")
    secret = graph.only("aws:secretsmanager/secret:Secret", "app-secret-secret")
    assert json.loads(awaited.inputs["input"]) == {"Await": secret.outputs["arn"]}
    assert awaited.urn in graph.only("aws:ecs/service:Service").dependencies


def test_a_rotation_of_the_passwords_ends_with_fresh_tasks_of_this_service(graph: Graph) -> None:
    cluster, service = graph.only("aws:ecs/cluster:Cluster"), graph.only("aws:ecs/service:Service")
    told = variables(graph, "app-secret-rotation")
    assert (told["ECS_CLUSTER"], told["ECS_SERVICE"]) == (cluster.inputs["name"], service.inputs["name"])
    (allowed,) = statements(graph, "app-secret-rotation-execution")["ReplaceTasks"]["Resource"]
    assert allowed.endswith(f":service/{cluster.inputs['name']}/{service.inputs['name']}")


def test_who_delivers_is_told_what_to_wait_for(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    assert graph.exports["healthUrl"] == f"https://api.{zone}/health"
    assert graph.exports["service"] == {
        "cluster": graph.only("aws:ecs/cluster:Cluster").inputs["name"],
        "name": "mdreader-hocuspocus",
        "taskDefinition": graph.only("aws:ecs/taskDefinition:TaskDefinition").outputs["arn"],
    }

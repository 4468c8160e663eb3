"""The collaboration platform's wiring: who reaches whom, what each role may do, and how big each environment is."""

import json
from typing import Any

import pytest

from analyser.graph import Graph, Node
from tests.stacks import stack_graph
from tests.systems.collaboration import DISTRIBUTION, FUNCTION, STACKS, environment
from tests.systems.wiring import before

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("collaboration-prod")


@pytest.fixture(scope="module")
def dev() -> Graph:
    return stack_graph("collaboration-dev")


def group(graph: Graph, component: str) -> str:
    return graph.only(GROUP, f"{component}-group").id


def rules(graph: Graph, kind: str, component: str) -> list[dict[str, Any]]:
    return [n.inputs for n in graph.of_type(kind) if n.inputs["securityGroupId"] == group(graph, component)]


def subnets(graph: Graph, tier: str) -> list[Node]:
    return [n for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith(f"network-{tier}-")]


def test_redis_takes_one_port_from_servers_and_socket_functions(graph: Graph) -> None:
    incoming = rules(graph, INGRESS, "redis")
    clients = {group(graph, one) for one in ("server", "websocket", "websocket-streams")}
    assert {rule["referencedSecurityGroupId"] for rule in incoming} == clients
    assert {(rule["ipProtocol"], rule["fromPort"], rule["toPort"]) for rule in incoming} == {("tcp", 6379, 6379)}
    assert rules(graph, EGRESS, "redis") == []


def test_the_balancer_takes_cloudfront_and_the_servers_take_the_balancer(graph: Graph) -> None:
    (outside,) = rules(graph, INGRESS, "alb")
    assert (outside["fromPort"], outside["toPort"]) == (443, 443)
    assert outside["prefixListId"]
    (inside,) = rules(graph, INGRESS, "server")
    assert inside["referencedSecurityGroupId"] == group(graph, "alb")
    assert (inside["fromPort"], inside["toPort"]) == (3000, 3000)
    assert {rule["referencedSecurityGroupId"] for rule in rules(graph, EGRESS, "alb")} == {group(graph, "server")}


def test_nothing_is_open_to_the_internet(graph: Graph) -> None:
    assert [n.name for n in graph.of_type(INGRESS) if n.inputs.get("cidrIpv4") == "0.0.0.0/0"] == []
    assert [n.name for n in graph.of_type(INGRESS) if n.inputs.get("cidrIpv6")] == []
    for name in ("websocket", "websocket-streams"):
        assert rules(graph, INGRESS, name) == []


def test_only_requests_of_our_distribution_are_answered(graph: Graph) -> None:
    rule = graph.only("aws:lb/listenerRule:ListenerRule").inputs
    header = next(c["httpHeader"] for c in rule["conditions"] if "httpHeader" in c)
    origins = graph.only(DISTRIBUTION).inputs["origins"]
    (sent,) = next(o["customHeaders"] for o in origins if o["originId"] == "server")
    assert (sent["name"], [sent["value"]]) == (header["httpHeaderName"], header["values"])
    (default,) = graph.only("aws:lb/listener:Listener", "alb-https").inputs["defaultActions"]
    assert default["fixedResponse"]["statusCode"] == "403"


def test_each_tier_holds_what_belongs_there(graph: Graph) -> None:
    service = graph.only(SERVICE).inputs["networkConfiguration"]
    assert service["subnets"] == [n.id for n in subnets(graph, "private")]
    assert service["assignPublicIp"] is False
    data = {n.id for n in subnets(graph, "data")}
    assert set(graph.only("aws:elasticache/subnetGroup:SubnetGroup").inputs["subnetIds"]) == data
    for tier in ("public", "private", "data"):
        found = subnets(graph, tier)
        assert {n.inputs["availabilityZone"][-1] for n in found} == {"a", "b"}
        assert {n.inputs["mapPublicIpOnLaunch"] for n in found} == {tier == "public"}
    routes = {n.inputs["routeTableId"] for n in graph.of_type("aws:ec2/route:Route")}
    tables = {n.id for n in graph.of_type("aws:ec2/routeTable:RouteTable") if n.name.startswith("network-data")}
    assert tables
    assert not routes & tables


@pytest.mark.parametrize(
    ("stack", "tasks", "cache", "nodes", "gateways", "base"),
    [
        ("collaboration-dev", (1, 3), "cache.t3.micro", 1, 1, 1),
        ("collaboration-staging", (1, 5), "cache.t3.small", 2, 2, 1),
        ("collaboration-prod", (2, 20), "cache.r6g.large", 2, 2, 2),
    ],
)
def test_the_environment_decides_the_size(
    stack: str, tasks: tuple[int, int], cache: str, nodes: int, gateways: int, base: int
) -> None:
    graph = stack_graph(stack)
    target = graph.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == tasks
    service = graph.only(SERVICE).inputs
    assert service["desiredCount"] == tasks[0]
    assert service["capacityProviderStrategies"] == [
        {"capacityProvider": "FARGATE", "base": base, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 4},
    ]
    redis = graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    assert (redis["nodeType"], redis["numCacheClusters"]) == (cache, nodes)
    assert redis["multiAzEnabled"] is redis["automaticFailoverEnabled"] is (nodes > 1)
    parameters = graph.only("aws:elasticache/parameterGroup:ParameterGroup")
    assert redis["parameterGroupName"] == parameters.outputs["name"]
    assert {one["name"]: one["value"] for one in parameters.inputs["parameters"]} == {
        "cluster-enabled": "no",
        "maxmemory-policy": "noeviction",
    }
    assert len(graph.of_type("aws:ec2/natGateway:NatGateway")) == gateways


def test_the_service_follows_cpu_and_memory(graph: Graph) -> None:
    policies = [
        n.inputs["targetTrackingScalingPolicyConfiguration"] for n in graph.of_type("aws:appautoscaling/policy:Policy")
    ]
    kept = {p["predefinedMetricSpecification"]["predefinedMetricType"]: p["targetValue"] for p in policies}
    assert kept == {"ECSServiceAverageCPUUtilization": 60, "ECSServiceAverageMemoryUtilization": 70}


def test_prod_looks_closer(prod: Graph, dev: Graph) -> None:
    cluster = "aws:ecs/cluster:Cluster"
    assert prod.only(cluster).inputs["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    for less in (dev, stack_graph("collaboration-staging")):
        assert less.only(cluster).inputs["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert prod.only("aws:apigatewayv2/stage:Stage").inputs["defaultRouteSettings"]["detailedMetricsEnabled"] is True


def test_names_are_the_plan_s(graph: Graph) -> None:
    env = environment(graph)
    assert graph.only("aws:ecs/cluster:Cluster").inputs["name"] == f"{env}-collaboration-cluster"
    assert graph.only(SERVICE).inputs["name"] == f"{env}-collaboration-service"
    assert graph.only(TASK).inputs["family"] == f"{env}-collaboration-task"
    names = {
        n.name.removesuffix("-function"): n.inputs["name"] for n in graph.of_type(FUNCTION) if n.inputs.get("name")
    }
    assert names == {one: f"{env}-{one}" for one in ("websocket", "websocket-streams", "websocket-authorizer")}
    groups = {n.inputs.get("name") for n in graph.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert {f"/aws/lambda/{name}" for name in names.values()} <= groups


def container(graph: Graph) -> dict[str, Any]:
    (found,) = json.loads(graph.only(TASK).inputs["containerDefinitions"])
    return found


def test_the_container_is_told_where_things_are(graph: Graph) -> None:
    env = environment(graph)
    told = {v["name"]: v["value"] for v in container(graph)["environment"]}
    assert told == {
        "NODE_ENV": "production",
        "REDIS_ENDPOINT": graph.only("aws:elasticache/replicationGroup:ReplicationGroup").outputs[
            "primaryEndpointAddress"
        ],
        "DYNAMODB_TABLE": f"{env}-collaboration-state",
        "AWS_REGION": "us-west-2" if env == "dev" else "us-east-1",
        "METRICS_NAMESPACE": f"Collaboration/{env}",
        "PORT": "3000",
        "PROTOCOL": "HTTPS",
    }
    secrets = {v["name"]: v["valueFrom"] for v in container(graph)["secrets"]}
    arn = {n.name: n.outputs["arn"] for n in graph.of_type("aws:secretsmanager/secret:Secret")}
    assert secrets == {
        "REDIS_URL": f"{arn['redis-secret-secret']}:redis-url::",
        "JWT_SECRET": arn["jwt-secret-secret"],
    }


def test_no_task_starts_before_its_secrets_have_values(graph: Graph) -> None:
    service = graph.only(SERVICE)
    assert graph.only("aws:lambda/invocation:Invocation").urn in service.dependencies
    assert graph.only("aws:lb/listenerRule:ListenerRule").urn in service.dependencies
    schedule = graph.only("aws:scheduler/schedule:Schedule").inputs["target"]
    assert json.loads(schedule["input"]) == {
        "Cluster": graph.only("aws:ecs/cluster:Cluster").inputs["name"],
        "Service": service.inputs["name"],
        "ForceNewDeployment": True,
    }


def statements(graph: Graph, role: str) -> dict[str, dict[str, Any]]:
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", f"{role}-policy").inputs["policy"]
    return {s["Sid"]: s for s in json.loads(policy)["Statement"]}


def test_the_server_s_role_opens_the_state_table_and_its_own_metrics(graph: Graph) -> None:
    granted = statements(graph, "server-task-own")
    assert set(granted) == {"ReadWriteState", "PutMetrics"}
    table = graph.only("aws:dynamodb/table:Table").outputs["arn"]
    data_key = graph.only("aws:kms/key:Key", "data-key-key").outputs["arn"]
    assert granted["ReadWriteState"]["Resource"] == [table, data_key]
    namespace = f"Collaboration/{environment(graph)}"
    assert granted["PutMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": namespace}}


def test_only_who_starts_the_container_reads_its_secrets(graph: Graph) -> None:
    granted = statements(graph, "server-task-execution")
    arns = {n.outputs["arn"] for n in graph.of_type("aws:secretsmanager/secret:Secret")}
    unread = graph.only("aws:secretsmanager/secret:Secret", "api-keys-secret").outputs["arn"]
    assert set(granted["ReadSecrets"]["Resource"]) == arns - {unread}
    assert granted["Pull"]["Resource"][0].endswith(
        ":repository/" + f"{environment(graph)}-collaboration/collaboration-server"
    )


def test_socket_functions_open_state_the_cache_s_secret_and_their_own_api(graph: Graph) -> None:
    api = graph.only("aws:apigatewayv2/api:Api").id
    secret = graph.only("aws:secretsmanager/secret:Secret", "redis-secret-secret").outputs["arn"]
    for name in ("websocket", "websocket-streams"):
        granted = statements(graph, f"{name}-execution")
        assert granted["ReadRedisSecret"]["Resource"] == [secret]
        methods = granted["ManageSockets"]["Resource"]
        assert all(f":{api}/{environment(graph)}/" in one and one.endswith("/@connections/*") for one in methods)
    judge = statements(graph, "websocket-authorizer-execution")
    signing = graph.only("aws:secretsmanager/secret:Secret", "jwt-secret-secret").outputs["arn"]
    reads = [s["Resource"] for s in judge.values() if "secretsmanager:GetSecretValue" in s["Action"]]
    assert reads == [[signing]]
    assert not any(action.startswith("dynamodb:") for s in judge.values() for action in s["Action"])


def test_who_connects_is_judged_and_everything_else_is_handled(graph: Graph) -> None:
    routes = {n.inputs["routeKey"]: n.inputs for n in graph.of_type("aws:apigatewayv2/route:Route")}
    assert set(routes) == {"$connect", "$disconnect", "$default", "join", "operation", "presence"}
    assert {key for key, route in routes.items() if route["authorizationType"] == "CUSTOM"} == {"$connect"}
    handler = graph.only(FUNCTION, "websocket-function")
    uris = {n.inputs["integrationUri"] for n in graph.of_type("aws:apigatewayv2/integration:Integration")}
    assert uris == {handler.outputs["invokeArn"]}
    variables = handler.inputs["environment"]["variables"]
    assert variables["STATE_TABLE"] == graph.only("aws:dynamodb/table:Table").outputs["name"]
    # Where another region may take over, functions push to whichever it is by the name of both.
    own = "://sockets.collaborate.example.com" if environment(graph) == "prod" else ".amazonaws.com"
    assert variables["MANAGEMENT_ENDPOINT"].endswith(f"{own}/{environment(graph)}")


def test_state_is_one_table_whose_changes_are_heard(graph: Graph) -> None:
    table = graph.only("aws:dynamodb/table:Table")
    assert (table.inputs["hashKey"], table.inputs["rangeKey"]) == ("pk", "sk")
    assert table.inputs["ttl"] == {"attributeName": "ttl", "enabled": True}
    assert (table.inputs["streamEnabled"], table.inputs["streamViewType"]) == (True, "NEW_AND_OLD_IMAGES")
    assert table.inputs["billingMode"] == "PAY_PER_REQUEST"
    assert table.inputs["pointInTimeRecovery"]["enabled"] is True
    mapping = graph.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs
    assert mapping["eventSourceArn"] == table.outputs["streamArn"]
    assert mapping["functionName"] == graph.only(FUNCTION, "websocket-streams-function").outputs["arn"]


def test_aws_is_reached_without_nat_where_the_plan_says_so(graph: Graph) -> None:
    services = {
        n.inputs["serviceName"].split(".", 3)[3]: n.inputs["vpcEndpointType"]
        for n in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    }
    assert services == {
        "dynamodb": "Gateway",
        "s3": "Gateway",
        "ecr.api": "Interface",
        "ecr.dkr": "Interface",
        "logs": "Interface",
        "secretsmanager": "Interface",
    }


def test_who_delivers_is_told_what_to_wait_for_and_ask(graph: Graph) -> None:
    (domain,) = graph.only(DISTRIBUTION).inputs["aliases"]
    assert graph.exports["healthUrl"] == f"https://{domain}/health"
    assert graph.exports["service"] == {
        "cluster": f"{environment(graph)}-collaboration-cluster",
        "name": f"{environment(graph)}-collaboration-service",
        "taskDefinition": graph.only(TASK).outputs["arn"],
    }
    assert "clusterName" not in graph.exports, "that is one of Kubernetes to whoever delivers"


def test_outputs_are_the_plan_s(graph: Graph) -> None:
    (domain,) = graph.only(DISTRIBUTION).inputs["aliases"]
    env = environment(graph)
    assert graph.exports["applicationUrl"] == f"https://{domain}"
    api = graph.only("aws:apigatewayv2/api:Api")
    own, closed = graph.exports["webSocketEndpoint"], api.inputs["disableExecuteApiEndpoint"]
    assert closed is (env == "prod")
    assert own.startswith(f"wss://sockets.{domain}/" if closed else f"wss://{api.id}.execute-api.")
    assert own.endswith(f"/{env}")
    page = graph.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardName"]
    assert graph.exports["dashboardUrl"].endswith(f"#dashboards/dashboard/{page}")
    assert {key: graph.exports[key] for key in ("vpcId", "webSocketApiId", "distributionId", "stateTable")} == {
        "vpcId": graph.only("aws:ec2/vpc:Vpc").id,
        "webSocketApiId": api.id,
        "distributionId": graph.only(DISTRIBUTION).id,
        "stateTable": f"{env}-collaboration-state",
    }


def test_parts_wait_for_what_the_plan_has_before_them(graph: Graph) -> None:
    """COL-IAC-02. The distribution calls servers and sockets by name, and so waits for neither."""
    network, data = {"network-private-a", "network-private-b"}, {"state-table", "redis-replication-group"}
    assert {n.name for n in subnets(graph, "data")} <= before(graph, graph.only(REDIS))
    assert network | data <= before(graph, graph.only(SERVICE))
    assert network | {"state-table"} <= before(graph, graph.only(FUNCTION, "websocket-function"))
    assert {"server-service"} <= before(graph, graph.only("aws:cloudwatch/dashboard:Dashboard"))
    cpu = graph.only("aws:cloudwatch/metricAlarm:MetricAlarm", "alarms-server-cpu")
    assert {"server-service"} <= before(graph, cpu)


def test_the_workflow_of_prod_may_become_the_deployment_role(prod: Graph) -> None:
    trust = prod.only("aws:iam/role:Role", "github-workflow-role").inputs["assumeRolePolicy"]
    assert "repo:strata/platform:environment:collaboration-prod" in trust
    granted = statements(prod, "github-workflow")
    assert [s["Action"] for s in granted.values()] == [["sts:AssumeRole"]]

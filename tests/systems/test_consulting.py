"""The consulting system's wiring: who reaches whom, what each role may do, and what settings it refuses."""

import json
import re
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from analyser.graph import Graph, Node
from settings import Environment
from systems.consulting import SystemSettings
from tests.stacks import ROOT, SEALED, stack_graph
from tests.systems.changed import otherwise

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.fixture(scope="module", params=["consulting-prod", "consulting-dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("consulting-prod")


def group(graph: Graph, component: str) -> str:
    return graph.only(GROUP, f"{component}-group").id


def rules(graph: Graph, kind: str, security_group: str) -> list[dict[str, Any]]:
    return [n.inputs for n in graph.of_type(kind) if n.inputs["securityGroupId"] == security_group]


def ports(rule: dict[str, Any]) -> tuple[str, int | None, int | None]:
    return rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort")


def cidrs(graph: Graph, tier: str) -> set[str]:
    subnets = graph.of_type("aws:ec2/subnet:Subnet")
    return {n.inputs["cidrBlock"] for n in subnets if n.name.startswith(f"network-{tier}")}


@pytest.mark.parametrize(("store", "port"), [("rds", 5432), ("redis", 6379)])
def test_a_store_takes_its_one_port_from_the_nodes_and_opens_nothing_itself(
    graph: Graph, store: str, port: int
) -> None:
    (rule,) = rules(graph, INGRESS, group(graph, store))
    assert ports(rule) == ("tcp", port, port)
    assert rule["referencedSecurityGroupId"] == group(graph, "cluster-nodes")
    assert not rule.keys() & {"cidrIpv4", "cidrIpv6", "prefixListId"}
    assert rules(graph, EGRESS, group(graph, store)) == []


def test_stores_sit_behind_their_own_group_in_the_data_tier(graph: Graph) -> None:
    data = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("network-data")}
    database = graph.only("aws:rds/instance:Instance").inputs
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    assert database["vpcSecurityGroupIds"] == [group(graph, "rds")]
    assert cache["securityGroupIds"] == [group(graph, "redis")]
    assert database["publiclyAccessible"] is False
    for kind in ("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"):
        assert set(graph.only(kind).inputs["subnetIds"]) == data


def test_the_internet_reaches_the_balancer_on_two_ports_and_nothing_else(graph: Graph) -> None:
    opened = [n for n in graph.of_type(INGRESS) if n.inputs.get("cidrIpv4") == "0.0.0.0/0"]
    assert {(n.inputs["securityGroupId"], *ports(n.inputs)) for n in opened} == {
        (group(graph, "alb"), "tcp", 80, 80),
        (group(graph, "alb"), "tcp", 443, 443),
    }
    from_outside = [n for n in graph.of_type(INGRESS) if n.inputs.keys() & {"cidrIpv6", "prefixListId"}]
    assert from_outside == []


def test_the_balancer_reaches_nothing_but_the_nodes(graph: Graph) -> None:
    egress = rules(graph, EGRESS, group(graph, "alb"))
    assert {rule.get("referencedSecurityGroupId") for rule in egress} == {group(graph, "cluster-nodes")}
    assert ("-1", None, None) in {ports(rule) for rule in egress}


def test_the_nodes_take_node_ports_and_443_from_the_balancer(graph: Graph) -> None:
    nodes = group(graph, "cluster-nodes")
    incoming = rules(graph, INGRESS, nodes)
    from_balancer = {ports(r) for r in incoming if r["referencedSecurityGroupId"] == group(graph, "alb")}
    assert from_balancer == {("tcp", 30000, 32767), ("tcp", 443, 443)}
    assert ("-1", None, None) in {ports(r) for r in incoming if r["referencedSecurityGroupId"] == nodes}


def policies(graph: Graph, workload: str) -> list[dict[str, Any]]:
    """The network policies that choose the pods of a workload in the application's namespace."""
    return [
        n.inputs["spec"]
        for n in graph.of_type(NETWORK_POLICY)
        if n.inputs["metadata"]["namespace"] == "cloud-consulting"
        and n.inputs["spec"]["podSelector"].get("matchLabels", {"app": workload}) == {"app": workload}
    ]


def allowed(graph: Graph, workload: str) -> set[tuple[str, int]]:
    """Addresses outside the cluster and ports that the pods of a workload may open connections to."""
    return {
        (peer["ipBlock"]["cidr"], port["port"])
        for spec in policies(graph, workload)
        for rule in spec.get("egress", [])
        for peer in rule["to"]
        for port in rule["ports"]
        if "ipBlock" in peer
    }


def test_the_frontend_reaches_no_database_and_nothing_else(graph: Graph) -> None:
    denied = [spec for spec in policies(graph, "frontend") if spec["podSelector"] == {}]
    assert any(set(spec["policyTypes"]) == {"Ingress", "Egress"} and not spec.get("egress") for spec in denied)
    assert allowed(graph, "frontend") == set()


def test_the_backend_reaches_stores_apis_and_its_credentials(graph: Graph) -> None:
    data = cidrs(graph, "data")
    assert allowed(graph, "backend") == {
        *((cidr, port) for cidr in data for port in (5432, 6379)),
        ("0.0.0.0/0", 443),
        ("169.254.170.23/32", 80),
    }


def test_the_migration_reaches_the_database_alone(graph: Graph) -> None:
    assert allowed(graph, "migration") == {(cidr, 5432) for cidr in cidrs(graph, "data")}


@pytest.mark.parametrize(("workload", "port"), [("backend", 8061), ("frontend", 80)])
def test_pods_are_asked_by_the_nodes_that_hand_requests_on(graph: Graph, workload: str, port: int) -> None:
    spec = graph.only(NETWORK_POLICY, f"{workload}-network").inputs["spec"]
    (rule,) = spec["ingress"]
    assert {peer["ipBlock"]["cidr"] for peer in rule["from"]} == cidrs(graph, "private")
    assert rule["ports"] == [{"port": port, "protocol": "TCP"}]
    service = graph.only("kubernetes:core/v1:Service", f"{workload}-service").inputs["spec"]
    assert (service["type"], service["ports"][0]["port"]) == ("NodePort", port)
    binding = graph.only("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", f"{workload}-targets").inputs["spec"]
    target_group = graph.only("aws:lb/targetGroup:TargetGroup", f"alb-{workload}-tg")
    assert (binding["targetType"], binding["targetGroupARN"]) == ("instance", target_group.outputs["arn"])
    assert target_group.inputs["targetType"] == "instance"


def test_requests_go_by_path_then_by_host_then_to_the_site(graph: Graph) -> None:
    api = graph.only("aws:lb/listenerRule:ListenerRule", "alb-to-api").inputs
    host = graph.only("aws:lb/listenerRule:ListenerRule", "alb-to-api-host").inputs
    health = graph.only("aws:route53/healthCheck:HealthCheck").inputs
    backend = graph.only("aws:lb/targetGroup:TargetGroup", "alb-backend-tg")
    assert (api["priority"], api["conditions"]) == (100, [{"pathPattern": {"values": ["/api/*"]}}])
    assert host["priority"] > 100
    assert host["conditions"] == [{"hostHeader": {"values": [health["fqdn"]]}}]
    assert [r["actions"][0]["targetGroupArn"] for r in (api, host)] == [backend.outputs["arn"]] * 2
    assert backend.inputs["healthCheck"]["path"] == health["resourcePath"] == "/health"
    (default,) = graph.only("aws:lb/listener:Listener", "alb-https").inputs["defaultActions"]
    assert default["targetGroupArn"] == graph.only("aws:lb/targetGroup:TargetGroup", "alb-frontend-tg").outputs["arn"]


def test_every_request_passes_the_firewall(graph: Graph) -> None:
    association = graph.only("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    acl = graph.only("aws:wafv2/webAcl:WebAcl")
    assert acl.inputs["scope"] == "REGIONAL"
    assert association["webAclArn"] == acl.outputs["arn"]
    assert association["resourceArn"] == graph.only("aws:lb/loadBalancer:LoadBalancer").outputs["arn"]


def statements(node: Node) -> list[dict[str, Any]]:
    return json.loads(node.inputs["policy"])["Statement"]


def test_the_backend_s_role_may_do_what_it_was_granted_and_nothing_else(graph: Graph) -> None:
    (policy,) = [n for n in graph.of_type("aws:iam/rolePolicy:RolePolicy") if n.name.startswith("backend-pods")]
    granted = {s["Sid"]: s for s in statements(policy)}
    name = graph.only("aws:secretsmanager/secret:Secret").inputs["name"]
    assert set(granted) == {
        "InvokeModel",
        "SendEmail",
        "QuotaEmail",
        "ReadAppSecret",
        "DecryptSecretsKey",
        "SendAndConsumeMailRetries",
        "EncryptMailRetries",
    }, "what the backend is to have besides is added to this set, in tests/systems/test_consulting.py"
    assert granted["ReadAppSecret"]["Resource"] == [
        f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-??????"
    ]
    assert granted["InvokeModel"]["Resource"] == ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]
    assert [sid for sid, s in granted.items() if s["Resource"] == ["*"]] == ["QuotaEmail"]


def test_models_mail_and_secrets_are_the_backend_s_and_the_operator_s_alone(graph: Graph) -> None:
    holders = {
        node.name.removesuffix("-policy")
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in statements(node)
        for action in statement["Action"]
        if action.startswith(("bedrock:", "ses:", "secretsmanager:Get"))
    }
    assert holders == {"backend-pods", "external-secrets-pods", "app-secret-rotation-execution"}


def container(graph: Graph, workload: str) -> dict[str, Any]:
    (found,) = graph.only(DEPLOYMENT, f"{workload}-deployment").inputs["spec"]["template"]["spec"]["containers"]
    return found


def test_the_backend_s_variables_come_from_the_synced_secret(graph: Graph) -> None:
    sources = {v["name"]: v["valueFrom"]["secretKeyRef"] for v in container(graph, "backend")["env"]}
    assert sources == {
        "DATABASE_URL": {"name": "app-secrets", "key": "database-url"},
        "JWT_SECRET": {"name": "app-secrets", "key": "jwt-secret"},
        "REDIS_URL": {"name": "app-secrets", "key": "redis-url"},
        "SES_SENDER_EMAIL": {"name": "app-secrets", "key": "ses-sender-email"},
    }
    assert container(graph, "frontend").get("env", []) == []


def test_the_schema_is_there_before_the_backend_starts(graph: Graph) -> None:
    job = graph.only("kubernetes:batch/v1:Job")
    deployment = graph.only(DEPLOYMENT, "backend-deployment")
    secret = graph.only("kubernetes:external-secrets.io/v1:ExternalSecret")
    assert {job.urn, secret.urn} <= set(deployment.dependencies)
    assert secret.urn in job.dependencies
    assert graph.only(INGRESS, "rds-from-cluster-nodes-5432").urn in job.dependencies


def test_what_the_components_are_tried_with_is_what_the_stack_gives_them(prod: Graph) -> None:
    maps = {n.name: n.inputs for n in prod.of_type("kubernetes:core/v1:ConfigMap")}
    applied = re.findall(r"^\\ir (.+)$", maps["migration-files"]["data"]["run.sql"], re.MULTILINE)
    assert applied == ["init.sql", "chat_migration.sql", "email_events_migration.sql"]
    script = (ROOT / "loadtests/consulting.js").read_text()
    assert maps["load-test-script"]["data"] == {"script.js": script}
    assert "'https://api.cloudpartner.pro/health'" in script
    assert maps["load-test-script"]["metadata"]["name"] == "load-test-script"
    assert maps["logs-config"]["metadata"]["name"] == "fluent-bit-config"
    told = dict(re.findall(r"^ +(\S+) +(.+)$", maps["logs-config"]["data"]["fluent-bit.conf"], re.MULTILINE))
    assert told["log_group_name"] == "/aws/eks/cloud-consulting/cluster"
    assert (told["region"], told["log_stream_prefix"]) == ("us-east-1", "from-fluent-bit-")


def test_no_value_of_the_secret_is_in_the_program(graph: Graph) -> None:
    assert graph.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []
    assert graph.of_type("kubernetes:core/v1:Secret") == []
    assert graph.only("aws:rds/instance:Instance").inputs["manageMasterUserPassword"] is True
    made = {n.name for n in graph.of_type("random:index/randomPassword:RandomPassword")}
    assert made == {"redis-initial"}


def test_both_regions_send_mail_for_the_domain(graph: Graph) -> None:
    identities = [n.inputs for n in graph.of_type("aws:sesv2/emailIdentity:EmailIdentity")]
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    assert {(i["region"], i["emailIdentity"]) for i in identities} == {("us-east-1", zone), ("us-west-2", zone)}


def test_the_plan_s_alarms_watch_what_is_there(prod: Graph) -> None:
    topic = prod.only("aws:sns/topic:Topic", "notices-topic").outputs["arn"]
    alarms = {
        n.inputs["name"]: n.inputs for n in prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm") if "name" in n.inputs
    }
    assert set(alarms) == {"HighCPUUtilization", "HighErrorRate"}
    cpu, errors = alarms["HighCPUUtilization"], alarms["HighErrorRate"]
    figures = ("namespace", "metricName", "statistic", "period", "evaluationPeriods", "threshold", "comparisonOperator")
    assert [cpu[f] for f in figures] == ["AWS/RDS", "CPUUtilization", "Average", 300, 2, 80, "GreaterThanThreshold"]
    assert [errors[f] for f in figures] == [
        "AWS/ApplicationELB",
        "HTTPCode_Target_5XX_Count",
        "Sum",
        300,
        2,
        10,
        "GreaterThanThreshold",
    ]
    assert cpu["dimensions"] == {"DBInstanceIdentifier": prod.only("aws:rds/instance:Instance").outputs["identifier"]}
    assert errors["dimensions"] == {"LoadBalancer": prod.only("aws:lb/loadBalancer:LoadBalancer").outputs["arnSuffix"]}
    assert all(alarm["alarmActions"] == [topic] for alarm in alarms.values())


def test_the_dashboard_s_dimensions_exist(prod: Graph) -> None:
    body = json.loads(prod.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    (widget,) = [w for w in body["widgets"] if w["properties"]["title"] == "Application Performance"]
    suffix = prod.only("aws:lb/loadBalancer:LoadBalancer").outputs["arnSuffix"]
    assert [metric[:4] for metric in widget["properties"]["metrics"]] == [
        ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", suffix],
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", suffix],
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "cloud-consulting-prod"],
        ["AWS/ElastiCache", "CPUUtilization", "CacheClusterId", "cloud-consulting-redis-001"],
        ["AWS/EKS", "apiserver_request_total_5XX", "ClusterName", "cloud-consulting-prod"],
    ]
    assert [widget["properties"][key] for key in ("period", "stat", "region")] == [300, "Average", "us-east-1"]
    counted = [metric[1] for metric in widget["properties"]["metrics"] if metric[4:] == [{"stat": "Sum"}]]
    assert counted == ["RequestCount", "apiserver_request_total_5XX"], "an average of requests is one"


def test_prod_carries_the_figures_it_was_planned_with(prod: Graph) -> None:
    database = prod.only("aws:rds/instance:Instance").inputs
    planned = {
        "identifier": "cloud-consulting-prod",
        "instanceClass": "db.t3.medium",
        "allocatedStorage": 100,
        "backupRetentionPeriod": 7,
        "backupWindow": "03:00-04:00",
        "maintenanceWindow": "sun:04:00-sun:05:00",
        "multiAz": True,
        "deletionProtection": True,
        "monitoringInterval": 60,
        "performanceInsightsEnabled": True,
    }
    assert {key: database[key] for key in planned} == planned
    cache = prod.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    assert (cache["nodeType"], cache["numCacheClusters"]) == ("cache.t3.micro", 1)
    assert cache["transitEncryptionEnabled"] is cache["atRestEncryptionEnabled"] is True
    nodes = prod.only("aws:eks/nodeGroup:NodeGroup").inputs
    assert nodes["scalingConfig"] == {"minSize": 2, "maxSize": 10, "desiredSize": 3}
    backend = container(prod, "backend")
    assert backend["resources"] == {
        "requests": {"cpu": "250m", "memory": "512Mi"},
        "limits": {"cpu": "500m", "memory": "1Gi"},
    }
    assert (backend["livenessProbe"]["initialDelaySeconds"], backend["livenessProbe"]["periodSeconds"]) == (30, 10)
    assert (backend["readinessProbe"]["initialDelaySeconds"], backend["readinessProbe"]["periodSeconds"]) == (5, 5)


def test_dev_is_prod_s_shape_without_the_account_s_audit(prod: Graph) -> None:
    dev = stack_graph("consulting-dev")
    once_an_account = {
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "aws:cfg/recorder:Recorder",
        "aws:cfg/recorderStatus:RecorderStatus",
        "aws:cfg/rule:Rule",
        "aws:cloudtrail/trail:Trail",
        "aws:s3/bucketLogging:BucketLogging",
        "strata:data:Bucket",
        "random:index/randomId:RandomId",  # of a last snapshot's name
        "strata:security:ConfigRecorder",
        "strata:security:Trail",
    }
    assert set(prod.counts) - set(dev.counts) <= {*once_an_account, *SEALED}
    pulled = {"aws:ecr/repositoryPolicy:RepositoryPolicy"}  # by production's account, whose images were tried in dev
    assert set(dev.counts) - set(prod.counts) <= pulled
    assert dev.only("aws:eks/nodeGroup:NodeGroup").inputs["capacityType"] == "SPOT"


def test_fixed_names_do_not_collide_in_one_account(prod: Graph) -> None:
    fixed = {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ecr/repository:Repository",
        "aws:eks/cluster:Cluster",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
    }

    def names(graph: Graph) -> set[tuple[str, str]]:
        given = [(n.type, n.inputs.get("name") or n.inputs.get("bucket")) for n in graph if n.type in fixed]
        return {(kind, name) for kind, name in given if name}

    assert names(prod) & names(stack_graph("consulting-dev")) == set()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sender": "info@example.org"}, "sender: must be an address of "),
        ({"firewall": {"scope": "CLOUDFRONT"}}, "firewall.scope: must be REGIONAL"),
        ({"addons": {"containerInsights": True}}, "addons.containerInsights: must be false"),
        ({"bedrockModelId": "nova"}, "is not the id of a Bedrock model"),
        ({"mailFallback": "us-east-1"}, "us-east-1 is the home region"),
        ({"balancer": "a-name-that-is-longer-than-elb-takes-it"}, "at most 32 characters"),
    ],
)
def test_bad_settings_are_told(change: dict[str, Any], said: str) -> None:
    file = yaml.safe_load((ROOT / "Pulumi.consulting-prod.yaml").read_text())
    given = file["config"]["strata:settings"] | change
    context = {"environment": Environment.PROD, "region": "us-east-1"}
    with pytest.raises(ValidationError, match=said):
        SystemSettings.model_validate_json(json.dumps(given), context=context, by_alias=True, by_name=False)


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("cache", {"authentication": "iam"}, "cache.authentication: must be password"),
        ("cache", {"clusterMode": True, "nodes": 2, "singleNode": False}, "cache.clusterMode: must be false"),
        ("database", {"readReplicas": 1, "manageMasterUserPassword": False}, "database.readReplicas: must be 0"),
        ("database", {"dbName": None}, "database.dbName: is required"),
        ("backend", {"nodePool": "burst"}, "backend.nodePool: is Karpenter's, which is not here"),
        ("frontend", {"nodeSelector": {"tier": "spot"}}, "frontend.nodeSelector: no node group has these labels"),
        ("backend", {"secrets": {"KEY": {"secret": "own", "key": "key"}}}, "secrets: is not to be chosen"),
    ],
)
def test_what_the_application_cannot_use_is_told(part: str, change: dict[str, Any], said: str) -> None:
    file = yaml.safe_load((ROOT / "Pulumi.consulting-prod.yaml").read_text())
    settings = file["config"]["strata:settings"]
    test_bad_settings_are_told({part: settings[part] | change}, said)


def test_an_api_key_of_bedrock_is_a_secret_of_its_own_that_only_its_readers_read() -> None:
    made = otherwise("consulting-prod")
    secret = made.only("aws:secretsmanager/secret:Secret", "bedrock-api-key-secret")
    assert secret.inputs["name"] == "cloud-consulting/bedrock-api-key"
    (synced,) = made.of_type("kubernetes:external-secrets.io/v1:ExternalSecret")
    keys = {datum["secretKey"]: datum["remoteRef"] for datum in synced.inputs["spec"]["data"]}
    assert keys["bedrock-api-key"] == {"key": secret.outputs["arn"]}
    (container,) = made.only(DEPLOYMENT, "backend-deployment").inputs["spec"]["template"]["spec"]["containers"]
    told = {variable["name"]: variable["valueFrom"]["secretKeyRef"] for variable in container["env"]}
    assert told["AWS_BEARER_TOKEN_BEDROCK"] == {"name": "app-secrets", "key": "bedrock-api-key"}
    readers = [
        n.name for n in made.of_type("aws:iam/rolePolicy:RolePolicy") if "ReadBedrockApiKey" in n.inputs["policy"]
    ]
    assert readers == ["external-secrets-pods-policy"]

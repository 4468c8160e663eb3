"""The records system's wiring: who reaches whom, and what each role may do."""

import json
import re
from typing import Any

import pytest

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from systems.records.settings import ExportBucketSettings
from tests.stacks import SEALED, stack_graph
from tests.systems.changed import with_settings
from tests.systems.records import made
from tests.systems.wiring import allowed, before, subnets

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
POSTGRES, REDIS, KAFKA = 5432, 6379, 9098


@pytest.fixture(scope="module", params=["prod", "dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("prod")


def group(graph: Graph, component: str) -> str:
    return graph.only(GROUP, f"{component}-group").id


def ingress(graph: Graph, security_group: str) -> list[dict[str, Any]]:
    return [n.inputs for n in graph.of_type(INGRESS) if n.inputs["securityGroupId"] == security_group]


@pytest.mark.parametrize(("store", "port"), [("database", POSTGRES), ("cache", REDIS), ("stream", KAFKA)])
def test_only_nodes_reach_a_store(graph: Graph, store: str, port: int) -> None:
    (rule,) = ingress(graph, group(graph, store))
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (port, port, "tcp")
    assert rule["referencedSecurityGroupId"] == group(graph, "cluster-nodes")
    assert not rule.keys() & {"cidrIpv4", "cidrIpv6", "prefixListId"}


def test_stores_sit_behind_their_own_group_and_no_other(graph: Graph) -> None:
    for node in graph.of_type("aws:rds/instance:Instance"):
        assert node.inputs["vpcSecurityGroupIds"] == [group(graph, "database")]
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup")
    assert cache.inputs["securityGroupIds"] == [group(graph, "cache")]
    stream = graph.only("aws:msk/cluster:Cluster")
    assert stream.inputs["brokerNodeGroupInfo"]["securityGroups"] == [group(graph, "stream")]


def test_stores_open_no_connection_themselves(graph: Graph) -> None:
    stores = {group(graph, store) for store in ("database", "cache", "stream")}
    assert [n.name for n in graph.of_type(EGRESS) if n.inputs["securityGroupId"] in stores] == []


def test_only_cloudfront_reaches_the_load_balancer(graph: Graph) -> None:
    balancer = graph.only("aws:lb/loadBalancer:LoadBalancer")
    (rule,) = ingress(graph, group(graph, "balancer"))
    assert balancer.inputs["securityGroups"] == [group(graph, "balancer")]
    assert rule["prefixListId"] == "pl-3b927c52"
    assert (rule["fromPort"], rule["toPort"]) == (443, 443)
    assert not rule.keys() & {"cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"}


def test_the_load_balancer_wants_the_header_that_the_distribution_sends(graph: Graph) -> None:
    rule = graph.only("aws:lb/listenerRule:ListenerRule")
    (listener,) = graph.of_type("aws:lb/listener:Listener")
    conditions = [c["httpHeader"] for c in rule.inputs["conditions"] if "httpHeader" in c]
    origins = graph.only("aws:cloudfront/distribution:Distribution").inputs["origins"]
    sent = {(h["name"], h["value"]) for origin in origins for h in origin["customHeaders"]}
    assert sent == {(c["httpHeaderName"], value) for c in conditions for value in c["values"]}
    assert [a["type"] for a in listener.inputs["defaultActions"]] == ["fixed-response"]
    assert "conditions" in rule.secret_inputs


def test_nobody_else_is_let_in_from_outside(graph: Graph) -> None:
    opened = [n for n in graph.of_type(INGRESS) if n.inputs.keys() & {"cidrIpv4", "cidrIpv6", "prefixListId"}]
    assert {n.name for n in opened} == {
        "balancer-from-prefix-list-443",
        *(n.name for n in opened if n.name.startswith("network-endpoints")),
    }


def test_no_data_subnet_has_a_way_to_the_internet(graph: Graph) -> None:
    data = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("network-data")}
    associated = graph.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    tables = {n.inputs["routeTableId"] for n in associated if n.inputs["subnetId"] in data}
    routes = [n.name for n in graph.of_type("aws:ec2/route:Route") if n.inputs["routeTableId"] in tables]
    assert len(data) == 3
    assert {n.inputs["subnetId"] for n in associated} >= data
    assert routes == []


def test_nodes_live_in_private_subnets_one_a_zone(graph: Graph) -> None:
    private = {n.id: n for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("network-private")}
    used = graph.only("aws:eks/nodeGroup:NodeGroup").inputs["subnetIds"]
    assert set(used) == set(private)
    assert sorted(n.inputs["availabilityZone"] for n in private.values()) == [f"us-east-1{zone}" for zone in "abc"]


def test_nat_is_highly_available_in_prod_and_cheap_in_dev() -> None:
    counts = {stack: len(stack_graph(stack).of_type("aws:ec2/natGateway:NatGateway")) for stack in ("prod", "dev")}
    assert counts == {"prod": 3, "dev": 1}


def test_public_requests_pass_cloudfront_and_its_firewall(graph: Graph) -> None:
    distribution = graph.only("aws:cloudfront/distribution:Distribution")
    acl = graph.only("aws:wafv2/webAcl:WebAcl")
    domain = distribution.inputs["aliases"][0]
    named = [n for n in graph.of_type("aws:route53/record:Record") if n.inputs["name"] == domain]
    public = [n for n in named if "aliases" in n.inputs]
    assert distribution.inputs["webAclId"] == acl.outputs["arn"]
    assert acl.inputs["scope"] == "CLOUDFRONT"
    assert {n.inputs["type"] for n in public} == {"A", "AAAA"}
    assert {n.inputs["aliases"][0]["name"] for n in public} == {distribution.outputs["domainName"]}


def test_the_firewall_has_managed_groups_a_rate_limit_and_rules_of_its_own(graph: Graph) -> None:
    rules = graph.only("aws:wafv2/webAcl:WebAcl").inputs["rules"]
    statements = [rule["statement"] for rule in rules]
    managed = {s["managedRuleGroupStatement"]["name"] for s in statements if "managedRuleGroupStatement" in s}
    own = [s for s in statements if not s.keys() & {"managedRuleGroupStatement", "rateBasedStatement"}]
    assert managed >= {
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    }
    assert [s["rateBasedStatement"]["limit"] for s in statements if "rateBasedStatement" in s] == [2000]
    assert own


def statements(node: Node) -> list[dict[str, Any]]:
    return json.loads(node.inputs["policy"])["Statement"]


def test_the_application_may_do_what_it_was_granted_and_nothing_else(graph: Graph) -> None:
    (policy,) = [n for n in graph.of_type("aws:iam/rolePolicy:RolePolicy") if n.name.startswith("microservice-pods")]
    granted = {s["Sid"]: s for s in statements(policy)}
    assert set(granted) == {
        "ConnectDatabase",
        "ConnectCache",
        "ProduceToRecords",
        "ConsumeRecordsAsMicroservice",
        "ReadWriteArchives",
        "WriteLogs",
        "ReadCursorKey",
        "DecryptSecretsKey",
        "PutMetrics",
    }
    assert granted["PutMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Records/Business"}}
    for sid, statement in granted.items():
        if sid != "PutMetrics":
            assert all(resource.startswith("arn:aws:") for resource in statement["Resource"]), sid


def test_pods_find_user_schema_and_topic_when_they_start(graph: Graph) -> None:
    """As whom they sign in, a migration makes; what they write to, the program; both before the pods."""
    job = graph.only("kubernetes:batch/v1:Job", "migration-job")
    first = before(graph, graph.only("kubernetes:apps/v1:Deployment", "microservice-deployment"))
    assert {job.name, "topic-topic", "microservice-config"} <= first
    assert "CREATE ROLE application" in graph.only(CONFIG_MAP, "migration-files").inputs["data"]["001_application.sql"]
    assert {"master-login-secret", "database-primary"} <= before(graph, job)


def test_the_migration_signs_in_as_the_master_user_whose_secret_only_the_operator_reads(graph: Graph) -> None:
    (external,) = [n for n in graph.resources if n.type.endswith(":ExternalSecret")]
    spec = external.inputs["spec"]
    assert spec["target"]["template"]["data"] == {
        "url": "postgresql://{{ .username | urlquery }}:{{ .password | urlquery }}"
        f"@{graph.exports['databaseEndpoint']}:5432/records?sslmode=require"
    }
    assert {d["remoteRef"]["key"] for d in spec["data"]} == {graph.exports["databaseSecretArn"]}
    readers = {
        node.name
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in statements(node)
        if statement["Effect"] == "Allow" and "secretsmanager:GetSecretValue" in statement["Action"]
        if graph.exports["databaseSecretArn"] in statement["Resource"]
    }
    assert readers - {"database-master-rotation-execution-policy"} == {"external-secrets-pods-policy"}
    assert allowed(graph, "migration") == {(cidr, POSTGRES) for cidr in subnets(graph, "data", "cidrBlock")}


def test_pods_are_told_name_and_port_of_every_store_and_as_whom_to_come(graph: Graph) -> None:
    told = dict(graph.only(CONFIG_MAP, "microservice-config").inputs["data"])
    user = graph.only("aws:elasticache/user:User", "cache-application-user")
    group = graph.only("aws:elasticache/replicationGroup:ReplicationGroup")
    readers = json.loads(told.pop("DATABASE_READERS"))
    assert set(readers) == set(graph.exports["databaseReaderEndpoints"].values())
    assert {key: told[key] for key in told if key.startswith(("DATABASE", "CACHE", "KAFKA"))} == {
        "DATABASE_HOST": graph.exports["databaseEndpoint"],
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": "records",
        "DATABASE_USER": "application",
        "DATABASE_SSLMODE": "verify-full",
        "DATABASE_CONNECTIONS": "8",
        "CACHE_ENDPOINT": graph.exports["cacheEndpoint"],
        "CACHE_PORT": "6379",
        "CACHE_USER": user.inputs["userName"],
        "CACHE_TLS": "true",
        "CACHE_CLUSTER": str("numNodeGroups" in group.inputs).lower(),
        "CACHE_REPLICATION_GROUP": group.inputs["replicationGroupId"],
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "AWS_MSK_IAM",
    }
    assert (told["TOPIC"], told["CONSUMER_GROUP"], told["AWS_REGION"]) == ("records", "microservice", "us-east-1")
    assert all(broker.endswith(":9098") for broker in told["BOOTSTRAP_BROKERS"].split(","))


@pytest.mark.parametrize("stack", ["prod", "dev", "prod-dr"])
def test_what_pods_log_is_kept_in_the_bucket_of_logs_for_as_long_as_it_says(stack: str) -> None:
    """REC-S3-02: CloudWatch has it too, for as long as the environment says."""
    graph = stack_graph(stack)
    bucket = graph.only("aws:s3/bucket:Bucket", "logs-bucket")
    agent = graph.only("aws:eks/addon:Addon", "addons-container-insights-amazon-cloudwatch-observability").inputs
    service = json.loads(agent["configurationValues"])["containerLogs"]["fluentBit"]["config"]["service"]
    output = dict(line.split() for line in service.partition("[OUTPUT]\n")[2].splitlines())
    region = bucket.outputs["region"]
    assert (output["Name"], output["Match"], output["region"]) == ("s3", "application.*", region)
    assert output["bucket"] == bucket.inputs["bucket"]
    assert "${HOST_NAME}" in output["s3_key_format"]
    assert output["storage_class"] == "INTELLIGENT_TIERING"
    role = graph.only("aws:iam/rolePolicy:RolePolicy", "addons-container-insights-pods-policy")
    (writes,) = [s for s in statements(role) if "s3:PutObject" in s["Action"]]
    assert f"{bucket.outputs['arn']}/*" in writes["Resource"]
    rule = graph.only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "logs-lifecycle")
    assert rule.inputs["rules"][0]["expiration"] == {"days": 90 if stack == "dev" else 365}


def test_no_role_has_an_action_by_wildcard(graph: Graph) -> None:
    allowed = {"s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*"}  # what RDS asks of an export role
    found = {
        (node.name, action)
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in statements(node)
        for action in statement["Action"]
        if "*" in action and action not in allowed and not action.startswith("kms:")
    }
    assert found == set()


def test_every_trust_names_one_service_or_one_workflow_or_demands_a_second_factor(graph: Graph) -> None:
    for node in graph.of_type("aws:iam/role:Role"):
        for statement in json.loads(node.inputs["assumeRolePolicy"])["Statement"]:
            if statement["Effect"] != "Allow" or "Service" in statement["Principal"]:
                continue
            if "Federated" in statement["Principal"]:
                (claims,) = statement["Condition"].values()
                subjects = claims["token.actions.githubusercontent.com:sub"]
                for subject in [subjects] if isinstance(subjects, str) else subjects:
                    assert re.fullmatch(r"repo:strata/platform:environment:[a-z-]+", subject), node.name
            else:
                assert statement["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}, node.name


def test_every_store_is_encrypted_with_a_customer_key(graph: Graph) -> None:
    keys = {n.outputs["arn"] for n in graph.of_type("aws:kms/key:Key")}
    primary = graph.only("aws:rds/instance:Instance", "database-primary")
    assert primary.inputs["kmsKeyId"] in keys
    assert graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs["kmsKeyId"] in keys
    assert graph.only("aws:msk/cluster:Cluster").inputs["encryptionInfo"]["encryptionAtRestKmsKeyArn"] in keys
    assert {n.inputs["kmsKeyId"] for n in graph.of_type("aws:secretsmanager/secret:Secret")} <= keys
    assert {n.inputs["kmsKeyId"] for n in graph.of_type("aws:cloudwatch/logGroup:LogGroup")} <= keys
    assert all(n.inputs["enableKeyRotation"] for n in graph.of_type("aws:kms/key:Key"))


def test_prod_carries_the_figures_it_was_planned_with(prod: Graph) -> None:
    primary = prod.only("aws:rds/instance:Instance", "database-primary").inputs
    assert {k: primary[k] for k in ("identifier", "instanceClass", "allocatedStorage", "iops", "multiAz")} == {
        "identifier": "prod-postgres",
        "instanceClass": "db.r5.2xlarge",
        "allocatedStorage": 1000,
        "iops": 16000,
        "multiAz": True,
    }
    assert primary["backupRetentionPeriod"] == 35
    replicas = [n.inputs for n in prod.of_type("aws:rds/instance:Instance") if "replicateSourceDb" in n.inputs]
    assert [r["instanceClass"] for r in replicas] == ["db.r5.2xlarge"] * 2
    assert len({r["availabilityZone"] for r in replicas}) == 2
    nodes = prod.only("aws:eks/nodeGroup:NodeGroup").inputs
    assert nodes["scalingConfig"] == {"minSize": 3, "maxSize": 10, "desiredSize": 3}
    assert nodes["instanceTypes"] == ["c5.2xlarge"]
    assert nodes["nodeGroupNamePrefix"] == "compute-optimized-"
    stream = prod.only("aws:msk/cluster:Cluster").inputs
    assert stream["brokerNodeGroupInfo"]["storageInfo"] == {"ebsStorageInfo": {"volumeSize": 1000}}
    assert prod.only("aws:budgets/budget:Budget").inputs["limitAmount"] == "5700"


def test_dev_is_prod_s_shape_on_spot(prod: Graph) -> None:
    dev = stack_graph("dev")
    # Backups are only sealed and restored to see that they can be, last snapshots taken, passwords of replicas rotated
    # by a function, and buckets and images copied for whom a recovery stack stands by, where there are such things.
    only_prod = {
        *SEALED,
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",  # lets production's account pull what was tried
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "random:index/randomPassword:RandomPassword",
        "random:index/randomId:RandomId",
        "aws:lambda/invocation:Invocation",
    }
    assert set(prod.counts) ^ set(dev.counts) <= only_prod
    assert dev.only("aws:eks/nodeGroup:NodeGroup").inputs["capacityType"] == "SPOT"


def test_prod_protects_what_it_holds(prod: Graph) -> None:
    assert prod.only("aws:eks/cluster:Cluster").inputs["deletionProtection"] is True
    assert prod.only("aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is True
    assert all(n.inputs["deletionProtection"] for n in prod.of_type("aws:rds/instance:Instance"))
    assert not any(n.inputs.get("forceDestroy") for n in prod.of_type("aws:s3/bucket:Bucket"))


def test_every_key_and_bucket_policy_lets_the_account_in_and_nobody_without_a_condition(graph: Graph) -> None:
    for node in graph.resources:
        if node.type in ("aws:kms/key:Key", "aws:s3/bucketPolicy:BucketPolicy", "aws:sns/topicPolicy:TopicPolicy"):
            for statement in json.loads(node.inputs["policy"])["Statement"]:
                everyone = statement["Principal"] in ("*", {"AWS": ["*"]})
                assert not everyone or statement["Effect"] == "Deny" or "Condition" in statement, node.name


POOL = "kubernetes:karpenter.sh/v1:NodePool"


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_the_service_runs_where_karpenter_makes_room_and_waits_for_the_pool(stack: str) -> None:
    made = stack_graph(stack)
    pool = made.only(POOL)
    deployment = made.only("kubernetes:apps/v1:Deployment", "microservice-deployment")
    pod = deployment.inputs["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"karpenter.sh/nodepool": pool.inputs["metadata"]["name"]}
    assert pod["tolerations"][0]["value"] == pool.inputs["spec"]["template"]["spec"]["taints"][0]["value"]
    assert pool.urn in deployment.dependencies


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"application": {"nodePool": None}}, "makes a pool that nobody uses; application.nodePool: burst"),
        ({"nodePool": {"name": "other"}}, "makes a pool that nobody uses; application.nodePool: other"),
        ({"autoscaler": "clusterAutoscaler"}, "application.nodePool: needs autoscaler: karpenter or bothSeparated"),
        (
            {"autoscaler": "clusterAutoscaler", "application": {"nodePool": None, "nodeSelector": {"tier": "spot"}}},
            "application.nodeSelector: no node group has these labels",
        ),
        ({"application": {"nodeSelector": {"tier": "spot"}}}, "nodeSelector: chooses managed nodes, and nodePool"),
    ],
)
def test_a_pool_and_who_uses_it_come_together(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(says)):
        with_settings("dev", change)


def test_the_managed_group_alone_will_do() -> None:
    assert made("follower", "dev").of_type(POOL) == []


@pytest.mark.parametrize(("stack", "days"), [("prod", 90), ("dev", 60)])
def test_exports_end_unless_somebody_says_otherwise(stack: str, days: int) -> None:
    found = stack_graph(stack).only(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "backups-lifecycle"
    )
    assert found.inputs["rules"][0]["expiration"] == {"days": days}
    assert ExportBucketSettings(bucket="exports").expire_days == 90
    assert ExportBucketSettings(bucket="exports", expire_days=None).expire_days is None

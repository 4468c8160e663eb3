"""What both models of the Confluence system have: network, stores, edge, copies, and the settings they refuse."""

import json
import re
from typing import Any

import pytest

from analyser.graph import Graph, Node
from tests.stacks import stack_graph
from tests.systems.wiring import EGRESS, INGRESS, group, subnets, ways

PRODUCTION = ["confluence-prod", "confluence-lambda"]
SHARED = {  # what the system itself makes in both models, with the same parts
    "data-key",
    "secrets-key",
    "logs-key",
    "network",
    "postgres",
    "cache",
    "search",
    "access-logs",
    "static",
    "uploads",
    "backups",
    "jwt-secret",
    "encryption-keys",
    "oauth-client-secrets",
    "smtp-credentials",
    "zone",
    "registry",
    "tracing",
    "firewall",
    "edge-certificate",
    "cdn",
    "alarms",
    "notices",
    "budget",
    "backup",
    "recovery-data-key",
    "recovery-secrets-key",
    "postgres-backups",
    "cache-copy",
    "bucket-copies",
    "recovery-access-logs",
    "health",
    "serves",
}


@pytest.fixture(scope="module", params=[*PRODUCTION, "confluence-dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module", params=PRODUCTION)
def production(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def top(graph: Graph) -> dict[str, Node]:
    """The components that the system itself makes, by name."""
    return {node.name: node for node in graph.components if graph.get(node.parent) is None}


def test_both_models_share_network_data_edge_and_operations_by_their_names() -> None:
    eks, functions = (stack_graph(stack) for stack in PRODUCTION)
    assert set(top(eks)) & set(top(functions)) >= SHARED
    for name in SHARED:
        parts = [
            {(node.type, node.name) for node in graph.below(top(graph)[name].urn) if node.is_component}
            for graph in (eks, functions)
        ]
        assert parts[0] == parts[1], name
    assert {name for name in top(eks) if name in ("sockets", "rest", "sessions", "connection-pool")} == set()
    assert {name for name in top(functions) if name in ("cluster", "alb", "files")} == set()


def test_pages_with_markup_pass_every_firewall_where_they_are_saved_and_nowhere_else(graph: Graph) -> None:
    """The REST API is asked for without its stage, at a name; a load balancer has no web ACL of its own."""
    acls = {node.name: node.inputs["rules"] for node in graph.of_type("aws:wafv2/webAcl:WebAcl")}
    stages = graph.of_type("aws:apigateway/stage:Stage")
    assert set(acls) == {"firewall-acl", *(["api-firewall-acl"] if stages else [])}
    for rules in acls.values():
        (rule,) = [one for one in rules if one["name"] == "MarkupElsewhere"]
        saved = rule["statement"]["andStatement"]["statements"][1]["notStatement"]["statement"]["andStatement"]
        place, method = (one["regexMatchStatement"]["regexString"] for one in saved["statements"])
        assert re.search(place, "/api/pages/7")
        assert not re.search(place, "/api/search")
        assert re.search(method, "PUT")
        assert not re.search(method, "GET")


@pytest.mark.parametrize("store", ["postgres", "cache", "search"])
def test_a_store_opens_no_connection_and_names_who_may(graph: Graph, store: str) -> None:
    assert ways(graph, EGRESS, store) == set()
    incoming = ways(graph, INGRESS, store)
    assert incoming
    assert not any(who[0].isdigit() or who.startswith("pl-") for who, *_ in incoming)


def test_stores_stand_in_the_data_tier_behind_their_own_group(graph: Graph) -> None:
    data = subnets(graph, "data")
    primary = graph.only("aws:rds/instance:Instance", "postgres-primary").inputs
    assert primary["vpcSecurityGroupIds"] == [group(graph, "postgres")]
    assert (primary["publiclyAccessible"], primary["storageEncrypted"]) == (False, True)
    assert set(graph.only("aws:rds/subnetGroup:SubnetGroup", "postgres-subnet-group").inputs["subnetIds"]) == data
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup", "cache-replication-group").inputs
    assert cache["securityGroupIds"] == [group(graph, "cache")]
    assert cache["transitEncryptionEnabled"] is cache["atRestEncryptionEnabled"] is True
    search = graph.only("aws:opensearch/domain:Domain").inputs
    assert search["vpcOptions"]["securityGroupIds"] == [group(graph, "search")]
    assert set(search["vpcOptions"]["subnetIds"]) <= data
    assert search["encryptAtRest"]["enabled"] is search["nodeToNodeEncryption"]["enabled"] is True
    assert search["domainEndpointOptions"]["enforceHttps"] is True


def test_the_data_tier_has_no_way_to_the_internet(graph: Graph) -> None:
    associations = graph.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    data = subnets(graph, "data")
    tables = {one.inputs["routeTableId"] for one in associations if one.inputs["subnetId"] in data}
    assert tables
    assert [one.name for one in graph.of_type("aws:ec2/route:Route") if one.inputs["routeTableId"] in tables] == []


def test_the_seeds_addresses_and_a_third_zone_for_the_third_search_node(production: Graph) -> None:
    assert production.only("aws:ec2/vpc:Vpc", "network-vpc").inputs["cidrBlock"] == "10.0.0.0/16"
    expected = {"public": (1, 2, 3), "private": (11, 12, 13), "data": (21, 22, 23)}
    for tier, numbers in expected.items():
        assert subnets(production, tier, "cidrBlock") == {f"10.0.{number}.0/24" for number in numbers}
        assert subnets(production, tier, "availabilityZone") == {"us-east-1a", "us-east-1b", "us-east-1c"}


def behaviors(graph: Graph) -> dict[str, dict[str, Any]]:
    distribution = graph.only("aws:cloudfront/distribution:Distribution").inputs
    paths = {one["pathPattern"]: one for one in distribution["orderedCacheBehaviors"]}
    return {**paths, "*": distribution["defaultCacheBehavior"]}


def kept_for(graph: Graph, behavior: dict[str, Any]) -> dict[str, Any] | None:
    """The cache policy of a behaviour; None when nothing is kept."""
    if behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad":
        return None
    policies = graph.of_type("aws:cloudfront/cachePolicy:CachePolicy")
    return next(node.inputs for node in policies if node.id == behavior["cachePolicyId"])


def test_no_viewer_is_shown_a_page_that_was_kept_for_another(graph: Graph) -> None:
    buckets = {
        one["originId"]
        for one in graph.only("aws:cloudfront/distribution:Distribution").inputs["origins"]
        if one.get("originAccessControlId")
    }
    buckets |= {f"{one}-or-copy" for one in buckets}
    removed = {
        node.id: {item["header"].lower() for item in node.inputs.get("removeHeadersConfig", {}).get("items", [])}
        for node in graph.of_type("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    }
    seen = set()
    for path, behavior in behaviors(graph).items():
        policy = kept_for(graph, behavior)
        if policy is None or behavior["targetOriginId"] in buckets:
            continue  # nothing is kept, or what is kept is a public file that no sign-in changes
        seen.add(path)
        key = policy["parametersInCacheKeyAndForwardedToOrigin"]
        assert policy["minTtl"] == 0, "the application's own Cache-Control goes first"
        assert policy["defaultTtl"] == 3600
        assert key["cookiesConfig"]["cookieBehavior"] == "all"
        assert key["headersConfig"]["headers"]["items"] == ["Authorization"]
        assert "originRequestPolicyId" not in behavior, "the origin sees no more of a request than the key has"
        assert "set-cookie" in removed[behavior["responseHeadersPolicyId"]]
        assert set(behavior["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    assert seen == ({"*"} if "application" in str(behaviors(graph)) else set())


def test_what_the_application_answers_is_never_kept_and_files_are_for_a_year(graph: Graph) -> None:
    found = behaviors(graph)
    dynamic = {path for path in found if path in ("/api/*", "/ws/*", "/auth/*")}
    assert "/api/*" in dynamic
    for path in dynamic:
        assert kept_for(graph, found[path]) is None
        # All of a request but its Host header, and so what makes it a WebSocket.
        assert found[path]["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    files = kept_for(graph, found["/static/*"])
    assert files is not None
    assert files["defaultTtl"] == 31536000
    assert {one["viewerProtocolPolicy"] for one in found.values()} == {"redirect-to-https"}


def test_the_static_bucket_answers_the_distribution_alone(graph: Graph) -> None:
    policy = json.loads(graph.only("aws:s3/bucketPolicy:BucketPolicy", "static-policy").inputs["policy"])
    allow = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allow] == [{"Service": ["cloudfront.amazonaws.com"]}]
    assert [one["Action"] for one in allow] == [["s3:GetObject"]]
    distribution = graph.only("aws:cloudfront/distribution:Distribution").outputs["arn"]
    assert allow[0]["Condition"] == {"StringEquals": {"aws:SourceArn": distribution}}


def test_five_secrets_of_which_no_value_is_in_the_program(production: Graph) -> None:
    names = {node.inputs["name"].rpartition("/")[2] for node in production.of_type("aws:secretsmanager/secret:Secret")}
    assert names == {
        "database-credentials",
        "jwt-secret",
        "encryption-keys",
        "oauth-client-secrets",
        "smtp-credentials",
    }
    assert production.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []
    rotating = {node.name for node in production.of_type("aws:secretsmanager/secretRotation:SecretRotation")}
    assert rotating == {"postgres-master-schedule", "jwt-secret-schedule"}


def test_what_stands_by_is_in_the_other_region(production: Graph) -> None:
    roots = {name: node for name, node in top(production).items() if name.startswith("recovery-") or "cop" in name}
    assert len(roots) >= 5
    elsewhere = {}
    for root in roots.values():
        for node in production.below(root.urn):
            if node.is_resource and not node.type.startswith(("aws:iam/", "random:")):
                elsewhere[node.name] = node.inputs.get("region")
    home = {
        "cache-copy-datastore",
        "image-copies-rules",
        *(f"bucket-copies-{bucket}-replication" for bucket in ("static", "uploads", "backups")),
    }
    wrong = {name for name, region in elsewhere.items() if region != "us-west-2"}
    assert {name for name in wrong if name not in home} == set()
    backups = production.only("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")
    assert (backups.inputs["region"], backups.inputs["retentionPeriod"]) == ("us-west-2", 35)


def test_every_bucket_with_data_is_copied(production: Graph) -> None:
    copied = {
        node.inputs["bucket"] for node in production.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    }
    named = {node.id: node.name for node in production.of_type("aws:s3/bucket:Bucket")}
    assert {named[one] for one in copied} == {"static-bucket", "uploads-bucket", "backups-bucket"}


def test_dev_is_the_eks_model_without_copies_and_pipeline() -> None:
    dev, prod = stack_graph("confluence-dev"), stack_graph("confluence-prod")
    missing = set(top(prod)) - set(top(dev))
    assert {name for name in missing if not name.startswith("recovery-")} == {
        "system-nodes",
        "db-nodes",
        "spot-nodes",
        "postgres-backups",
        "backup-copies",
        "cache-copy",
        "bucket-copies",
        "health",
        "serves",
        "delivery",
    }
    assert set(top(dev)) <= set(top(prod))


def test_three_stacks_fit_into_one_account() -> None:
    fixed = {
        "aws:apigatewayv2/domainName:DomainName": "domainName",
        "aws:cloudwatch/logGroup:LogGroup": "name",
        "aws:dynamodb/table:Table": "name",
        "aws:ecr/repository:Repository": "name",
        "aws:eks/cluster:Cluster": "name",
        "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": "globalReplicationGroupIdSuffix",
        "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
        "aws:elasticache/subnetGroup:SubnetGroup": "name",
        "aws:iam/role:Role": "name",
        "aws:lambda/function:Function": "name",
        "aws:lb/loadBalancer:LoadBalancer": "name",
        "aws:opensearch/domain:Domain": "domainName",
        "aws:rds/instance:Instance": "identifier",
        "aws:rds/proxy:Proxy": "name",
        "aws:route53/zone:Zone": "name",
        "aws:s3/bucket:Bucket": "bucket",
        "aws:secretsmanager/secret:Secret": "name",
        "aws:xray/group:Group": "groupName",
        "aws:xray/samplingRule:SamplingRule": "ruleName",
    }
    taken: dict[tuple[str, str | None, str], str] = {}
    for stack in (*PRODUCTION, "confluence-dev"):
        for node in stack_graph(stack):
            name = node.inputs.get(fixed.get(node.type, ""))
            if name:
                first = taken.setdefault((node.type, node.inputs.get("region"), name), stack)
                assert first == stack, f"{node.type} {name} is in {first} and {stack}"

"""Figures of single resources in both models of the Confluence system, by row of docs/requirements/confluence.md."""

from typing import Any

import pytest

from tests.stacks import stack_graph
from tests.systems.figures import Figure, Of, unmet

STACKS = ("confluence-prod", "confluence-lambda")
SUBNET = "aws:ec2/subnet:Subnet"
DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SECRET = "aws:secretsmanager/secret:Secret"
NEVER_CACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def subnets(tier: str, third: int, **more: Any) -> list[Figure]:
    return [
        (
            SUBNET,
            f"network-{tier}-{zone}",
            {
                "cidrBlock": f"10.0.{third + number}.0/24",
                "availabilityZone": f"us-east-1{zone}",
                "vpcId": Of("network-vpc"),
                **more,
            },
        )
        for number, zone in enumerate("ab")
    ]


def bucket(purpose: str, *transitions: tuple[int, str]) -> list[Figure]:
    """A private, versioned bucket under AES-256; with transitions its lifecycle alone."""
    if transitions:
        ages = [{"days": days, "storageClass": to} for days, to in transitions]
        rules = [{"status": "Enabled", "filter": {"prefix": ""}, "transitions": ages}]
        return [(LIFECYCLE, f"{purpose}-lifecycle", {"bucket": Of(f"{purpose}-bucket"), "rules": rules})]
    of = {"bucket": Of(f"{purpose}-bucket")}
    blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    algorithm = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    return [
        ("aws:s3/bucketVersioning:BucketVersioning", f"{purpose}-versioning", {**of, **VERSIONED}),
        (
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"{purpose}-encryption",
            {**of, "rules": [algorithm]},
        ),
        (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            f"{purpose}-public-access-block",
            {**of, **dict.fromkeys(blocks, True)},
        ),
    ]


VERSIONED = {"versioningConfiguration": {"status": "Enabled"}}


def behavior(path: str, policy: str | Of, origin: str | None = None, request: str | None = None) -> list[Figure]:
    asked = {"pathPattern": path, "cachePolicyId": policy}
    asked |= {"targetOriginId": origin} if origin else {}
    asked |= {"originRequestPolicyId": request} if request else {}
    return [(DISTRIBUTION, "cdn-distribution", {"orderedCacheBehaviors": [asked]})]


ROWS: dict[str, list[Figure]] = {
    "CONF-NET-01": [
        (
            "aws:ec2/vpc:Vpc",
            "network-vpc",
            {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True},
        )
    ],
    "CONF-NET-02": subnets("public", 1, mapPublicIpOnLaunch=True),
    "CONF-NET-03": subnets("private", 11),
    "CONF-NET-04": subnets("data", 21),
    "CONF-NET-05": [
        ("aws:ec2/internetGateway:InternetGateway", "network-internet", {"vpcId": Of("network-vpc")}),
        (
            "aws:ec2/route:Route",
            "network-public-internet-all",
            {"destinationCidrBlock": "0.0.0.0/0", "gatewayId": Of("network-internet")},
        ),
    ],
    "CONF-NET-06": [
        figure
        for zone in "ab"
        for figure in (
            (
                "aws:ec2/natGateway:NatGateway",
                f"network-nat-{zone}",
                {"subnetId": Of(f"network-public-{zone}")},
            ),
            (
                "aws:ec2/route:Route",
                f"network-private-nat-{zone}",
                {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": Of(f"network-nat-{zone}")},
            ),
        )
    ],
    "CONF-RDS-01": [
        (
            DATABASE,
            "postgres-primary",
            {"engine": "postgres", "engineVersion": "15", "instanceClass": "db.r5.xlarge", "multiAz": True},
        )
    ],
    "CONF-RDS-02": [
        (
            DATABASE,
            "postgres-primary",
            {"storageType": "gp3", "allocatedStorage": 500, "iops": None, "storageThroughput": None},
        )
    ],
    "CONF-RDS-03": [(DATABASE, "postgres-primary", {"backupRetentionPeriod": 35})],
    "CONF-RED-01": [
        (
            CACHE,
            "cache-replication-group",
            {
                "engine": "redis",
                "nodeType": "cache.r6g.large",
                "multiAzEnabled": True,
                "automaticFailoverEnabled": True,
                "numNodeGroups": 1,
                "replicasPerNodeGroup": 2,
                "parameterGroupName": "default.redis7.cluster.on",
                "snapshotRetentionLimit": 1,
            },
        ),
    ],
    "CONF-RED-02": [(CACHE, "cache-replication-group", {"engineVersion": "7.1"})],
    "CONF-RED-05": [
        (
            "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
            "cache-copy-datastore",
            {"primaryReplicationGroupId": Of("cache-replication-group")},
        )
    ],
    "CONF-OS-01": [
        (
            "aws:opensearch/domain:Domain",
            "search-domain",
            {
                "engineVersion": "OpenSearch_2.19",
                "clusterConfig": {"instanceType": "r6g.large.search", "instanceCount": 3, "zoneAwarenessEnabled": True},
            },
        )
    ],
    "CONF-OS-02": [
        (
            "aws:opensearch/domain:Domain",
            "search-domain",
            {"ebsOptions": {"ebsEnabled": True, "volumeType": "gp3", "volumeSize": 100}},
        )
    ],
    "CONF-CDN-01": [
        (
            DISTRIBUTION,
            "cdn-distribution",
            {
                "enabled": True,
                "origins": [
                    {"customOriginConfig": {"originProtocolPolicy": "https-only"}},
                    {"originId": "static", "originAccessControlId": Of("cdn-access-static")},
                ],
            },
        )
    ],
    "CONF-CDN-02": behavior("/api/*", NEVER_CACHED, request=ALL_BUT_HOST),
    "CONF-CDN-04": [
        *behavior("/static/*", Of("cdn-cache-static"), origin="static-or-copy"),
        ("aws:cloudfront/cachePolicy:CachePolicy", "cdn-cache-static", {"defaultTtl": 31536000}),
    ],
    "CONF-CDN-05": [
        (DISTRIBUTION, "cdn-distribution", {"defaultCacheBehavior": {"cachePolicyId": Of("cdn-cache-default")}}),
        ("aws:cloudfront/cachePolicy:CachePolicy", "cdn-cache-default", {"defaultTtl": 3600, "minTtl": 0}),
    ],
    "CONF-CDN-06": [
        (
            DISTRIBUTION,
            "cdn-distribution",
            {"viewerCertificate": {"sslSupportMethod": "sni-only", "minimumProtocolVersion": "TLSv1.2_2021"}},
        ),
        ("aws:acm/certificate:Certificate", "edge-certificate-certificate", {"region": "us-east-1"}),
    ],
    "CONF-CDN-07": [
        (
            "aws:cloudfront/originAccessControl:OriginAccessControl",
            "cdn-access-static",
            {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
        )
    ],
    "CONF-S3-01": bucket("static"),
    "CONF-S3-02": bucket("static", (30, "STANDARD_IA"), (90, "GLACIER_IR")),
    "CONF-S3-03": bucket("uploads"),
    "CONF-S3-04": bucket("uploads", (7, "STANDARD_IA"), (30, "GLACIER_IR")),
    "CONF-S3-05": [
        (
            "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
            "uploads-cors",
            {"bucket": Of("uploads-bucket"), "corsRules": [{"allowedMethods": ["GET", "PUT", "POST"]}]},
        )
    ],
    "CONF-S3-06": bucket("backups"),
    "CONF-S3-07": bucket("backups", (1, "GLACIER"), (365, "DEEP_ARCHIVE")),
    "CONF-S3-09": bucket("access-logs", (30, "INTELLIGENT_TIERING")),
    "CONF-OBS-06": [
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "alarms-primary-connections",
            {"namespace": "AWS/RDS", "metricName": "DatabaseConnections"},
        )
    ],
    "CONF-OBS-08": [
        ("aws:xray/samplingRule:SamplingRule", "tracing-default", {"fixedRate": 0.01, "urlPath": "*", "priority": 9000})
    ],
    "CONF-OBS-09": [("aws:xray/samplingRule:SamplingRule", "tracing-busy", {"fixedRate": 0.001, "priority": 100})],
    "CONF-SEC-03": [
        (
            "aws:secretsmanager/secretRotation:SecretRotation",
            "postgres-master-schedule",
            {"secretId": Of("postgres-master-secret", "arn"), "rotationRules": {"automaticallyAfterDays": 30}},
        )
    ],
    "CONF-CI-02": [
        (
            "aws:ecr/repository:Repository",
            f"registry-{image}",
            {"imageScanningConfiguration": {"scanOnPush": True}, "imageTagMutability": "IMMUTABLE"},
        )
        for image in ("frontend", "bff", "websocket")
    ],
    "CONF-CI-03": [
        ("aws:codebuild/project:Project", f"delivery-{stage}-project", {"source": {"type": "CODEPIPELINE"}})
        for stage in ("test", "scan", "staging", "production")
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert [difference for stack in STACKS for difference in unmet(stack_graph(stack), ROWS[row])] == []


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("row", ["CONF-RDS-05", "CONF-RED-05"])
def test_a_recovery_stack_has_what_a_row_asks_of_the_second_region(stack: str, row: str) -> None:
    told, there = stack_graph(stack).exports["recovery"], stack_graph(f"{stack}-dr")
    assert there.region == "us-west-2"
    rows: dict[str, list[Figure]] = {
        "CONF-RDS-05": [(DATABASE, "postgres-primary", {"replicateSourceDb": told["databaseArn"]})],
        "CONF-RED-05": [
            (
                CACHE,
                "cache-replication-group",
                {"globalReplicationGroupId": told["datastoreId"], "numNodeGroups": None},
            )
        ],
    }
    assert unmet(there, rows[row]) == []


@pytest.mark.parametrize("purpose", ["static", "uploads", "backups"])
def test_a_bucket_is_called_as_planned(purpose: str) -> None:
    for stack in STACKS:
        name = stack_graph(stack).only("aws:s3/bucket:Bucket", f"{purpose}-bucket").inputs["bucket"]
        assert name.startswith(f"confluence-clone-{purpose}-prod")


def test_every_bucket_has_a_lifecycle() -> None:
    for stack in STACKS:
        graph = stack_graph(stack)
        aged = {node.inputs["bucket"] for node in graph.of_type(LIFECYCLE) if node.inputs["rules"]}
        assert [node.name for node in graph.of_type("aws:s3/bucket:Bucket") if node.id not in aged] == []

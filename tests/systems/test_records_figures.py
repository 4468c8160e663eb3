"""Figures of single resources in production of the records system, by row of docs/requirements/records.md."""

from typing import Any

import pytest

from tests.stacks import stack_graph
from tests.systems.figures import Figure, Of, unmet

DATABASE = "aws:rds/instance:Instance"
REPOSITORY = "aws:ecr/repository:Repository"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
STREAM = "aws:msk/cluster:Cluster"
RECORD = "aws:route53/record:Record"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RELEASE = "kubernetes:helm.sh/v3:Release"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
KEY = Of("data-key-key", "arn")
VERSIONED = {"versioningConfiguration": {"status": "Enabled"}}


def bucket(name: str, days: int, storage_class: str) -> list[Figure]:
    of = {"bucket": Of(f"{name}-bucket")}
    blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    age = {"status": "Enabled", "transitions": [{"days": days, "storageClass": storage_class}]}
    return [
        ("aws:s3/bucket:Bucket", f"{name}-bucket", {"bucket": f"company-{name}-123456789012-us-east-1"}),
        ("aws:s3/bucketVersioning:BucketVersioning", f"{name}-versioning", {**of, **VERSIONED}),
        (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            f"{name}-public-access-block",
            {**of, **dict.fromkeys(blocks, True)},
        ),
        (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            f"{name}-lifecycle",
            {**of, "rules": [age]},
        ),
    ]


def failover(kind: str, **more: Any) -> Figure:
    return (
        RECORD,
        f"zone-origin.records.example.com-{kind}-a",
        {"failoverRoutingPolicies": [{"type": kind.upper()}], **more},
    )


ROWS: dict[str, list[Figure]] = {
    "REC-NET-01": [
        ("aws:ec2/vpc:Vpc", "network-vpc", {"cidrBlock": "10.1.0.0/16"}),
        *[
            ("aws:ec2/subnet:Subnet", f"network-{tier}-{zone}", {"availabilityZone": f"us-east-1{zone}"})
            for tier in ("public", "private", "data")
            for zone in "abc"
        ],
    ],
    "REC-NET-03": [
        figure
        for zone in "abc"
        for figure in (
            ("aws:ec2/natGateway:NatGateway", f"network-nat-{zone}", {"subnetId": Of(f"network-public-{zone}")}),
            (
                "aws:ec2/route:Route",
                f"network-private-nat-{zone}",
                {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": Of(f"network-nat-{zone}")},
            ),
        )
    ],
    "REC-EKS-01": [
        ("aws:eks/cluster:Cluster", "cluster-eks-eksCluster", {"name": "microservice-prod", "version": "1.36"})
    ],
    "REC-EKS-03": [
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            "nodes-template",
            {
                "blockDeviceMappings": [
                    {
                        "deviceName": "/dev/xvda",
                        "ebs": {"volumeSize": 100, "volumeType": "gp3", "kmsKeyId": Of("volumes-key-key", "arn")},
                    }
                ]
            },
        )
    ],
    "REC-EKS-05": [
        (IDENTITY, f"{name}-pods-association", {"serviceAccount": account})
        for name, account in {
            "addons-aws-ebs-csi-driver": "ebs-csi-controller-sa",
            "addons-aws-efs-csi-driver": "efs-csi-controller-sa",
            "load-balancer-controller": "aws-load-balancer-controller",
            "addons-container-insights": "cloudwatch-agent",
        }.items()
    ],
    "REC-EKS-06": [
        (RELEASE, "cluster-autoscaler-release", {"chart": "cluster-autoscaler"}),
        (RELEASE, "karpenter-release", {"chart": "oci://public.ecr.aws/karpenter/karpenter"}),
        (
            "kubernetes:karpenter.sh/v1:NodePool",
            "karpenter-node-pool",
            {"spec": {"template": {"spec": {"taints": [{"effect": "NoSchedule"}]}}}},
        ),
    ],
    "REC-EKS-07": [
        (
            RELEASE,
            "load-balancer-controller-release",
            {
                "chart": "aws-load-balancer-controller",
                "repositoryOpts": {"repo": "https://aws.github.io/eks-charts"},
                "namespace": "kube-system",
            },
        )
    ],
    "REC-EKS-08": [
        ("kubernetes:apps/v1:Deployment", "microservice-deployment", {"spec": {"replicas": 6}}),
        ("kubernetes:core/v1:Service", "microservice-service", {"spec": {"ports": [{"port": 8080}]}}),
        (
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
            "microservice-targets",
            {"spec": {"targetGroupARN": Of("balancer-microservice", "arn")}},
        ),
    ],
    "REC-EKS-09": [
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "cluster-oidc", {}),
        (IDENTITY, "microservice-pods-association", {"serviceAccount": "microservice", "namespace": "records"}),
    ],
    "REC-EKS-10": [
        (
            "kubernetes:storage.k8s.io/v1:StorageClass",
            "database-volumes-class",
            {"provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3", "iops": "16000", "encrypted": "true"}},
        ),
        ("aws:eks/addon:Addon", "addons-aws-ebs-csi-driver", {"addonName": "aws-ebs-csi-driver"}),
    ],
    "REC-EKS-11": [
        (
            "aws:dlm/lifecyclePolicy:LifecyclePolicy",
            "snapshots-policy",
            {
                "state": "ENABLED",
                "policyDetails": {
                    "targetTags": {"snapshot-policy": "microservice-prod"},
                    "schedules": [{"createRule": {"interval": 24, "intervalUnit": "HOURS"}}],
                },
            },
        ),
        # Every volume has the tag that the policy looks for.
        *[
            (
                "kubernetes:storage.k8s.io/v1:StorageClass",
                f"{name}-class",
                {"parameters": {"tagSpecification_1": "snapshot-policy=microservice-prod"}},
            )
            for name in ("volumes", "database-volumes")
        ],
    ],
    "REC-ECR-01": [(REPOSITORY, "registry-microservice", {"imageScanningConfiguration": {"scanOnPush": True}})],
    "REC-ECR-02": [(REPOSITORY, "registry-microservice", {"imageTagMutability": "IMMUTABLE"})],
    "REC-ECR-03": [
        (
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "registry-microservice-lifecycle",
            {"policy": {"rules": [{"selection": {"tagStatus": "tagged", "countNumber": 30}}]}},
        )
    ],
    "REC-CDN-01": [
        (DISTRIBUTION, "cdn-distribution", {"enabled": True, "aliases": ["records.example.com"]}),
    ],
    "REC-CDN-02": [
        (
            DISTRIBUTION,
            "cdn-distribution",
            {"origins": [{"originShield": {"enabled": True, "originShieldRegion": "us-east-1"}, "originId": "origin"}]},
        )
    ],
    "REC-R53-01": [
        ("aws:route53/zone:Zone", "zone-zone", {"name": "records.example.com"}),
        (
            "aws:route53/healthCheck:HealthCheck",
            "health-check",
            {"type": "HTTPS", "port": 443, "fqdn": "records.example.com", "resourcePath": "/health"},
        ),
    ],
    "REC-R53-02": [failover("primary", healthCheckId=Of("home-check")), failover("secondary")],
    "REC-ALB-01": [
        (BALANCER, "balancer-alb", {"loadBalancerType": "application"}),
        (
            "aws:lb/listenerRule:ListenerRule",
            "balancer-to-microservice",
            {"conditions": [{"pathPattern": {"values": ["/*"]}}], "actions": [{"type": "forward"}]},
        ),
    ],
    "REC-ALB-02": [(BALANCER, "balancer-alb", {"idleTimeout": 3600})],
    "REC-ALB-03": [
        ("aws:lb/listener:Listener", "balancer-https", {"port": 443, "protocol": "HTTPS"}),
        ("aws:acm/certificate:Certificate", "origin-certificate-certificate", {"validationMethod": "DNS"}),
    ],
    "REC-RDS-01": [
        (
            DATABASE,
            "database-primary",
            {
                "identifier": "prod-postgres",
                "instanceClass": "db.r5.2xlarge",
                "engine": "postgres",
                "engineVersion": "15",
                "username": "apiuser",
            },
        )
    ],
    "REC-RDS-02": [(DATABASE, "database-primary", {"allocatedStorage": 1000, "storageType": "gp3", "iops": 16000})],
    "REC-RDS-03": [(DATABASE, "database-primary", {"multiAz": True})],
    "REC-RDS-04": [(DATABASE, "database-primary", {"backupRetentionPeriod": 35})],
    "REC-RDS-05": [
        (
            DATABASE,
            f"database-replica-{zone}",
            {"replicateSourceDb": Of("database-primary", "identifier"), "instanceClass": "db.r5.2xlarge"},
        )
        for zone in "ab"
    ],
    "REC-RDS-07": [(DATABASE, "database-primary", {"storageEncrypted": True, "kmsKeyId": KEY})],
    "REC-RED-01": [
        (
            CACHE,
            "cache-replication-group",
            {
                "replicationGroupId": "prod-redis",
                "description": "Production Redis",
                "nodeType": "cache.r6g.xlarge",
                "engineVersion": "7.1",
                "numNodeGroups": 1,
                "replicasPerNodeGroup": 2,
                "parameterGroupName": "default.redis7.cluster.on",
            },
        )
    ],
    "REC-RED-02": [(CACHE, "cache-replication-group", {"automaticFailoverEnabled": True, "multiAzEnabled": True})],
    "REC-RED-03": [
        (CACHE, "cache-replication-group", {"atRestEncryptionEnabled": True, "transitEncryptionEnabled": True})
    ],
    "REC-MSK-01": [
        (
            STREAM,
            "stream-cluster",
            {
                "numberOfBrokerNodes": 3,
                "kafkaVersion": "3.9.x.kraft",
                "brokerNodeGroupInfo": {
                    "instanceType": "kafka.m5.large",
                    "clientSubnets": [Of(f"network-data-{zone}") for zone in "abc"],
                },
            },
        )
    ],
    "REC-MSK-03": [
        (
            "aws:appautoscaling/target:Target",
            "stream-storage",
            {"scalableDimension": "kafka:broker-storage:VolumeSize", "maxCapacity": 4000},
        ),
        (
            "aws:appautoscaling/policy:Policy",
            "stream-storage-policy",
            {
                "targetTrackingScalingPolicyConfiguration": {
                    "disableScaleIn": True,
                    "targetValue": 60,
                    "predefinedMetricSpecification": {"predefinedMetricType": "KafkaBrokerStorageUtilization"},
                }
            },
        ),
    ],
    "REC-MSK-04": [
        (
            STREAM,
            "stream-cluster",
            {
                "clientAuthentication": {"sasl": {"iam": True}, "unauthenticated": False},
                "encryptionInfo": {
                    "encryptionAtRestKmsKeyArn": KEY,
                    "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
                },
            },
        )
    ],
    "REC-S3-01": bucket("backups", 30, "STANDARD_IA"),
    "REC-S3-02": bucket("logs", 0, "INTELLIGENT_TIERING"),
    "REC-S3-03": bucket("archives", 1, "GLACIER"),
    "REC-SEC-02": [
        (ROTATION, f"{name}-schedule", {"rotationRules": {"automaticallyAfterDays": 30}})
        for name in ("database-master", "cursor-key")
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert unmet(stack_graph("prod"), ROWS[row]) == []


def test_every_alarm_tells_a_topic() -> None:
    graph = stack_graph("prod")
    topics = {node.outputs["arn"] for node in graph.of_type("aws:sns/topic:Topic")}
    alarms = graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert alarms
    assert [node.name for node in alarms if not set(node.inputs["alarmActions"]) <= topics] == []

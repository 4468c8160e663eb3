"""The figures of the consulting system's rows in docs/requirements, one case a row; other tests prove the rest."""

from typing import Any

import pytest

from tests.stacks import stack_graph
from tests.systems.figures import Figure, unmet

SUBNET = "aws:ec2/subnet:Subnet"
DATABASE = ("aws:rds/instance:Instance", "rds-primary")
CACHE = ("aws:elasticache/replicationGroup:ReplicationGroup", "redis-replication-group")
BACKEND, FRONTEND = (("kubernetes:apps/v1:Deployment", f"{name}-deployment") for name in ("backend", "frontend"))
REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/consulting/cloud-consulting"


def tier(name: str, first: int) -> list[Figure]:
    """The three subnets of a tier, whose third numbers follow each other."""
    return [
        (SUBNET, f"network-{name}-{zone}", {"cidrBlock": f"10.0.{number}.0/24", "availabilityZone": f"us-east-1{zone}"})
        for number, zone in enumerate("abc", first)
    ]


def pods(app: str, replicas: int, **container: Any) -> dict[str, Any]:
    """What a deployment says of its one container."""
    template = {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container]}}
    return {"replicas": replicas, "selector": {"matchLabels": {"app": app}}, "template": template}


def probe(path: str, delay: int, period: int) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": "http"}, "initialDelaySeconds": delay, "periodSeconds": period}


def alias(name: str) -> list[Figure]:
    return [("aws:route53/record:Record", f"zone-{name}-a", {"name": name, "type": "A"})]


CONFIG = {
    "GIN_MODE": "release",
    "LOG_LEVEL": "info",
    "PORT": "8061",
    "BEDROCK_REGION": "us-east-1",
    "BEDROCK_MODEL_ID": "amazon.nova-lite-v1:0",
    "AWS_SES_REGION": "us-east-1",
    "CORS_ALLOWED_ORIGINS": "https://cloudpartner.pro,https://www.cloudpartner.pro",
    "CHAT_MODE": "polling",
    "CHAT_POLLING_INTERVAL": "3000",
    "ENABLE_EMAIL_EVENTS": "true",
}
POOL = {"DB_MAX_OPEN_CONNS": "25", "DB_MAX_IDLE_CONNS": "5", "DB_CONN_MAX_LIFETIME": "30m"}
TOLD = ("kubernetes:core/v1:ConfigMap", "backend-config")
ROWS: dict[str, list[Figure]] = {
    "CON-NET-01": [("aws:ec2/vpc:Vpc", "network-vpc", {"cidrBlock": "10.0.0.0/16"})],
    "CON-NET-02": tier("public", 1),
    "CON-NET-03": tier("private", 11),
    "CON-NET-04": tier("data", 21),
    "CON-NET-07": [("aws:ec2/flowLog:FlowLog", "network-flow-log", {"trafficType": "ALL"})],
    "CON-EKS-01": [
        (
            "aws:eks/cluster:Cluster",
            "cluster-eks-eksCluster",
            {"name": "cloud-consulting-prod", "version": "1.36", "upgradePolicy": {"supportType": "STANDARD"}},
        )
    ],
    "CON-EKS-02": [
        (
            "aws:eks/nodeGroup:NodeGroup",
            "nodes-group",
            {
                "nodeGroupNamePrefix": "main-nodes-",
                "instanceTypes": ["t3.medium"],
                "scalingConfig": {"minSize": 2, "maxSize": 10, "desiredSize": 3},
            },
        )
    ],
    "CON-EKS-03": [
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            "nodes-template",
            {
                "blockDeviceMappings": [
                    {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 50, "volumeType": "gp3", "encrypted": "true"}}
                ]
            },
        )
    ],
    "CON-EKS-04": [
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "nodes-node-AmazonSSMManagedInstanceCore",
            {"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
        ),
        ("aws:ec2/launchTemplate:LaunchTemplate", "nodes-template", {"keyName": None}),
    ],
    "CON-EKS-07": [
        (
            "aws:eks/cluster:Cluster",
            "cluster-eks-eksCluster",
            {"enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
        )
    ],
    "CON-K8S-01": [("kubernetes:core/v1:Namespace", "namespace-namespace", {"metadata": {"name": "cloud-consulting"}})],
    "CON-K8S-02": [
        (
            *BACKEND,
            {
                "metadata": {"name": "backend"},
                "spec": pods("backend", 3, image=f"{REPOSITORY}-backend:1.0.0", ports=[{"containerPort": 8061}]),
            },
        )
    ],
    "CON-K8S-05": [
        (
            *BACKEND,
            {
                "spec": pods(
                    "backend",
                    3,
                    ports=[{"containerPort": 8061, "name": "http"}],
                    livenessProbe=probe("/health", 30, 10),
                    readinessProbe=probe("/health", 5, 5),
                )
            },
        )
    ],
    "CON-K8S-06": [
        (
            *FRONTEND,
            {
                "metadata": {"name": "frontend"},
                "spec": pods("frontend", 2, image=f"{REPOSITORY}-frontend:1.0.0", ports=[{"containerPort": 80}]),
            },
        )
    ],
    "CON-K8S-07": [
        (
            *FRONTEND,
            {
                "spec": pods(
                    "frontend",
                    2,
                    resources={
                        "requests": {"cpu": "100m", "memory": "256Mi"},
                        "limits": {"cpu": "200m", "memory": "512Mi"},
                    },
                )
            },
        )
    ],
    "CON-K8S-08": [(*TOLD, {"metadata": {"name": "app-config"}, "data": CONFIG})],
    "CON-K8S-09": [
        (*BACKEND, {"spec": pods("backend", 3, envFrom=[{"configMapRef": {"name": "app-config"}}])}),
        (
            *TOLD,
            {
                "data": {
                    "DATABASE_HOST": "cloud-consulting-prod.ea498e85cc34.us-east-1.rds.amazonaws.com",
                    "REDIS_HOST": "master.cloud-consulting-redis.dfb282.use1.cache.amazonaws.com",
                }
            },
        ),
    ],
    "CON-RDS-01": [(*DATABASE, {"engine": "postgres", "engineVersion": "15", "instanceClass": "db.t3.medium"})],
    "CON-RDS-02": [(*DATABASE, {"allocatedStorage": 100, "storageType": "gp3", "storageEncrypted": True})],
    "CON-RDS-05": [
        (
            *DATABASE,
            {
                "performanceInsightsEnabled": True,
                "performanceInsightsRetentionPeriod": 7,
                "databaseInsightsMode": "standard",
                "monitoringInterval": 60,
            },
        )
    ],
    "CON-RDS-07": [(*TOLD, {"data": POOL})],
    "CON-RDS-08": [(*DATABASE, {"identifier": "cloud-consulting-prod", "dbName": "consulting", "port": 5432})],
    "CON-RED-01": [
        (
            *CACHE,
            {
                "engineVersion": "7.1",
                "nodeType": "cache.t3.micro",
                "numCacheClusters": 1,
                "port": 6379,
                "parameterGroupName": "default.redis7",
            },
        )
    ],
    "CON-RED-02": [(*CACHE, {"atRestEncryptionEnabled": True, "transitEncryptionMode": "required"})],
    "CON-RED-03": [("aws:elasticache/subnetGroup:SubnetGroup", "redis-subnet-group", {"name": "redis-subnet-group"})],
    "CON-ALB-01": [
        (
            "aws:lb/loadBalancer:LoadBalancer",
            "alb-alb",
            {"name": "cloud-consulting-alb", "loadBalancerType": "application", "internal": False},
        )
    ],
    "CON-ALB-02": [
        (
            "aws:lb/listener:Listener",
            "alb-http",
            {
                "port": 80,
                "protocol": "HTTP",
                "defaultActions": [{"redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}],
            },
        )
    ],
    "CON-ALB-03": [
        (
            "aws:lb/listener:Listener",
            "alb-https",
            {"port": 443, "protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        )
    ],
    "CON-ALB-05": [
        ("aws:lb/targetGroup:TargetGroup", "alb-backend-tg", {"port": 8061, "healthCheck": {"path": "/health"}}),
        ("aws:lb/targetGroup:TargetGroup", "alb-frontend-tg", {"port": 80, "healthCheck": {"path": "/"}}),
    ],
    "CON-ACM-01": [
        (
            "aws:acm/certificate:Certificate",
            "certificate-certificate",
            {
                "domainName": "cloudpartner.pro",
                "subjectAlternativeNames": ["*.cloudpartner.pro", "api.cloudpartner.pro"],
                "validationMethod": "DNS",
            },
        )
    ],
    "CON-R53-01": [("aws:route53/zone:Zone", "zone-zone", {"name": "cloudpartner.pro"})],
    "CON-R53-02": [*alias("cloudpartner.pro"), *alias("api.cloudpartner.pro")],
    "CON-R53-03": [
        (
            "aws:route53/record:Record",
            "zone-www-cname",
            {"name": "www.cloudpartner.pro", "type": "CNAME", "records": ["cloudpartner.pro"]},
        )
    ],
    "CON-R53-04": [
        (
            "aws:route53/healthCheck:HealthCheck",
            "backend-health-check",
            {"type": "HTTPS", "fqdn": "api.cloudpartner.pro", "resourcePath": "/health", "failureThreshold": 3},
        )
    ],
    "CON-SEC-01": [("aws:secretsmanager/secret:Secret", "app-secret-secret", {"name": "cloud-consulting/app"})],
    "CON-APP-01": [(*TOLD, {"data": {"DB_MAX_RETRIES": "5"}})],
    "CON-APP-02": [(*TOLD, {"data": {"CIRCUIT_BREAKER_MAX_FAILURES": "5", "CIRCUIT_BREAKER_TIMEOUT": "30s"}})],
    "CON-APP-03": [
        (*TOLD, {"data": {"AWS_SES_REGION": "us-east-1", "AWS_SES_FALLBACK_REGIONS": "us-west-2"}}),
        ("aws:sqs/queue:Queue", "mail-retries-queue", {"redrivePolicy": {"maxReceiveCount": 5}}),
    ],
    "CON-OBS-07": [
        (
            "aws:cloudwatch/logGroup:LogGroup",
            "logs-logs-group",
            {"name": "/aws/eks/cloud-consulting/cluster", "retentionInDays": 365},
        )
    ],
    "CON-CMP-02": [
        ("aws:cloudtrail/trail:Trail", "trail-trail", {"isMultiRegionTrail": True, "enableLogFileValidation": True})
    ],
    "CON-CMP-03": [
        ("aws:cfg/recorder:Recorder", "config-recorder", {"recordingGroup": {"allSupported": True}}),
        ("aws:cfg/recorderStatus:RecorderStatus", "config-status", {"isEnabled": True}),
        (
            "aws:cfg/rule:Rule",
            "config-rds-storage-encrypted",
            {"source": {"sourceIdentifier": "RDS_STORAGE_ENCRYPTED"}},
        ),
    ],
    "CON-ECR-01": [
        (
            "aws:ecr/repository:Repository",
            f"registry-cloud-consulting-{name}",
            {"name": f"consulting/cloud-consulting-{name}", "imageTagMutability": "IMMUTABLE"},
        )
        for name in ("backend", "frontend")
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert unmet(stack_graph("consulting-prod"), ROWS[row]) == []

"""Figures of single resources in Confluence's EKS model, by row of docs/requirements/confluence.md."""

from typing import Any

import pytest

from tests.stacks import stack_graph
from tests.systems.figures import Figure, Of, unmet

NODES = "aws:eks/nodeGroup:NodeGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
TARGETS = "aws:lb/targetGroup:TargetGroup"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
AWS_MANAGED = "arn:aws:iam::aws:policy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LISTENER = "aws:lb/listener:Listener"
LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"


def nodes(name: str, kind: str, least: int, most: int, **more: Any) -> list[Figure]:
    sizes = {"minSize": least, "maxSize": most}
    return [(NODES, f"{name}-nodes-group", {"instanceTypes": [kind], "scalingConfig": sizes, **more})]


def release(name: str, chart: str) -> Figure:
    return ("kubernetes:helm.sh/v3:Release", f"{name}-release", {"chart": chart, "namespace": "kube-system"})


def add_on(logical: str, name: str) -> Figure:
    return ("aws:eks/addon:Addon", logical, {"addonName": name, "clusterName": "confluence-clone-prod"})


def service(workload: str, port: int, **more: Any) -> list[Figure]:
    spec = {"ports": [{"port": port}], **more}
    return [
        ("kubernetes:core/v1:Service", f"{workload}-service", {"spec": spec}),
        ("kubernetes:apps/v1:Deployment", f"{workload}-deployment", {"metadata": {"name": workload}}),
        ("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", f"{workload}-targets", {}),
    ]


def targets(workload: str, port: int, **more: Any) -> list[Figure]:
    return [(TARGETS, f"alb-{workload}", {"port": port, "protocol": "HTTP", "vpcId": Of("network-vpc"), **more})]


def forward(rule: str, path: str, workload: str) -> Figure:
    to = {"type": "forward", "targetGroupArn": Of(f"alb-{workload}", "arn")}
    condition = {"pathPattern": {"values": [path]}}
    return (LISTENER_RULE, rule, {"listenerArn": Of("alb-https"), "conditions": [condition], "actions": [to]})


ROWS: dict[str, list[Figure]] = {
    "CONF-NET-07": [add_on("cluster-node-addons-vpc-cni", "vpc-cni")],
    "CONF-SG-09": [
        (
            RULE,
            "files-from-cluster-nodes-2049",
            {"fromPort": 2049, "toPort": 2049, "referencedSecurityGroupId": Of("cluster-nodes-group")},
        )
    ],
    "CONF-EKS-01": [
        (
            "aws:eks/cluster:Cluster",
            "cluster-eks-eksCluster",
            {"name": "confluence-clone-prod", "version": "1.36", "upgradePolicy": {"supportType": "STANDARD"}},
        )
    ],
    "CONF-EKS-02": nodes("system", "t3.medium", 2, 2),
    "CONF-EKS-03": nodes("app", "t3.large", 3, 10),
    "CONF-EKS-04": nodes("db", "r5.xlarge", 2, 2, labels={"tier": "data"}, taints=[{"key": "tier", "value": "data"}]),
    "CONF-EKS-05": [release("cluster-autoscaler", "cluster-autoscaler")],
    "CONF-EKS-06": nodes("spot", "t3.large", 0, 5, capacityType="SPOT"),
    "CONF-EKS-09": [release("vertical-autoscaler", "vertical-pod-autoscaler")],
    "CONF-EKS-10": [
        (
            "kubernetes:storage.k8s.io/v1:StorageClass",
            "volumes-class",
            {
                "provisioner": "ebs.csi.aws.com",
                "parameters": {"type": "gp3", "encrypted": "true"},
                "metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            },
        ),
        add_on("addons-aws-ebs-csi-driver", "aws-ebs-csi-driver"),
    ],
    "CONF-IAM-01": [
        (
            "aws:iam/role:Role",
            "cluster-role",
            {"assumeRolePolicy": {"Statement": [{"Effect": "Allow", "Principal": {"Service": ["eks.amazonaws.com"]}}]}},
        ),
        (ATTACHMENT, "cluster-role-cluster-policy", {"policyArn": f"{AWS_MANAGED}/AmazonEKSClusterPolicy"}),
        (
            ATTACHMENT,
            "cluster-role-vpc-resource-controller",
            {"policyArn": f"{AWS_MANAGED}/AmazonEKSVPCResourceController"},
        ),
    ],
    "CONF-K8S-01": service("websocket", 3000, type="NodePort", sessionAffinity="ClientIP"),
    "CONF-K8S-05": service("frontend", 80, type="ClusterIP"),
    "CONF-K8S-06": service("bff", 3000, type="ClusterIP"),
    "CONF-ALB-01": [
        (
            "aws:lb/loadBalancer:LoadBalancer",
            "alb-alb",
            {
                "loadBalancerType": "application",
                "internal": False,
                "subnets": [Of("network-public-a"), Of("network-public-b")],
                "securityGroups": [Of("alb-group")],
            },
        )
    ],
    "CONF-ALB-02": [
        (
            LISTENER,
            "alb-http",
            {
                "port": 80,
                "protocol": "HTTP",
                "defaultActions": [{"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS"}}],
            },
        )
    ],
    "CONF-ALB-03": [
        (
            LISTENER,
            "alb-https",
            {"port": 443, "protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        )
    ],
    "CONF-ALB-04": targets("frontend", 80),
    "CONF-ALB-05": targets("bff", 3000),
    "CONF-ALB-06": targets("websocket", 3000, stickiness={"type": "lb_cookie", "enabled": True}),
    "CONF-ALB-07": [forward("alb-to-api", "/api/*", "bff"), forward("alb-to-ws", "/ws/*", "websocket")],
    "CONF-CDN-03": [
        (
            "aws:cloudfront/distribution:Distribution",
            "cdn-distribution",
            {
                "orderedCacheBehaviors": [
                    {
                        "pathPattern": "/ws/*",
                        "targetOriginId": "application",
                        "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                        "originRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
                    }
                ]
            },
        )
    ],
    "CONF-EFS-01": [
        (
            "aws:efs/fileSystem:FileSystem",
            "files-file-system",
            {"performanceMode": "generalPurpose", "throughputMode": "bursting", "encrypted": True},
        )
    ],
    "CONF-EFS-02": [
        (
            "aws:efs/mountTarget:MountTarget",
            f"files-target-{zone}",
            {"subnetId": Of(f"network-private-{zone}"), "fileSystemId": Of("files-file-system")},
        )
        for zone in "ab"
    ],
    "CONF-OBS-04": [
        (ALARM, "alarms-target-errors", {"metricName": "HTTPCode_Target_5XX_Count", "threshold": 10}),
        (ALARM, "alarms-balancer-errors", {"metricName": "HTTPCode_ELB_5XX_Count", "threshold": 10}),
    ],
    "CONF-OBS-05": [
        (ALARM, "alarms-websocket-refusals", {"metricName": "Refused", "threshold": 10}),
        (ALARM, "alarms-websocket-failures", {"metricName": "Failed", "threshold": 10}),
    ],
    "CONF-OBS-01": [
        (
            "aws:cloudwatch/logGroup:LogGroup",
            "logs-logs-group",
            {
                "name": "/aws/eks/confluence-clone/application",
                "retentionInDays": 365,
                "kmsKeyId": Of("logs-key-key", "arn"),
            },
        )
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert unmet(stack_graph("confluence-prod"), ROWS[row]) == []

"""Which accounts and keys the parts of the consulting system have, and how long they keep what they hold."""

import json

import pytest

from analyser.graph import Graph
from tests.stacks import stack_graph
from tests.systems.wiring import EGRESS, group


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("consulting-prod")


def test_each_zone_has_its_way_out(prod: Graph) -> None:
    public = {n.id for n in prod.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("network-public-")}
    assert {n.inputs["subnetId"] for n in prod.of_type("aws:ec2/natGateway:NatGateway")} == public
    assert len(prod.of_type("aws:ec2/eip:Eip")) == len(public) == 3
    vpc = prod.only("aws:ec2/vpc:Vpc").id
    assert prod.only("aws:ec2/internetGateway:InternetGateway").inputs["vpcId"] == vpc


def test_add_ons_and_controllers_each_have_their_own_rights(prod: Graph) -> None:
    addons = {n.inputs["addonName"] for n in prod.of_type("aws:eks/addon:Addon")}
    assert {"vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver"} <= addons
    associations = prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    roles = {n.inputs["serviceAccount"]: n.inputs["roleArn"] for n in associations}
    assert set(roles) == {
        "aws-load-balancer-controller",
        "aws-node",
        "backend",
        "cluster-autoscaler",
        "ebs-csi-controller-sa",
        "external-secrets",
        "fluent-bit",
    }
    assert len(set(roles.values())) == len(roles)


def test_workloads_run_under_accounts_of_their_own(prod: Graph) -> None:
    namespace = "cloud-consulting"
    accounts = {
        n.inputs["metadata"]["name"]
        for n in prod.of_type("kubernetes:core/v1:ServiceAccount")
        if n.inputs["metadata"]["namespace"] == namespace
    }
    assert accounts == {"backend", "frontend", "migration"}
    deployments = [
        n for n in prod.of_type("kubernetes:apps/v1:Deployment") if n.inputs["metadata"]["namespace"] == namespace
    ]
    assert {n.inputs["spec"]["template"]["spec"]["serviceAccountName"] for n in deployments} == {"backend", "frontend"}


def test_the_backend_asks_models_and_sends_mail_by_the_planned_actions(prod: Graph) -> None:
    (policy,) = [n for n in prod.of_type("aws:iam/rolePolicy:RolePolicy") if n.name == "backend-pods-policy"]
    granted = {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}
    assert granted["InvokeModel"]["Action"] == ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    assert granted["SendEmail"]["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert granted["SendEmail"]["Condition"] == {"StringEquals": {"ses:FromAddress": "info@cloudpartner.pro"}}
    assert granted["QuotaEmail"]["Action"] == ["ses:GetSendQuota", "ses:GetSendStatistics"]
    assert "secretsmanager:GetSecretValue" in granted["ReadAppSecret"]["Action"]


def test_stores_and_volumes_are_under_keys_that_rotate(prod: Graph) -> None:
    keys = {n.outputs["arn"]: n.name for n in prod.of_type("aws:kms/key:Key")}
    assert all(n.inputs["enableKeyRotation"] for n in prod.of_type("aws:kms/key:Key"))
    used = {
        "aws:rds/instance:Instance": "data-key-key",
        "aws:elasticache/replicationGroup:ReplicationGroup": "data-key-key",
        "aws:secretsmanager/secret:Secret": "secrets-key-key",
    }
    assert {kind: keys[prod.only(kind).inputs["kmsKeyId"]] for kind in used} == used
    (device,) = prod.only("aws:ec2/launchTemplate:LaunchTemplate").inputs["blockDeviceMappings"]
    assert keys[device["ebs"]["kmsKeyId"]] == "volumes-key-key"


def test_what_is_kept_has_an_end(prod: Graph) -> None:
    assert {n.inputs["retentionInDays"] for n in prod.of_type("aws:cloudwatch/logGroup:LogGroup")} == {365}
    (rule,) = prod.only("aws:backup/plan:Plan").inputs["rules"]
    assert rule["lifecycle"] == {"deleteAfter": 35}
    kept = {
        n.name: n.inputs["rules"][0]["expiration"]
        for n in prod.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    }
    assert kept == {
        "access-logs-lifecycle": {"days": 365},
        "audit-lifecycle": {"days": 2557},
        "deployment-runner-bundles-lifecycle": {"days": 30},
    }


def test_a_failed_message_is_tried_five_times_and_then_kept(prod: Graph) -> None:
    queue = prod.only("aws:sqs/queue:Queue", "mail-retries-queue").inputs
    dead = prod.only("aws:sqs/queue:Queue", "mail-retries-dead-letters").outputs["arn"]
    assert json.loads(queue["redrivePolicy"]) == {"deadLetterTargetArn": dead, "maxReceiveCount": 5}


def test_nodes_may_open_any_connection(prod: Graph) -> None:
    nodes = group(prod, "cluster-nodes")
    opened = [n.inputs for n in prod.of_type(EGRESS) if n.inputs["securityGroupId"] == nodes]
    assert ("0.0.0.0/0", "-1") in {(rule.get("cidrIpv4"), rule["ipProtocol"]) for rule in opened}

"""Karpenter: its nodes, its rights, its queue, and what keeps it off the managed groups."""

import json
from typing import Any

import pulumi
import pytest

from analyser.graph import Graph, Node
from components.network.security_group import SecurityGroup
from components.workloads.karpenter import Karpenter
from components.workloads.node_pool import NodePoolSettings
from tests.components.workloads.support import RELEASE, Cluster, key, nodes, of, statements, waits_for
from tests.support import ACCOUNT, once, unequal_when_unknown

NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
RULE = "aws:cloudwatch/eventRule:EventRule"
EC2 = "arn:aws:ec2:us-east-1:123456789012"
OWNED = "kubernetes.io/cluster/records-test"


class Network:
    """Private subnets in two zones."""

    def __init__(self) -> None:
        self.private_subnet_ids = {zone: pulumi.Output.from_input(f"subnet-{zone}") for zone in ("b", "a")}


def program(**settings: Any) -> Karpenter:
    return Karpenter(
        "karpenter",
        NodePoolSettings(**settings),
        account=ACCOUNT,
        network=Network(),
        cluster=Cluster(),
        nodes_group=SecurityGroup("node", vpc_id="vpc-1", description="Nodes"),
        nodes=nodes(),
        key=key("volumes"),
        queue_key=key("messages"),
    )


@once
def graph(**settings: Any) -> Graph:
    return of(lambda: program(**settings))


def release(made: Graph, name: str = "karpenter-release") -> Node:
    return made.only(RELEASE, name)


def rights() -> dict[str, dict[str, Any]]:
    return statements(graph(), "karpenter-pods-policy")


def test_the_charts_are_pinned_together_and_kinds_come_first() -> None:
    made = graph()
    kinds, controller = release(made, "karpenter-kinds"), release(made)
    assert kinds.inputs["chart"] == "oci://public.ecr.aws/karpenter/karpenter-crd"
    assert controller.inputs["chart"] == "oci://public.ecr.aws/karpenter/karpenter"
    assert kinds.inputs["version"] == controller.inputs["version"] == "1.14.1"
    assert controller.inputs["skipCrds"] is True
    assert (kinds.inputs["name"], controller.inputs["name"]) == ("karpenter-crd", "karpenter")
    assert waits_for(made, controller, kinds)


def test_the_controller_knows_its_cluster_queue_and_region() -> None:
    made = graph()
    values = release(made).inputs["values"]
    queue = made.only("aws:sqs/queue:Queue")
    assert values["settings"] == {"clusterName": "records-test", "interruptionQueue": queue.outputs["name"]}
    assert values["controller"]["env"] == [{"name": "AWS_REGION", "value": "us-east-1"}]
    association = made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert values["serviceAccount"] == {"create": True, "name": association["serviceAccount"]}


def test_nodes_are_locked_down() -> None:
    made = graph(disk_gib=50)
    spec = made.only(NODE_CLASS).inputs["spec"]
    assert spec["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpProtocolIPv6": "disabled",
        "httpPutResponseHopLimit": 1,
        "httpTokens": "required",
    }
    [device] = spec["blockDeviceMappings"]
    volumes = made.only("aws:kms/key:Key", "volumes-key")
    assert device["ebs"] == {
        "volumeSize": "50Gi",
        "volumeType": "gp3",
        "encrypted": True,
        "kmsKeyID": volumes.outputs["arn"],
        "deleteOnTermination": True,
    }
    assert spec["associatePublicIPAddress"] is False
    assert spec["subnetSelectorTerms"] == [{"id": "subnet-a"}, {"id": "subnet-b"}]
    assert spec["securityGroupSelectorTerms"] == [{"id": made.only("aws:ec2/securityGroup:SecurityGroup").id}]
    assert spec["instanceProfile"] == made.only("aws:iam/instanceProfile:InstanceProfile").outputs["name"]
    assert spec["amiSelectorTerms"] == [{"alias": "al2023@latest"}]


def test_the_pool_is_bounded_and_takes_only_pods_that_name_it() -> None:
    spec = graph(name="spare", cpu="16", memory="64Gi").only(NODE_POOL).inputs["spec"]
    assert spec["limits"] == {"cpu": "16", "memory": "64Gi"}
    template = spec["template"]["spec"]
    assert template["taints"] == [{"key": "dedicated", "value": "spare", "effect": "NoSchedule"}]
    assert template["nodeClassRef"] == {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "spare"}
    required = {r["key"]: r["values"] for r in template["requirements"]}
    assert required["karpenter.sh/capacity-type"] == ["on-demand"]
    assert required["kubernetes.io/arch"] == ["amd64"]


def test_nodes_join_by_their_role_which_can_do_little() -> None:
    made = graph()
    role = made.only("aws:iam/role:Role", "karpenter-node-role")
    entry = made.only("aws:eks/accessEntry:AccessEntry").inputs
    assert (entry["principalArn"], entry["type"]) == (role.outputs["arn"], "EC2_LINUX")
    assert entry["clusterName"] == "records-test"
    attached = {
        n.inputs["policyArn"].rsplit("/", 1)[-1]
        for n in made.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    }
    assert attached == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}


def test_only_instances_with_karpenters_tags_are_marked_or_ended() -> None:
    made = rights()
    owned = {
        "StringEquals": {f"aws:ResourceTag/{OWNED}": "owned"},
        "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
    }
    assert made["EndOwn"]["Condition"] == owned
    assert made["EndOwn"]["Action"] == ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"]
    assert made["EndOwn"]["Resource"] == [f"{EC2}:instance/*", f"{EC2}:launch-template/*"]
    assert made["TagOwnInstances"]["Condition"].items() >= owned.items()
    assert made["LaunchFromOwnTemplates"]["Condition"] == owned
    ending = [sid for sid, s in made.items() if "ec2:TerminateInstances" in s["Action"]]
    assert ending == ["EndOwn"]


def test_what_is_launched_must_carry_karpenters_tags() -> None:
    made = rights()
    for sid in ("LaunchTagged", "TagAtLaunch"):
        condition = made[sid]["Condition"]
        assert condition["StringEquals"][f"aws:RequestTag/{OWNED}"] == "owned"
        assert condition["StringEquals"]["aws:RequestTag/eks:eks-cluster-name"] == "records-test"
        assert condition["StringLike"] == {"aws:RequestTag/karpenter.sh/nodepool": "*"}
    created = made["TagAtLaunch"]["Condition"]["StringEquals"]["ec2:CreateAction"]
    assert created == ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]


def test_only_the_node_role_is_passed_and_only_to_ec2() -> None:
    made = graph()
    passing = statements(made, "karpenter-pods-policy")["PassNodeRole"]
    assert passing["Resource"] == [made.only("aws:iam/role:Role", "karpenter-node-role").outputs["arn"]]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_the_controller_writes_nothing_without_a_scope_and_fits_one_inline_policy() -> None:
    made = graph()
    wide = [
        a for s in statements(made, "karpenter-pods-policy").values() if s["Resource"] == ["*"] for a in s["Action"]
    ]
    assert all(action.split(":")[1].startswith(("Describe", "Get", "List")) for action in wide)
    text = made.only("aws:iam/rolePolicy:RolePolicy", "karpenter-pods-policy").inputs["policy"]
    # A role's inline policies hold 10,240 characters together, white space apart.
    assert len("".join(text.split())) < 10240


def test_four_kinds_of_warning_reach_the_queue() -> None:
    made = graph()
    patterns = {r.name: json.loads(r.inputs["eventPattern"]) for r in made.of_type(RULE)}
    assert {p["detail-type"][0] for p in patterns.values()} == {
        "AWS Health Event",
        "EC2 Instance Rebalance Recommendation",
        "EC2 Instance State-change Notification",
        "EC2 Spot Instance Interruption Warning",
    }
    queue = made.only("aws:sqs/queue:Queue")
    targets = made.of_type("aws:cloudwatch/eventTarget:EventTarget")
    assert len(targets) == 4
    assert {t.inputs["arn"] for t in targets} == {queue.outputs["arn"]}
    assert {t.inputs["rule"] for t in targets} == {r.outputs["name"] for r in made.of_type(RULE)}


def test_the_queue_is_encrypted_and_takes_messages_from_its_rules_only() -> None:
    made = graph()
    queue = made.only("aws:sqs/queue:Queue")
    messages = made.only("aws:kms/key:Key", "messages-key")
    assert queue.inputs["kmsMasterKeyId"] == messages.outputs["arn"]
    policy = statements(made, "karpenter-interruptions-queue-policy", "aws:sqs/queuePolicy:QueuePolicy")
    assert set(policy) == {"Events", "DenyInsecureTransport"}
    assert policy["Events"]["Principal"] == {"Service": ["events.amazonaws.com"]}
    sources = policy["Events"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert set(sources) == {r.outputs["arn"] for r in made.of_type(RULE)}
    assert policy["DenyInsecureTransport"]["Effect"] == "Deny"
    assert policy["DenyInsecureTransport"]["Action"] == ["sqs:*"]
    consume = statements(made, "karpenter-pods-policy")
    assert consume["ConsumeInterruptions"]["Resource"] == [queue.outputs["arn"]]
    assert consume["DecryptMessages"]["Resource"] == [messages.outputs["arn"]]


@pytest.mark.parametrize(
    "later",
    [
        (RELEASE, "karpenter-release"),
        (RELEASE, "karpenter-kinds"),
        (NODE_CLASS, "karpenter-node-class"),
        ("aws:eks/accessEntry:AccessEntry", "karpenter-access"),
        ("aws:iam/instanceProfile:InstanceProfile", "karpenter-profile"),
        (ATTACHMENT, "karpenter-node-AmazonEKSWorkerNodeMinimalPolicy"),
        ("aws:iam/rolePolicy:RolePolicy", "karpenter-pods-policy"),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "karpenter-pods-association"),
        ("aws:iam/role:Role", "nodes"),
    ],
)
def test_the_pool_goes_while_everything_it_needs_is_there(later: tuple[str, str]) -> None:
    made = graph()
    pool = made.only(NODE_POOL)
    assert waits_for(made, pool, made.only(*later))
    assert pool.options["customTimeouts"] == {"delete": "45m"}


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []

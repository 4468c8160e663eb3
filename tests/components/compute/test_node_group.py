import json

import pytest
from pydantic import ValidationError

from components.compute.node_settings import Taint
from components.network.security_group import SecurityGroup
from components.versions import MINORS
from tests.components.compute.support import build, graph, node_settings, waits_for
from tests.support import ACCOUNT, record

GROUP = "eks:index:ManagedNodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def test_the_group_as_asked_for() -> None:
    found = graph(name="compute-optimized")
    inputs = found.only(GROUP).inputs
    assert inputs["nodeGroupNamePrefix"] == "compute-optimized-"
    assert inputs["instanceTypes"] == ["c5.2xlarge"]
    assert inputs["scalingConfig"] == {"minSize": 3, "maxSize": 10, "desiredSize": 3}
    assert inputs["capacityType"] == "ON_DEMAND"
    assert inputs["amiType"] == "AL2023_x86_64_STANDARD"
    assert inputs["version"] == "1.36"
    assert inputs["releaseVersion"] == MINORS["1.36"].node_image
    assert "diskSize" not in inputs


def test_one_subnet_a_zone_all_private() -> None:
    found = graph()
    private = [n.id for n in found.of_type("aws:ec2/subnet:Subnet") if "private" in n.name]
    assert len(private) == 3
    assert sorted(found.only(GROUP).inputs["subnetIds"]) == sorted(private)


def test_later_updates_leave_the_size_to_the_autoscaler() -> None:
    assert graph().only(GROUP).inputs["ignoreScalingChanges"] is True
    assert graph(min_size=0, max_size=20).only(GROUP).inputs["ignoreScalingChanges"] is True


@pytest.mark.parametrize(
    ("changed", "size"), [({"min_size": 5}, 5), ({"max_size": 2, "min_size": 1}, 2), ({"desired_size": 11}, 10)]
)
def test_bounds_that_the_size_lies_outside_of_take_it_along(changed: dict[str, int], size: int) -> None:
    """EKS refuses a minimum above the desired size, and a maximum below it."""
    inputs = graph(**changed).only(GROUP).inputs
    assert inputs["scalingConfig"]["desiredSize"] == size
    assert inputs["ignoreScalingChanges"] is False


def test_nodes_start_from_our_own_template() -> None:
    found = graph(disk_gib=50)
    template = found.only(TEMPLATE)
    assert found.only(GROUP).inputs["launchTemplate"] == {"id": template.id, "version": "1"}
    (disk,) = template.inputs["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert (disk["ebs"]["volumeSize"], disk["ebs"]["volumeType"]) == (50, "gp3")
    assert disk["ebs"]["deleteOnTermination"] == "true"
    assert template.inputs["monitoring"] == {"enabled": True}
    tagged = {t["resourceType"]: t["tags"]["Name"] for t in template.inputs["tagSpecifications"]}
    assert tagged == dict.fromkeys(("instance", "volume", "network-interface"), "microservice-prod-compute")
    # EKS refuses a group whose template says any of these.
    assert not {"iamInstanceProfile", "networkInterfaces", "instanceMarketOptions", "imageId"} & set(template.inputs)


def test_the_root_volume_is_100_gib_unless_said_otherwise() -> None:
    assert graph().only(TEMPLATE).inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 100


def test_nodes_wear_the_clusters_node_group_alone() -> None:
    found = graph()
    nodes = found.only("aws:ec2/securityGroup:SecurityGroup", "cluster-nodes-group").id
    assert found.only(TEMPLATE).inputs["vpcSecurityGroupIds"] == [nodes]


def test_a_client_is_let_to_the_nodes_from_both_ends() -> None:
    def program() -> None:
        cluster = build()
        cluster.nodes.allow(SecurityGroup("balancer", vpc_id="vpc-1", description="Balancer"), 8080, "Requests")

    found = record(program)
    rule = found.only(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cluster-nodes-from-balancer-8080"
    ).inputs
    assert rule["securityGroupId"] == found.only("aws:ec2/securityGroup:SecurityGroup", "cluster-nodes-group").id
    assert (rule["fromPort"], rule["toPort"]) == (8080, 8080)


def test_nodes_come_after_what_they_need_to_become_ready() -> None:
    found = graph()
    before = waits_for(found, found.only(GROUP))
    assert {
        "cluster-eks",
        "cluster-node-addons-eks-pod-identity-agent",
        "cluster-node-addons-vpc-cni",
        "cluster-node-addons-kube-proxy",
        "cluster-nodes-egress-https",
        "cluster-nodes-api-from-cluster-nodes",
        "cluster-nodes-api-to-cluster-nodes",
        "cluster-nodes-from-cluster-control-plane-10250",
        "nodes-node-AmazonEKSWorkerNodeMinimalPolicy",
        "nodes-node-policy",
    } <= before
    assert {n.name for n in found.of_type("aws:ec2/route:Route")} <= before
    assert not {n for n in before if n.startswith("addons-")}


def test_the_nodes_role_registers_and_pulls_and_nothing_else() -> None:
    found = graph()
    assert _policies(found) == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}
    (statement,) = json.loads(found.only("aws:iam/rolePolicy:RolePolicy", "nodes-node-policy").inputs["policy"])[
        "Statement"
    ]
    assert statement["Action"] == ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"]
    role = found.only("aws:iam/role:Role", "nodes-node-role")
    assert found.only(GROUP).inputs["nodeRoleArn"] == role.outputs["arn"]
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": ["ec2.amazonaws.com"]
    }


def test_session_manager_is_a_setting() -> None:
    assert "AmazonSSMManagedInstanceCore" in _policies(graph(session_manager=True))


def test_graviton_types_get_the_arm_image() -> None:
    assert graph(instance_types=("c7g.2xlarge",)).only(GROUP).inputs["amiType"] == "AL2023_ARM_64_STANDARD"


@pytest.mark.parametrize(
    ("kind", "graviton"),
    [
        ("t4g.medium", True),
        ("im4gn.large", True),
        ("a1.large", True),
        ("g5g.xlarge", True),
        ("c7gn.16xlarge", True),
        ("g4dn.xlarge", False),
        ("m7i-flex.large", False),
        ("t3.medium", False),
        ("u-3tb1.56xlarge", False),
    ],
)
def test_graviton_is_told_by_the_name(kind, graviton) -> None:
    assert node_settings(instance_types=(kind,)).is_graviton is graviton


def test_spot_labels_and_taints_reach_the_group() -> None:
    inputs = (
        graph(
            capacity_type="SPOT",
            instance_types=("c5.xlarge", "c5a.xlarge"),
            labels={"tier": "data"},
            taints=(Taint(key="dedicated", value="data"),),
        )
        .only(GROUP)
        .inputs
    )
    assert inputs["capacityType"] == "SPOT"
    assert inputs["instanceTypes"] == ["c5.xlarge", "c5a.xlarge"]
    assert inputs["labels"] == {"tier": "data"}
    assert inputs["taints"] == [{"key": "dedicated", "value": "data", "effect": "NO_SCHEDULE"}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_size": 2}, "minSize: 3 is above maxSize 2"),
        ({"capacity_type": "SPOT"}, "SPOT needs two instanceTypes or more"),
        ({"instance_types": ("c5",)}, "there is no instance type 'c5'"),
        ({"instance_types": ("c5.large", "c7g.large")}, "mix Graviton with x86"),
        ({"instance_types": ()}, "at least 1"),
        ({"disk_gib": 5}, "greater than or equal to 20"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes, said) -> None:
    with pytest.raises(ValidationError, match=said):
        node_settings(**changes)


def _policies(found) -> set[str]:
    role = found.only("aws:iam/role:Role", "nodes-node-role").outputs["name"]
    attached = found.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert all(n.inputs["policyArn"].startswith(f"arn:{ACCOUNT.partition}:iam::aws:policy/") for n in attached)
    return {n.inputs["policyArn"].rsplit("/", 1)[1] for n in attached if n.inputs["role"] == role}

from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN
from policy.rules import ec2, eks, eks_nodes
from policy.rules.kubernetes_network import NETWORK_POLICY
from policy.rules.kubernetes_rbac import POD_IDENTITY
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

CLUSTER = resource(eks.CLUSTER, "cluster", name="main", version="1.35")
TEMPLATE = resource(
    ec2.LAUNCH_TEMPLATE,
    "template",
    metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1},
    outputs={"id": "lt-1"},
)
SUBNET = resource(exposure.SUBNET, "private", outputs={"id": "subnet-1"})
GATEWAY = resource(exposure.INTERNET_GATEWAY, "internet")
TABLE = resource(exposure.ROUTE_TABLE, "private")
NETWORK = [
    SUBNET,
    GATEWAY,
    TABLE,
    resource(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "private",
        refers={"subnetId": SUBNET, "routeTableId": TABLE},
        subnetId=UNKNOWN,
        routeTableId=UNKNOWN,
    ),
    resource(
        exposure.ROUTE,
        "out",
        refers={"routeTableId": TABLE, "gatewayId": GATEWAY},
        routeTableId=UNKNOWN,
        gatewayId=UNKNOWN,
        destinationCidrBlock="10.9.0.0/16",
    ),
]
GROUP = resource(
    eks_nodes.NODE_GROUP,
    "group",
    refers={"clusterName": CLUSTER, "launchTemplate": TEMPLATE, "subnetIds": SUBNET},
    clusterName="main",
    launchTemplate={"id": "lt-1", "version": "1"},
    subnetIds=["subnet-1"],
    amiType="AL2023_x86_64_STANDARD",
    capacityType="ON_DEMAND",
)
PROFILE = resource(
    eks_nodes.FARGATE_PROFILE, "profile", refers={"subnetIds": SUBNET}, subnetIds=["subnet-1"], clusterName="main"
)
CNI = resource(eks_nodes.ADD_ON, "cni", addonName="vpc-cni", configurationValues='{"enableNetworkPolicy": "true"}')
IDENTITY = resource(POD_IDENTITY, "identity", serviceAccount="aws-node")
POLICY = resource(NETWORK_POLICY, "policy")
ENTRY = resource(eks.ACCESS_ENTRY, "entry", principalArn="arn", kubernetesGroups=["readers"])
ACCESS = resource(eks.ACCESS_POLICY, "access", policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy")
CASES = [
    Case("eks-supported-version", [CLUSTER], [Set("version", "1.33"), Set("version", "1.9")]),
    Case(
        "eks-no-cluster-admin",
        [ACCESS],
        [Set("policyArn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")],
    ),
    Case("eks-no-cluster-admin", [ENTRY], [Set("kubernetesGroups", ["readers", "system:masters"])]),
    Case(
        "eks-node-ssh",
        [GROUP],
        [
            Set("remoteAccess", {"ec2SshKey": "key"}),
            Set("remoteAccess", {"ec2SshKey": "key", "sourceSecurityGroupIds": ["sg-1"]}),
        ],
    ),
    Case(
        "eks-node-metadata",
        [GROUP, TEMPLATE],
        [
            Set("launchTemplate"),
            Set("metadataOptions", on="template"),
            Set("metadataOptions.httpPutResponseHopLimit", 2, on="template"),
            Set("metadataOptions.httpPutResponseHopLimit", on="template"),
        ],
    ),
    Case("eks-node-image", [GROUP], [Set("amiType", "AL2_x86_64"), Set("amiType", "AL2_x86_64_GPU")]),
    Case("eks-on-demand-nodes", [CLUSTER, GROUP], [Set("capacityType", "SPOT", on="group")]),
    Case("eks-private-nodes", [GROUP, *NETWORK], [Set("destinationCidrBlock", "0.0.0.0/0", on="out")]),
    Case("eks-private-nodes", [PROFILE, *NETWORK], [Set("destinationCidrBlock", "0.0.0.0/0", on="out")]),
    Case(
        "eks-addon-role",
        [CNI, IDENTITY],
        [Without("identity", "serviceAccount"), Set("serviceAccount", "api", on="identity")],
    ),
    Case(
        "eks-network-policies-enforced",
        [CNI, POLICY],
        [
            Set("configurationValues"),
            Set("configurationValues", '{"enableNetworkPolicy": "false"}'),
            Set("configurationValues", "[]"),
            Set("configurationValues", "no JSON"),
        ],
    ),
]


def test_whom_ssh_lets_in_is_said() -> None:
    opened = resource(eks_nodes.NODE_GROUP, "group", remoteAccess={"ec2SshKey": "key"})
    assert check("eks-node-ssh", opened) == ["group: lets the internet in by SSH (remoteAccess)"]


def test_supported_versions_are_a_threshold() -> None:
    assert check("eks-supported-version", CLUSTER, oldest_minor=36)
    assert check("eks-supported-version", resource(eks.CLUSTER)) == []


def test_one_group_on_demand_is_enough() -> None:
    spot = resource(
        eks_nodes.NODE_GROUP, "spot", refers={"clusterName": CLUSTER}, clusterName="main", capacityType="SPOT"
    )
    assert check("eks-on-demand-nodes", CLUSTER, GROUP, spot) == []
    assert check("eks-on-demand-nodes", CLUSTER) == []


@pytest.mark.parametrize(
    "own",
    [{"serviceAccountRoleArn": "arn"}, {"podIdentityAssociations": [{}]}, {"serviceAccountRoleArn": UNKNOWN}],
)
def test_a_role_of_the_add_on_itself_is_enough(own: dict[str, Any]) -> None:
    assert check("eks-addon-role", resource(eks_nodes.ADD_ON, addonName="vpc-cni", **own)) == []


def test_most_add_ons_call_nobody() -> None:
    assert check("eks-addon-role", resource(eks_nodes.ADD_ON, addonName="kube-proxy")) == []


def test_without_network_policies_there_is_nothing_to_enforce() -> None:
    assert check("eks-network-policies-enforced", resource(eks_nodes.ADD_ON, addonName="vpc-cni")) == []


def test_templates_of_other_stacks_are_not_judged() -> None:
    group = resource(eks_nodes.NODE_GROUP, launchTemplate={"id": "lt-9"})
    assert check("eks-node-metadata", group) == []

import json

import pytest

from analyser.run.program import ProgramError
from components.compute.addons import AddonsSettings
from components.statements import Statement
from components.versions import MINORS
from tests.components.compute.support import addon, build, graph, waits_for
from tests.support import unequal_when_unknown

ADDON = "aws:eks/addon:Addon"
ALWAYS = {
    "aws-ebs-csi-driver",
    "coredns",
    "eks-pod-identity-agent",
    "kube-proxy",
    "metrics-server",
    "vpc-cni",
}
AFTER_NODES = [
    "coredns",
    "metrics-server",
    "aws-ebs-csi-driver",
    "aws-efs-csi-driver",
    "amazon-cloudwatch-observability",
]
EVERYTHING = AddonsSettings(efs=True)


@pytest.fixture(scope="module")
def everything():
    return graph(addons=EVERYTHING)


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        (AddonsSettings(), {"amazon-cloudwatch-observability"}),
        (EVERYTHING, {"amazon-cloudwatch-observability", "aws-efs-csi-driver"}),
        (AddonsSettings(container_insights=False), set()),
    ],
)
def test_each_add_on_once_in_the_version_that_goes_with_the_clusters(settings, more) -> None:
    found = graph(addons=settings)
    names = [node.inputs["addonName"] for node in found.of_type(ADDON)]
    assert sorted(names) == sorted(ALWAYS | more)
    for node in found.of_type(ADDON):
        assert node.inputs["clusterName"] == "microservice-prod"
        assert node.inputs["resolveConflictsOnUpdate"] == "OVERWRITE"
        assert "cluster-eks" in waits_for(found, node)
        assert node.inputs["addonVersion"] == MINORS["1.36"].add_ons[node.inputs["addonName"]]
        assert not {"serviceAccountRoleArn", "podIdentityAssociations"} & set(node.inputs)


@pytest.mark.parametrize("name", AFTER_NODES)
def test_what_runs_on_nodes_waits_for_nodes(everything, name) -> None:
    assert "nodes-group" in waits_for(everything, addon(everything, name))


@pytest.mark.parametrize("name", ["eks-pod-identity-agent", "vpc-cni", "kube-proxy"])
def test_what_nodes_wait_for_does_not_wait_for_them(name) -> None:
    found = graph()
    assert "nodes-group" not in waits_for(found, addon(found, name))


def test_the_cni_enforces_network_policy_and_has_its_credentials_first() -> None:
    found = graph()
    cni = addon(found, "vpc-cni")
    assert json.loads(cni.inputs["configurationValues"]) == {"enableNetworkPolicy": "true"}
    before = waits_for(found, cni)
    assert "cluster-node-addons-vpc-cni-pods-association" in before


def test_the_cni_and_the_agent_it_gets_credentials_from_are_made_side_by_side_before_any_node() -> None:
    found = graph()
    names = ["eks-pod-identity-agent", "vpc-cni"]
    for name, other in (names, names[::-1]):
        assert f"cluster-node-addons-{other}" not in waits_for(found, addon(found, name))
    [group] = found.of_type("aws:eks/nodeGroup:NodeGroup")
    assert {f"cluster-node-addons-{name}" for name in names} <= waits_for(found, group)


@pytest.mark.parametrize(
    ("name", "namespace", "account", "policy"),
    [
        ("vpc-cni", "kube-system", "aws-node", "AmazonEKS_CNI_Policy"),
        ("aws-ebs-csi-driver", "kube-system", "ebs-csi-controller-sa", "AmazonEBSCSIDriverPolicyV2"),
        ("aws-efs-csi-driver", "kube-system", "efs-csi-controller-sa", "service-role/AmazonEFSCSIDriverPolicy"),
        ("amazon-cloudwatch-observability", "amazon-cloudwatch", "cloudwatch-agent", None),
    ],
)
def test_each_driver_has_a_role_for_its_service_account_alone(everything, name, namespace, account, policy) -> None:
    found = everything
    associations = found.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    (association,) = [n for n in associations if n.inputs["serviceAccount"] == account]
    assert association.inputs["namespace"] == namespace
    assert association.name in waits_for(found, addon(found, name))
    (role,) = [n for n in found.of_type("aws:iam/role:Role") if n.outputs["arn"] == association.inputs["roleArn"]]
    attached = found.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    arns = [n.inputs["policyArn"] for n in attached if n.inputs["role"] == role.outputs["name"]]
    assert arns == ([f"arn:aws:iam::aws:policy/{policy}"] if policy else [])


MOUNT = Statement("MountFiles", ["elasticfilesystem:ClientMount"], ["arn:aws:elasticfilesystem:::file-system/fs-1"])


def test_the_efs_driver_on_the_nodes_mounts_what_it_was_granted_only() -> None:
    found = graph(addons=EVERYTHING, mounts=[MOUNT])
    associations = found.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    (association,) = [n for n in associations if n.inputs["serviceAccount"] == "efs-csi-node-sa"]
    assert association.inputs["namespace"] == "kube-system"
    assert association.name in waits_for(found, addon(found, "aws-efs-csi-driver"))
    policy = found.only("aws:iam/rolePolicy:RolePolicy", "addons-efs-mounts-pods-policy")
    assert json.loads(policy.inputs["policy"])["Statement"] == [MOUNT.as_dict()]


def test_mounts_need_the_driver() -> None:
    with pytest.raises(ProgramError, match="mounts are for the EFS driver"):
        graph(mounts=[MOUNT])


def test_container_insights_writes_to_its_own_encrypted_log_groups_only() -> None:
    found = graph()
    groups = [n for n in found.of_type("aws:cloudwatch/logGroup:LogGroup") if "insights" in n.name]
    names = {n.inputs["name"] for n in groups}
    assert names == {
        f"/aws/containerinsights/microservice-prod/{kind}"
        for kind in ("application", "dataplane", "host", "performance")
    }
    key = found.only("aws:kms/key:Key", "log-key-key").outputs["arn"]
    assert {(n.inputs["kmsKeyId"], n.inputs["retentionInDays"]) for n in groups} == {(key, 365)}
    assert {n.name for n in groups} <= waits_for(found, addon(found, "amazon-cloudwatch-observability"))
    policy = found.only("aws:iam/rolePolicy:RolePolicy", "addons-container-insights-pods-policy")
    statements = {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}
    logs = statements.pop("WriteLogGroups")
    assert set(logs["Resource"]) == {f"arn:aws:logs:us-east-1:123456789012:log-group:{name}:*" for name in names}
    assert "logs:CreateLogGroup" not in logs["Action"]
    # Neither has resource-level permissions; metrics are held to their namespace instead.
    assert statements["PutMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "ContainerInsights"}}
    assert all(a.startswith("ec2:Describe") for a in statements["NameVolumes"]["Action"])
    assert set(statements) == {"PutMetrics", "NameVolumes"}


def test_application_signals_stays_off() -> None:
    found = graph()
    configuration = json.loads(addon(found, "amazon-cloudwatch-observability").inputs["configurationValues"])
    assert configuration["manager"]["applicationSignals"]["autoMonitor"]["monitorAllServices"] is False
    assert set(configuration["agent"]["config"]["logs"]["metrics_collected"]) == {"kubernetes"}


def test_nothing_hangs_on_a_computed_value() -> None:
    assert unequal_when_unknown(lambda: build(addons=EVERYTHING)) == []

"""The expansion of pulumi-eks's components against what Pulumi's own engine was seen to register."""

import base64
import functools
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pytest

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from policy.unknown import UNKNOWN
from tests.support import record, unequal_when_unknown

FACTS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("eks_components.json").read_text(encoding="utf-8")
)["makes"]
SUBNETS = ["private-0", "private-1", "private-2"]
ADMIN = "arn:aws:iam::123456789012:role/admin"
NODES = "arn:aws:iam::123456789012:role/nodes"
KEY = "arn:aws:kms:us-east-1:123456789012:eks"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


def private(label: str, **arguments: Any) -> eks.Cluster:
    return eks.Cluster(
        label,
        vpc_id="vpc-1",
        private_subnet_ids=SUBNETS,
        authentication_mode=eks.AuthenticationMode.API,
        endpoint_private_access=True,
        endpoint_public_access=False,
        create_oidc_provider=False,
        **arguments,
    )


def bare(label: str = "bare", **arguments: Any) -> eks.Cluster:
    return private(label, skip_default_node_group=True, skip_default_security_groups=True, **arguments)


def program() -> None:
    full = bare(
        "full",
        name="full",
        version="1.33",
        encryption_config_key_arn=KEY,
        enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", "scheduler"],
        access_entries={
            "admin": eks.AccessEntryArgs(
                principal_arn=ADMIN,
                access_policies={
                    "view": eks.AccessPolicyAssociationArgs(
                        policy_arn=VIEW, access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster")
                    )
                },
            )
        },
        coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=True),
        kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=True),
        deletion_protection=True,
        tags={"a": "b"},
    )
    private("auto", auto_mode=eks.AutoModeOptionsArgs(enabled=True))
    sizes = aws.eks.NodeGroupScalingConfigArgs(min_size=3, desired_size=3, max_size=10)
    eks.ManagedNodeGroup(
        "app",
        cluster=full,
        node_role_arn=NODES,
        instance_types=["c5.2xlarge"],
        scaling_config=sizes,
        disk_size=100,
        labels={"tier": "app"},
        taints=[aws.eks.NodeGroupTaintArgs(key="dedicated", value="app", effect="NO_SCHEDULE")],
        capacity_type="ON_DEMAND",
        operating_system=eks.OperatingSystem.AL2023,
        enable_imd_sv2=True,
    )
    eks.ManagedNodeGroup(
        "spot",
        cluster=full,
        node_role_arn=NODES,
        instance_types=["m6g.large", "m7g.large"],
        capacity_type="SPOT",
        operating_system=eks.OperatingSystem.BOTTLEROCKET,
        ami_type="BOTTLEROCKET_ARM_64",
        scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=0, desired_size=1, max_size=5),
        bottlerocket_settings={"settings": {"kubernetes": {"max-pods": 50}}},
    )
    eks.ManagedNodeGroup(
        "own",
        cluster=full,
        node_role_arn=NODES,
        instance_types=["c5.2xlarge"],
        scaling_config=sizes,
        launch_template=aws.eks.NodeGroupLaunchTemplateArgs(id="own", version="1"),
        subnet_ids=SUBNETS,
        ignore_scaling_changes=True,
        ami_type="AL2023_x86_64_STANDARD",
    )
    eks.Addon("ebs-csi", cluster=full, addon_name="aws-ebs-csi-driver", addon_version="v1.40.0-eksbuild.1")


@functools.cache
def graph() -> Graph:
    return record(program)


def component(name: str, token: str) -> Node:
    return graph().only(token, name)


def resolved(value: Any) -> Any:
    """A fact with the values that the recorder gave, where the fact names another resource's property."""
    if isinstance(value, dict):
        if value.keys() == {"json"}:
            return resolved(json.dumps(value["json"], separators=(",", ":")))
        if value.keys() == {"base64"}:
            text = "\n".join([*(resolved(line) for line in value["base64"]), ""])
            return base64.b64encode(text.encode()).decode()
        return {key: resolved(member) for key, member in value.items()}
    if isinstance(value, list):
        return [resolved(member) for member in value]
    return re.sub(r"\$\{([^}]+)\}", lambda found: _lookup(found[1]), value) if isinstance(value, str) else value


def _lookup(path: str) -> str:
    name, *steps = path.split(".")
    node = next(node for node in graph() if node.name == name and node.custom)
    value: Any = {**node.outputs, "id": node.id}
    for step in steps:
        value = value[step]
    return value


def as_data(value: Any) -> Any:
    """JSON texts as data: how they are spaced is nobody's business."""
    if isinstance(value, dict):
        return {key: as_data(member) for key, member in value.items()}
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def made_by(node: Node) -> list[Node]:
    return [other for other in graph() if other.within == node.urn]


@pytest.mark.parametrize("label", FACTS)
def test_a_component_makes_what_the_engine_was_seen_to_register(label: str) -> None:
    made = {(node.type, node.name): node for node in made_by(component(*label.split()))}
    facts = {(fact["type"], fact["name"]): fact for fact in FACTS[label]}
    assert made.keys() == facts.keys()
    for key, fact in facts.items():
        node = made[key]
        assert as_data(node.inputs) == as_data(resolved(fact.get("inputs", {}))), key
        assert list(node.ignore_changes) == fact.get("ignoreChanges", []), key
        assert graph()[node.parent].name == fact["parent"], key


def test_urns_carry_the_types_of_all_parents() -> None:
    role = graph().only("aws:iam/role:Role", "full-eksRole-role")
    lineage = "eks:index:Cluster$eks:index:ServiceRole$aws:iam/role:Role"
    assert role.urn == f"urn:pulumi:test::strata::{lineage}::full-eksRole-role"


def test_an_add_on_moves_below_its_cluster() -> None:
    add_on = component("ebs-csi", "eks:index:Addon")
    assert add_on.parent == component("full", "eks:index:Cluster").urn
    assert add_on.urn == "urn:pulumi:test::strata::eks:index:Cluster$eks:index:Addon::ebs-csi"


def test_groups_and_providers_are_no_resources() -> None:
    kinds = {node.type for node in graph().resources}
    assert not {kind for kind in kinds if kind.startswith(("eks:", "pulumi:"))}


def test_what_is_switched_off_is_not_made() -> None:
    found = record(
        lambda: bare(
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            bootstrap_self_managed_addons=False,
        )
    )
    assert found.of_type("aws:eks/addon:Addon") == []
    assert found.of_type("eks:index:VpcCniAddon") == []
    assert found.only("aws:eks/cluster:Cluster").inputs["bootstrapSelfManagedAddons"] is False


def wired() -> None:
    key = aws.kms.Key("key")
    role = aws.iam.Role("role", assume_role_policy="{}")
    cluster = bare(encryption_config_key_arn=key.arn, service_role=role)
    eks.ManagedNodeGroup("nodes", cluster=cluster, node_role=role, instance_types=["m7g.large"])
    rule = aws.vpc.SecurityGroupIngressRule(
        "rule", security_group_id=cluster.cluster_security_group_id, ip_protocol="tcp", cidr_ipv4="10.0.0.0/8"
    )
    aws.ssm.Parameter("inside", type="String", value=cluster.eks_cluster.vpc_config.cluster_security_group_id)
    aws.ssm.Parameter("core", type="String", value=cluster.core.endpoint)
    pulumi.export("rule", rule.id)
    pulumi.export("issuer", cluster.oidc_issuer)
    pulumi.export("kubeconfig", cluster.kubeconfig_json)


def test_inputs_keep_what_they_came_from() -> None:
    found = record(wired)
    role, key = found.only("aws:iam/role:Role"), found.only("aws:kms/key:Key")
    cluster = found.only("aws:eks/cluster:Cluster")
    assert cluster.property_dependencies == {"encryptionConfig": (key.urn,), "roleArn": (role.urn,)}
    assert cluster.inputs["roleArn"] == role.outputs["arn"]
    group = found.only("aws:eks/nodeGroup:NodeGroup")
    assert group.property_dependencies == {"clusterName": (cluster.urn,), "nodeRoleArn": (role.urn,),
                                           "version": (cluster.urn,)}  # fmt: skip
    assert {role.urn, key.urn} <= set(cluster.dependencies)


def test_outputs_are_those_of_the_resources_made() -> None:
    found = record(wired)
    cluster = found.only("aws:eks/cluster:Cluster")
    rule = found.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    inside = found.only("aws:ssm/parameter:Parameter", "inside")
    own_group = cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
    assert own_group.startswith("sg-")
    assert rule.inputs["securityGroupId"] == inside.inputs["value"] == own_group
    assert cluster.urn in rule.property_dependencies["securityGroupId"]
    assert cluster.urn in inside.property_dependencies["value"]
    assert found.only("aws:ssm/parameter:Parameter", "core").inputs["value"] == cluster.outputs["endpoint"]
    assert cluster.outputs["endpoint"] in found.exports["kubeconfig"]


def test_a_first_preview_makes_the_same_with_values_unknown() -> None:
    assert unequal_when_unknown(wired) == []
    found = record(wired, known=False)
    cluster = found.only("aws:eks/cluster:Cluster")
    assert cluster.inputs["encryptionConfig"] is UNKNOWN
    assert cluster.inputs["vpcConfig"]["subnetIds"] == SUBNETS
    assert found.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs["securityGroupId"] is UNKNOWN
    assert len(found.exports) == 3
    assert all(value is UNKNOWN for value in found.exports.values())


def made(arguments: dict[str, Any]) -> Counter[str]:
    """What a cluster makes beside the bare one, by type; what its machines are told as they start is unknown."""
    more = record(lambda: eks.Cluster("odd", vpc_id="vpc-1", private_subnet_ids=SUBNETS, **arguments), known=False)
    return more.counts - record(lambda: bare("odd"), known=False).counts


def test_default_groups_and_nodes_are_made_unless_left_out() -> None:
    rules = "aws:ec2/securityGroupRule:SecurityGroupRule"
    everything = made({})
    assert everything[rules] == 6
    assert everything["aws:autoscaling/group:Group"] == everything["aws:ec2/launchTemplate:LaunchTemplate"] == 1
    assert everything["kubernetes:core/v1:ConfigMap"] == 1
    assert made({"skip_default_node_group": True}) == {
        "aws:ec2/securityGroup:SecurityGroup": 2,
        rules: 6,
        "kubernetes:core/v1:ConfigMap": 1,
    }
    assert made({"skip_default_security_groups": True, "authentication_mode": eks.AuthenticationMode.API}).keys() == {
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/addon:Addon",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/role:Role",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    }


def test_fargate_storage_classes_and_an_oidc_provider_are_made_when_asked_for() -> None:
    asked = made({"fargate": True, "storage_classes": "gp3", "create_oidc_provider": True})
    assert asked["aws:eks/fargateProfile:FargateProfile"] == 1
    assert asked["kubernetes:storage.k8s.io/v1:StorageClass"] == 1
    assert asked["aws:iam/openIdConnectProvider:OpenIdConnectProvider"] == 1
    assert asked["aws:autoscaling/group:Group"] == 0


def test_a_group_of_ones_own_nodes_stands_behind_its_own_rules() -> None:
    def grouped() -> None:
        eks.NodeGroupV2("v2", cluster=bare(create_instance_role=True), instance_type="m5.large", max_size=5)

    found = record(grouped, known=False)
    assert len(found.of_type("aws:ec2/securityGroupRule:SecurityGroupRule")) == 5
    assert found.only("aws:autoscaling/group:Group").inputs["maxSize"] == 5
    assert found.only("aws:ec2/launchTemplate:LaunchTemplate").inputs["instanceType"] == "m5.large"


def test_the_group_of_nodes_that_a_program_makes_itself_has_the_rules_of_a_default_one() -> None:
    def grouped() -> None:
        cluster = bare()
        api = aws.ec2.SecurityGroup("api", vpc_id="vpc-1")
        eks.NodeGroupSecurityGroup("nodes", cluster_security_group=api, eks_cluster=cluster.eks_cluster, vpc_id="vpc-1")

    found = record(grouped, known=False)
    rules = {rule.name: rule.inputs for rule in found.of_type("aws:ec2/securityGroupRule:SecurityGroupRule")}
    assert len(rules) == 5
    assert rules["nodes-eksClusterIngressRule"]["fromPort"] == 443


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(ProgramError, match="does not know what proxy would make"):
        record(lambda: private("odd", proxy="http://proxy"))


def test_a_component_nobody_recorded_is_said() -> None:
    with pytest.raises(ProgramError, match="eks:index:PodIdentity odd: the preview does not know"):
        record(lambda: pulumi.ComponentResource("eks:index:PodIdentity", "odd", {}, None, remote=True))

import json

import pytest
from pydantic import ValidationError

from components.compute.cluster import ClusterSettings
from components.network.security_group import SecurityGroup
from tests.components.compute.support import build, graph, waits_for
from tests.support import ACCOUNT, DEV_ACCOUNT, record, unequal_when_unknown

CLUSTER = "eks:index:Cluster"
ARN = "arn:aws:eks:us-east-1:123456789012:cluster/microservice-prod"


def test_the_control_plane_as_pulumi_eks_is_told_to_make_it() -> None:
    inputs = graph().only(CLUSTER).inputs
    assert inputs["name"] == "microservice-prod"
    assert inputs["version"] == "1.36"
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["createOidcProvider"] is False
    assert inputs["skipDefaultNodeGroup"] is True
    assert inputs["skipDefaultSecurityGroups"] is True
    assert len(inputs["privateSubnetIds"]) == 3
    assert "publicSubnetIds" not in inputs
    assert "subnetIds" not in inputs


def test_pulumi_eks_makes_none_of_the_add_ons() -> None:
    inputs = graph().only(CLUSTER).inputs
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["useDefaultVpcCni"] is True
    assert inputs["kubeProxyAddonOptions"]["enabled"] is False
    assert inputs["corednsAddonOptions"]["enabled"] is False


@pytest.mark.parametrize(("account", "protected", "days"), [(ACCOUNT, True, 365), (DEV_ACCOUNT, False, 30)])
def test_the_environment_decides_protection_and_retention(account, protected, days) -> None:
    found = graph(account=account)
    assert found.only(CLUSTER).inputs["deletionProtection"] is protected
    assert {group.inputs["retentionInDays"] for group in _cluster_logs(found)} == {days}


def test_the_log_group_is_there_first_encrypted_and_named_as_eks_looks_for_it() -> None:
    found = graph()
    (logs,) = [group for group in _cluster_logs(found) if group.name == "cluster-logs"]
    assert logs.inputs["name"] == "/aws/eks/microservice-prod/cluster"
    assert logs.inputs["kmsKeyId"] == found.only("aws:kms/key:Key", "log-key-key").outputs["arn"]
    assert "cluster-logs" in waits_for(found, found.only(CLUSTER))


def test_only_eks_for_this_cluster_assumes_its_role() -> None:
    found = graph()
    role = found.only("aws:iam/role:Role", "cluster-role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": ["eks.amazonaws.com"]}
    assert statement["Action"] == ["sts:AssumeRole"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": ARN},
    }
    rights = found.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "cluster-role-cluster-policy")
    assert rights.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    assert rights.inputs["role"] == role.outputs["name"]
    assert found.only(CLUSTER).inputs["serviceRole"] == role.id
    assert rights.name in waits_for(found, found.only(CLUSTER))


def test_access_is_by_entries_with_one_policy_each() -> None:
    entries = graph().only(CLUSTER).inputs["accessEntries"]
    assert entries == {
        "operators": {
            "principalArn": "arn:aws:iam::123456789012:role/operators",
            "accessPolicies": {
                "policy": {
                    "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
                    "accessScope": {"type": "cluster"},
                }
            },
        },
        "on-call": {
            "principalArn": "arn:aws:iam::123456789012:role/on-call",
            "accessPolicies": {
                "policy": {
                    "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
                    "accessScope": {"type": "namespace", "namespaces": ["records"]},
                }
            },
        },
    }


def test_service_accounts_are_trusted_without_a_thumbprint() -> None:
    found = graph()
    provider = found.only("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert "thumbprintLists" not in provider.inputs
    assert found.only(CLUSTER).urn in provider.property_dependencies["url"]


def test_the_provider_speaks_to_this_cluster_and_outlives_its_certificate() -> None:
    found = graph()
    provider = found.only("pulumi:providers:kubernetes", "cluster-kubernetes")
    assert found.only(CLUSTER).urn in provider.property_dependencies["kubeconfig"]
    assert provider.inputs["clusterIdentifier"] == ARN


@pytest.mark.parametrize("known", [True, False])
def test_the_arn_is_known_beforehand_and_still_waits_for_the_cluster(known) -> None:
    found = record(build, known=known)
    roles = [n for n in found.of_type("aws:iam/role:Role") if "pods.eks" in n.inputs["assumeRolePolicy"]]
    assert len(roles) == 3
    for role in roles:
        assert ARN in role.inputs["assumeRolePolicy"]
        assert role.property_dependencies["assumeRolePolicy"] == (found.only(CLUSTER).urn,)


def test_a_client_is_let_to_the_api_from_both_ends() -> None:
    def program() -> None:
        cluster = build()
        cluster.allow(SecurityGroup("runner", vpc_id="vpc-1", description="Build runner"))

    found = record(program)
    runner = found.only("aws:ec2/securityGroup:SecurityGroup", "runner-group").id
    ingress = found.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cluster-api-from-runner").inputs
    egress = found.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "cluster-api-to-runner").inputs
    assert (ingress["referencedSecurityGroupId"], ingress["fromPort"], ingress["toPort"]) == (runner, 443, 443)
    assert (egress["securityGroupId"], egress["fromPort"], egress["toPort"]) == (runner, 443, 443)
    assert egress["referencedSecurityGroupId"] == ingress["securityGroupId"] != runner


def test_nothing_hangs_on_a_computed_value() -> None:
    assert unequal_when_unknown(build) == []


@pytest.mark.parametrize("version", ["1.28", "1.33", "2.0", "latest", "1.x"])
def test_a_version_that_cannot_be_created_is_refused(version) -> None:
    with pytest.raises(ValidationError, match="is no version that EKS still creates and this program"):
        ClusterSettings(name="records", kubernetes_version=version)


def _cluster_logs(found):
    return [n for n in found.of_type("aws:cloudwatch/logGroup:LogGroup") if "microservice-prod" in n.outputs["name"]]

"""The ten points an EKS cluster is judged by, with no setting given that has a default."""

import json

from analyser.graph import Graph
from tests.components.compute.support import graph

LOG_TYPES = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
NODE_POLICIES = {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}
NODE_ACTIONS = {"ec2:DescribeInstances", "ec2:DescribeInstanceTypes"}


def test_ten_of_ten() -> None:
    found = graph()
    cluster = found.only("eks:index:Cluster").inputs
    template = found.only("aws:ec2/launchTemplate:LaunchTemplate").inputs
    metadata, disk = template["metadataOptions"], template["blockDeviceMappings"][0]["ebs"]
    key = found.only("aws:kms/key:Key", "key-key").outputs["arn"]
    scorecard = {
        "private endpoint": cluster["endpointPrivateAccess"] is True,
        "no public endpoint": cluster["endpointPublicAccess"] is False,
        "all logs": set(cluster["enabledClusterLogTypes"]) == LOG_TYPES,
        "secrets under a customer key": cluster["encryptionConfigKeyArn"] == key,
        "API access entries": cluster["authenticationMode"] == "API" and bool(cluster["accessEntries"]),
        "IMDSv2": metadata["httpTokens"] == "required",
        "hop limit 1": metadata["httpPutResponseHopLimit"] == 1,
        "encrypted volumes": disk["encrypted"] == "true" and disk["kmsKeyId"] == key,
        "deletion protection": cluster["deletionProtection"] is True,
        "no application rights on nodes": _node_rights(found) <= NODE_POLICIES | NODE_ACTIONS,
    }
    assert len(scorecard) == 10
    assert [point for point, met in scorecard.items() if not met] == []


def _node_rights(found: Graph) -> set[str]:
    """The names of managed policies and the inline actions of every role that EC2 may assume."""
    rights = set()
    nodes = [
        n.outputs["name"] for n in found.of_type("aws:iam/role:Role") if "ec2.amazonaws" in n.inputs["assumeRolePolicy"]
    ]
    assert nodes
    for attachment in found.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        if attachment.inputs["role"] in nodes:
            rights.add(attachment.inputs["policyArn"].rsplit("/", 1)[1])
    for policy in found.of_type("aws:iam/rolePolicy:RolePolicy"):
        if policy.inputs["role"] in nodes:
            statements = json.loads(policy.inputs["policy"])["Statement"]
            rights.update(action for statement in statements for action in statement["Action"])
    return rights

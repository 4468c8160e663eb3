"""The IAM role and the EC2 launch template of a cluster's nodes."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.node_settings import NodeGroupSettings
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust


def node_role(owner: Component, settings: NodeGroupSettings, *, account: Account, cluster_name: str) -> Role:
    """A role below ``owner`` that can register a node, hand out Pod Identity and pull images."""
    minimal = settings.worker_policy == "minimal"
    worker = "AmazonEKSWorkerNodeMinimalPolicy" if minimal else "AmazonEKSWorkerNodePolicy"
    policies = [worker, "AmazonEC2ContainerRegistryPullOnly"]
    # The image asks EC2 for its own DNS name when it starts, which the minimal policy leaves out:
    # https://github.com/awslabs/amazon-eks-ami/issues/2632
    itself = Statement("DescribeItself", ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"], ["*"])
    if settings.session_manager:
        policies.append("AmazonSSMManagedInstanceCore")
    return Role(
        owner.child("node"),
        trust=service_trust("ec2.amazonaws.com"),
        grants=[itself] if minimal else [],
        managed_policies=[account.managed_policy(policy) for policy in policies],
        description=f"Nodes of {settings.name} in {cluster_name}",
        opts=owner.child_options(),
    )


def node_template(
    owner: Component,
    settings: NodeGroupSettings,
    *,
    account: Account,
    cluster_name: str,
    security_group_id: pulumi.Input[str],
    key: Key,
    **own: Any,
) -> aws.ec2.LaunchTemplate:
    """A launch template below ``owner``: an encrypted disk, and metadata that answers the node alone, with tokens.

    ``own`` is what whoever starts the nodes says beside it.
    """
    # Auto Scaling makes the nodes and their volumes, so that the provider's default tags pass them by.
    tags = {**account.tags, "Name": f"{cluster_name}-{settings.name}"}
    return aws.ec2.LaunchTemplate(
        owner.child("template"),
        description=f"Nodes of {settings.name} in {cluster_name}",
        update_default_version=True,
        block_device_mappings=[
            aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                device_name="/dev/xvda",
                ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                    volume_size=settings.disk_gib,
                    volume_type="gp3",
                    encrypted="true",
                    kms_key_id=key.arn,
                    delete_on_termination="true",
                ),
            )
        ],
        metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
        vpc_security_group_ids=[security_group_id],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
            for kind in ("instance", "volume", "network-interface")
        ],
        opts=owner.child_options(),
        **own,
    )

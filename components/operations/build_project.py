"""A CodeBuild project, started by a pipeline or by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.private_bucket import PrivateBucket
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust, sid
from components.versions import BUILD_IMAGES

Architecture = Literal["arm64", "x86_64"]
DEPLOY_MINUTES = 180
"""How long a deployment may take: a first one waits for clusters and databases."""

_KINDS: Mapping[str, str] = {"arm64": "ARM_CONTAINER", "x86_64": "LINUX_CONTAINER"}


@dataclass(frozen=True)
class Placement:
    """The private subnets with NAT in which a build runs, and its security group."""

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]


class BuildProject(Component):
    """A CodeBuild project that takes its source from a pipeline and follows ``buildspec``, a file of the source.

    Builds hold no privilege on their host, so they build no images with Docker. ``key`` encrypts what they make,
    ``logs`` keeps what they say, in a stream of the logical name. The role may write there, take the pipeline's
    artifacts, and do what ``grants`` add. With ``bundle``, the source is that object of ``artifacts`` instead,
    which the role may only read; whoever starts a build names its version. With ``placement`` builds run in a VPC,
    where the API of a private EKS cluster can be reached. ``minutes`` is how long a build may take; CodeBuild allows 5
    to 2,160.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        logs: LogGroup,
        artifacts: PrivateBucket,
        buildspec: str,
        description: str,
        architecture: Architecture = "arm64",
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
        placement: Placement | None = None,
        minutes: int = 60,
        bundle: str | None = None,
        project_name: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = Role(
            self.child("build"),
            trust=service_trust("codebuild.amazonaws.com", account_id=account.id),
            grants=[
                logs.write,
                _source_rights(artifacts, bundle),
                *([_interfaces(account, placement)] if placement else []),
                *grants,
            ],
            description=description,
            opts=self.child_options(),
        )
        kind, image = _KINDS[architecture], BUILD_IMAGES[architecture].value
        project = aws.codebuild.Project(
            self.child("project"),
            name=project_name,
            description=description,
            service_role=role.arn,
            encryption_key=key.arn,
            build_timeout=minutes,
            artifacts={"type": "CODEPIPELINE" if bundle is None else "NO_ARTIFACTS"},
            source=_source(artifacts, bundle, buildspec),
            environment={
                "type": kind,
                "image": image,
                "compute_type": "BUILD_GENERAL1_MEDIUM",
                "privileged_mode": False,
                "environment_variables": [
                    {"name": variable, "value": value, "type": "PLAINTEXT"}
                    for variable, value in sorted((environment or {}).items())
                ],
            },
            logs_config={
                "cloudwatch_logs": {"status": "ENABLED", "group_name": logs.log_group_name, "stream_name": name}
            },
            vpc_config=_vpc(placement),
            # CodeBuild tries the role's rights to the network as it makes the project.
            opts=self.child_options(depends_on=[role]),
        )
        self.arn = project.arn
        self.project_name = project.name
        self.register_outputs({"arn": self.arn, "projectName": self.project_name})


def _source(artifacts: PrivateBucket, bundle: str | None, buildspec: str) -> aws.codebuild.ProjectSourceArgs:
    if bundle is None:
        return aws.codebuild.ProjectSourceArgs(type="CODEPIPELINE", buildspec=buildspec)
    location = pulumi.Output.concat(artifacts.bucket_name, "/", bundle)
    return aws.codebuild.ProjectSourceArgs(type="S3", location=location, buildspec=buildspec)


def _source_rights(artifacts: PrivateBucket, bundle: str | None) -> Grant:
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    if bundle is None:
        return Grant(artifacts.grant("Take", [*read, "s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]))
    return Grant(
        artifacts.grant("Read", read, ["kms:Decrypt"]),
        Statement(sid("Find", artifacts.name), ["s3:GetBucketLocation"], [artifacts.arn]),
    )


def _vpc(placement: Placement | None) -> aws.codebuild.ProjectVpcConfigArgs | None:
    if placement is None:
        return None
    return aws.codebuild.ProjectVpcConfigArgs(
        vpc_id=placement.vpc_id,
        subnets=list(placement.subnet_ids),
        security_group_ids=[placement.security_group_id],
    )


def _interfaces(account: Account, placement: Placement) -> Grant:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface"""
    interfaces = account.arn("ec2", "network-interface/*")
    subnets = [pulumi.Output.concat(account.arn("ec2", "subnet/"), subnet) for subnet in placement.subnet_ids]
    group = pulumi.Output.concat(account.arn("ec2", "security-group/"), placement.security_group_id)
    describe = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    return Grant(
        Statement("DescribeNetwork", [f"ec2:Describe{what}" for what in describe], ["*"]),
        Statement("CreateInterfaces", ["ec2:CreateNetworkInterface"], [interfaces, *subnets, group]),
        Statement("DeleteInterfaces", ["ec2:DeleteNetworkInterface"], [interfaces]),
        Statement(
            "LendInterfaces",
            ["ec2:CreateNetworkInterfacePermission"],
            [interfaces],
            {
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": subnets},
            },
        ),
    )

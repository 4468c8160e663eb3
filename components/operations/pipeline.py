"""From a commit to production, in six stages."""

from collections.abc import Sequence
from typing import Any, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket, BucketSettings
from components.data.log_bucket import LogBucket
from components.network.network import Network
from components.network.security_group import SecurityGroup
from components.operations.build_project import DEPLOY_MINUTES, Architecture, BuildProject, Placement
from components.operations.log_group import LogGroup
from components.operations.pipeline_stages import build_stages, source_stage
from components.security.deployment_role import assume_deployment_role, deployment_role_arn
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust
from settings import MisfitError, Problem, Settings
from settings.services.delivery import Branch, ConnectionArn, Repository, StackName
from settings.services.ec2 import SecurityGroupId, SubnetId, VpcId
from settings.services.iam import RoleName
from settings.services.s3 import BucketAddress, BucketName


class Placed(Settings):
    """Ids of private subnets, of their VPC, and of a security group that lets builds call out by HTTPS."""

    vpc_id: VpcId
    """The VPC."""
    subnet_ids: tuple[SubnetId, ...] = Field(min_length=1)
    """Private subnets of it, with a way out."""
    security_group_id: SecurityGroupId
    """A group that lets builds call out by HTTPS."""


class Target(Settings):
    """A stack that the pipeline deploys, and as whom."""

    stack: StackName
    """The stack's name."""
    deployment_role: RoleName = "strata-deploy"
    """The role of its account that the build becomes."""
    network: Placed | None = None
    """Where its deployment runs when that is not the network of the stack which holds the pipeline."""


class PipelineSettings(Settings):
    """What is deployed where.

    ``state`` is where Pulumi keeps what it knows of the stacks, ``artifacts`` the bucket of what stages hand on, before
    account and region are appended. A ``connection_arn`` that is left out makes a connection, which somebody has to
    confirm in the console once: https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
    """

    repository: Repository
    """The repository on GitHub, as owner/name."""
    branch: Branch = "main"
    """The branch whose commits are deployed."""
    connection_arn: ConnectionArn | None = None
    """A connection to GitHub that is there. Left out, one is made, which somebody confirms in the console once."""
    state: BucketAddress
    """The bucket in which Pulumi keeps the state of the stacks."""
    artifacts: BucketName
    """The bucket of what stages hand on, to whose name account and region are appended."""
    staging: Target
    production: Target
    architecture: Architecture = "arm64"
    """The processors of the builds."""

    @model_validator(mode="after")
    def _two_stacks(self) -> Self:
        if self.staging.stack == self.production.stack:
            said = f"{self.staging.stack} is staging's too; a release is tried somewhere else"
            raise MisfitError(Problem("production.stack", said))
        return self


class Pipeline(Component):
    """A CodePipeline V2 that a commit on the branch starts: build and test, security scanning, infrastructure and
    application deployment to ``staging``, integration testing there, then, once somebody has approved, production.

    Executions queue, so that no two deploy at once. What the builds do is in the repository's ``delivery/`` folder.
    Tests and scans have no rights in AWS. Each deploying build may become its target's deployment role and do what
    ``statements`` say, and nothing else. With ``network`` deployments run in its private tier behind a group of the
    pipeline's own, which calls out by HTTPS only; let it in (``cluster.allow(pipeline)``) where a private API is to be
    deployed to. ``key`` encrypts what stages hand on, ``log_key``'s policy must let CloudWatch Logs in.
    """

    def __init__(
        self,
        name: str,
        settings: PipelineSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        access_logs: LogBucket | None = None,
        network: Network | None = None,
        statements: Sequence[Statement] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._settings = settings
        self._key = key
        self._logs = LogGroup(self.child("logs"), account=account, key=log_key, opts=self.child_options())
        self._artifacts = Bucket(
            self.child("artifacts"),
            BucketSettings(bucket=settings.artifacts, expire_days=30, noncurrent_days=7),
            account=account,
            key=key,
            access_logs=access_logs,
            opts=self.child_options(),
        )
        self._group = self._security_group(network)
        own = self._own_placement(network)
        self._projects = {
            "test": self._check("test", "Builds and tests every part"),
            "scan": self._check("scan", "Looks for known vulnerabilities and violated policies"),
            "staging": self._deployment("staging", settings.staging, own, statements),
            "production": self._deployment("production", settings.production, own, statements),
        }
        connection = settings.connection_arn or self._connection()
        pipeline = self._pipeline(connection)
        self.arn = pipeline.arn
        self.pipeline_name = pipeline.name
        self.connection_arn = connection
        self.register_outputs({"arn": self.arn, "pipelineName": self.pipeline_name, "connectionArn": connection})

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The group of deploying builds. Raises AttributeError without a network."""
        if self._group is None:
            raise AttributeError(f"{self.name} deploys from outside any network of its own")
        return self._group.security_group_id

    def _connection(self) -> pulumi.Output[str]:
        connection = aws.codeconnections.Connection(
            self.child("connection"), provider_type="GitHub", opts=self.child_options()
        )
        return connection.arn

    def _security_group(self, network: Network | None) -> SecurityGroup | None:
        if network is None:
            return None
        group = SecurityGroup(
            self.child("builds"),
            vpc_id=network.vpc_id,
            description=f"Deploying builds of {self.name}",
            opts=self.child_options(),
        )
        group.allow_egress("https", "0.0.0.0/0", 443, "APIs of AWS, package registries, plugins of Pulumi")
        return group

    def _own_placement(self, network: Network | None) -> Placement | None:
        if network is None or self._group is None:
            return None
        return Placement(network.vpc_id, list(network.private_subnet_ids.values()), self._group.security_group_id)

    def _check(self, key: str, description: str) -> BuildProject:
        return self._project(key, description, f"delivery/{key}.yml")

    def _deployment(
        self, key: str, target: Target, own: Placement | None, statements: Sequence[Statement]
    ) -> BuildProject:
        placed = target.network
        return self._project(
            key,
            f"Deploys the stack {target.stack}",
            "delivery/deploy.yml",
            environment={
                "STACK": target.stack,
                "PULUMI_BACKEND_URL": self._settings.state,
                "DEPLOYMENT_ROLE_ARN": deployment_role_arn(self._account, target.deployment_role),
            },
            statements=[assume_deployment_role(self._account, target.deployment_role), *statements],
            placement=Placement(placed.vpc_id, placed.subnet_ids, placed.security_group_id) if placed else own,
            minutes=DEPLOY_MINUTES,
        )

    def _project(self, key: str, description: str, buildspec: str, **more: Any) -> BuildProject:
        return BuildProject(
            self.child(key),
            account=self._account,
            key=self._key,
            logs=self._logs,
            artifacts=self._artifacts,
            buildspec=buildspec,
            description=description,
            architecture=self._settings.architecture,
            opts=self.child_options(),
            **more,
        )

    def _pipeline(self, connection: pulumi.Input[str]) -> aws.codepipeline.Pipeline:
        role = Role(
            self.child("service"),
            trust=service_trust("codepipeline.amazonaws.com", account_id=self._account.id),
            statements=self._rights(connection),
            description=f"The pipeline {self.name}",
            opts=self.child_options(),
        )
        return aws.codepipeline.Pipeline(
            self.child("pipeline"),
            pipeline_type="V2",
            execution_mode="QUEUED",
            role_arn=role.arn,
            artifact_stores=[
                aws.codepipeline.PipelineArtifactStoreArgs(
                    type="S3",
                    location=self._artifacts.bucket_name,
                    encryption_key=aws.codepipeline.PipelineArtifactStoreEncryptionKeyArgs(
                        type="KMS", id=self._key.arn
                    ),
                )
            ],
            stages=[
                source_stage(connection, self._settings.repository, self._settings.branch),
                *build_stages(
                    {key: project.project_name for key, project in self._projects.items()},
                    approval=f"Deploy to {self._settings.production.stack}?",
                ),
            ],
            # A pipeline starts as soon as it is made, and then needs its rights.
            opts=self.child_options(depends_on=[role]),
        )

    def _rights(self, connection: pulumi.Input[str]) -> list[Statement]:
        """https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"""
        projects = [project.arn for project in self._projects.values()]
        files = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        return [
            self._artifacts.grant("HandOn", files, ["kms:Decrypt", "kms:GenerateDataKey"]),
            Statement("FindArtifacts", ["s3:GetBucketLocation", "s3:GetBucketVersioning"], [self._artifacts.arn]),
            Statement("Build", ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"], projects),
            # Connections made before 2024 have the service's older prefix in their ARN and their actions.
            Statement(
                "ReadRepository",
                ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
                [connection],
            ),
        ]

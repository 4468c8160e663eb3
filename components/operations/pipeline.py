"""A CodePipeline of six stages, from a commit to production."""

from collections.abc import Mapping
from typing import Any, Self

import pulumi
import pulumi_aws as aws
from pydantic import model_validator

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket, BucketSettings
from components.data.log_bucket import LogBucket
from components.operations.alarms import Alarms, codepipeline
from components.operations.build_project import DEPLOY_MINUTES, Architecture, BuildProject
from components.operations.log_group import LogGroup
from components.operations.pipeline_failures import PipelineFailures
from components.operations.pipeline_stages import build_stages, source_stage
from components.operations.topic import Notices
from components.security.deployment_role import DEPLOYMENT_ROLE, PLAN_ROLE, become, deployment_role_arn
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust
from settings import MisfitError, Problem, Settings
from settings.services.delivery import Branch, ConnectionArn, Repository, StackName
from settings.services.iam import AccountId, RoleName
from settings.services.s3 import BucketAddress, BucketName

_KEEP_DAYS = 365
"""A stage goes back with what its source stage once handed on; CodePipeline knows executions for twelve months.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
"""


class Target(Settings):
    """A stack that the pipeline deploys, into which account and as whom."""

    stack: StackName
    """The stack's name."""
    account: AccountId | None = None
    """The account that holds the stack, where that is not the pipeline's own."""
    deployment_role: RoleName = DEPLOYMENT_ROLE
    """The role of its account that the build becomes."""


class PipelineSettings(Settings):
    """What is deployed where: a staging stack of the same system, then the stack that makes the pipeline.

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
    recovery: Target | None = None
    """Production's recovery stack, which gets a commit as soon as production is healthy with it."""
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
    application deployment to ``staging``, integration testing there, then, once somebody has read what it would do
    and approved, production.

    Executions queue, so that no two deploy at once. What the builds do is in the repository's ``delivery/`` folder.
    Tests and scans have no rights in AWS. Each deploying build may become its target's deployment role, in
    whichever account that is, and nothing else; the one that plans only the role that reads; no other build may.
    Builds run outside of any VPC: what only the inside of one reaches, such as a private Kubernetes API, the
    target's own deployment runner does for them (``delivery/step.sh``).
    ``key`` encrypts what stages hand on, ``log_key``'s policy must let CloudWatch Logs and EventBridge in. ``notices``,
    in the stack's region, is told whenever somebody is asked, who may answer being docs/deploying.md's, and by an alarm
    of every execution that fails, is stopped or cancelled.
    """

    def __init__(
        self,
        name: str,
        settings: PipelineSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        notices: Notices,
        access_logs: LogBucket | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._settings = settings
        self._key = key
        self._notices = notices
        self._logs = LogGroup(self.child("logs"), account=account, key=log_key, opts=self.child_options())
        self._artifacts = Bucket(
            self.child("artifacts"),
            BucketSettings(bucket=settings.artifacts, expire_days=_KEEP_DAYS, noncurrent_days=7),
            account=account,
            key=key,
            access_logs=access_logs,
            opts=self.child_options(),
        )
        self._projects = {
            "test": self._check("test", "Builds and tests every part"),
            "scan": self._check("scan", "Looks for known vulnerabilities and violated policies"),
            "staging": self._deployment("staging", settings.staging),
            "plan": self._plan(settings.production),
            "production": self._deployment("production", settings.production, before=settings.staging),
        }
        if settings.recovery is not None:
            self._projects["recovery"] = self._deployment("recovery", settings.recovery, before=settings.staging)
        connection = settings.connection_arn or self._connection()
        pipeline = self._pipeline(connection)
        failures = PipelineFailures(
            self.child("failures"), key=log_key, pipeline_name=pipeline.name, opts=self.child_options()
        )
        Alarms(
            self.child("alarms"),
            codepipeline.executions(failures.rule_name),
            notices=notices,
            opts=self.child_options(),
        )
        self.operate = failures.operate
        """Lets a role read what CodePipeline said of executions that did not come to their end."""
        self.arn = pipeline.arn
        self.pipeline_name = pipeline.name
        self.connection_arn = connection
        self.register_outputs({"arn": self.arn, "pipelineName": self.pipeline_name, "connectionArn": connection})

    def _connection(self) -> pulumi.Output[str]:
        connection = aws.codeconnections.Connection(
            self.child("connection"), provider_type="GitHub", opts=self.child_options()
        )
        return connection.arn

    def _check(self, key: str, description: str) -> BuildProject:
        return self._project(key, description, f"delivery/{key}.yml")

    def _plan(self, target: Target) -> BuildProject:
        return self._doing("plan", f"Plans what the stack {target.stack} would become", target, PLAN_ROLE, {})

    def _deployment(self, key: str, target: Target, *, before: Target | None = None) -> BuildProject:
        """``before`` is where the images have been tried that this one runs."""
        more = {"PROMOTE_FROM": before.stack} if before else {}
        return self._doing(key, f"Deploys the stack {target.stack}", target, target.deployment_role, more)

    def _doing(
        self, key: str, description: str, target: Target, role_name: RoleName, more: Mapping[str, str]
    ) -> BuildProject:
        role = deployment_role_arn(self._account, role_name, target.account)
        return self._project(
            key,
            description,
            "delivery/deploy.yml",
            environment={
                "STACK": target.stack,
                "PULUMI_BACKEND_URL": self._settings.state,
                "DEPLOYMENT_ROLE_ARN": role,
                **more,
            },
            grants=[become(role)],
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
            grants=[self._rights(connection)],
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
                    asked=self._notices.topic_arn,
                ),
            ],
            # A pipeline starts as soon as it is made, and then needs its rights.
            opts=self.child_options(depends_on=[role]),
        )

    def _rights(self, connection: pulumi.Input[str]) -> Grant:
        """https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"""
        projects = [project.arn for project in self._projects.values()]
        files = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        return Grant(
            self._artifacts.grant("HandOn", files, ["kms:Decrypt", "kms:GenerateDataKey"]),
            Statement("FindArtifacts", ["s3:GetBucketLocation", "s3:GetBucketVersioning"], [self._artifacts.arn]),
            Statement("Build", ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"], projects),
            # Connections made before 2024 have the service's older prefix in their ARN and their actions.
            Statement(
                "ReadRepository",
                ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
                [connection],
            ),
            self._notices.publish_by(self.name),
        )

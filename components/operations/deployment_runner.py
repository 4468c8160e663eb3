"""A CodeBuild project inside the VPC that deploys stacks with a private cluster endpoint."""

from typing import Any

import pulumi

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket, BucketSettings
from components.data.log_bucket import LogBucket
from components.naming import fitted
from components.network.network import Network
from components.network.security_group import SecurityGroup
from components.operations.build_project import DEPLOY_MINUTES, Architecture, BuildProject, Placement
from components.operations.log_group import LogGroup
from components.security.deployment_role import DEPLOYMENT_ROLE, PLAN_ROLE, assume_deployment_role, deployment_role_arn
from components.security.key import Key
from components.statements import Grant, Statement
from settings import Settings
from settings.services.iam import RoleName
from settings.services.s3 import LONGEST_NAME

BUNDLE, PLAN_BUNDLE = "source.zip", "plan.zip"
"""The objects that hold the commit to be deployed, and the one to be planned."""
_KEEP_DAYS = 30


class DeploymentRunnerSettings(Settings):
    """As whom the runner deploys, and on which machines."""

    deployment_role: RoleName = DEPLOYMENT_ROLE
    """The role of the account that the runner becomes."""
    architecture: Architecture = "arm64"
    """The processors of its machines."""


class DeploymentRunner(Component):
    """Two CodeBuild projects in the private tier that do one step of ``delivery/`` with a commit put into their bucket.

    ``delivery/in-vpc.sh`` puts it there and starts the build; docs/deploying.md says when. Nobody connects to it. It
    calls out by HTTPS only, and reaches a private Kubernetes API where the cluster lets it in
    (``cluster.allow(runner)``). By itself its role may write its log, read its bucket, and become the deployment role,
    whose own trust policy has to name it; a build started with ``--debug-session-enabled`` is open to Session Manager.
    The second project plans and looks for drift: the same, of another object of the bucket, with a role that may become
    ``strata-preview`` alone, so that whoever may start it may not deploy.

    ``cluster_name``, unique in the account and region, names the projects and the bucket. ``key`` encrypts the commit,
    ``log_key``'s policy must let CloudWatch Logs in.
    """

    def __init__(
        self,
        name: str,
        settings: DeploymentRunnerSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        access_logs: LogBucket,
        cluster_name: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._group = SecurityGroup(
            self.child("builds"),
            vpc_id=network.vpc_id,
            description=f"Deployment runner {cluster_name}",
            opts=self.child_options(),
        )
        self._group.allow_egress("https", "0.0.0.0/0", 443, "APIs of AWS, package registries, plugins and charts")
        bundles = Bucket(
            self.child("bundles"),
            BucketSettings(
                bucket=fitted(f"{cluster_name}-deploy", LONGEST_NAME),
                expire_days=_KEEP_DAYS,
                noncurrent_days=_KEEP_DAYS,
            ),
            account=account,
            key=key,
            access_logs=access_logs,
            opts=self.child_options(),
        )
        shared: dict[str, Any] = {
            "account": account,
            "key": key,
            "logs": LogGroup(self.child("logs"), account=account, key=log_key, opts=self.child_options()),
            "artifacts": bundles,
            "buildspec": "delivery/deploy.yml",
            "architecture": settings.architecture,
            "placement": Placement(
                network.vpc_id, list(network.private_subnet_ids.values()), self._group.security_group_id
            ),
            "minutes": DEPLOY_MINUTES,
            "opts": self.child_options(),
        }
        deploying = BuildProject(
            # Under the same name, by which people then ask for what it reaches.
            name,
            bundle=BUNDLE,
            project_name=f"{cluster_name}-deploy",
            description=f"Deploys {pulumi.get_stack()} from inside its network",
            environment=_told(account, settings.deployment_role, "infrastructure"),
            grants=[assume_deployment_role(account, settings.deployment_role), _session()],
            **shared,
        )
        planning = BuildProject(
            self.child("plans"),
            bundle=PLAN_BUNDLE,
            project_name=f"{cluster_name}-plan",
            description=f"Plans {pulumi.get_stack()} from inside its network",
            environment=_told(account, PLAN_ROLE, "plan"),
            grants=[assume_deployment_role(account, PLAN_ROLE)],
            **shared,
        )
        self.arn = deploying.arn
        self.started_by: dict[str, pulumi.Input[str]] = {
            "project": deploying.project_name,
            "planner": planning.project_name,
            "bucket": bundles.bucket_name,
            "region": account.region,
        }
        """What ``delivery/in-vpc.sh`` needs to know."""
        self.register_outputs({"arn": self.arn, "startedBy": self.started_by})

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The id of the group that builds sit behind."""
        return self._group.security_group_id


def _told(account: Account, role: RoleName, step: str) -> dict[str, str]:
    """Where the state is comes with each start, from who starts it."""
    return {"STACK": pulumi.get_stack(), "STEP": step, "DEPLOYMENT_ROLE_ARN": deployment_role_arn(account, role)}


def _session() -> Grant:
    """What Session Manager's agent in the build needs; these actions take no resource.

    https://docs.aws.amazon.com/codebuild/latest/userguide/session-manager.html
    """
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    return Statement("DebugSession", [f"ssmmessages:{channel}" for channel in channels], ["*"])

"""An ECS task definition for Fargate: the container, its task and execution roles, its trace collector."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.task_settings import TaskSettings
from components.compute.trace_sidecar import SIDECAR, trace_sidecar
from components.operations.log_group import LogGroup
from components.operations.otel_collector import client_variables
from components.operations.tracing import Tracing
from components.security.key import ExistingKey, Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust

CONTAINER = "app"
_LOG_BUFFER = "25m"


@dataclass(frozen=True)
class SecretReference:
    """A secret of Secrets Manager that a container gets as an environment variable, or one ``field`` of its JSON.

    ``key`` is what it is encrypted with, when that is not the service's own. A task reads it once, as it starts:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """

    arn: pulumi.Input[str]
    field: str | None = None
    key: Key | ExistingKey | None = None

    @property
    def value_from(self) -> pulumi.Input[str]:
        """The secret in the form of a container definition."""
        return self.arn if self.field is None else pulumi.Output.concat(self.arn, ":", self.field, "::")


class TaskDefinition(Component):
    """A task definition whose container cannot write to its image, is not root and has no Linux capability.

    The task role holds ``grants`` and nothing else. The execution role, which the container never sees, may pull
    from ``repository``, write to the log group and read ``secrets``. ``repository`` is the URL of a private ECR
    repository, without a tag. With ``tracing`` a collector runs beside the container, which is told to send it what it
    traces; the task role may then send that on. Revisions are kept, so that a failed deployment has one to go back to.
    ECS Exec is no use here: it needs a writable image.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """

    def __init__(
        self,
        name: str,
        settings: TaskSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        repository: pulumi.Input[str],
        environment: Mapping[str, pulumi.Input[str]],
        secrets: Mapping[str, SecretReference],
        grants: Sequence[Grant] = (),
        log_group_name: str,
        tracing: Tracing | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        environment = (client_variables(settings.family, "127.0.0.1") if tracing else {}) | dict(environment)
        twice = sorted(set(environment) & set(secrets))
        if twice:
            raise ValueError(f"{name}: both in environment and secrets: {', '.join(twice)}")
        logs = LogGroup(
            self.child("logs"), account=account, key=log_key, log_group_name=log_group_name, opts=self.child_options()
        )
        trust = service_trust("ecs-tasks.amazonaws.com", account_id=account.id, source_arn=account.arn("ecs", "*"))
        self.role = Role(
            self.child("own"),
            trust=trust,
            grants=[*grants, *([tracing.write] if tracing else [])],
            description=f"What the containers of {settings.family} may do",
            opts=self.child_options(),
        )
        self.execution_role = Role(
            self.child("execution"),
            trust=trust,
            grants=[_pull(repository), logs.write, _read_secrets(account, secrets, key)],
            description=f"Starts the containers of {settings.family}",
            opts=self.child_options(),
        )
        log_options: dict[str, pulumi.Input[str]] = {
            "awslogs-group": logs.log_group_name,
            "awslogs-region": account.region,
            "awslogs-stream-prefix": CONTAINER,
            # A container that waits for its log stops serving.
            "mode": "non-blocking",
            "max-buffer-size": _LOG_BUFFER,
        }
        container = _container(settings, repository) | {
            "environment": [{"name": variable, "value": value} for variable, value in sorted(environment.items())],
            "secrets": [
                {"name": variable, "valueFrom": secret.value_from} for variable, secret in sorted(secrets.items())
            ],
            "logConfiguration": {"logDriver": "awslogs", "options": log_options},
        }
        containers = [container]
        if tracing is not None:
            container["dependsOn"] = [{"containerName": SIDECAR, "condition": "START"}]
            containers.append(trace_sidecar(tracing.settings, account.region, log_options))
        definition = aws.ecs.TaskDefinition(
            self.child("definition"),
            family=settings.family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(settings.cpu),
            memory=str(settings.memory),
            runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": settings.architecture},
            task_role_arn=self.role.arn,
            execution_role_arn=self.execution_role.arn,
            container_definitions=pulumi.Output.json_dumps(containers),
            skip_destroy=True,
            opts=self.child_options(),
        )
        self.arn = definition.arn
        self.log_group_name = logs.log_group_name
        self.read_logs = logs.read
        self.register_outputs({"arn": self.arn, "logGroupName": self.log_group_name})


def _container(settings: TaskSettings, repository: pulumi.Input[str]) -> dict[str, Any]:
    health = settings.health
    separator = "@" if settings.tag.startswith("sha256:") else ":"
    return {
        "name": CONTAINER,
        "image": pulumi.Output.concat(repository, separator, settings.tag),
        "essential": True,
        "portMappings": [{"containerPort": settings.port, "hostPort": settings.port, "protocol": "tcp"}],
        "readonlyRootFilesystem": True,
        "user": settings.user,
        "linuxParameters": {
            # Passes signals on and buries children, which programs started as process 1 often do not.
            "initProcessEnabled": True,
            "capabilities": {"drop": ["ALL"]},
            # In memory, since a volume would belong to root. Fargate has them since January 2026:
            # https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/
            "tmpfs": [
                {"containerPath": path, "size": mib, "mountOptions": ["nodev", "noexec", "nosuid"]}
                for path, mib in sorted(settings.scratch.items())
            ],
        },
        "stopTimeout": settings.stop_timeout,
        "healthCheck": {
            "command": list(health.command or _request(settings)),
            "interval": health.interval,
            "timeout": health.timeout,
            "retries": health.retries,
            "startPeriod": health.start_period,
        },
    }


def _request(settings: TaskSettings) -> Sequence[str]:
    """Asks the container's own port; its certificate is for the load balancer, not for this name."""
    module, path = settings.protocol.lower(), settings.health.path
    if settings.health.runtime == "python":
        url = f"{module}://127.0.0.1:{settings.port}{path}"
        script = (
            "import ssl, urllib.request; "
            f"urllib.request.urlopen('{url}', timeout={settings.health.timeout}, "
            "context=ssl._create_unverified_context())"
        )
        return ("CMD", "python", "-c", script)
    options = {"host": "127.0.0.1", "port": settings.port, "path": path, "rejectUnauthorized": False}
    script = (
        f"require('{module}').get({json.dumps(options)}, r => process.exit(r.statusCode < 400 ? 0 : 1))"
        ".on('error', () => process.exit(1))"
    )
    return ("CMD", "node", "-e", script)


def _pull(repository: pulumi.Input[str]) -> Grant:
    """Lets a role pull from one repository; a token to talk to ECR comes from no resource.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    """
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return Grant(
        Statement("Login", ["ecr:GetAuthorizationToken"], ["*"]),
        Statement("Pull", actions, [pulumi.Output.from_input(repository).apply(repository_arn)]),
    )


def repository_arn(url: str) -> str:
    """The ARN of the private ECR repository at ``url``. Raises ValueError for any other registry."""
    found = re.fullmatch(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/([a-z0-9._/-]+)", url)
    if found is None:
        raise ValueError(
            f"{url!r} is not a private ECR repository such as 123456789012.dkr.ecr.<region>.amazonaws.com/app"
        )
    owner, region, china, name = found.groups()
    partition = "aws-cn" if china else "aws-us-gov" if "gov" in region else "aws"
    return f"arn:{partition}:ecr:{region}:{owner}:repository/{name}"


def _read_secrets(account: Account, secrets: Mapping[str, SecretReference], key: Key) -> Grant:
    """Lets a role read the secrets, and use their keys for nothing but that."""
    if not secrets:
        return Grant()
    listed = [secrets[variable] for variable in sorted(secrets)]
    arns = {id(secret.arn): secret.arn for secret in listed}
    keys = {id(used): used for used in (secret.key or key for secret in listed)}
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"}}
    return Grant(
        Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], list(arns.values())),
        Statement("DecryptSecrets", ["kms:Decrypt"], [used.arn for used in keys.values()], through),
    )

"""A Lambda function with its execution role, its log group and, for asynchronous calls, a dead-letter queue."""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.compute.failure_queue import failure_queue, read_failures
from components.compute.function_alias import Live
from components.compute.function_code import Architecture, Runtime, what_runs
from components.compute.function_rights import runtime_rights
from components.compute.stream_consumer import ChangeKind, Stream, StreamConsumer
from components.network.network import Network
from components.network.security_group import SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, policy_document, service_trust
from components.versions import PYTHON_RUNTIME
from settings import MisfitError, Problem, Settings

FunctionTier = Literal["private", "data"]
# They send their account along; the ARNs of all others that may call name it. EventBridge and API Gateway do not send
# it, so a permission that asks for it lets neither in: https://github.com/awsdocs/aws-cloudformation-user-guide/pull/481
_SENDS_ACCOUNT = ("s3.amazonaws.com", "secretsmanager.amazonaws.com")


class FunctionSettings(Settings):
    """How much one function gets, and how a new version of it reaches its callers.

    Lambda always keeps 100 executions unreserved, so an account whose quota is still below 101 refuses any
    ``reserved_concurrency``: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """

    memory_mib: int = Field(default=256, ge=128, le=10240)
    """Memory in MiB, with which a function's share of processors grows."""
    timeout_seconds: int = Field(default=30, ge=1, le=900)
    """After how long Lambda ends a call."""
    reserved_concurrency: int | None = Field(default=None, ge=1, le=900)
    """How many calls may run at once, which no other function can use. Left out, the account's limit."""
    provisioned_concurrency: int | None = Field(default=None, ge=1, le=900)
    """How many executions are kept warm, paid by the hour whether they run or not."""
    release: Literal["atOnce", "canary"] = "atOnce"
    """``canary`` leaves it to CodeDeploy (``Canary``) to move callers to a new version, of code and configuration."""

    @model_validator(mode="after")
    def _provisioned_within_reserved(self) -> Self:
        reserved, provisioned = self.reserved_concurrency, self.provisioned_concurrency
        if reserved is not None and provisioned is not None and provisioned > reserved:
            raise MisfitError(
                Problem("provisionedConcurrency", f"{provisioned} is above reservedConcurrency ({reserved})")
            )
        return self


class Function(Component):
    """A function from a folder of this project, a zip built for it or an ``image`` of ECR, traced by X-Ray.

    Nobody may invoke it until ``allow_invocation`` says so. ``key`` encrypts its environment and its dead letters,
    ``log_key`` its logs. In a network it runs in the private tier, or in the data tier, which has no way out but VPC
    endpoints, behind ``security_group``, which lets nothing in or out until it is granted. ``layers`` are ARNs.
    ``function_name`` fixes its name in AWS and that of its log group, ``/aws/lambda/<function_name>``.
    ``managed_policies`` are ARNs of AWS-managed policies that a design asks for beside the exact ``grants``.
    ``asynchronous`` says that callers do not wait for an answer: what fails for good is then kept for 14 days.

    ``stands_by`` keeps it from running until another update says otherwise: it is there as it will be, at no charge.

    With provisioned concurrency or a canary it is live under an alias: ``arn``, ``invoke_arn`` and whoever may invoke
    it are the alias's then. Raises ValueError when ``code`` is no folder with code, and unless there is either ``code``
    with its ``handler`` or an ``image``.
    """

    def __init__(
        self,
        name: str,
        settings: FunctionSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        code: str | None = None,
        handler: str | None = None,
        runtime: Runtime = PYTHON_RUNTIME,
        architecture: Architecture = "arm64",
        image: str | None = None,
        description: str,
        function_name: str | None = None,
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
        network: Network | None = None,
        tier: FunctionTier = "private",
        layers: Sequence[pulumi.Input[str]] = (),
        managed_policies: Sequence[str] = (),
        asynchronous: bool = False,
        stands_by: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.settings = settings
        self._account = account
        self._key = key
        self._consumers: list[StreamConsumer] = []
        self._stands_by = stands_by
        logs = LogGroup(
            self.child("logs"),
            account=account,
            key=log_key,
            log_group_name=f"/aws/lambda/{function_name}" if function_name else None,
            opts=self.child_options(),
        )
        self.security_group = self._security_group(network, description)
        self._dead_letters = failure_queue(self, "dead-letters", key) if asynchronous else None
        dead_letters = self._dead_letters.arn if self._dead_letters else None
        self.role = Role(
            self.child("execution"),
            trust=service_trust("lambda.amazonaws.com"),
            grants=[
                logs.write,
                runtime_rights(account, key, dead_letters=dead_letters, networked=network is not None),
                *grants,
            ],
            managed_policies=managed_policies,
            description=description,
            opts=self.child_options(),
        )
        self.moved_by_canary = settings.release == "canary"
        is_live = self.moved_by_canary or settings.provisioned_concurrency is not None
        function = aws.lambda_.Function(
            self.child("function"),
            name=function_name,
            description=description,
            **what_runs(code, handler, runtime, architecture, image),
            role=self.role.arn,
            layers=list(layers) or None,
            memory_size=settings.memory_mib,
            timeout=settings.timeout_seconds,
            # None at all is what turns calls away.
            reserved_concurrent_executions=0 if stands_by else settings.reserved_concurrency,
            publish=is_live or None,
            environment={"variables": environment} if environment else None,
            kms_key_arn=key.arn,
            logging_config={"log_format": "JSON", "log_group": logs.log_group_name},
            tracing_config={"mode": "Active"},
            dead_letter_config={"target_arn": dead_letters} if dead_letters else None,
            vpc_config=self._vpc_config(network, tier),
            # Lambda tries the role's rights to the queue and the network as it makes the function.
            opts=self.child_options(depends_on=[self.role]),
        )
        provisioned = None if stands_by else settings.provisioned_concurrency
        self._live = self._alias(function, provisioned) if is_live else None
        self.arn = self._live.arn if self._live else function.arn
        self.invoke_arn = self._live.invoke_arn if self._live else function.invoke_arn
        self.unqualified_arn = function.arn
        self.function_name = function.name
        self.log_group_name = logs.log_group_name
        self._logs = logs
        self.register_outputs({"arn": self.arn, "functionName": self.function_name})

    def allow_invocation(self, suffix: str, service: str, source_arn: pulumi.Input[str]) -> aws.lambda_.Permission:
        """Lets an AWS service invoke the function, for one resource of this account only."""
        return aws.lambda_.Permission(
            self.child("invocation", suffix),
            function=self.function_name,
            qualifier=self.alias_name,
            action="lambda:InvokeFunction",
            principal=service,
            source_account=self._account.id if service in _SENDS_ACCOUNT else None,
            source_arn=source_arn,
            opts=self.child_options(),
        )

    def grant(self, suffix: str, *grants: Grant) -> None:
        """Gives the function further rights, once it is there, on what may know of it."""
        # Not below the role, all of which the function waits for.
        aws.iam.RolePolicy(
            self.child("grant", suffix),
            role=self.role.role_name,
            policy=policy_document(grants),
            opts=self.child_options(),
        )

    def consume(self, suffix: str, stream: Stream, *, changes: Sequence[ChangeKind] = ()) -> StreamConsumer:
        """Hands the function what changes in a table, or only some kinds of change."""
        consumer = StreamConsumer(
            self.child("consumes", suffix),
            function_arn=self.arn,
            role_name=self.role.role_name,
            stream=stream,
            key=self._key,
            changes=changes,
            enabled=not self._stands_by,
            opts=self.child_options(),
        )
        self._consumers.append(consumer)
        return consumer

    @property
    def operate(self) -> Grant:
        """Lets a role read what the function wrote, and what it failed on for good."""
        kept = [read_failures(self.name, self._dead_letters, self._key)] if self._dead_letters else []
        return Grant(self._logs.read, *kept, *(consumer.operate for consumer in self._consumers))

    @property
    def alias_name(self) -> pulumi.Output[str] | None:
        """The alias that callers reach the function by, when it is live under one."""
        return self._live.alias_name if self._live else None

    @property
    def dead_letter_queue_name(self) -> pulumi.Output[str]:
        """The queue of what failed for good. Raises AttributeError when the function is not asynchronous."""
        if self._dead_letters is None:
            raise AttributeError(f"{self.name} is invoked synchronously and has no dead letters")
        return self._dead_letters.name

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The group it runs behind. Raises AttributeError when the function is in no network."""
        if self.security_group is None:
            raise AttributeError(f"{self.name} is in no network and has no security group")
        return self.security_group.security_group_id

    def _alias(self, function: aws.lambda_.Function, provisioned: int | None) -> Live:
        return Live(
            self.child("live"),
            function=function,
            canary=self.moved_by_canary,
            provisioned=provisioned,
            opts=self.child_options(),
        )

    def _security_group(self, network: Network | None, description: str) -> SecurityGroup | None:
        if network is None:
            return None
        return SecurityGroup(self.name, vpc_id=network.vpc_id, description=description, opts=self.child_options())

    def _vpc_config(self, network: Network | None, tier: FunctionTier) -> aws.lambda_.FunctionVpcConfigArgs | None:
        if network is None or self.security_group is None:
            return None
        subnets = network.data_subnet_ids if tier == "data" else network.private_subnet_ids
        return aws.lambda_.FunctionVpcConfigArgs(
            subnet_ids=list(subnets.values()),
            security_group_ids=[self.security_group.security_group_id],
        )

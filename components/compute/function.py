"""A Lambda function with a role, a log group and, where events may be lost, a dead-letter queue of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.network.network import Network
from components.network.security_group import SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, policy_document, service_trust, tls_only
from settings import Settings

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_DEAD_LETTER_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


class FunctionSettings(Settings):
    """How much one function gets.

    Lambda always keeps 100 executions unreserved, so an account whose quota is still below 101 refuses any
    ``reserved_concurrency``: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """

    memory_mib: int = Field(default=256, ge=128, le=10240)
    timeout_seconds: int = Field(default=30, ge=1, le=900)
    reserved_concurrency: int | None = Field(default=None, ge=1, le=900)


class Function(Component):
    """A Python 3.13 function on arm64, from a folder of this project, traced by X-Ray.

    Nobody may invoke it until ``allow_invocation`` says so. ``key`` encrypts its environment and its dead letters,
    ``log_key`` its logs. In a network it runs in the private tier behind ``security_group``, which lets nothing in
    or out until it is granted. ``asynchronous`` says that callers do not wait for an answer: what fails for good is
    then kept for 14 days. Raises ValueError when ``code`` is no folder with Python files.
    """

    def __init__(
        self,
        name: str,
        settings: FunctionSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        code: str,
        handler: str,
        description: str,
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        statements: Sequence[Statement] = (),
        network: Network | None = None,
        asynchronous: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        logs = LogGroup(self.child("logs"), account=account, key=log_key, opts=self.child_options())
        self.security_group = self._security_group(network, description)
        self._dead_letters = self._queue(key) if asynchronous else None
        self.role = Role(
            self.child("execution"),
            trust=service_trust("lambda.amazonaws.com"),
            statements=[logs.write, *self._runtime_rights(key, network), *statements],
            description=description,
            opts=self.child_options(),
        )
        function = aws.lambda_.Function(
            self.child("function"),
            description=description,
            runtime=aws.lambda_.Runtime.PYTHON3D13,
            architectures=["arm64"],
            code=_sources(code),
            handler=handler,
            role=self.role.arn,
            memory_size=settings.memory_mib,
            timeout=settings.timeout_seconds,
            reserved_concurrent_executions=settings.reserved_concurrency,
            environment={"variables": environment} if environment else None,
            kms_key_arn=key.arn,
            logging_config={"log_format": "JSON", "log_group": logs.log_group_name},
            tracing_config={"mode": "Active"},
            dead_letter_config={"target_arn": self._dead_letters.arn} if self._dead_letters else None,
            vpc_config=self._vpc_config(network),
            # Lambda tries the role's rights to the queue and the network as it makes the function.
            opts=self.child_options(depends_on=[self.role]),
        )
        self.arn = function.arn
        self.function_name = function.name
        self.log_group_name = logs.log_group_name
        self.register_outputs({"arn": self.arn, "functionName": self.function_name})

    def allow_invocation(self, suffix: str, service: str, source_arn: pulumi.Input[str]) -> aws.lambda_.Permission:
        """Lets an AWS service invoke the function, for one resource of this account only."""
        return aws.lambda_.Permission(
            self.child("invocation", suffix),
            function=self.function_name,
            action="lambda:InvokeFunction",
            principal=service,
            source_account=self._account.id,
            source_arn=source_arn,
            opts=self.child_options(),
        )

    @property
    def dead_letter_queue_name(self) -> pulumi.Output[str]:
        """The queue of what failed for good. Raises AttributeError when the function is not asynchronous."""
        if self._dead_letters is None:
            raise AttributeError(f"{self.name} is invoked synchronously and has no dead letters")
        return self._dead_letters.name

    def _security_group(self, network: Network | None, description: str) -> SecurityGroup | None:
        if network is None:
            return None
        return SecurityGroup(self.name, vpc_id=network.vpc_id, description=description, opts=self.child_options())

    def _vpc_config(self, network: Network | None) -> aws.lambda_.FunctionVpcConfigArgs | None:
        if network is None or self.security_group is None:
            return None
        return aws.lambda_.FunctionVpcConfigArgs(
            subnet_ids=list(network.private_subnet_ids.values()),
            security_group_ids=[self.security_group.security_group_id],
        )

    def _queue(self, key: Key) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            self.child("dead-letters"),
            kms_master_key_id=key.arn,
            message_retention_seconds=_DEAD_LETTER_SECONDS,
            opts=self.child_options(),
        )
        aws.sqs.QueuePolicy(
            self.child("dead-letters-policy"),
            queue_url=queue.url,
            policy=policy_document([tls_only([queue.arn], ["sqs:*"])]),
            opts=self.child_options(),
        )
        return queue

    def _runtime_rights(self, key: Key, network: Network | None) -> list[Statement]:
        """What Lambda itself does in the function's name: traces, environment, dead letters, network."""
        encryption = ["kms:Decrypt"]
        rights = [
            # X-Ray knows no resources for these two.
            Statement("WriteTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
        ]
        if self._dead_letters is not None:
            rights.append(Statement("KeepDeadLetters", ["sqs:SendMessage"], [self._dead_letters.arn]))
            encryption.append("kms:GenerateDataKey")
        rights.append(Statement("UseFunctionKey", encryption, [key.arn]))
        return rights + (_network_rights(self._account) if network else [])


def _network_rights(account: Account) -> list[Statement]:
    """What Lambda needs to put a function into a VPC; the interfaces do not exist when the role is made.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    changes = ["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface"]
    return [
        Statement(
            "ChangeInterfaces",
            [f"ec2:{action}" for action in (*changes, "UnassignPrivateIpAddresses")],
            [account.arn("ec2", "*/*")],
        ),
        Statement("DescribeInterfaces", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
    ]


def _sources(code: str) -> pulumi.AssetArchive:
    """The Python files of a folder, named from the project's root, where Pulumi looks for them.

    File by file, so that a ``__pycache__`` left by a test does not change what is deployed.
    """
    folder = PROJECT_ROOT / code
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.py"))
    if not files:
        raise ValueError(f"{code} is no folder with Python files below {PROJECT_ROOT.name}")
    return pulumi.AssetArchive({file: pulumi.FileAsset(f"{code}/{file}") for file in files})

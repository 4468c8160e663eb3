"""Secrets Manager secrets whose values a function generates and rotates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.compute.function import Function, FunctionSettings
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid, tls_only
from settings import Settings

_ALL = ["secretsmanager:*"]


class SecretSettings(Settings):
    """How long a generated value is, in characters, and after how many days it is replaced.

    90 days is the longest that AWS's own controls accept:
    https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-4
    """

    length: int = Field(default=64, ge=32, le=128)
    """How many characters a generated value has."""
    rotation_days: int = Field(default=30, ge=1, le=90)
    """After how many days the value is replaced."""


@dataclass(frozen=True)
class SecretCopy:
    """Another region that a secret is copied to, with its policy and whatever its value becomes, and the key there.

    The copy has the secret's ARN but for the region. Whoever puts values in at home needs nothing more:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    """

    region: str
    key: Key


class RotatedSecret(Component):
    """A Secrets Manager secret whose value only its rotation function makes, when it is created and every so often.

    The value is in no code, setting or state; until the first rotation has run, seconds after creation, the secret has
    none. Consumers need ``read`` and ``key.decrypt``; no other account may read it. ``code`` is the function's folder,
    ``grants`` what it may do beside rotating this secret, ``after`` what must be there before it runs for the first
    time. With ``secret_name`` the secret's name in AWS is fixed, and a new one of that name can only be made once the
    old one's recovery window is over. ``copy`` is a region where it has to be read as well, should this one be gone.
    With ``stands_by`` all is there but the schedule, and no value, until another update says otherwise.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        purpose: str,
        rotation_days: int,
        code: str,
        environment: Mapping[str, pulumi.Input[str]],
        function: FunctionSettings,
        grants: Sequence[Grant] = (),
        after: Sequence[pulumi.Resource] = (),
        secret_name: str | None = None,
        copy: SecretCopy | None = None,
        stands_by: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        secret = empty_secret(self, account, key, purpose=purpose, secret_name=secret_name, copy=copy)
        self.arn = secret.arn
        restrict(self, account, self.arn, copied=copy is not None)
        self.function = Function(
            self.child("rotation"),
            function,
            account=account,
            key=key,
            log_key=log_key,
            code=code,
            handler="handler.handle",
            description=f"Rotates {name}",
            environment=environment,
            grants=[self._rotate, key.use, *grants],
            opts=self.child_options(),
        )
        permission = self.function.allow_invocation("secretsmanager", "secretsmanager.amazonaws.com", self.arn)
        self.schedule = None if stands_by else self._rotation(rotation_days, [permission, *after])
        self.register_outputs({"arn": self.arn})

    def _rotation(self, days: int, after: Sequence[pulumi.Resource]) -> aws.secretsmanager.SecretRotation:
        return aws.secretsmanager.SecretRotation(
            self.child("schedule"),
            secret_id=self.arn,
            rotation_lambda_arn=self.function.arn,
            rotate_immediately=True,
            rotation_rules={"automatically_after_days": days},
            # Secrets Manager invokes the function at once and must be allowed to by then.
            opts=self.child_options(depends_on=after),
        )

    @property
    def read(self) -> Grant:
        """Lets a role read the value, together with ``decrypt`` of the key."""
        return reading(self.name, self.arn)

    @property
    def operate(self) -> Grant:
        """Lets a role rotate the secret at once, and read the rotation function's log."""
        return Grant(rotation_of(self.name, self.arn, self.function), self.function.operate)

    @property
    def _rotate(self) -> Grant:
        """What a rotation function does with its secret.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
        """
        actions = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
        return Statement("Rotate", [f"secretsmanager:{action}" for action in actions], [self.arn])


class GeneratedSecret(RotatedSecret):
    """A secret of letters and digits, replaced every ``rotation_days``; nobody outside Secrets Manager is told."""

    def __init__(
        self,
        name: str,
        settings: SecretSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        purpose: str,
        secret_name: str | None = None,
        copy: SecretCopy | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            name,
            account=account,
            key=key,
            log_key=log_key,
            purpose=purpose,
            rotation_days=settings.rotation_days,
            code="functions/rotate_secret",
            environment={"SECRET_LENGTH": str(settings.length)},
            function=FunctionSettings(memory_mib=128),
            secret_name=secret_name,
            copy=copy,
            opts=opts,
        )


@dataclass(frozen=True)
class CopiedSecret:
    """The copy in ``region`` of a secret that a home stack made, by the name that statements about it have."""

    name: str
    home_arn: pulumi.Output[str]
    region: str

    @property
    def arn(self) -> pulumi.Output[str]:
        """The copy's ARN, which differs from the secret's by the region alone."""
        return self.home_arn.apply(self._here)

    @property
    def read(self) -> Grant:
        """Lets a role read the value, together with ``decrypt`` of the copies' key."""
        return reading(self.name, self.arn)

    def _here(self, home: str) -> str:
        parts = home.split(":")
        return ":".join([*parts[:3], self.region, *parts[4:]])


def reading(name: str, arn: pulumi.Input[str]) -> Grant:
    """Lets a role read the value of the secret ``arn``; ``name`` becomes part of the statement id."""
    return Statement(sid("Read", name), ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [arn])


def rotation_of(name: str, arn: pulumi.Output[str], function: Function) -> Grant:
    """Lets a role start a rotation, for which Secrets Manager asks that it may invoke the function as well:
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    return Grant(
        Statement(sid("Rotate", name), ["secretsmanager:RotateSecret"], [arn]),
        Statement(sid("RotateBy", name), ["lambda:InvokeFunction"], [function.unqualified_arn]),
    )


def empty_secret(
    parent: Component,
    account: Account,
    key: Key,
    *,
    purpose: str,
    secret_name: str | None,
    copy: SecretCopy | None = None,
) -> aws.secretsmanager.Secret:
    """A secret without a value, kept for as long as the environment's keys are once it is deleted."""
    replica = aws.secretsmanager.SecretReplicaArgs
    return aws.secretsmanager.Secret(
        parent.child("secret"),
        name=secret_name,
        description=purpose,
        kms_key_id=key.arn,
        recovery_window_in_days=account.safeguards.key_deletion_days,
        replicas=[replica(region=copy.region, kms_key_id=copy.key.arn)] if copy else None,
        opts=parent.child_options(),
    )


def await_value(
    parent: Component, function: Function, arn: pulumi.Output[str], *, schedule: aws.secretsmanager.SecretRotation
) -> None:
    """Holds up what depends on ``parent`` until the secret has a value; ``function`` is one that waits if told so."""
    aws.lambda_.Invocation(
        parent.child("first-value"),
        function_name=function.function_name,
        input=arn.apply(lambda secret: json.dumps({"Await": secret})),
        # There is nothing to wait for before the rotation has been asked for.
        opts=parent.child_options(depends_on=[schedule]),
    )


def restrict(parent: Component, account: Account, arn: pulumi.Output[str], *, copied: bool = False) -> None:
    """The policy of a secret: nobody of another account, and nobody without TLS.

    A copy has the same policy, under another ARN, so that of a secret that is ``copied`` names none: it is about the
    secret that it hangs on in any case.
    """
    secret: pulumi.Input[str] = "*" if copied else arn
    aws.secretsmanager.SecretPolicy(
        parent.child("policy"),
        secret_arn=arn,
        block_public_policy=True,
        policy=policy_document([_own_account_only(account, secret), tls_only([secret], _ALL)]),
        opts=parent.child_options(),
    )


def _own_account_only(account: Account, arn: pulumi.Input[str]) -> Statement:
    """Refuses every principal of another account; AWS services act in no account and are let through."""
    return Statement(
        "DenyOtherAccounts",
        _ALL,
        [arn],
        {
            "StringNotEquals": {"aws:PrincipalAccount": account.id},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
        effect="Deny",
        principals="*",
    )

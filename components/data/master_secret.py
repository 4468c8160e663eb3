"""The master password of an RDS instance in a secret that a function rotates, as read replicas require."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.account import Account
from components.component import Component
from components.compute.function import Function, FunctionSettings
from components.security.key import Key
from components.security.secret import await_value, empty_secret, restrict, rotation_of
from components.statements import Grant, Statement

_MINUTES = 60


class MasterSecret(Component):
    """A secret of ``username`` and ``password``, which a function replaces through the RDS API.

    RDS refuses to create replicas of an instance whose password it manages itself, for every engine but SQL Server:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations

    ``password`` is for creating the instance only: it is replaced as soon as ``rotate`` was called, before anybody
    could have read it; a copy of another instance, which has that one's, is not ``created`` with any. Pulumi keeps it
    as a secret, so encrypted, and what it keeps opens nothing. No other account may read it. Readers need
    ``key.decrypt``. The secret has no value until the first rotation is through, minutes after the instance and all of
    its replicas are there; what depends on this component waits for it.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        identifier: str,
        username: str,
        secret_name: str | None = None,
        created: bool = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._key = key
        self._identifier = identifier
        self._username = username
        if created:
            # RDS takes no slash, quote, at sign or space; letters and digits of this length need none.
            initial = random.RandomPassword(self.child("initial"), length=64, special=False, opts=self.child_options())
            self.password = initial.result
        secret = empty_secret(self, account, key, purpose=f"Master user of {identifier}", secret_name=secret_name)
        self.arn = secret.arn
        self._function: Function | None = None
        restrict(self, account, self.arn)
        self.register_outputs({"arn": self.arn})

    def rotate(self, days: int, after: pulumi.Output[Sequence[pulumi.Resource]]) -> None:
        """Replaces the password now, once everything in ``after`` is there, and then every ``days``."""
        permission = self.stand_by()
        schedule = aws.secretsmanager.SecretRotation(
            self.child("schedule"),
            secret_id=self.arn,
            rotation_lambda_arn=self.function.arn,
            rotate_immediately=True,
            rotation_rules={"automatically_after_days": days},
            # Rotation starts at once: the function must be callable, and RDS changes no password while it is
            # making the instance or a replica of it.
            opts=self.child_options(depends_on=after.apply(lambda resources: [permission, *resources])),
        )
        await_value(self, self.function, self.arn, schedule=schedule)

    def stand_by(self) -> pulumi.Resource:
        """Creates the rotation function without scheduling rotation, for a replica that is not promoted.

        Returns what has to be there before it can be called.
        """
        self._function = Function(
            self.child("rotation"),
            # The function waits until RDS has applied the password.
            FunctionSettings(memory_mib=128, timeout_seconds=15 * _MINUTES),
            account=self._account,
            key=self._key,
            log_key=self._key,
            code="functions/rotate_master_password",
            handler="handler.handle",
            description=f"Rotates the master password of {self._identifier}",
            environment={"DB_INSTANCE_IDENTIFIER": self._identifier, "MASTER_USERNAME": self._username},
            grants=[self._rights(), self._key.use],
            opts=self.child_options(),
        )
        return self._function.allow_invocation("secretsmanager", "secretsmanager.amazonaws.com", self.arn)

    @property
    def function(self) -> Function:
        """What replaces the password. Raises AttributeError before ``rotate``."""
        if self._function is None:
            raise AttributeError(f"{self.name} is not rotated yet")
        return self._function

    @property
    def operate(self) -> Grant:
        """Lets a role rotate the password at once, and read the rotation function's log."""
        return Grant(rotation_of(self.name, self.arn, self.function), self.function.operate)

    def _rights(self) -> Grant:
        """https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html"""
        secret = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
        instance = self._account.arn("rds", f"db:{self._identifier}")
        return Grant(
            Statement("Rotate", [f"secretsmanager:{action}" for action in secret], [self.arn]),
            Statement("SetPassword", ["rds:DescribeDBInstances", "rds:ModifyDBInstance"], [instance]),
        )

"""A Secrets Manager secret with the endpoints and credentials of an application's stores, assembled by a function."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.compute.function import FunctionSettings
from components.data.postgres_primary import PostgresPrimary
from components.data.redis import Redis
from components.security.key import Key
from components.security.secret import RotatedSecret, await_value
from components.statements import Grant, Statement, sid
from settings import Settings
from settings.services.secrets import SecretPath

ASSEMBLY = "functions/assemble_secret"
"""The function that puts such secrets together."""
ASSEMBLY_SIZE = FunctionSettings(memory_mib=128, timeout_seconds=600)
"""It waits until ElastiCache has taken the new password."""


class ApplicationSecretSettings(Settings):
    """The secret's name in AWS and after how many days its parts are renewed, if nothing renews them sooner."""

    name: SecretPath
    """The path of the secret in Secrets Manager."""
    rotation_days: int = Field(default=30, ge=1, le=90)
    """After how many days its parts are assembled again at the latest."""


@dataclass(frozen=True)
class Tasks:
    """A service of ECS, by the fixed names of its cluster and its own; it is made after the secret."""

    cluster_name: str
    service_name: str


class ApplicationSecret(RotatedSecret):
    """A secret of named keys: ``database-url``, ``redis-url``, ``jwt-secret`` and the plain values of ``public``.

    A function puts it together inside AWS, so that no password is in code, settings or a URL in the state. The database
    password is the one that RDS keeps and rotates; the cache's is made here and set in ElastiCache, where the one
    before goes on working; the JWT secret is random. Every five minutes the function looks whether RDS has rotated its
    password, and if so starts a rotation of this secret. See docs/decisions/0006-consulting-secrets.md.

    ``tasks`` are ones that read the secret only as they start: they are replaced after every rotation, and what depends
    on this component, as their service must, waits until there is a first value.

    The cache must have ``authentication: password``. Consumers need ``read`` and ``key.decrypt``.
    """

    def __init__(
        self,
        name: str,
        settings: ApplicationSecretSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        database: PostgresPrimary,
        database_key: Key,
        cache: Redis,
        public: Mapping[str, str],
        tasks: Tasks | None = None,
        stands_by: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.secret_name = settings.name
        # Secrets Manager appends six characters of its own; with the name fixed the pattern is known at a preview.
        self._pattern = account.arn("secretsmanager", f"secret:{settings.name}-??????")
        start = Statement("StartRotation", ["secretsmanager:RotateSecret"], [self._pattern])
        super().__init__(
            name,
            account=account,
            key=key,
            log_key=log_key,
            purpose="Where the application's stores are, and how it signs in",
            rotation_days=settings.rotation_days,
            code=ASSEMBLY,
            function=ASSEMBLY_SIZE,
            environment={
                "SECRET_ID": settings.name,
                "DATABASE_SECRET_ARN": database.secret_arn,
                "DATABASE_HOST": database.endpoint,
                "DATABASE_PORT": str(database.port),
                "DATABASE_NAME": database.db_name,
                **whereabouts(cache),
                "PUBLIC_VALUES": pulumi.Output.json_dumps(dict(sorted(public.items()))),
                **({"ECS_CLUSTER": tasks.cluster_name, "ECS_SERVICE": tasks.service_name} if tasks else {}),
            },
            grants=[
                database.read_secret,
                _distinct_decrypt(database_key, key),
                cache.set_password,
                start,
                *([_replace(tasks, account)] if tasks else []),
            ],
            # ElastiCache changes no user while it makes the group that he is in; and what a promotion gives a password
            # of its own has one only from then on.
            after=[database, cache],
            secret_name=settings.name,
            stands_by=stands_by,
            opts=opts,
        )
        self._watch(enabled=not stands_by)
        if tasks is not None:
            await_first_value(self)

    @property
    def read(self) -> Grant:
        """Lets a role read the value, together with ``decrypt`` of the key."""
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        return Statement(sid("Read", self.name), actions, [self._pattern])

    def _watch(self, *, enabled: bool) -> None:
        """Asks the function regularly: a lost event about a rotation of RDS would be an outage."""
        rule = aws.cloudwatch.EventRule(
            self.child("watch"),
            description=f"Look whether a part of {self.secret_name} has changed",
            schedule_expression="rate(5 minutes)",
            state=None if enabled else "DISABLED",
            opts=self.child_options(),
        )
        permission = self.function.allow_invocation("watch", "events.amazonaws.com", rule.arn)
        aws.cloudwatch.EventTarget(
            self.child("watch", "target"),
            rule=rule.name,
            arn=self.function.arn,
            # What EventBridge may not invoke yet is lost.
            opts=self.child_options(depends_on=[permission]),
        )


def whereabouts(cache: Redis) -> dict[str, pulumi.Input[str]]:
    """Environment variables with a cache's endpoint, for the function that assembles the secret."""
    return {
        "CACHE_HOST": cache.endpoint,
        "CACHE_PORT": str(cache.port),
        "CACHE_USER_ID": cache.user_id,
        "CACHE_USER_NAME": cache.user_name,
    }


def await_first_value(secret: RotatedSecret) -> None:
    """Holds up what depends on ``secret``, whose function is this module's, until it has a value, if it is to have."""
    if secret.schedule is not None:
        await_value(secret, secret.function, secret.arn, schedule=secret.schedule)


def _replace(tasks: Tasks, account: Account) -> Grant:
    service = account.arn("ecs", f"service/{tasks.cluster_name}/{tasks.service_name}")
    return Statement("ReplaceTasks", ["ecs:UpdateService"], [service])


def _distinct_decrypt(database_key: Key, key: Key) -> Grant:
    """The right to read the database's secret, unless the function has it for its own key already."""
    return Grant() if database_key is key else Grant(database_key.decrypt)

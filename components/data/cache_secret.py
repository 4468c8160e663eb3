"""A Secrets Manager secret with the URL of a Redis, password included, for clients without IAM authentication."""

import pulumi

from components.account import Account
from components.data.application_secret import (
    ASSEMBLY,
    ASSEMBLY_SIZE,
    ApplicationSecretSettings,
    await_first_value,
    whereabouts,
)
from components.data.redis import Redis
from components.security.key import Key
from components.security.secret import RotatedSecret

URL = "redis-url"
"""The field of the secret."""


class CacheSecret(RotatedSecret):
    """A secret with the one field ``redis-url``, such as ``rediss://user:password@host:6379``.

    A function makes the password inside AWS and sets it in ElastiCache, where the one before goes on working until the
    next rotation: whoever reads the secret only as it starts must start again within two rotations. What depends on
    this component waits until there is a first value. The cache must have ``authentication: password``. Consumers need
    ``read`` and ``key.decrypt``.
    """

    def __init__(
        self,
        name: str,
        settings: ApplicationSecretSettings,
        *,
        account: Account,
        key: Key,
        log_key: Key,
        cache: Redis,
        stands_by: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            name,
            account=account,
            key=key,
            log_key=log_key,
            purpose="Where the cache is, and how to sign in",
            rotation_days=settings.rotation_days,
            code=ASSEMBLY,
            function=ASSEMBLY_SIZE,
            environment={"PARTS": URL, "PUBLIC_VALUES": "{}", **whereabouts(cache)},
            grants=[cache.set_password],
            # ElastiCache changes no user while it makes the group that he is in.
            after=[cache],
            secret_name=settings.name,
            stands_by=stands_by,
            opts=opts,
        )
        await_first_value(self)

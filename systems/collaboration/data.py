"""State, cache, files and secrets of the collaboration platform."""

import pulumi

from components.account import Account
from components.data.application_secret import ApplicationSecretSettings
from components.data.bucket import Bucket, BucketSettings
from components.data.bucket_lifecycle import LifecycleSettings
from components.data.cache_secret import CacheSecret
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.data.redis import Redis
from components.data.table import Table
from components.data.table_rights import CopiedTable
from components.network.network import Network
from components.security.key import ExistingKey
from components.security.secret import CopiedSecret
from systems.collaboration.contract import Contract
from systems.collaboration.parameters import JWT_SECRET, REDIS_SECRET
from systems.collaboration.parts import STATE, Data, Files
from systems.collaboration.settings import SystemSettings
from systems.copies import copy_buckets
from systems.foundation import Stack
from systems.recovery_region import SecondRegion
from systems.secrets import make_manual_secrets, make_signing_key


def make_data(stack: Stack[SystemSettings], *, network: Network, elsewhere: SecondRegion | None) -> Data:
    """The state table and Redis; the secrets below ``<env>-collaboration/``.

    ``elsewhere`` is where table and secrets are copied to. Redis is not: what it keeps is put together again.
    """
    secret_copy = elsewhere.secret_copy if elsewhere else None
    purposes = {name: secret.purpose for name, secret in sorted(stack.settings.secrets.items())}
    folder = _folder(stack.settings, stack.account)
    access_logs, cache, cache_secret = _own(stack, network=network, promoted=None)
    return Data(
        state=Table(
            "state",
            stack.settings.table(stack.account.environment),
            schema=STATE,
            account=stack.account,
            key=stack.keys.data,
            replica_key=elsewhere.key if elsewhere else None,
        ),
        cache=cache,
        cache_secret=cache_secret,
        signing_key=make_signing_key(
            stack, JWT_SECRET, settings=stack.settings.signing_key, folder=folder, copy=secret_copy
        ),
        secrets=make_manual_secrets(stack, purposes=purposes, folder=folder, copy=secret_copy),
        access_logs=access_logs,
    )


def make_files(stack: Stack[SystemSettings], *, logs: LogBucket, elsewhere: SecondRegion | None) -> Files:
    """The bucket of static files, and its copy where there is one."""
    static = Bucket(
        "static",
        BucketSettings(bucket=stack.settings.name(stack.account.environment, "static")),
        account=stack.account,
        key=stack.keys.data,
        access_logs=logs,
    )
    return Files(
        static,
        copy_buckets(stack, sources={"static": static}, access_logs=logs.settings, elsewhere=elsewhere).get("static"),
    )


def follow_data(stack: Stack[SystemSettings], *, network: Network, home: Contract, promoted: bool) -> Data:
    """The copies of a home stack's table and secrets in this region, with a Redis of its own once it is promoted."""
    access_logs, cache, cache_secret = _own(stack, network=network, promoted=promoted)
    arns = pulumi.Output.from_input(home.secret_arns)

    def copied(name: str) -> CopiedSecret:
        return CopiedSecret(name, arns.apply(lambda found: found[name]), stack.account.region)

    return Data(
        state=CopiedTable(
            "state",
            stack.settings.table(stack.account.environment).table_name,
            schema=STATE,
            account=stack.account,
            key=ExistingKey("copies-key", home.copies_key_arn),
            stream=pulumi.Output.from_input(home.stream_arn),
        ),
        cache=cache,
        cache_secret=cache_secret,
        signing_key=copied(JWT_SECRET),
        secrets={name: copied(name) for name in sorted(stack.settings.secrets)},
        access_logs=access_logs,
        copied_secrets_key=ExistingKey("copied-secrets-key", home.copied_secrets_key_arn),
    )


def _folder(settings: SystemSettings, account: Account) -> str:
    return f"{settings.prefix(account.environment)}-collaboration"


def _own(
    stack: Stack[SystemSettings], *, network: Network, promoted: bool | None
) -> tuple[LogBucket, Redis, CacheSecret]:
    """What each region has by itself; ``promoted`` says of a recovery stack whether Redis is there."""
    aging = {field: getattr(stack.settings.access_logs, field) for field in LifecycleSettings.model_fields}
    named = LogBucketSettings(bucket=stack.settings.name(stack.account.environment, "logs"), **aging)
    logs = LogBucket("access-logs", named, account=stack.account)
    cache = Redis(
        "redis",
        stack.settings.cache(stack.account.environment),
        account=stack.account,
        network=network,
        key=stack.keys.data,
        refuses_when_full=True,
        promoted=promoted,
    )
    secret = CacheSecret(
        "redis-secret",
        ApplicationSecretSettings(name=f"{_folder(stack.settings, stack.account)}/{REDIS_SECRET}"),
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        cache=cache,
        stands_by=promoted is False,
    )
    return logs, cache, secret

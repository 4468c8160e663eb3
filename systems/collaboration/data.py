"""State, cache, files and secrets of the collaboration platform."""

import pulumi

from components.account import Account
from components.data.application_secret import ApplicationSecretSettings
from components.data.bucket import Bucket, BucketSettings
from components.data.cache_secret import CacheSecret
from components.data.lifecycle import LifecycleSettings
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.data.redis import Redis
from components.data.table import Table
from components.data.table_rights import CopiedTable
from components.network.network import Network
from components.security.key import ExistingKey
from components.security.manual_secret import ManualSecret
from components.security.secret import CopiedSecret, GeneratedSecret
from systems.collaboration.contract import Contract
from systems.collaboration.parameters import JWT_SECRET, REDIS_SECRET
from systems.collaboration.parts import STATE, Data, Files
from systems.collaboration.settings import SystemSettings
from systems.copies import Elsewhere, copy_buckets
from systems.foundation import Keys


def make_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, elsewhere: Elsewhere | None
) -> Data:
    """The state table and Redis; the secrets below ``<env>-collaboration/``.

    ``elsewhere`` is where table and secrets are copied to. Redis is not: what it keeps is put together again.
    """
    secret_copy = elsewhere.secret_copy if elsewhere else None
    folder = _folder(settings, account)
    access_logs, cache, cache_secret = _own(settings, account, keys, network, None)
    return Data(
        state=Table(
            "state",
            settings.table(account.environment),
            schema=STATE,
            account=account,
            key=keys.data,
            replica_key=elsewhere.key if elsewhere else None,
        ),
        cache=cache,
        cache_secret=cache_secret,
        signing_key=GeneratedSecret(
            JWT_SECRET,
            settings.signing_key,
            account=account,
            key=keys.secrets,
            log_key=keys.logs,
            purpose="Signs the tokens of users",
            secret_name=f"{folder}/{JWT_SECRET}",
            copy=secret_copy,
        ),
        secrets={
            name: ManualSecret(
                name,
                account=account,
                key=keys.secrets,
                secret_name=f"{folder}/{name}",
                purpose=secret.purpose,
                copy=secret_copy,
            )
            for name, secret in sorted(settings.secrets.items())
        },
        access_logs=access_logs,
    )


def make_files(
    settings: SystemSettings, account: Account, keys: Keys, logs: LogBucket, elsewhere: Elsewhere | None
) -> Files:
    """The bucket of static files, and its copy where there is one."""
    static = Bucket(
        "static",
        BucketSettings(bucket=settings.name(account.environment, "static")),
        account=account,
        key=keys.data,
        access_logs=logs,
    )
    return Files(static, copy_buckets({"static": static}, logs.settings, account, keys, elsewhere).get("static"))


def follow_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, home: Contract, *, promoted: bool
) -> Data:
    """The copies of a home stack's table and secrets in this region, with a Redis of its own once it is promoted."""
    access_logs, cache, cache_secret = _own(settings, account, keys, network, promoted)
    arns = pulumi.Output.from_input(home.secret_arns)

    def copied(name: str) -> CopiedSecret:
        return CopiedSecret(name, arns.apply(lambda found: found[name]), account.region)

    return Data(
        state=CopiedTable(
            "state",
            settings.table(account.environment).table_name,
            schema=STATE,
            account=account,
            key=ExistingKey("copies-key", home.copies_key_arn),
            stream=pulumi.Output.from_input(home.stream_arn),
        ),
        cache=cache,
        cache_secret=cache_secret,
        signing_key=copied(JWT_SECRET),
        secrets={name: copied(name) for name in sorted(settings.secrets)},
        access_logs=access_logs,
        copied_secrets_key=ExistingKey("copied-secrets-key", home.copied_secrets_key_arn),
    )


def _folder(settings: SystemSettings, account: Account) -> str:
    return f"{settings.prefix(account.environment)}-collaboration"


def _own(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, promoted: bool | None
) -> tuple[LogBucket, Redis, CacheSecret]:
    """What each region has by itself; ``promoted`` says of a recovery stack whether Redis is there."""
    aging = {field: getattr(settings.access_logs, field) for field in LifecycleSettings.model_fields}
    named = LogBucketSettings(bucket=settings.name(account.environment, "logs"), **aging)
    logs = LogBucket("access-logs", named, account=account)
    cache = Redis(
        "redis",
        settings.cache(account.environment),
        account=account,
        network=network,
        key=keys.data,
        refuses_when_full=True,
        promoted=promoted,
    )
    secret = CacheSecret(
        "redis-secret",
        ApplicationSecretSettings(name=f"{_folder(settings, account)}/{REDIS_SECRET}"),
        account=account,
        key=keys.secrets,
        log_key=keys.logs,
        cache=cache,
        stands_by=promoted is False,
    )
    return logs, cache, secret

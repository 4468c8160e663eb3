"""State, cache, files and secrets of the collaboration platform."""

from components.account import Account
from components.data.application_secret import ApplicationSecretSettings
from components.data.bucket import Bucket, BucketSettings
from components.data.cache_secret import CacheSecret
from components.data.lifecycle import LifecycleSettings
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.data.redis import Redis
from components.data.table import Table
from components.network.network import Network
from components.security.manual_secret import ManualSecret
from components.security.secret import GeneratedSecret
from systems.collaboration.parameters import JWT_SECRET, REDIS_SECRET
from systems.collaboration.parts import STATE, Data
from systems.collaboration.settings import SystemSettings
from systems.copies import Elsewhere, copy_buckets
from systems.foundation import Keys


def make_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, elsewhere: Elsewhere | None
) -> Data:
    """The state table and Redis; the bucket of static files; the secrets below ``<env>-collaboration/``.

    ``elsewhere`` is where table, secrets and files are copied to. Redis is not: what it keeps is put together again.
    """
    environment = account.environment
    folder = f"{settings.prefix(environment)}-collaboration"
    aging = {field: getattr(settings.access_logs, field) for field in LifecycleSettings.model_fields}
    access_logs = LogBucket(
        "access-logs", LogBucketSettings(bucket=settings.name(environment, "logs"), **aging), account=account
    )
    cache = Redis(
        "redis", settings.cache(environment), account=account, network=network, key=keys.data, refuses_when_full=True
    )
    secret_copy = elsewhere.secret_copy if elsewhere else None
    static = Bucket(
        "static",
        BucketSettings(bucket=settings.name(environment, "static")),
        account=account,
        key=keys.data,
        access_logs=access_logs,
    )
    return Data(
        state=Table(
            "state",
            settings.table(environment),
            schema=STATE,
            account=account,
            key=keys.data,
            replica_key=elsewhere.key if elsewhere else None,
        ),
        cache=cache,
        cache_secret=CacheSecret(
            "redis-secret",
            ApplicationSecretSettings(name=f"{folder}/{REDIS_SECRET}"),
            account=account,
            key=keys.secrets,
            log_key=keys.logs,
            cache=cache,
        ),
        signing_key=GeneratedSecret(
            "jwt-secret",
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
        static=static,
        static_copy=copy_buckets({"static": static}, access_logs.settings, account, keys, elsewhere).get("static"),
        access_logs=access_logs,
    )

"""The stores that both models of the Confluence system share."""

import pulumi

from components.data.bucket import Bucket
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.data.search_access import SearchAccess
from components.data.search_domain import SearchDomain
from components.edge.origins import BucketOrigin
from components.network.network import Network
from systems.confluence.copies import Pushed, push_copies
from systems.confluence.parts import MANUAL_SECRETS, Data
from systems.confluence.settings import SystemSettings
from systems.eks_schema import APPLICATION_USER
from systems.foundation import Stack
from systems.recovery_region import SecondRegion
from systems.secrets import make_manual_secrets, make_signing_key


def make_data(
    stack: Stack[SystemSettings], *, network: Network, access_logs: LogBucket, recovery: SecondRegion | None
) -> tuple[Data, BucketOrigin, Pushed | None]:
    """Database, cache, search and buckets; the secrets that the application is given, here and in the second region.

    Beside them the bucket that the distribution reads, and what follows the stores in the second region.
    """
    copies = stack.settings.copies
    secret_copy = recovery.secret_copy if recovery else None
    folder = stack.settings.secrets
    buckets = {
        purpose: Bucket(
            purpose,
            getattr(stack.settings.buckets, purpose),
            account=stack.account,
            key=stack.keys.data,
            access_logs=access_logs,
        )
        for purpose in ("static", "uploads", "backups")
    }
    search_access = SearchAccess(
        "index-access", account=stack.account, network=network, key=stack.keys.secrets, log_key=stack.keys.logs
    )
    database = Postgres(
        "postgres",
        stack.settings.database,
        account=stack.account,
        network=network,
        key=stack.keys.data,
        replicated_elsewhere=copies is not None and copies.database,
    )
    cache = Redis(
        "cache",
        stack.settings.cache,
        account=stack.account,
        network=network,
        key=stack.keys.data,
        replicated_elsewhere=copies is not None,
    )
    data = Data(
        database=database,
        cache=cache,
        search=SearchDomain(
            "search",
            stack.settings.search,
            account=stack.account,
            network=network,
            key=stack.keys.data,
            log_key=stack.keys.logs,
            administrators=[search_access.role_arn],
        ),
        search_access=search_access,
        signing_key=make_signing_key(
            stack, "jwt-secret", settings=stack.settings.signing_key, folder=folder, copy=secret_copy
        ),
        secrets=make_manual_secrets(stack, purposes=MANUAL_SECRETS, folder=folder, copy=secret_copy),
        open_secrets=stack.keys.secrets.decrypt,
        **buckets,
    )
    if copies is None or recovery is None:
        return data, BucketOrigin(buckets["static"]), None
    pushed = push_copies(stack, settings=copies, database=database, cache=cache, buckets=buckets, recovery=recovery)
    return data, BucketOrigin(buckets["static"], pushed.static), pushed


def database_url(data: Data, host: pulumi.Input[str], user: str = APPLICATION_USER) -> pulumi.Output[str]:
    """Where the database is and as whom to sign in; the password is a token that IAM hands out for 15 minutes."""
    where = f":{data.database.port}/{data.database.db_name}?sslmode=verify-full"
    return pulumi.Output.concat(f"postgresql://{user}@", host, where)


def cache_variables(data: Data) -> dict[str, pulumi.Input[str]]:
    """Where the cache is, over TLS, and as whom to sign in; the password is a token that IAM hands out."""
    cache = data.cache
    return {
        "REDIS_URL": pulumi.Output.concat("rediss://", cache.endpoint, f":{cache.port}"),
        "REDIS_USER": cache.user_name,
        "REDIS_REPLICATION_GROUP": cache.replication_group_id,
        "REDIS_CLUSTER": str(cache.settings.cluster_mode).lower(),
    }

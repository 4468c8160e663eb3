"""The stores of the MDReader system and the secret by which its programs reach them."""

from components.account import Account
from components.data.application_secret import ApplicationSecret, Tasks
from components.data.bucket import Bucket
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.network.network import Network
from components.security.manual_secret import ManualSecret
from systems.copies import Elsewhere, copy_buckets
from systems.foundation import Keys
from systems.mdreader.parts import ATTACHMENTS, PAGES, Data
from systems.mdreader.settings import SystemSettings


def make_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, elsewhere: Elsewhere | None
) -> Data:
    """Database, cache, attachments and pages; ``elsewhere`` is where what cannot be made anew is copied to.

    The application's secret is not: it holds where the stores of this region are.
    """
    database = Postgres(
        "rds",
        settings.database,
        account=account,
        network=network,
        key=keys.data,
        replicated_elsewhere=elsewhere is not None,
    )
    cache = Redis("redis", settings.cache, account=account, network=network, key=keys.data)
    access_logs = LogBucket("access-logs", settings.access_logs, account=account)
    uploads = Bucket(ATTACHMENTS, settings.uploads, account=account, key=keys.data, access_logs=access_logs)
    buckets = {ATTACHMENTS: uploads}
    if settings.web is not None:
        buckets[PAGES] = Bucket(PAGES, settings.web, account=account, key=keys.data, access_logs=access_logs)
    return Data(
        database=database,
        cache=cache,
        secret=ApplicationSecret(
            "app-secret",
            settings.secret,
            account=account,
            key=keys.secrets,
            log_key=keys.logs,
            database=database,
            database_key=keys.data,
            cache=cache,
            public={"ses-sender-email": settings.sender},
            tasks=Tasks(settings.cluster.cluster_name, settings.hocuspocus.service_name),
        ),
        uploads=uploads,
        web=buckets.get(PAGES),
        copies=copy_buckets(buckets, settings.access_logs, account, keys, elsewhere),
        file_signing_key=ManualSecret(
            "file-signing-key",
            account=account,
            key=keys.secrets,
            secret_name=f"{settings.secret.name}-file-signing-key",
            purpose="Signs the addresses of attachments; its public half is in the stack file",
            copy=elsewhere.secret_copy if elsewhere else None,
        ),
        access_logs=access_logs,
    )

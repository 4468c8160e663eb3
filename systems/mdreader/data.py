"""The stores of the MDReader system and the secret by which its programs reach them."""

import pulumi

from components.account import Account
from components.data.application_secret import ApplicationSecret, Tasks
from components.data.bucket import Bucket
from components.data.bucket_rights import CopiedBucket
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.postgres_primary import PostgresPrimary
from components.data.postgres_recovery import PostgresRecovery
from components.data.redis import Redis
from components.network.network import Network
from components.security.key import ExistingKey
from components.security.manual_secret import ManualSecret
from components.security.secret import CopiedSecret
from settings.recovery import home_database_class
from systems.copies import Elsewhere, copy_buckets
from systems.foundation import Keys
from systems.mdreader.contract import Contract
from systems.mdreader.parts import ATTACHMENTS, PAGES, Data, Files
from systems.mdreader.settings import SystemSettings

SIGNING_KEY = "file-signing-key"


def make_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, elsewhere: Elsewhere | None
) -> tuple[Data, Files]:
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
    data = Data(
        database=database,
        cache=cache,
        secret=_secret(settings, account, keys, database, cache),
        uploads=uploads,
        file_signing_key=ManualSecret(
            SIGNING_KEY,
            account=account,
            key=keys.secrets,
            secret_name=f"{settings.secret.name}-file-signing-key",
            purpose="Signs the addresses of attachments; its public half is in the stack file",
            copy=elsewhere.secret_copy if elsewhere else None,
        ),
        access_logs=access_logs,
    )
    copies = copy_buckets(buckets, settings.access_logs, account, keys, elsewhere)
    return data, Files(uploads, buckets.get(PAGES), copies)


def follow_data(
    settings: SystemSettings, account: Account, keys: Keys, network: Network, home: Contract, *, promoted: bool
) -> tuple[Data, pulumi.Resource]:
    """What follows the stores of a home stack in this region; Redis and the application's secret are its own.

    With the instance that a promotion promotes.
    """
    database = PostgresRecovery(
        "rds",
        settings.database,
        source_arn=home.database_arn,
        source_class=home_database_class(settings.recovery),
        promoted=promoted,
        account=account,
        network=network,
        key=keys.data,
    )
    cache = Redis("redis", settings.cache, account=account, network=network, key=keys.data, promoted=promoted)
    key = ExistingKey("copies-key", home.copies_key_arn)
    data = Data(
        database=database,
        cache=cache,
        secret=_secret(settings, account, keys, database, cache, stands_by=not promoted),
        uploads=CopiedBucket(ATTACHMENTS, settings.uploads.bucket, account=account, key=key),
        file_signing_key=CopiedSecret(SIGNING_KEY, pulumi.Output.from_input(home.file_signing_key_arn), account.region),
        access_logs=LogBucket("access-logs", settings.access_logs, account=account),
        copied_secrets_key=ExistingKey("copied-secrets-key", home.copied_secrets_key_arn),
    )
    return data, database.instance


def _secret(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    database: PostgresPrimary,
    cache: Redis,
    *,
    stands_by: bool = False,
) -> ApplicationSecret:
    return ApplicationSecret(
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
        stands_by=stands_by,
    )

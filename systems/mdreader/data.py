"""The stores of the MDReader system and the secret by which its programs reach them."""

import pulumi

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
from systems.copies import copy_buckets
from systems.foundation import Stack
from systems.mdreader.contract import Contract
from systems.mdreader.parts import ATTACHMENTS, PAGES, Data, Files
from systems.mdreader.settings import SystemSettings
from systems.recovery_region import SecondRegion

SIGNING_KEY = "file-signing-key"


def make_data(stack: Stack[SystemSettings], *, network: Network, elsewhere: SecondRegion | None) -> tuple[Data, Files]:
    """Database, cache, attachments and pages; ``elsewhere`` is where what cannot be recreated is copied to.

    The application's secret is not: it holds where the stores of this region are.
    """
    database = Postgres(
        "rds",
        stack.settings.database,
        account=stack.account,
        network=network,
        key=stack.keys.data,
        replicated_elsewhere=elsewhere is not None,
    )
    cache = Redis("redis", stack.settings.cache, account=stack.account, network=network, key=stack.keys.data)
    access_logs = LogBucket("access-logs", stack.settings.access_logs, account=stack.account)
    uploads = Bucket(
        ATTACHMENTS, stack.settings.uploads, account=stack.account, key=stack.keys.data, access_logs=access_logs
    )
    buckets = {ATTACHMENTS: uploads}
    if stack.settings.web is not None:
        buckets[PAGES] = Bucket(
            PAGES, stack.settings.web, account=stack.account, key=stack.keys.data, access_logs=access_logs
        )
    data = Data(
        database=database,
        cache=cache,
        secret=_secret(stack, database=database, cache=cache),
        uploads=uploads,
        file_signing_key=ManualSecret(
            SIGNING_KEY,
            account=stack.account,
            key=stack.keys.secrets,
            secret_name=f"{stack.settings.secret.name}-file-signing-key",
            purpose="Signs the addresses of attachments; its public half is in the stack file",
            copy=elsewhere.secret_copy if elsewhere else None,
        ),
        access_logs=access_logs,
    )
    copies = copy_buckets(stack, sources=buckets, access_logs=stack.settings.access_logs, elsewhere=elsewhere)
    return data, Files(uploads, buckets.get(PAGES), copies)


def follow_data(
    stack: Stack[SystemSettings], *, network: Network, home: Contract, promoted: bool
) -> tuple[Data, pulumi.Resource]:
    """What follows the stores of a home stack in this region; Redis and the application's secret are its own.

    With the instance that a promotion promotes.
    """
    database = PostgresRecovery(
        "rds",
        stack.settings.database,
        source_arn=home.database_arn,
        source_class=home_database_class(stack.settings.recovery),
        promoted=promoted,
        account=stack.account,
        network=network,
        key=stack.keys.data,
    )
    cache = Redis(
        "redis", stack.settings.cache, account=stack.account, network=network, key=stack.keys.data, promoted=promoted
    )
    key = ExistingKey("copies-key", home.copies_key_arn)
    data = Data(
        database=database,
        cache=cache,
        secret=_secret(stack, database=database, cache=cache, stands_by=not promoted),
        uploads=CopiedBucket(ATTACHMENTS, stack.settings.uploads.bucket, account=stack.account, key=key),
        file_signing_key=CopiedSecret(
            SIGNING_KEY, pulumi.Output.from_input(home.file_signing_key_arn), stack.account.region
        ),
        access_logs=LogBucket("access-logs", stack.settings.access_logs, account=stack.account),
        copied_secrets_key=ExistingKey("copied-secrets-key", home.copied_secrets_key_arn),
    )
    return data, database.instance


def _secret(
    stack: Stack[SystemSettings], *, database: PostgresPrimary, cache: Redis, stands_by: bool = False
) -> ApplicationSecret:
    return ApplicationSecret(
        "app-secret",
        stack.settings.secret,
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        database=database,
        database_key=stack.keys.data,
        cache=cache,
        public={"ses-sender-email": stack.settings.sender},
        tasks=Tasks(stack.settings.cluster.cluster_name, stack.settings.hocuspocus.service_name),
        stands_by=stands_by,
    )

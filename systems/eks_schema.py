"""Schema migrations of a database whose pods sign in by IAM: a Job that runs as the master user."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.data.aurora import Aurora
from components.data.postgres_primary import PostgresPrimary
from components.data.postgres_recovery import PostgresRecovery
from components.security.key import Key
from components.workloads.external_secrets import ExternalSecrets
from components.workloads.migration import Migration, MigrationSettings
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import SecretKey
from components.workloads.synced_secret import SecretValue, SyncedSecret
from systems.eks_platform import Compute

APPLICATION_USER = "application"
"""The PostgreSQL user that pods and functions sign in as; the first migration makes it, with the role rds_iam."""
_CONNECTION = SecretKey(secret="database-master", key="url")  # noqa: S106 -- the name of one


def schema_operator(
    account: Account, *, compute: Compute, namespace: Namespace, database: PostgresPrimary | Aurora, key: Key
) -> ExternalSecrets:
    """What brings the master user's password to the Job, and may read that secret alone; ``key`` encrypts it."""
    return ExternalSecrets(
        "external-secrets",
        account=account,
        cluster=compute.cluster,
        namespace=namespace,
        nodes=compute.ready,
        grants=[database.read_secret, key.decrypt],
    )


def run_schema(
    settings: MigrationSettings,
    *,
    compute: Compute,
    namespace: Namespace,
    database: PostgresPrimary | Aurora,
    operator: ExternalSecrets,
    stores: Sequence[pulumi.Input[str]],
) -> list[pulumi.Resource]:
    """Runs the migrations as a Job, once the master user's password is there; ``stores`` are CIDRs.

    Returns what pods have to come after. A copy brought its source's schema with it, by which pods serve: in a stack
    that is promoted they wait for nothing, and a Job that fails keeps none of them away
    (docs/decisions/0035-who-migrates-a-promoted-database.md).
    """
    # Nobody but the Job is given it: pods name what they read, and none may ask Kubernetes.
    secret = SyncedSecret(
        "master-login",
        secret=_CONNECTION.secret,
        operator=operator,
        values={part: SecretValue(database.secret_arn, part) for part in ("username", "password")},
        templates={_CONNECTION.key: _url(database)},
        after=[database],
    )
    migration = Migration(
        "migration",
        settings,
        cluster=compute.cluster,
        namespace=namespace,
        database=Destination(database.port, stores),
        connection=_CONNECTION,
        after=[secret, database],
    )
    return [] if isinstance(database, PostgresRecovery) else [migration]


def _url(database: PostgresPrimary | Aurora) -> pulumi.Output[str]:
    """The operator puts user and password in, as parts of a URL."""
    who = "{{ .username | urlquery }}:{{ .password | urlquery }}"
    return pulumi.Output.concat(
        f"postgresql://{who}@", database.endpoint, f":{database.port}/{database.db_name}?sslmode=require"
    )

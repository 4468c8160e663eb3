"""Schema migrations of a database whose pods sign in by IAM: a Job that runs as the master user."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.data.aurora import Aurora
from components.data.postgres_primary import PostgresPrimary
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


def apply_schema(
    settings: MigrationSettings,
    *,
    account: Account,
    compute: Compute,
    namespace: Namespace,
    database: PostgresPrimary | Aurora,
    key: Key,
    stores: Sequence[pulumi.Input[str]],
) -> Migration:
    """Runs the migrations once the master user's password is there; ``key`` encrypts that, ``stores`` are CIDRs."""
    operator = schema_operator(account, compute=compute, namespace=namespace, database=database, key=key)
    return run_schema(
        settings, compute=compute, namespace=namespace, database=database, operator=operator, stores=stores
    )


def schema_operator(
    account: Account, *, compute: Compute, namespace: Namespace, database: PostgresPrimary | Aurora, key: Key
) -> ExternalSecrets:
    """What brings the master user's password to the Job, and may read that secret alone."""
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
) -> Migration:
    """The Job, and the secret that nobody but it is given: pods name what they read, and none may ask Kubernetes."""
    secret = SyncedSecret(
        "master-login",
        secret=_CONNECTION.secret,
        operator=operator,
        values={part: SecretValue(database.secret_arn, part) for part in ("username", "password")},
        templates={_CONNECTION.key: _url(database)},
        after=[database],
    )
    return Migration(
        "migration",
        settings,
        cluster=compute.cluster,
        namespace=namespace,
        database=Destination(database.port, stores),
        connection=_CONNECTION,
        after=[secret, database],
    )


def _url(database: PostgresPrimary | Aurora) -> pulumi.Output[str]:
    """The operator puts user and password in, as parts of a URL."""
    who = "{{ .username | urlquery }}:{{ .password | urlquery }}"
    return pulumi.Output.concat(
        f"postgresql://{who}@", database.endpoint, f":{database.port}/{database.db_name}?sslmode=require"
    )

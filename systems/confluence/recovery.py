"""A recovery stack of the Confluence system: what its home has for serving, in another region, behind the same names.

The distribution is the home's and calls names that fail over, so that nothing of it changes. Stores follow the home's
until the promotion: database and cache are this stack's, buckets, tables and secrets copies that the home makes here.
The search domain is empty and is filled from the database.
"""

from dataclasses import replace
from typing import Any

import pulumi

from components.account import Account
from components.data.bucket_rights import CopiedBucket
from components.data.bucket_takeover import BucketTakeover
from components.data.global_cache import GlobalCache
from components.data.log_bucket import LogBucket
from components.data.postgres_recovery import PostgresRecovery
from components.data.registry import Registry, RegistrySettings
from components.data.search_access import SearchAccess
from components.data.search_domain import SearchDomain
from components.data.table_rights import CopiedTable
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.edge.origin_secret import ExistingOriginHeader
from components.edge.takeover import Takeover
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations.tracing import Tracing
from components.security.key import ExistingKey
from components.security.operator_role import OperatorRole
from components.security.secret import CopiedSecret
from settings.recovery import RecoveryStackSettings, home_database_class
from systems.confluence.copies import Contract
from systems.confluence.kubernetes import run_on_eks
from systems.confluence.models import LambdaModel
from systems.confluence.operations import operate
from systems.confluence.parts import BFF, FRONTEND, MANUAL_SECRETS, WEBSOCKET, Data, Names, stores_of
from systems.confluence.serverless import SCHEMAS, run_on_lambda
from systems.confluence.settings import SystemSettings
from systems.copies import say_serving, serves_near
from systems.foundation import Stack, make_keys
from systems.recovery_stack import read_home


def build_recovery(settings: SystemSettings, recovery: RecoveryStackSettings, account: Account) -> dict[str, Any]:
    """Builds the stack, standing by or promoted, and returns its outputs by name."""
    home = read_home(recovery, Contract)
    # A call that waits for its answer: whatever was made before would be registered without what follows it.
    cloudfront = cloudfront_prefix_list_id() if settings.model == "eks" else ""
    keys = make_keys("confluence", account, data_users=settings.backup.key_users, edge=False)
    stack = Stack(settings, account, keys)
    cluster_name = settings.eks.cluster.name if settings.eks else None
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=cluster_name)
    database = PostgresRecovery(
        "postgres",
        settings.database,
        source_arn=home.database_arn,
        source_class=home_database_class(settings.recovery),
        promoted=recovery.promoted,
        account=account,
        network=network,
        key=keys.data,
    )
    data = _follow(stack, network=network, home=home, database=database)
    names = _names(stack, recovery=recovery, home=home, database=database)
    registry = Registry(
        "registry",
        RegistrySettings(namespace=settings.registry, repositories=(FRONTEND, BFF, WEBSOCKET)),
        account=account,
        key=keys.data,
    )
    tracing = Tracing("tracing", settings.tracing) if settings.tracing else None
    released: dict[str, Any] = {}
    if settings.eks is not None:
        logs = LogBucket("access-logs", settings.buckets.access_logs, account=account)
        model, compute = run_on_eks(
            stack,
            model=settings.eks,
            network=network,
            data=data,
            names=names,
            registry=registry,
            access_logs=logs,
            cloudfront=cloudfront,
            tracing=tracing,
        )
        operators = compute.operators
    elif settings.functions is not None:
        tables = _tables(settings.functions, account, home)
        serverless = run_on_lambda(
            stack, model=settings.functions, network=network, data=data, names=names, tables=tables
        )
        model = serverless.model
        operators = OperatorRole("operators", account=account)
        operators.may(data.operate, serverless.operate)
        released["operatorsRoleArn"] = operators.arn
    else:
        raise ValueError("a Confluence stack is of one model or the other")
    operate(stack, data=data, model=model, edge={}, operators=operators)
    return {
        "url": f"https://{settings.domain}",
        **stores_of(data),
        "registries": {image: registry.repository_url(image) for image in (FRONTEND, BFF, WEBSOCKET)},
        **model.outputs,
        **released,
    }


def _follow(stack: Stack[SystemSettings], *, network: Network, home: Contract, database: PostgresRecovery) -> Data:
    """The stores that follow the home's, and the copies that the home makes here."""
    key = ExistingKey("copies-key", home.data_key_arn)

    def bucket(purpose: str) -> CopiedBucket:
        return CopiedBucket(purpose, getattr(stack.settings.buckets, purpose).bucket, account=stack.account, key=key)

    def secret(name: str) -> CopiedSecret:
        arns = pulumi.Output.from_input(home.secret_arns)
        return CopiedSecret(name, arns.apply(lambda found: found[name]), stack.account.region)

    uploads = bucket("uploads")
    BucketTakeover("uploads", bucket=uploads, cors=stack.settings.buckets.uploads.cors)
    search_access = SearchAccess(
        "index-access", account=stack.account, network=network, key=stack.keys.secrets, log_key=stack.keys.logs
    )
    return Data(
        database=database,
        cache=GlobalCache(
            "cache",
            stack.settings.cache,
            datastore_id=home.datastore_id,
            account=stack.account,
            network=network,
            key=stack.keys.data,
        ),
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
        static=bucket("static"),
        uploads=uploads,
        backups=bucket("backups"),
        signing_key=secret("jwt-secret"),
        secrets={name: secret(name) for name in MANUAL_SECRETS},
        open_secrets=ExistingKey("copied-secrets-key", home.secrets_key_arn).decrypt,
    )


def _tables(model: LambdaModel, account: Account, home: Contract) -> dict[str, CopiedTable]:
    key = ExistingKey("copies-key", home.data_key_arn)
    streams = pulumi.Output.from_input(home.streams)

    def table(name: str) -> CopiedTable:
        stream = streams.apply(lambda found: found[name])
        named = getattr(model.tables, name).table_name
        return CopiedTable(name, named, schema=SCHEMAS[name], account=account, key=key, stream=stream)

    return {name: table(name) for name in SCHEMAS}


def _names(
    stack: Stack[SystemSettings], *, recovery: RecoveryStackSettings, home: Contract, database: PostgresRecovery
) -> Names:
    """The names of the home's zone; and where it is said that this region has taken over, as both regions ask."""
    zone = Zone(
        "zone",
        ZoneSettings(domain=stack.settings.domain),
        account=stack.account,
        log_key=stack.keys.logs,
        home_zone_id=home.zone_id,
    )
    names = Names(
        zone,
        stack.settings.domain,
        ExistingOriginHeader(home.origin_headers),
        fails_over=True,
    )
    certificate = Certificate(
        "takeover-certificate", CertificateSettings(domain=names.takeover), zone=zone, region=stack.account.region
    )
    Takeover(
        "takeover",
        domain=names.takeover,
        promoted=recovery.alone,
        zone=zone,
        certificate=certificate,
        opts=pulumi.ResourceOptions(depends_on=[database.instance]),
    )
    check = HealthCheck("taken-over", HealthCheckSettings(domain=names.takeover, path="/"))
    say_serving(
        domain=stack.settings.domain, recovery=recovery, zone=zone, account=stack.account, after=[database.instance]
    )
    return replace(names, taken_over=check, near=serves_near(stack.settings.domain, recovery, stack.account))

"""The Confluence-like system: pages that several people edit at once, in one of two models.

eks:    Route 53 ─► CloudFront ─► load balancer ─► site, BFF and WebSocket service on EKS ─┐
lambda: Route 53 ─► CloudFront ─► REST API ─► functions ──────────────────────────────────┼─► PostgreSQL, Redis,
                    WebSocket API ─► collaboration functions ─► DynamoDB                  ┘   OpenSearch, S3
Both stand by in a second region: database, cache, buckets and tables.
"""

from typing import Any

from components.account import Account
from components.data.registry import Registry, RegistrySettings
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.edge.origins import distributions
from components.network.network import Network
from components.operations.pipeline import Pipeline
from components.operations.tracing import Tracing
from components.security.operator_role import OperatorRole
from systems.confluence.data import make_copies, make_data
from systems.confluence.edge import make_cdn, make_names
from systems.confluence.kubernetes import BFF, FRONTEND, WEBSOCKET, run_on_eks
from systems.confluence.operations import operate, release_by_canary, watch_copies
from systems.confluence.serverless import run_on_lambda
from systems.confluence.settings import SystemSettings
from systems.foundation import make_keys
from systems.recovery_region import make_recovery_region

__all__ = ["SystemSettings", "build"]


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a Confluence stack and returns its outputs by name."""
    cloudfront = cloudfront_prefix_list_id() if settings.model == "eks" else ""
    told = ["events"] if settings.backup.copy_to_region else ()
    readers = [distributions(account)]
    keys = make_keys("confluence", account, also_notices=told, data_users=readers)
    recovery = make_recovery_region(settings.copies.region, account, data_users=readers) if settings.copies else None
    cluster_name = settings.eks.cluster.name if settings.eks else None
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=cluster_name)
    data = make_data(settings, account, keys, network, recovery)
    names = make_names(settings, account, keys)
    registry = Registry(
        "registry",
        RegistrySettings(namespace=settings.registry, repositories=(FRONTEND, BFF, WEBSOCKET)),
        account=account,
        key=keys.data,
    )
    tracing = Tracing("tracing", settings.tracing) if settings.tracing else None
    compute, functions = None, {}
    released: dict[str, Any] = {}
    if settings.eks is not None:
        model, compute = run_on_eks(
            settings, settings.eks, account, keys, network, data, names, registry, cloudfront, tracing
        )
        operators = compute.operators
    elif settings.functions is not None:
        serverless = run_on_lambda(settings, settings.functions, account, keys, network, data, names, recovery)
        model, functions = serverless.model, serverless.functions
        operators = OperatorRole("operators", account=account)
        operators.may(*data.operate, *serverless.operate)
        released["operatorsRoleArn"] = operators.arn
    else:
        raise ValueError("a Confluence stack is of one model or the other")
    cdn, firewall = make_cdn(settings, account, keys, names, data, model)
    alarms = operate(settings, account, keys, data, model, cdn, firewall, operators)
    canary = release_by_canary(settings, account, functions, alarms)
    if canary is not None:
        moved = {key: functions[key].function_name for key in canary.group_names}
        released["canary"] = {
            "application": canary.application_name,
            "groups": canary.group_names,
            "functions": moved,
        }
    if settings.pipeline is not None:
        pipeline = Pipeline(
            "delivery",
            settings.pipeline,
            account=account,
            key=keys.data,
            log_key=keys.logs,
            access_logs=data.access_logs,
            network=network if compute else None,
            statements=canary.release if canary else [],
        )
        if compute:
            compute.cluster.allow(pipeline)
    copies: dict[str, Any] = {}
    if settings.copies is not None and recovery is not None:
        made = make_copies(settings.copies, account, keys, data, recovery)
        watch_copies(settings, made)
        copies = made.outputs
    return {
        "url": f"https://{settings.domain}",
        "nameServers": names.zone.name_servers or [],
        "distributionId": cdn.distribution_id,
        "distributionDomain": cdn.domain_name,
        "staticBucket": data.static.bucket_name,
        "uploadsBucket": data.uploads.bucket_name,
        "databaseEndpoint": data.database.endpoint,
        "databaseSecretArn": data.database.secret_arn,
        "cacheEndpoint": data.cache.endpoint,
        "searchEndpoint": data.search.endpoint,
        "registries": {image: registry.repository_url(image) for image in (FRONTEND, BFF, WEBSOCKET)},
        **model.outputs,
        **released,
        **copies,
    }

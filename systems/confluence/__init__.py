"""The Confluence-like system: pages that several people edit at once, in one of two models.

eks:    Route 53 ─► CloudFront ─► load balancer ─► site, BFF and WebSocket service on EKS ─┐
lambda: Route 53 ─► CloudFront ─► REST API ─► functions ──────────────────────────────────┼─► PostgreSQL, Redis,
                    WebSocket API ─► collaboration functions ─► DynamoDB                  ┘   OpenSearch, S3
Both have a recovery stack in a second region, which follows them: database, cache, buckets and tables.
"""

from typing import Any

from components.account import Account
from components.data.log_bucket import LogBucket
from components.data.registry import Registry, RegistrySettings
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.edge.origins import distributions
from components.network.network import Network
from components.operations.pipeline import Pipeline
from components.operations.tracing import Tracing
from components.security.operator_role import OperatorRole
from systems.confluence.copies import contract_of
from systems.confluence.data import make_data
from systems.confluence.edge import make_cdn, make_names
from systems.confluence.kubernetes import run_on_eks
from systems.confluence.operations import operate, release_by_canary, watch_edge
from systems.confluence.parts import BFF, FRONTEND, WEBSOCKET, stores_of
from systems.confluence.recovery import build_recovery
from systems.confluence.serverless import make_tables, run_on_lambda
from systems.confluence.settings import SystemSettings
from systems.foundation import Stack, make_github_roles, make_keys
from systems.recovery_region import make_recovery_region
from systems.recovery_stack import contract_outputs

__all__ = ["SystemSettings", "build"]


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a Confluence stack and returns its outputs by name."""
    if settings.recovery is not None:
        return build_recovery(settings, settings.recovery, account)
    # A call that waits for its answer: whatever was made before would be registered without what follows it.
    cloudfront = cloudfront_prefix_list_id() if settings.model == "eks" else ""
    keyed = [each for each in (settings.buckets.static, settings.buckets.uploads) if each.customer_key]
    readers = [distributions(account)] if keyed else []
    keys = make_keys("confluence", account, data_users=[*readers, *settings.backup.key_users])
    stack = Stack(settings, account, keys)
    recovery = make_recovery_region(settings.copies.region, account, data_users=readers) if settings.copies else None
    cluster_name = settings.eks.cluster.name if settings.eks else None
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=cluster_name)
    access_logs = LogBucket("access-logs", settings.buckets.access_logs, account=account)
    data, static, pushed = make_data(stack, network=network, access_logs=access_logs, recovery=recovery)
    names = make_names(stack)
    registry = Registry(
        "registry",
        RegistrySettings(namespace=settings.registry, repositories=(FRONTEND, BFF, WEBSOCKET)),
        account=account,
        key=keys.data,
    )
    tracing = Tracing("tracing", settings.tracing) if settings.tracing else None
    functions, tables = {}, {}
    released: dict[str, Any] = {}
    if settings.eks is not None:
        model, compute = run_on_eks(
            stack,
            model=settings.eks,
            network=network,
            data=data,
            names=names,
            registry=registry,
            access_logs=access_logs,
            cloudfront=cloudfront,
            tracing=tracing,
        )
        operators = compute.operators
    elif settings.functions is not None:
        tables = make_tables(stack, model=settings.functions, recovery=recovery)
        serverless = run_on_lambda(
            stack, model=settings.functions, network=network, data=data, names=names, tables=tables
        )
        model, functions = serverless.model, serverless.functions
        operators = OperatorRole("operators", account=account)
        operators.may(data.operate, serverless.operate)
        released["operatorsRoleArn"] = operators.arn
    else:
        raise ValueError("a Confluence stack is of one model or the other")
    cdn, firewall = make_cdn(stack, names=names, bucket=static, access_logs=access_logs, model=model)
    edge = watch_edge(settings, cdn.distribution_id, firewall.metric_name)
    alarms, notices = operate(stack, data=data, model=model, edge=edge, operators=operators)
    canary = release_by_canary(stack, functions=functions, alarms=alarms)
    if canary is not None:
        moved = {key: functions[key].function_name for key in canary.group_names}
        released["canary"] = {
            "application": canary.application_name,
            "groups": canary.group_names,
            "functions": moved,
        }
    push_role = make_github_roles(settings.github, account, registry)
    if settings.pipeline is not None:
        pipeline = Pipeline(
            "delivery",
            settings.pipeline,
            account=account,
            key=keys.data,
            log_key=keys.logs,
            notices=notices,
            access_logs=access_logs,
        )
        operators.grant("delivery", pipeline.operate)
    followed = {}
    if pushed is not None and recovery is not None:
        followed = contract_outputs(contract_of(names, data=data, pushed=pushed, recovery=recovery, tables=tables))
    return {
        "url": f"https://{settings.domain}",
        "nameServers": names.zone.name_servers or [],
        "distributionId": cdn.distribution_id,
        "distributionDomain": cdn.domain_name,
        "staticBucket": data.static.bucket_name,
        **stores_of(data),
        "registries": {image: registry.repository_url(image) for image in (FRONTEND, BFF, WEBSOCKET)},
        **push_role,
        **model.outputs,
        **released,
        **followed,
    }

"""The microservice of the records system: its pods, what they may do and what they are told."""

from itertools import chain

import pulumi

from components.account import Account
from components.data.registry import Registry
from components.merging import disjoint
from components.network.network import Network
from components.operations.metric import put_metrics
from components.operations.tracing import Tracing
from components.security.pod_role import PodRole
from components.security.secret import GeneratedSecret, SecretSettings
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.trace_collector import TraceCollector
from components.workloads.workload import Workload
from systems.eks_platform import Compute
from systems.eks_schema import apply_schema
from systems.foundation import Keys
from systems.records.maintenance import keep_partitions
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Data, Edge
from systems.records.settings import SystemSettings
from systems.records.uses import granted, told


def make_application(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    data: Data,
    compute: Compute,
    edge: Edge,
    registry: Registry,
    pool: list[pulumi.Resource],
) -> dict[str, pulumi.Output[str]]:
    """The microservice: what it may do, what it is told, and whom it may talk to.

    Returns the function that replaces its key, by what it is called.
    """
    signing = GeneratedSecret(
        "cursor-key",
        SecretSettings(),
        account=account,
        key=keys.secrets,
        log_key=keys.logs,
        purpose="Signs the cursors that the records API hands out",
    )
    role = PodRole(
        "microservice-pods",
        account=account,
        cluster=compute.cluster,
        namespace=settings.namespace,
        service_account=APPLICATION,
        statements=[
            *chain.from_iterable(granted(data, APPLICATION).values()),
            data.logs.write,
            signing.read,
            keys.secrets.decrypt,
            put_metrics(BUSINESS_METRICS),
        ],
    )
    namespace = Namespace(
        "namespace", namespace=settings.namespace, cluster=compute.cluster, nodes=compute.ready, readiness_gates=True
    )
    controller = LoadBalancerController(
        "load-balancer-controller",
        account=account,
        cluster=compute.cluster,
        vpc_id=network.vpc_id,
        nodes=compute.ready,
    )
    traces = None
    if settings.tracing is not None:
        tracing = Tracing("tracing", settings.tracing)
        traces = TraceCollector(
            "trace-collector", tracing=tracing, account=account, cluster=compute.cluster, nodes=compute.ready
        )
    compute.operator_rights.restart(namespace, [APPLICATION])
    databases = [statement for one in data.databases for statement in one.operate]
    compute.operators.may(*compute.operate, *databases, data.cache.operate, *signing.operate)
    stores = list(settings.network.data.values())
    migration = apply_schema(settings.migration, account, compute, namespace, data.database, keys.data, stores)
    keep_partitions(
        settings.maintenance,
        account,
        data,
        compute,
        namespace,
        registry,
        application_tag=settings.application.tag,
        stores=stores,
        after=[migration],
    )
    Workload(
        APPLICATION,
        settings.application,
        cluster=compute.cluster,
        namespace=namespace,
        repository=registry.repository_url(APPLICATION),
        pod_role=role,
        config=_config(settings, account, data, signing),
        clients=list(settings.network.public.values()),
        destinations={
            "database": Destination(data.database.port, stores),
            "cache": Destination(data.cache.port, stores),
            "stream": Destination(data.stream.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        target_group_arn=edge.balancer.target_group(APPLICATION).arn,
        load_balancer_controller=controller,
        after=[migration, data.topic, *pool],
        traces=traces,
    )
    return {f"{signing.name}-rotation": signing.function.function_name}


def _config(
    settings: SystemSettings, account: Account, data: Data, signing: GeneratedSecret
) -> dict[str, pulumi.Input[str]]:
    """What the microservice is told: of every store, and what else it uses."""
    return disjoint(
        {"AWS_REGION": account.region},
        *told(data, APPLICATION).values(),
        {
            "LOGS_BUCKET": data.logs.bucket_name,
            "CURSOR_KEY_ARN": signing.arn,
            "METRICS_NAMESPACE": BUSINESS_METRICS,
            "DATABASE_CONNECTIONS": str(settings.database_connections),
            "PORT": str(settings.application.port),
        },
    )

"""The microservice of the records system: its pods, what they may do and what they are told."""

from itertools import chain

import pulumi

from components.account import Account
from components.data.registry import Registry
from components.edge.load_balancer import LoadBalancer
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
from systems.eks_schema import run_schema, schema_operator
from systems.foundation import Keys
from systems.records.maintenance import keep_partitions, maintainer
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Stores
from systems.records.settings import SystemSettings
from systems.records.uses import granted, told


def make_application(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    data: Stores,
    compute: Compute,
    balancer: LoadBalancer,
    registry: Registry,
    pool: list[pulumi.Resource],
    *,
    serving: bool = True,
) -> dict[str, pulumi.Output[str]]:
    """The microservice: what it may do, what it is told, and whom it may talk to.

    Unless it is ``serving`` there are no pods of it, and everything else that they will need. Returns the function that
    replaces its key, by what it is called.
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
    rotations = {f"{signing.name}-rotation": signing.function.function_name}
    operator = schema_operator(account, compute, namespace, data.database, keys.data)
    maintaining = maintainer(account, data, compute, namespace)
    if not serving:
        return rotations
    stores = list(settings.network.data.values())
    schema = run_schema(settings.migration, compute, namespace, data.database, operator, stores)
    keep_partitions(
        settings.maintenance,
        account,
        data,
        compute,
        namespace,
        registry,
        role=maintaining,
        application_tag=settings.application.tag,
        stores=stores,
        after=schema,
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
        target_group_arn=balancer.target_group(APPLICATION).arn,
        load_balancer_controller=controller,
        after=[*schema, data.topic, *pool],
        traces=traces,
    )
    return rotations


def _config(
    settings: SystemSettings, account: Account, data: Stores, signing: GeneratedSecret
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

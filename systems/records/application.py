"""The microservice of the records system: its pods with their grants and environment variables."""

import pulumi

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
from systems.foundation import Stack
from systems.records.maintenance import keep_partitions, maintainer
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Stores
from systems.records.settings import SystemSettings
from systems.records.store_access import environment, grants


def make_application(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Stores,
    compute: Compute,
    balancer: LoadBalancer,
    registry: Registry,
    pool: list[pulumi.Resource],
    serving: bool = True,
) -> dict[str, pulumi.Output[str]]:
    """The microservice: its pods with their grants, environment variables and network policy.

    Unless it is ``serving`` there are no pods of it, and everything else that they will need. Returns the function that
    replaces its key, by what it is called.
    """
    signing = GeneratedSecret(
        "cursor-key",
        SecretSettings(),
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        purpose="Signs the cursors that the records API hands out",
    )
    role = PodRole(
        "microservice-pods",
        account=stack.account,
        cluster=compute.cluster,
        namespace=stack.settings.namespace,
        service_account=APPLICATION,
        grants=[
            *grants(data, APPLICATION).values(),
            data.logs.write,
            signing.read,
            stack.keys.secrets.decrypt,
            put_metrics(BUSINESS_METRICS),
        ],
    )
    namespace = Namespace(
        "namespace",
        namespace=stack.settings.namespace,
        cluster=compute.cluster,
        nodes=compute.ready,
        readiness_gates=True,
    )
    controller = LoadBalancerController(
        "load-balancer-controller",
        account=stack.account,
        cluster=compute.cluster,
        vpc_id=network.vpc_id,
        nodes=compute.ready,
    )
    traces = None
    if stack.settings.tracing is not None:
        tracing = Tracing("tracing", stack.settings.tracing)
        traces = TraceCollector(
            "trace-collector", tracing=tracing, account=stack.account, cluster=compute.cluster, nodes=compute.ready
        )
    compute.operator_rights.restart(namespace, [APPLICATION])
    compute.operators.may(
        compute.operate, *(one.operate for one in data.databases), data.cache.operate, signing.operate
    )
    rotations = {f"{signing.name}-rotation": signing.function.function_name}
    operator = schema_operator(
        stack.account, compute=compute, namespace=namespace, database=data.database, key=stack.keys.data
    )
    maintaining = maintainer(stack.account, data=data, compute=compute, namespace=namespace)
    if not serving:
        return rotations
    stores = list(stack.settings.network.data.values())
    schema = run_schema(
        stack.settings.migration,
        compute=compute,
        namespace=namespace,
        database=data.database,
        operator=operator,
        stores=stores,
    )
    keep_partitions(
        stack.settings.maintenance,
        account=stack.account,
        data=data,
        compute=compute,
        namespace=namespace,
        registry=registry,
        role=maintaining,
        application_tag=stack.settings.application.tag,
        stores=stores,
        after=schema,
    )
    Workload(
        APPLICATION,
        stack.settings.application,
        cluster=compute.cluster,
        namespace=namespace,
        repository=registry.repository_url(APPLICATION),
        pod_role=role,
        config=_config(stack, data=data, signing=signing),
        clients=list(stack.settings.network.public.values()),
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


def _config(stack: Stack[SystemSettings], *, data: Stores, signing: GeneratedSecret) -> dict[str, pulumi.Input[str]]:
    """What the microservice is told: of every store, and what else it uses."""
    return disjoint(
        {"AWS_REGION": stack.account.region},
        *environment(data, APPLICATION).values(),
        {
            "LOGS_BUCKET": data.logs.bucket_name,
            "CURSOR_KEY_ARN": signing.arn,
            "METRICS_NAMESPACE": BUSINESS_METRICS,
            "DATABASE_CONNECTIONS": str(stack.settings.database_connections),
            "PORT": str(stack.settings.application.port),
        },
    )

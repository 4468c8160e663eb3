"""The EKS model: site, BFF and WebSocket service as pods behind a load balancer that only CloudFront reaches."""

from typing import Any

import pulumi

from components.data.file_system import FileSystem
from components.data.log_bucket import LogBucket
from components.data.registry import Registry
from components.data.search_access import SearchRole
from components.edge.load_balancer import LoadBalancer
from components.edge.origins import Origin
from components.merging import disjoint
from components.network.network import Network
from components.operations.alarms import elb
from components.operations.metric import put_metrics
from components.operations.protected_resource import ProtectedResource
from components.operations.tracing import Tracing
from components.security.human_access import HumanAccess
from components.security.pod_role import PodRole
from components.statements import Grant
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.log_forwarder import LogForwarder
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.shared_volume import SharedVolume
from components.workloads.storage_class import StorageClass, StorageClassSettings
from components.workloads.trace_collector import TraceCollector
from components.workloads.vertical_autoscaler import VerticalAutoscaler
from components.workloads.workload import Workload
from systems.confluence.balancer import make_balancer, socket_alarms
from systems.confluence.edge import HOME, lead_here, page_behavior, uncached
from systems.confluence.models import SHARED, EksModel
from systems.confluence.parts import (
    BFF,
    FRONTEND,
    PAGES_USER,
    SEARCH_INDICES,
    WEBSOCKET,
    Data,
    Model,
    Names,
    metrics_namespace,
)
from systems.confluence.pod_config import bff_config, websocket_config
from systems.confluence.settings import SystemSettings
from systems.eks_platform import Compute, make_compute
from systems.eks_schema import APPLICATION_USER, run_schema, schema_operator
from systems.foundation import Stack
from systems.recovery_stack import stands_by

_APPLICATION = "application"
_NODE_PORTS = (30000, 32767)
_HEALTH = "/api/health"


def run_on_eks(
    stack: Stack[SystemSettings],
    *,
    model: EksModel,
    network: Network,
    data: Data,
    names: Names,
    registry: Registry,
    access_logs: LogBucket,
    cloudfront: pulumi.Input[str],
    tracing: Tracing | None,
) -> tuple[Model, Compute]:
    """Cluster, load balancer and pods; the pods' origin for the distribution."""
    people = HumanAccess("people", account=stack.account)
    files = FileSystem("files", model.files, network=network, key=stack.keys.data)
    compute = make_compute(
        stack,
        system="confluence",
        network=network,
        people=people,
        cluster=model.cluster,
        groups=model.groups,
        addons=model.addons,
        runner=model.runner,
        access_logs=access_logs,
        mounts=[files.mount(SHARED)],
        volume_users=stack.settings.backup.key_users,
    )
    balancer = make_balancer(model, account=stack.account, network=network, names=names, logs=access_logs)
    _connect(model, compute=compute, balancer=balancer, data=data, files=files, cloudfront=cloudfront)
    _serve(
        stack,
        model=model,
        network=network,
        data=data,
        compute=compute,
        balancer=balancer,
        files=files,
        registry=registry,
        tracing=tracing,
    )
    targets = {key: balancer.target_group(key).arn_suffix for key in (FRONTEND, BFF, WEBSOCKET)}
    watched = disjoint(
        elb.load_balancer(balancer.arn_suffix, targets, stack.settings.alarms),
        socket_alarms(stack.settings.alarms),
    )
    watched = disjoint(watched, lead_here(names, {names.serving: balancer.alias_target}, _HEALTH))
    origin = _APPLICATION
    origins: dict[str, Origin] = {origin: names.origin(names.serving)}
    behaviors = {"api": uncached("/api/*", origin), "ws": uncached("/ws/*", origin)}
    if names.fails_over:
        origins[HOME] = names.origin(names.home)
        behaviors = {"health": uncached(_HEALTH, HOME), **behaviors}
    made = Model(
        origins=origins,
        default=page_behavior(origin),
        behaviors=behaviors,
        watched=watched,
        backed_up=[files.backed_up, ProtectedResource(compute.cluster.name, "EKS", compute.cluster.arn)],
        outputs={
            **compute.outputs,
            "peopleRoleArn": people.arn,
            "healthUrl": f"https://{stack.settings.domain}{_HEALTH}",
        },
    )
    return made, compute


def _connect(
    model: EksModel,
    *,
    compute: Compute,
    balancer: LoadBalancer,
    data: Data,
    files: FileSystem,
    cloudfront: pulumi.Input[str],
) -> None:
    """Who reaches whom: CloudFront the balancer, the balancer the nodes, the nodes the stores and the world."""
    nodes = compute.cluster.nodes
    balancer.allow_cloudfront(cloudfront)
    balancer.reach(nodes)
    for port, purpose in {model.frontend.port: "site", model.bff.port: "BFF"}.items():
        nodes.allow(balancer, port, f"Requests for the pods of the {purpose}")
    nodes.allow_ports(balancer, *_NODE_PORTS, "WebSockets and their health checks")
    compute.cluster.allow(balancer)
    nodes.allow_all_egress("Identity and mail providers, and whatever else pods may reach by their policies")
    for store in (data.database, data.cache, data.search, files):
        store.allow(nodes)


def _serve(
    stack: Stack[SystemSettings],
    *,
    model: EksModel,
    network: Network,
    data: Data,
    compute: Compute,
    balancer: LoadBalancer,
    files: FileSystem,
    registry: Registry,
    tracing: Tracing | None,
) -> None:
    """The three workloads with their rights, and the controllers that they need; all but the pods where they are only
    to stand by."""
    cluster, ready = compute.cluster, compute.ready
    ClusterAutoscaler("cluster-autoscaler", account=stack.account, cluster=cluster, nodes=ready)
    StorageClass(
        "volumes", StorageClassSettings(default=True), account=stack.account, cluster=cluster, key=compute.volumes_key
    )
    LogForwarder("logs", model.logs, account=stack.account, cluster=cluster, key=stack.keys.logs, nodes=ready)
    advisor = VerticalAutoscaler("vertical-autoscaler", cluster=cluster, nodes=ready)
    namespace = Namespace("namespace", namespace=model.namespace, cluster=cluster, nodes=ready, readiness_gates=True)
    controller = LoadBalancerController(
        "load-balancer-controller", account=stack.account, cluster=cluster, vpc_id=network.vpc_id, nodes=ready
    )
    volume = SharedVolume("shared", claim="shared", namespace=namespace, file_system=files, access_point=SHARED)
    stores = list(stack.settings.network.data.values())
    aws = {"aws": Destination(443, ["0.0.0.0/0"])}
    database = {"database": Destination(data.database.port, stores)}
    cache = {"cache": Destination(data.cache.port, stores)}
    balancers = list(stack.settings.network.public.values())
    common: dict[str, Any] = {
        "cluster": cluster,
        "namespace": namespace,
        "load_balancer_controller": controller,
    }

    def role(workload: str, *grants: Grant) -> PodRole:
        return PodRole(
            f"{workload}-pods",
            account=stack.account,
            cluster=cluster,
            namespace=model.namespace,
            service_account=workload,
            grants=[*grants, data.open_secrets],
        )

    traces = None
    if tracing is not None:
        traces = TraceCollector("trace-collector", tracing=tracing, account=stack.account, cluster=cluster, nodes=ready)
    compute.operator_rights.restart(namespace, [FRONTEND, BFF, WEBSOCKET])
    compute.operators.may(compute.operate, data.operate)
    application = [secret.read for secret in data.secrets.values()]
    bff = role(
        BFF,
        data.database.connect(APPLICATION_USER),
        data.cache.connect,
        data.search.read_write,
        data.uploads.read_write,
        data.backups.write,
        data.signing_key.read,
        put_metrics(metrics_namespace()),
        *application,
    )
    operator = schema_operator(
        stack.account, compute=compute, namespace=namespace, database=data.database, key=stack.keys.data
    )
    indices = data.search_access.map(data.search, {BFF: SearchRole.writer(SEARCH_INDICES, [bff.arn])})
    websocket = role(WEBSOCKET, data.cache.connect, data.database.connect(PAGES_USER), data.signing_key.read)
    if stands_by(stack.settings.recovery):
        return
    schema = run_schema(
        stack.settings.migration,
        compute=compute,
        namespace=namespace,
        database=data.database,
        operator=operator,
        stores=stores,
    )
    workloads = [
        Workload(
            FRONTEND,
            model.frontend,
            repository=registry.repository_url(FRONTEND),
            clients=balancers,
            target_group_arn=balancer.target_group(FRONTEND).arn,
            **common,
        ),
        Workload(
            BFF,
            model.bff.model_copy(update={"shared": {**model.bff.shared, "/shared": volume.claim_name}}),
            repository=registry.repository_url(BFF),
            pod_role=bff,
            config=bff_config(stack.account, data),
            clients=balancers,
            destinations={**database, **cache, **aws},
            traces=traces,
            target_group_arn=balancer.target_group(BFF).arn,
            after=[volume, *schema, indices],
            **common,
        ),
        Workload(
            WEBSOCKET,
            model.websocket.model_copy(update={"service_type": "NodePort", "sticky": True}),
            repository=registry.repository_url(WEBSOCKET),
            pod_role=websocket,
            config=websocket_config(model, stack.account, data),
            # A node that takes a connection hands it on under its own address.
            clients=list(stack.settings.network.private.values()),
            destinations={**database, **cache, **aws},
            traces=traces,
            target_group_arn=balancer.target_group(WEBSOCKET).arn,
            after=schema,
            **common,
        ),
    ]
    for workload in workloads:
        advisor.advise(workload)

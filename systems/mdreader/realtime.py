"""Hocuspocus on Fargate, behind a load balancer of its own: API Gateway takes no binary frames."""

from components.compute.fargate_cluster import FargateCluster
from components.compute.fargate_service import FargateService
from components.compute.service_scaling import Balanced
from components.data.registry import Registry, RegistrySettings
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.network.network import Network
from components.operations.deployment_failures import DeploymentFailures
from components.operations.tracing import Tracing
from systems.foundation import Stack
from systems.mdreader.parts import HOCUSPOCUS, METRICS, Data, Names, Realtime, SignIn
from systems.mdreader.settings import SystemSettings

_IDLE_SECONDS = 3600


def make_realtime(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Data,
    sign_in: SignIn,
    names: Names,
    tracing: Tracing | None,
    promoted: bool | None = None,
) -> Realtime:
    """The service and its public load balancer; users present a token of the pool as they connect.

    ``promoted`` says of a recovery stack whether tasks run.
    """
    service = stack.settings.hocuspocus
    registry = Registry(
        "registry",
        RegistrySettings(namespace=stack.settings.registry, repositories=(HOCUSPOCUS,)),
        account=stack.account,
        key=stack.keys.data,
    )
    balancer = _balancer(stack, network=network, data=data, names=names)
    target_group = balancer.target_group(HOCUSPOCUS)
    tasks = FargateService(
        HOCUSPOCUS,
        service,
        account=stack.account,
        cluster=FargateCluster("cluster", stack.settings.cluster, account=stack.account, log_key=stack.keys.logs),
        network=network,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        repository=registry.repository_url(HOCUSPOCUS),
        environment={
            "ENVIRONMENT": stack.account.environment.value,
            "PORT": str(service.port),
            "COGNITO_ISSUER": sign_in.issuer,
            "COGNITO_CLIENT_ID": sign_in.client_id,
            "METRICS_NAMESPACE": METRICS,
            **data.database.read_variables,
        },
        secrets={"DATABASE_URL": data.database_url, "REDIS_URL": data.cache_url},
        tracing=tracing,
        target_groups={HOCUSPOCUS: target_group.arn},
        balanced=Balanced(balancer.arn_suffix, target_group.arn_suffix),
        # A task that finds no value in the secret does not start, and a deployment gives up after three.
        after=[balancer, data.secret],
        promoted=promoted,
    )
    balancer.allow_internet()
    balancer.reach(tasks)
    tasks.allow(balancer)
    for store in (data.database, data.cache):
        store.allow(tasks)
    names.lead(names.websocket, balancer.alias_target)
    scaling = service.scaling
    least = min(scaling.min_count, scaling.off_peak.min_count) if scaling.off_peak else scaling.min_count
    failures = DeploymentFailures("deployments", key=stack.keys.logs, service_arn=tasks.arn)
    return Realtime(tasks, balancer, registry, least, failures)


def _balancer(stack: Stack[SystemSettings], *, network: Network, data: Data, names: Names) -> LoadBalancer:
    service = stack.settings.hocuspocus
    return LoadBalancer(
        "alb",
        LoadBalancerSettings(
            target_groups={
                HOCUSPOCUS: TargetGroupSettings(
                    port=service.port,
                    protocol=service.protocol,
                    health_path=service.health.path,
                    # As long as a task has to hand its documents over and to close its sockets.
                    deregistration_delay=service.stop_timeout,
                )
            },
            routes={HOCUSPOCUS: RouteSettings(priority=100, target=HOCUSPOCUS, hosts=(names.websocket,))},
            idle_timeout=_IDLE_SECONDS,
        ),
        account=stack.account,
        network=network,
        certificate=Certificate(
            "websocket-certificate",
            CertificateSettings(domain=names.websocket),
            zone=names.zone,
            region=stack.account.region,
        ),
        access_logs=data.access_logs,
    )

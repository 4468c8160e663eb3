"""The collaboration server on Fargate behind its load balancer."""

from components.account import Account
from components.compute.fargate_cluster import FargateCluster, FargateClusterSettings
from components.compute.fargate_service import FargateService, FargateServiceSettings
from components.compute.service_restart import ServiceRestart
from components.compute.task_definition import SecretReference
from components.data.cache_secret import URL
from components.data.registry import Registry, RegistrySettings
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import HasOriginHeader
from components.network.network import Network
from components.operations.deployment_failures import DeploymentFailures
from components.operations.metric import put_metrics
from components.operations.tracing import Tracing
from components.security.secret import RotatedSecret
from systems.collaboration.parameters import IMAGE
from systems.collaboration.parts import SERVER, Application, Data
from systems.collaboration.settings import SystemSettings
from systems.foundation import Stack


def metrics_namespace(settings: SystemSettings, account: Account) -> str:
    """Where application and socket functions publish metrics of their own."""
    return f"Collaboration/{settings.prefix(account.environment)}"


def make_application(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Data,
    certificate: Certificate | ExistingCertificate,
    origin_secret: HasOriginHeader,
    cloudfront: str,
    promoted: bool | None = None,
) -> Application:
    """ECS cluster, service and load balancer; only CloudFront reaches the balancer, only the balancer the service.

    ``promoted`` says of a recovery stack whether tasks run.
    """
    service = stack.settings.service(stack.account.environment)
    balancer = _balancer(
        service, account=stack.account, network=network, data=data, certificate=certificate, origin_secret=origin_secret
    )
    balancer.allow_cloudfront(cloudfront)
    registry = Registry(
        "registry",
        RegistrySettings(
            namespace=f"{stack.settings.prefix(stack.account.environment)}-collaboration", repositories=(IMAGE,)
        ),
        account=stack.account,
        key=stack.keys.data,
    )
    cluster = FargateCluster(
        "cluster",
        FargateClusterSettings(cluster_name=stack.settings.name(stack.account.environment, "cluster")),
        account=stack.account,
        log_key=stack.keys.logs,
    )
    namespace = metrics_namespace(stack.settings, stack.account)
    server = FargateService(
        SERVER,
        service,
        account=stack.account,
        cluster=cluster,
        network=network,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        repository=stack.settings.repository or registry.repository_url(IMAGE),
        environment={
            "NODE_ENV": "production",
            "REDIS_ENDPOINT": data.cache.endpoint,
            "DYNAMODB_TABLE": data.state.table_name,
            "AWS_REGION": stack.account.region,
            "METRICS_NAMESPACE": namespace,
            "PORT": str(service.port),
            "PROTOCOL": service.protocol,
        },
        secrets=_secrets(stack.settings, data),
        grants=[data.state.read_write, put_metrics(namespace)],
        tracing=Tracing("tracing", stack.settings.tracing) if stack.settings.tracing else None,
        target_groups={SERVER: balancer.target_group(SERVER).arn},
        # Balancer: its listener's rule puts the target group to use. Secrets: a task does not start without values.
        after=[balancer, *(each for each in (data.cache_secret, data.signing_key) if isinstance(each, RotatedSecret))],
        promoted=promoted,
    )
    server.allow(balancer)
    balancer.reach(server)
    data.cache.allow(server)
    ServiceRestart("server-restart", account=stack.account, service=server)
    failures = DeploymentFailures(f"{SERVER}-deployments", key=stack.keys.logs, service_arn=server.arn)
    return Application(balancer, server, registry, service.health.path, failures)


def _balancer(
    service: FargateServiceSettings,
    *,
    account: Account,
    network: Network,
    data: Data,
    certificate: Certificate | ExistingCertificate,
    origin_secret: HasOriginHeader,
) -> LoadBalancer:
    group = TargetGroupSettings(port=service.port, protocol=service.protocol, health_path=service.health.path)
    return LoadBalancer(
        "alb",
        LoadBalancerSettings(
            target_groups={SERVER: group},
            routes={SERVER: RouteSettings(priority=100, target=SERVER, paths=("/*",))},
        ),
        account=account,
        network=network,
        certificate=certificate,
        access_logs=data.access_logs,
        origin_secret=origin_secret,
    )


def _secrets(settings: SystemSettings, data: Data) -> dict[str, SecretReference]:
    """What the container gets by variables and nobody finds in a task definition."""
    return {
        "REDIS_URL": SecretReference(data.cache_secret.arn, URL),
        "JWT_SECRET": SecretReference(data.signing_key.arn, key=data.copied_secrets_key),
        **{
            secret.variable: SecretReference(data.secrets[name].arn, key=data.copied_secrets_key)
            for name, secret in settings.secrets.items()
            if secret.injected
        },
    }

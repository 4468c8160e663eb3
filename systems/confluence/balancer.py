"""The load balancer of the EKS model, with its certificate, and the alarms on what it cannot see."""

from typing import Any

from components.account import Account
from components.data.log_bucket import LogBucket
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.network.network import Network
from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric
from components.workloads.workload_settings import WorkloadSettings
from systems.confluence.models import EksModel
from systems.confluence.parts import BFF, FRONTEND, WEBSOCKET, Names, metrics_namespace


def make_balancer(
    model: EksModel, *, account: Account, network: Network, names: Names, logs: LogBucket
) -> LoadBalancer:
    """Requests for the API and for WebSockets go to their pods, all others to the site's; HTTP is redirected."""
    origin, *others = names.certified

    def targets(pods: WorkloadSettings, **more: Any) -> TargetGroupSettings:
        return TargetGroupSettings(port=pods.port, protocol=pods.protocol, health_path=pods.readiness.path, **more)

    balancer = LoadBalancer(
        "alb",
        LoadBalancerSettings(
            target_groups={
                FRONTEND: targets(model.frontend),
                BFF: targets(model.bff),
                # A NodePort, whose affinity knows nodes only: the load balancer's cookie knows browsers.
                WEBSOCKET: targets(
                    model.websocket,
                    target_type="instance",
                    sticky_seconds=model.sticky_seconds,
                    deregistration_delay=300,
                ),
            },
            routes={
                "api": RouteSettings(priority=100, target=BFF, paths=("/api/*",)),
                "ws": RouteSettings(priority=110, target=WEBSOCKET, paths=("/ws/*",)),
            },
            default_target=FRONTEND,
            redirect_http=True,
        ),
        account=account,
        network=network,
        certificate=Certificate(
            "origin-certificate",
            CertificateSettings(domain=origin, alternatives=tuple(others)),
            zone=names.zone,
            region=account.region,
        ),
        access_logs=logs,
        origin_secret=names.origin_secret,
    )
    if names.taken_over is None:
        names.zone.alias(names.home, balancer.alias_target)
    return balancer


def socket_alarms(settings: AlarmSettings) -> dict[str, Alarm]:
    """What the load balancer sees nothing of: it is through with a WebSocket once that is open."""

    def counted(name: str, description: str) -> Alarm:
        metric = Metric(metrics_namespace(), name, {"Service": "server"}, "Sum")
        return Alarm(metric, settings.server_errors, description)

    return {
        "websocket-refusals": counted("Refused", "WebSockets are refused for want of a good token"),
        "websocket-failures": counted("Failed", "The WebSocket service cannot do what editors ask"),
    }

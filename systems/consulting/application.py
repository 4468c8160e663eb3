"""The API with its rights, schema and secrets, the site, and what carries their logs."""

from typing import Any

import pulumi

from components.data.registry import Registry
from components.network.network import Network
from components.operations.tracing import Tracing
from components.security.pod_role import PodRole
from components.workloads.external_secrets import ExternalSecrets
from components.workloads.foundation_model import invoke_model
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.load_test import LoadTest
from components.workloads.log_forwarder import LogForwarder
from components.workloads.migration import Migration
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import SecretKey
from components.workloads.synced_secret import SecretValue, SyncedSecret
from components.workloads.trace_collector import TraceCollector
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from systems.consulting.parts import (
    BACKEND,
    BACKEND_TARGETS,
    BEDROCK_KEY,
    FRONTEND,
    FRONTEND_TARGETS,
    IMAGES,
    Data,
    Edge,
)
from systems.consulting.settings import APP_SECRETS, SystemSettings
from systems.eks_platform import Compute
from systems.foundation import Stack

_SECRET_VARIABLES = {
    "DATABASE_URL": "database-url",
    "JWT_SECRET": "jwt-secret",
    "REDIS_URL": "redis-url",
    "SES_SENDER_EMAIL": "ses-sender-email",
}
_BEDROCK_VARIABLE = "AWS_BEARER_TOKEN_BEDROCK"
"""Where AWS's SDKs look for it: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html"""


def run_application(
    stack: Stack[SystemSettings], *, network: Network, data: Data, compute: Compute, edge: Edge, registry: Registry
) -> None:
    """The API with its rights, schema and secrets, the site, and what carries their logs."""
    cluster, ready = compute.cluster, compute.ready
    namespace = Namespace("namespace", namespace=stack.settings.namespace, cluster=cluster, nodes=ready)
    controller = LoadBalancerController(
        "load-balancer-controller", account=stack.account, cluster=cluster, vpc_id=network.vpc_id, nodes=ready
    )
    handmade = [data.bedrock_key.read] if data.bedrock_key else []
    operator = ExternalSecrets(
        "external-secrets",
        account=stack.account,
        cluster=cluster,
        namespace=namespace,
        nodes=ready,
        grants=[data.secret.read, *handmade, stack.keys.secrets.decrypt],
    )
    values = {key: SecretValue(data.secret.arn, key) for key in _SECRET_VARIABLES.values()}
    variables = dict(_SECRET_VARIABLES)
    if data.bedrock_key is not None:
        values[BEDROCK_KEY] = SecretValue(data.bedrock_key.arn)
        variables[_BEDROCK_VARIABLE] = BEDROCK_KEY
    secret = SyncedSecret("app-secrets", secret=APP_SECRETS, operator=operator, values=values)
    traces = None
    if stack.settings.tracing is not None:
        tracing = Tracing("tracing", stack.settings.tracing)
        traces = TraceCollector("trace-collector", tracing=tracing, account=stack.account, cluster=cluster, nodes=ready)
    compute.operator_rights.restart(namespace, [BACKEND, FRONTEND])
    compute.operators.may(
        compute.operate,
        data.database.operate,
        data.cache.operate,
        data.secret.operate,
        *([data.bedrock_key.operate] if data.bedrock_key is not None else []),
        data.retries.operate,
    )
    stores = list(stack.settings.network.data.values())
    migration = Migration(
        "migration",
        stack.settings.migration,
        cluster=cluster,
        namespace=namespace,
        database=Destination(data.database.port, stores),
        connection=SecretKey(secret=APP_SECRETS, key="database-url"),
        after=[secret, data.database],
    )
    role = PodRole(
        "backend-pods",
        account=stack.account,
        cluster=cluster,
        namespace=stack.settings.namespace,
        service_account=BACKEND,
        grants=[
            invoke_model(stack.account, stack.settings.bedrock_model_id, stack.account.region),
            edge.email.send,
            data.secret.read,
            stack.keys.secrets.decrypt,
            data.retries.send_and_consume,
        ],
    )
    # A node that takes a request hands it on under its own address.
    nodes = list(stack.settings.network.private.values())
    shared: dict[str, Any] = {
        "cluster": cluster,
        "namespace": namespace,
        "clients": nodes,
        "load_balancer_controller": controller,
    }
    Workload(
        BACKEND,
        _behind_node_port(stack.settings.backend, variables),
        repository=registry.repository_url(IMAGES[BACKEND]),
        pod_role=role,
        config=_config(stack, data=data, edge=edge),
        destinations={
            "database": Destination(data.database.port, stores),
            "cache": Destination(data.cache.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        target_group_arn=edge.balancer.target_group(BACKEND_TARGETS).arn,
        after=[secret, migration],
        traces=traces,
        **shared,
    )
    Workload(
        FRONTEND,
        _behind_node_port(stack.settings.frontend, {}),
        repository=registry.repository_url(IMAGES[FRONTEND]),
        target_group_arn=edge.balancer.target_group(FRONTEND_TARGETS).arn,
        **shared,
    )
    LogForwarder(
        "logs", stack.settings.container_logs, account=stack.account, cluster=cluster, key=stack.keys.logs, nodes=ready
    )
    LoadTest(
        "load-test",
        script="loadtests/consulting.js",
        url=f"https://api.{stack.settings.domain}{stack.settings.backend.readiness.path}",
        cluster=cluster,
        namespace=namespace,
    )


def _behind_node_port(settings: WorkloadSettings, variables: dict[str, str]) -> WorkloadSettings:
    secrets = {variable: SecretKey(secret=APP_SECRETS, key=key) for variable, key in variables.items()}
    config_map = "app-config" if variables else None
    return settings.model_copy(update={"service_type": "NodePort", "secrets": secrets, "config_map": config_map})


def _config(stack: Stack[SystemSettings], *, data: Data, edge: Edge) -> dict[str, pulumi.Input[str]]:
    """What the API is told: where things are, and what it does when they do not answer."""
    domain, resilience = stack.settings.domain, stack.settings.resilience
    home, *fallbacks = edge.email.regions
    return {
        "GIN_MODE": "release",
        "LOG_LEVEL": "info",
        "PORT": str(stack.settings.backend.port),
        "BEDROCK_REGION": stack.account.region,
        "BEDROCK_MODEL_ID": stack.settings.bedrock_model_id,
        "AWS_SES_REGION": home,
        "AWS_SES_FALLBACK_REGIONS": ",".join(fallbacks),
        "SES_CONFIGURATION_SET": edge.email.configuration_sets[home],
        "EMAIL_RETRY_QUEUE_URL": data.retries.url,
        "CORS_ALLOWED_ORIGINS": f"https://{domain},https://www.{domain}",
        "CHAT_MODE": "polling",
        "CHAT_POLLING_INTERVAL": "3000",
        "ENABLE_EMAIL_EVENTS": "true",
        "DATABASE_HOST": data.database.endpoint,
        "REDIS_HOST": data.cache.endpoint,
        "DB_MAX_OPEN_CONNS": str(resilience.database_max_open),
        "DB_MAX_IDLE_CONNS": str(resilience.database_max_idle),
        "DB_CONN_MAX_LIFETIME": f"{resilience.database_lifetime_minutes}m",
        "DB_MAX_RETRIES": str(resilience.database_retries),
        "CIRCUIT_BREAKER_MAX_FAILURES": str(resilience.breaker_failures),
        "CIRCUIT_BREAKER_TIMEOUT": f"{resilience.breaker_seconds}s",
    }

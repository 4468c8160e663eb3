"""The consulting system: a React site and a Go API that writes reports with Bedrock and sends mail.

Route 53 ─► load balancer with its web ACL ─► site and API on EKS in three zones ─► PostgreSQL, Redis
                                                     API ─► Bedrock, SES in two regions, a queue for mail to be retried
"""

from dataclasses import dataclass, replace
from typing import Any

import pulumi

from components.account import Account
from components.data.application_secret import ApplicationSecret
from components.data.bucket import Bucket
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.queue import Queue
from components.data.redis import Redis
from components.data.registry import Registry, RegistrySettings
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.email import Email, EmailSettings
from components.edge.firewall import Firewall
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations import data_alarms, delivery_alarms, edge_alarms
from components.operations.alarms import Alarm, Alarms
from components.operations.backup import Backup
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import Metric
from components.security.config_recorder import ConfigRecorder
from components.security.human_access import HumanAccess
from components.security.key import Key, log_groups
from components.security.pod_role import PodRole
from components.security.trail import Trail, trails
from components.workloads.cluster_autoscaler import ClusterAutoscaler
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
from components.workloads.workload import Workload, WorkloadSettings
from systems.consulting_settings import APP_SECRETS, Audit, SystemSettings
from systems.eks_platform import Compute, Keys, make_compute, make_keys, make_notices

BACKEND, FRONTEND = "backend", "frontend"
IMAGES = {workload: f"cloud-consulting-{workload}" for workload in (BACKEND, FRONTEND)}
_BACKEND_TARGETS, _FRONTEND_TARGETS = "backend-tg", "frontend-tg"
_NODE_PORTS = (30000, 32767)
_SECRET_VARIABLES = {
    "DATABASE_URL": "database-url",
    "JWT_SECRET": "jwt-secret",
    "REDIS_URL": "redis-url",
    "SES_SENDER_EMAIL": "ses-sender-email",
}


@dataclass(frozen=True)
class _Data:
    database: Postgres
    cache: Redis
    secret: ApplicationSecret
    retries: Queue


@dataclass(frozen=True)
class _Edge:
    zone: Zone
    balancer: LoadBalancer
    firewall: Firewall
    email: Email
    health: HealthCheck


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a consulting stack and returns its outputs by name."""
    keys = make_keys("consulting", account)
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    access_logs = LogBucket("access-logs", settings.access_logs, account=account)
    data = _data(settings, account, keys, network)
    compute = make_compute(
        account, keys, network, people, cluster=settings.cluster, nodes=settings.nodes, addons=settings.addons
    )
    ClusterAutoscaler("cluster-autoscaler", account=account, cluster=compute.cluster, nodes=compute.ready)
    edge = _edge(settings, account, keys, network, access_logs)
    _connect(data, compute, edge)
    registry = Registry(
        "registry",
        RegistrySettings(namespace=settings.registry, repositories=tuple(IMAGES.values())),
        account=account,
        key=keys.data,
    )
    _application(settings, account, keys, network, data, compute, edge, registry)
    if settings.audit is not None:
        _audit(settings.audit, account, access_logs)
    _operations(settings, account, keys, data, compute, edge)
    return {
        "url": f"https://{settings.domain}",
        "apiUrl": f"https://api.{settings.domain}",
        "nameServers": edge.zone.name_servers or [],
        "clusterName": compute.cluster.cluster_name,
        "registries": {workload: registry.repository_url(image) for workload, image in IMAGES.items()},
        "databaseIdentifier": data.database.identifier,
        "databaseEndpoint": data.database.endpoint,
        "cacheEndpoint": data.cache.endpoint,
        "secretArn": data.secret.arn,
        "retryQueueUrl": data.retries.url,
        "peopleRoleArn": people.arn,
    }


def _data(settings: SystemSettings, account: Account, keys: Keys, network: Network) -> _Data:
    database = Postgres("rds", settings.database, account=account, network=network, key=keys.data)
    cache = Redis("redis", settings.cache, account=account, network=network, key=keys.data)
    secret = ApplicationSecret(
        "app-secret",
        settings.secret,
        account=account,
        key=keys.secrets,
        log_key=keys.logs,
        database=database,
        database_key=keys.data,
        cache=cache,
        public={"ses-sender-email": settings.sender},
    )
    return _Data(database, cache, secret, Queue("mail-retries", settings.retries, key=keys.data))


def _connect(data: _Data, compute: Compute, edge: _Edge) -> None:
    """Who reaches whom: the internet the balancer, the balancer the nodes, the nodes the stores and the world."""
    nodes = compute.cluster.nodes
    edge.balancer.allow_internet()
    edge.balancer.reach(nodes)
    nodes.allow_ports(edge.balancer, *_NODE_PORTS, "Requests and health checks from the load balancer")
    nodes.allow(edge.balancer, 443, "HTTPS from the load balancer")
    nodes.allow_all("Nodes and pods to each other")
    nodes.allow_all_egress("Mail, models and whatever else pods may reach by their network policies")
    for store in (data.database, data.cache):
        store.allow(nodes)


def _edge(settings: SystemSettings, account: Account, keys: Keys, network: Network, access_logs: LogBucket) -> _Edge:
    domain, api = settings.domain, f"api.{settings.domain}"
    health_path = settings.backend.readiness.path
    zone = Zone(
        "zone",
        ZoneSettings(domain=domain, zone_id=settings.hosted_zone_id),
        account=account,
        log_key=keys.edge_logs,
    )
    certificate = Certificate(
        "certificate",
        CertificateSettings(domain=domain, alternatives=(f"*.{domain}", api)),
        zone=zone,
        region=account.region,
    )
    balancer = LoadBalancer(
        "alb",
        LoadBalancerSettings(
            name=settings.balancer,
            target_groups={
                _BACKEND_TARGETS: _targets(settings.backend.port, health_path),
                _FRONTEND_TARGETS: _targets(settings.frontend.port, settings.frontend.readiness.path),
            },
            routes={
                "api": RouteSettings(priority=100, target=_BACKEND_TARGETS, paths=("/api/*",)),
                # Or the health check and the load test would ask the site.
                "api-host": RouteSettings(priority=110, target=_BACKEND_TARGETS, hosts=(api,)),
            },
            default_target=_FRONTEND_TARGETS,
            idle_timeout=60,
            redirect_http=True,
        ),
        account=account,
        network=network,
        certificate=certificate,
        access_logs=access_logs,
    )
    firewall = Firewall("firewall", settings.firewall, account=account, log_key=keys.logs)
    firewall.protect("alb", balancer.arn)
    for name in (domain, api):
        zone.alias(name, balancer.alias_target)
    zone.record("www", f"www.{domain}", "CNAME", domain)
    email = Email(
        "email",
        EmailSettings(domain=domain, sender=settings.sender, fallback_regions=(settings.mail_fallback,)),
        account=account,
        zone=zone,
    )
    health = HealthCheck("backend-health", HealthCheckSettings(domain=api, path=health_path, failure_threshold=3))
    return _Edge(zone, balancer, firewall, email, health)


def _targets(port: int, health_path: str) -> TargetGroupSettings:
    """The nodes, each on the NodePort of a service; inside the VPC the pods speak plain HTTP."""
    return TargetGroupSettings(port=port, protocol="HTTP", target_type="instance", health_path=health_path)


def _application(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    data: _Data,
    compute: Compute,
    edge: _Edge,
    registry: Registry,
) -> None:
    """The API with its rights, schema and secrets, the site, and what carries their logs."""
    cluster, ready = compute.cluster, compute.ready
    namespace = Namespace("namespace", namespace=settings.namespace, cluster=cluster, nodes=ready)
    controller = LoadBalancerController(
        "load-balancer-controller", account=account, cluster=cluster, vpc_id=network.vpc_id, nodes=ready
    )
    operator = ExternalSecrets(
        "external-secrets",
        account=account,
        cluster=cluster,
        namespace=namespace,
        nodes=ready,
        statements=[data.secret.read, keys.secrets.decrypt],
    )
    secret = SyncedSecret(
        "app-secrets",
        secret=APP_SECRETS,
        operator=operator,
        values={key: SecretValue(data.secret.arn, key) for key in _SECRET_VARIABLES.values()},
    )
    stores = list(settings.network.data.values())
    migration = Migration(
        "migration",
        settings.migration,
        cluster=cluster,
        namespace=namespace,
        database=Destination(data.database.port, stores),
        after=[secret, data.database],
    )
    role = PodRole(
        "backend-pods",
        account=account,
        cluster=cluster,
        namespace=settings.namespace,
        service_account=BACKEND,
        statements=[
            *invoke_model(account, settings.bedrock_model_id, account.region),
            *edge.email.send,
            data.secret.read,
            keys.secrets.decrypt,
            *data.retries.send_and_consume,
        ],
    )
    # A node that takes a request hands it on under its own address.
    nodes = list(settings.network.private.values())
    shared: dict[str, Any] = {
        "cluster": cluster,
        "namespace": namespace,
        "clients": nodes,
        "load_balancer_controller": controller,
    }
    Workload(
        BACKEND,
        _behind_node_port(settings.backend, _SECRET_VARIABLES),
        repository=registry.repository_url(IMAGES[BACKEND]),
        pod_role=role,
        config=_config(settings, account, data, edge),
        destinations={
            "database": Destination(data.database.port, stores),
            "cache": Destination(data.cache.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        target_group_arn=edge.balancer.target_group(_BACKEND_TARGETS).arn,
        after=[secret, migration],
        **shared,
    )
    Workload(
        FRONTEND,
        _behind_node_port(settings.frontend, {}),
        repository=registry.repository_url(IMAGES[FRONTEND]),
        target_group_arn=edge.balancer.target_group(_FRONTEND_TARGETS).arn,
        **shared,
    )
    LogForwarder("logs", settings.container_logs, account=account, cluster=cluster, key=keys.logs, nodes=ready)
    LoadTest(
        "load-test",
        script="loadtests/consulting.js",
        url=f"https://api.{settings.domain}{settings.backend.readiness.path}",
        cluster=cluster,
        namespace=namespace,
    )


def _behind_node_port(settings: WorkloadSettings, variables: dict[str, str]) -> WorkloadSettings:
    secrets = {variable: SecretKey(secret=APP_SECRETS, key=key) for variable, key in variables.items()}
    config_map = "app-config" if variables else None
    return settings.model_copy(update={"service_type": "NodePort", "secrets": secrets, "config_map": config_map})


def _config(settings: SystemSettings, account: Account, data: _Data, edge: _Edge) -> dict[str, pulumi.Input[str]]:
    """What the API is told: where things are, and what it does when they do not answer."""
    domain, resilience = settings.domain, settings.resilience
    home, *fallbacks = edge.email.regions
    return {
        "GIN_MODE": "release",
        "LOG_LEVEL": "info",
        "PORT": str(settings.backend.port),
        "BEDROCK_REGION": account.region,
        "BEDROCK_MODEL_ID": settings.bedrock_model_id,
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


def _audit(settings: Audit, account: Account, access_logs: LogBucket) -> None:
    key = Key(
        "audit-key",
        account=account,
        purpose="Trail and recorded configuration of the account",
        usable_by=[*trails(account), log_groups(account)],
    )
    bucket = Bucket("audit", settings.bucket, account=account, key=key, access_logs=access_logs)
    Trail("trail", account=account, key=key, bucket=bucket)
    ConfigRecorder("config", settings.config, account=account, key=key, bucket=bucket)


def _operations(
    settings: SystemSettings, account: Account, keys: Keys, data: _Data, compute: Compute, edge: _Edge
) -> None:
    """Alarms, dashboard and budget; backups that outlive the database."""
    notices, edge_notices = make_notices(settings.notices, account, keys)
    watched = _watched(settings, account, data, edge)
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    balancer = {"LoadBalancer": edge.balancer.arn_suffix}
    cache_node = pulumi.Output.concat(data.cache.replication_group_id, "-001")
    overview = [
        Metric("AWS/ApplicationELB", "RequestCount", balancer, "Sum"),
        Metric("AWS/ApplicationELB", "TargetResponseTime", balancer),
        Metric("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": data.database.identifier}),
        Metric("AWS/ElastiCache", "CPUUtilization", {"CacheClusterId": cache_node}),
        Metric("AWS/EKS", "apiserver_request_total_5XX", {"ClusterName": compute.cluster.cluster_name}, "Sum"),
    ]
    Dashboard(
        "consulting",
        panels_of(watched),
        account=account,
        alarms=alarms,
        overview=("Application Performance", overview),
    )
    Budget("budget", settings.budget, notices=notices)
    Backup("backup", settings.backup, account=account, key=keys.data, resources=[data.database.arn])


def _watched(settings: SystemSettings, account: Account, data: _Data, edge: _Edge) -> dict[str, Alarm]:
    alarms = settings.alarms
    nodes = data_alarms.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    keys = (_BACKEND_TARGETS, _FRONTEND_TARGETS)
    watched = {
        **edge_alarms.load_balancer(
            edge.balancer.arn_suffix, {key: edge.balancer.target_group(key).arn_suffix for key in keys}, alarms
        ),
        **edge_alarms.web_acl(edge.firewall.metric_name, alarms, region=account.region),
        **edge_alarms.health_check(edge.health.health_check_id),
        **data_alarms.database(
            data.database.instance_ids,
            alarms,
            instance_class=settings.database.instance_class,
            storage_gib=settings.database.storage_gib,
        ),
        **data_alarms.cache(nodes, alarms),
        **delivery_alarms.reputation(),
        **delivery_alarms.dead_letters("mail-retries", data.retries.dead_letters_name),
        **delivery_alarms.function_errors("secret-rotation", data.secret.function.function_name),
    }
    for key, name in {"primary-cpu": "HighCPUUtilization", "target-errors": "HighErrorRate"}.items():
        watched[key] = replace(watched[key], name=name if account.is_prod else f"{pulumi.get_stack()}-{name}")
    return watched

"""The consulting system: a React site and a Go API that writes reports with Bedrock and sends mail.

Route 53 ─► load balancer with its web ACL ─► site and API on EKS in three zones ─► PostgreSQL, Redis
                                                     API ─► Bedrock, SES in two regions, a queue for mail to be retried
"""

from typing import Any

from components.account import Account
from components.data.application_secret import ApplicationSecret
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
from components.edge.zone import Zone
from components.network.network import Network
from components.security.human_access import HumanAccess
from components.security.manual_secret import ManualSecret
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.workload_settings import WorkloadSettings
from systems.audit import make_audit
from systems.consulting.application import run_application
from systems.consulting.operations import operate
from systems.consulting.parts import BACKEND_TARGETS, BEDROCK_KEY, FRONTEND_TARGETS, IMAGES, Data, Edge
from systems.consulting.settings import SystemSettings
from systems.eks_platform import Compute, make_compute
from systems.foundation import Stack, make_github_roles, make_keys

_NODE_PORTS = (30000, 32767)


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a consulting stack and returns its outputs by name."""
    keys = make_keys("consulting", account, data_users=settings.backup.key_users)
    stack = Stack(settings, account, keys)
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    access_logs = LogBucket("access-logs", settings.access_logs, account=account)
    data = _data(stack, network=network)
    compute = make_compute(
        stack,
        system="consulting",
        network=network,
        people=people,
        cluster=settings.cluster,
        groups={"nodes": settings.nodes},
        addons=settings.addons,
        runner=settings.runner,
        access_logs=access_logs,
    )
    ClusterAutoscaler("cluster-autoscaler", account=account, cluster=compute.cluster, nodes=compute.ready)
    edge = _edge(stack, network=network, access_logs=access_logs)
    _connect(data, compute, edge)
    registry = Registry(
        "registry",
        RegistrySettings(namespace=settings.registry, repositories=tuple(IMAGES.values())),
        account=account,
        key=keys.data,
    )
    run_application(stack, network=network, data=data, compute=compute, edge=edge, registry=registry)
    if settings.audit is not None:
        make_audit(settings.audit, account, access_logs)
    push_role = make_github_roles(settings.github, account, registry)
    operate(stack, data=data, compute=compute, edge=edge)
    return {
        "url": f"https://{settings.domain}",
        "apiUrl": f"https://api.{settings.domain}",
        "healthUrl": f"https://api.{settings.domain}{settings.backend.readiness.path}",
        "nameServers": edge.zone.name_servers or [],
        **compute.outputs,
        "registries": {workload: registry.repository_url(image) for workload, image in IMAGES.items()},
        **push_role,
        "databaseIdentifier": data.database.identifier,
        "databaseEndpoint": data.database.endpoint,
        "cacheEndpoint": data.cache.endpoint,
        "secretArn": data.secret.arn,
        "retryQueueUrl": data.retries.url,
        "peopleRoleArn": people.arn,
        "operatorsRoleArn": compute.operators.arn,
    }


def _data(stack: Stack[SystemSettings], *, network: Network) -> Data:
    database = Postgres("rds", stack.settings.database, account=stack.account, network=network, key=stack.keys.data)
    cache = Redis("redis", stack.settings.cache, account=stack.account, network=network, key=stack.keys.data)
    secret = ApplicationSecret(
        "app-secret",
        stack.settings.secret,
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        database=database,
        database_key=stack.keys.data,
        cache=cache,
        public={"ses-sender-email": stack.settings.sender},
    )
    bedrock_key = None
    if stack.settings.bedrock_api_key:
        bedrock_key = ManualSecret(
            BEDROCK_KEY,
            account=stack.account,
            key=stack.keys.secrets,
            secret_name=f"{stack.settings.secret.name.rpartition('/')[0]}/{BEDROCK_KEY}",
            purpose="API key of Bedrock",
        )
    return Data(
        database=database,
        cache=cache,
        secret=secret,
        retries=Queue("mail-retries", stack.settings.retries, key=stack.keys.data),
        bedrock_key=bedrock_key,
    )


def _connect(data: Data, compute: Compute, edge: Edge) -> None:
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


def _edge(stack: Stack[SystemSettings], *, network: Network, access_logs: LogBucket) -> Edge:
    domain, api = stack.settings.domain, f"api.{stack.settings.domain}"
    health_path = stack.settings.backend.readiness.path
    zone = Zone(
        "zone",
        stack.settings.zone,
        account=stack.account,
        log_key=stack.keys.edge_logs,
    )
    certificate = Certificate(
        "certificate",
        CertificateSettings(domain=domain, alternatives=(f"*.{domain}", api)),
        zone=zone,
        region=stack.account.region,
    )
    balancer = LoadBalancer(
        "alb",
        LoadBalancerSettings(
            name=stack.settings.balancer,
            target_groups={
                BACKEND_TARGETS: _targets(stack.settings.backend),
                FRONTEND_TARGETS: _targets(stack.settings.frontend),
            },
            routes={
                "api": RouteSettings(priority=100, target=BACKEND_TARGETS, paths=("/api/*",)),
                # Or the health check and the load test would ask the site.
                "api-host": RouteSettings(priority=110, target=BACKEND_TARGETS, hosts=(api,)),
            },
            default_target=FRONTEND_TARGETS,
            idle_timeout=60,
            redirect_http=True,
        ),
        account=stack.account,
        network=network,
        certificate=certificate,
        access_logs=access_logs,
    )
    firewall = Firewall("firewall", stack.settings.firewall, account=stack.account, log_key=stack.keys.logs)
    firewall.protect("alb", balancer.arn)
    for name in (domain, api):
        zone.alias(name, balancer.alias_target)
    zone.record("www", f"www.{domain}", "CNAME", domain)
    email = Email(
        "email",
        EmailSettings(domain=domain, sender=stack.settings.sender, fallback_regions=(stack.settings.mail_fallback,)),
        account=stack.account,
        zone=zone,
    )
    health = HealthCheck("backend-health", HealthCheckSettings(domain=api, path=health_path, failure_threshold=3))
    return Edge(zone=zone, balancer=balancer, firewall=firewall, email=email, health=health)


def _targets(workload: WorkloadSettings) -> TargetGroupSettings:
    """The nodes, each on the NodePort of a service, which hands on what the pods speak."""
    return TargetGroupSettings(
        port=workload.port,
        protocol=workload.protocol,
        target_type="instance",
        health_path=workload.readiness.path,
    )

"""The records system: a microservice over billions of records, answering in under 500 ms.

Route 53 ─► CloudFront with its web ACL ─► load balancer ─► pods on EKS in three zones ─► PostgreSQL, Redis, Kafka, S3
"""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.account import Account
from components.data.bucket import Bucket
from components.data.kafka import Kafka
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.data.registry import Registry
from components.data.snapshot_export import SnapshotExport, SnapshotExportSettings
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import LoadBalancer, cloudfront_prefix_list_id
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import HttpsOrigin
from components.edge.static_page import StaticPage, StaticPageSettings
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations import cluster_alarms, data_alarms, edge_alarms
from components.operations.alarms import Alarms
from components.operations.backup import Backup
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import EDGE_REGION, put_metrics
from components.operations.snapshots import Snapshots
from components.operations.tracing import Tracing
from components.security.human_access import HumanAccess
from components.security.pod_role import PodRole
from components.security.secret import GeneratedSecret, SecretSettings
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.karpenter import Karpenter
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.storage_class import StorageClass, StorageClassSettings
from components.workloads.workload import Workload
from systems.eks_platform import Compute, Keys, make_compute, make_keys, make_notices
from systems.records_settings import BACKED_UP, SystemSettings

APPLICATION = "microservice"
BUSINESS_METRICS = "Records/Business"


@dataclass(frozen=True)
class _Data:
    database: Postgres
    cache: Redis
    stream: Kafka
    access_logs: LogBucket
    backups: Bucket
    logs: Bucket
    archives: Bucket


@dataclass(frozen=True)
class _Edge:
    zone: Zone
    balancer: LoadBalancer
    cdn: Cdn
    firewall: Firewall


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a records stack and returns its outputs by name."""
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys("records", account, also_notices=["events"])
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    data = _data(settings, account, keys, network)
    compute = _compute(settings, account, keys, network, people)
    for store in (data.database, data.cache, data.stream):
        store.allow(compute.cluster.nodes)
    edge = _edge(settings, account, keys, network, data.access_logs)
    edge.balancer.allow_cloudfront(cloudfront)
    compute.cluster.nodes.allow(edge.balancer, settings.application.port, "Requests from the load balancer")
    registry = Registry("registry", settings.registry, account=account, key=keys.data)
    _application(settings, account, keys, network, data, compute, edge, registry)
    _operations(settings, account, keys, data, compute, edge)
    return {
        "url": f"https://{settings.domain}",
        "nameServers": edge.zone.name_servers or [],
        "distributionDomain": edge.cdn.domain_name,
        "clusterName": compute.cluster.cluster_name,
        "registry": registry.repository_url(APPLICATION),
        "databaseEndpoint": data.database.endpoint,
        "databaseReaderEndpoints": data.database.reader_endpoints,
        "databaseSecretArn": data.database.secret_arn,
        "cacheEndpoint": data.cache.endpoint,
        "bootstrapBrokers": data.stream.bootstrap_brokers,
        "peopleRoleArn": people.arn,
    }


def _data(settings: SystemSettings, account: Account, keys: Keys, network: Network) -> _Data:
    names = settings.buckets
    access_logs = LogBucket("access-logs", names.access_logs, account=account)
    buckets = {
        purpose: Bucket(purpose, named, account=account, key=keys.data, access_logs=access_logs)
        for purpose, named in (("backups", names.backups), ("logs", names.logs), ("archives", names.archives))
    }
    return _Data(
        database=Postgres("database", settings.database, account=account, network=network, key=keys.data),
        cache=Redis("cache", settings.cache, account=account, network=network, key=keys.data),
        stream=Kafka("stream", settings.stream, account=account, network=network, key=keys.data, log_key=keys.logs),
        access_logs=access_logs,
        **buckets,
    )


def _compute(settings: SystemSettings, account: Account, keys: Keys, network: Network, people: HumanAccess) -> Compute:
    compute = make_compute(
        account,
        keys,
        network,
        people,
        cluster=settings.cluster,
        nodes=settings.nodes,
        addons=settings.addons,
    )
    cluster, ready = compute.cluster, compute.ready
    if settings.autoscaler != "karpenter":
        ClusterAutoscaler("cluster-autoscaler", account=account, cluster=cluster, nodes=ready)
    if settings.autoscaler != "clusterAutoscaler":
        Karpenter(
            "karpenter",
            settings.node_pool,
            account=account,
            network=network,
            cluster=cluster,
            nodes_group=cluster.nodes,
            nodes=ready,
            key=keys.volumes,
            queue_key=keys.logs,
        )
    plain = StorageClassSettings(default=True, tags=BACKED_UP)
    for name, kind in (("volumes", plain), ("database-volumes", settings.database_volumes)):
        StorageClass(name, kind, account=account, cluster=cluster, key=keys.volumes)
    return compute


def _edge(settings: SystemSettings, account: Account, keys: Keys, network: Network, access_logs: LogBucket) -> _Edge:
    domain, port = settings.domain, settings.application.port
    origin, balancer_name = f"origin.{domain}", f"balancer.{domain}"
    zone = Zone(
        "zone",
        ZoneSettings(domain=domain, zone_id=settings.hosted_zone_id),
        account=account,
        log_key=keys.edge_logs,
    )
    home = Certificate(
        "origin-certificate",
        CertificateSettings(domain=origin, alternatives=(balancer_name,)),
        zone=zone,
        region=account.region,
    )
    secret = OriginSecret("origin-secret", settings.origin_secret)
    # Pods speak plain HTTP inside the VPC; viewer, CloudFront and load balancer speak TLS to each other.
    application = TargetGroupSettings(port=port, protocol="HTTP", health_path=settings.application.readiness.path)
    balancer = LoadBalancer(
        "balancer",
        LoadBalancerSettings(
            target_groups={APPLICATION: application},
            routes={APPLICATION: RouteSettings(priority=100, target=APPLICATION, paths=("/*",))},
            idle_timeout=settings.idle_timeout,
        ),
        account=account,
        network=network,
        certificate=home,
        access_logs=access_logs,
        origin_secret=secret,
    )
    firewall = Firewall("firewall", settings.firewall, account=account, log_key=keys.edge_logs)
    cdn = Cdn(
        "cdn",
        CdnSettings(
            aliases=(domain,),
            default=BehaviorSettings(origin="origin"),
            # The health check must see the application, not the page that stands in for it.
            behaviors={
                "health": PathBehaviorSettings(
                    path=settings.application.readiness.path, origin="balancer", methods="read"
                )
            },
            origin_shield_region=origin_shield_at(account.region),
        ),
        origins={"origin": HttpsOrigin(origin, secret), "balancer": HttpsOrigin(balancer_name, secret)},
        certificate=Certificate("edge-certificate", CertificateSettings(domain=domain), zone=zone, region=EDGE_REGION),
        firewall=firewall,
        access_logs=access_logs,
    )
    page = StaticPage("unavailable", StaticPageSettings(domain=origin), certificate=home)
    health = HealthCheck("health", HealthCheckSettings(domain=domain, path=settings.application.readiness.path))
    zone.alias(domain, cdn.alias_target)
    zone.alias(balancer_name, balancer.alias_target)
    zone.failover(
        origin,
        primary=balancer.alias_target,
        secondary=page.alias_target,
        health_check_id=health.health_check_id,
    )
    return _Edge(zone, balancer, cdn, firewall)


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
    """The microservice: what it may do, what it is told, and whom it may talk to."""
    signing = GeneratedSecret(
        "cursor-key",
        SecretSettings(),
        account=account,
        key=keys.secrets,
        log_key=keys.logs,
        purpose="Signs the cursors that the records API hands out",
    )
    tracing = [Tracing("tracing", settings.tracing).write] if settings.tracing else []
    role = PodRole(
        "microservice-pods",
        account=account,
        cluster=compute.cluster,
        namespace=settings.namespace,
        service_account=APPLICATION,
        statements=[
            data.database.connect("application"),
            data.cache.connect,
            data.stream.produce(settings.topic),
            data.stream.consume(settings.topic, APPLICATION),
            data.archives.read_write,
            data.logs.write,
            signing.read,
            keys.secrets.decrypt,
            put_metrics(BUSINESS_METRICS),
            *tracing,
        ],
    )
    namespace = Namespace("namespace", namespace=settings.namespace, cluster=compute.cluster, nodes=compute.ready)
    controller = LoadBalancerController(
        "load-balancer-controller",
        account=account,
        cluster=compute.cluster,
        vpc_id=network.vpc_id,
        nodes=compute.ready,
    )
    stores = list(settings.network.data.values())
    Workload(
        APPLICATION,
        settings.application,
        cluster=compute.cluster,
        namespace=namespace,
        repository=registry.repository_url(APPLICATION),
        pod_role=role,
        config={
            "DATABASE_HOST": data.database.endpoint,
            "DATABASE_READERS": pulumi.Output.json_dumps(list(data.database.reader_endpoints.values())),
            "CACHE_ENDPOINT": data.cache.endpoint,
            "CACHE_USER": data.cache.user_name,
            "BOOTSTRAP_BROKERS": data.stream.bootstrap_brokers,
            "TOPIC": settings.topic,
            "ARCHIVES_BUCKET": data.archives.bucket_name,
            "LOGS_BUCKET": data.logs.bucket_name,
            "CURSOR_KEY_ARN": signing.arn,
            "METRICS_NAMESPACE": BUSINESS_METRICS,
        },
        clients=list(settings.network.public.values()),
        destinations={
            "database": Destination(data.database.port, stores),
            "cache": Destination(data.cache.port, stores),
            "stream": Destination(data.stream.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        target_group_arn=edge.balancer.target_group(APPLICATION).arn,
        load_balancer_controller=controller,
    )


def _operations(
    settings: SystemSettings, account: Account, keys: Keys, data: _Data, compute: Compute, edge: _Edge
) -> None:
    """Alarms, dashboard, budget; snapshots, backups and exports."""
    notices, edge_notices = make_notices(settings.notices, account, keys)
    export = SnapshotExport(
        "snapshot-export",
        SnapshotExportSettings(),
        account=account,
        identifier=data.database.identifier,
        bucket=data.backups,
        key=keys.data,
        database_key=keys.data,
        log_key=keys.logs,
    )
    watched = _watched(settings, data, compute, edge) | data_alarms.snapshot_export(export.state_machine_arn)
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    Dashboard("records", panels_of(watched), account=account, alarms=alarms, business_namespace=BUSINESS_METRICS)
    Budget("budget", settings.budget, notices=notices)
    Snapshots("snapshots", settings.snapshots, account=account, key=keys.volumes, target_tags=BACKED_UP)
    Backup("backup", settings.backup, account=account, key=keys.data, resources=[data.database.arn])


def _watched(settings: SystemSettings, data: _Data, compute: Compute, edge: _Edge) -> dict[str, Any]:
    database, alarms = settings.database, settings.alarms
    nodes = data_alarms.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    target_groups = {APPLICATION: edge.balancer.target_group(APPLICATION).arn_suffix}
    watched = {
        **edge_alarms.load_balancer(edge.balancer.arn_suffix, target_groups, alarms),
        **edge_alarms.distribution(edge.cdn.distribution_id, alarms),
        **edge_alarms.web_acl(edge.firewall.metric_name, alarms),
        **data_alarms.database(
            data.database.instance_ids,
            alarms,
            instance_class=database.instance_class,
            storage_gib=database.storage_gib,
            replicas=list(data.database.reader_endpoints),
        ),
        **data_alarms.cache(nodes, alarms),
        **data_alarms.kafka(data.stream.cluster_name, data.stream.brokers, alarms),
    }
    if settings.addons.container_insights:
        watched |= cluster_alarms.cluster(compute.cluster.cluster_name, alarms)
    return watched

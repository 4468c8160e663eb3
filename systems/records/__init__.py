"""The records system: a microservice over billions of records, answering in under 500 ms.

Route 53 ─► CloudFront with its web ACL ─► load balancer ─► pods on EKS in three zones ─► PostgreSQL, Redis, Kafka, S3
"""

from typing import Any

import pulumi

from components.account import Account
from components.compute.self_managed_nodes import SelfManagedNodes
from components.data import postgres_tuning
from components.data.aurora import Aurora
from components.data.bucket import Bucket
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.data.registry import Registry
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.global_accelerator import GlobalAccelerator
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import LoadBalancer, cloudfront_prefix_list_id
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import HttpsOrigin
from components.edge.static_page import StaticPage, StaticPageSettings
from components.edge.zone import Zone, ZoneSettings
from components.merging import disjoint
from components.network.network import Network
from components.operations import delivery_alarms
from components.operations.metric import EDGE_REGION
from components.security.human_access import HumanAccess
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.karpenter import Karpenter
from components.workloads.storage_class import StorageClass, StorageClassSettings
from systems.eks_platform import Compute, make_compute
from systems.foundation import Keys, make_keys
from systems.records.application import make_application
from systems.records.fargate import run_on_fargate
from systems.records.later import read_events
from systems.records.operations import operate
from systems.records.parts import APPLICATION, Data, Edge
from systems.records.settings import BACKED_UP, SystemSettings


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a records stack and returns its outputs by name."""
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys("records", account)
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    data = _data(settings, account, keys, network)
    compute, pool = _compute(settings, account, keys, network, people, data.access_logs)
    for store in (*data.databases, data.cache, data.stream):
        store.allow(compute.cluster.nodes)
    edge = _edge(settings, account, keys, network, data.access_logs)
    edge.balancer.allow_cloudfront(cloudfront)
    compute.cluster.nodes.allow(edge.balancer, settings.application.port, "Requests from the load balancer")
    registry = Registry("registry", settings.registry, account=account, key=keys.data)
    rotations = make_application(settings, account, keys, network, data, compute, edge, registry, pool)
    run_on_fargate(settings.fargate, account, keys, network, data, compute, registry)
    later = {}
    if settings.events:
        later = read_events(settings.events, account, keys, network, data, compute.operators)
    operate(settings, account, keys, data, compute, edge, disjoint(delivery_alarms.rotations(rotations), later))
    return {
        "url": f"https://{settings.domain}",
        "nameServers": edge.zone.name_servers or [],
        "distributionDomain": edge.cdn.domain_name,
        **compute.outputs,
        "registry": registry.repository_url(APPLICATION),
        "databaseEndpoint": data.database.endpoint,
        "databaseReaderEndpoints": data.database.reader_endpoints,
        "databaseSecretArn": data.database.secret_arn,
        "cacheEndpoint": data.cache.endpoint,
        "bootstrapBrokers": data.stream.bootstrap_brokers,
        "peopleRoleArn": people.arn,
        "operatorsRoleArn": compute.operators.arn,
    }


def _data(settings: SystemSettings, account: Account, keys: Keys, network: Network) -> Data:
    names = settings.buckets
    access_logs = LogBucket("access-logs", names.access_logs, account=account)
    buckets = {
        purpose: Bucket(purpose, named, account=account, key=keys.data, access_logs=access_logs)
        for purpose, named in (("backups", names.backups), ("logs", names.logs), ("archives", names.archives))
    }
    stream = Kafka("stream", settings.stream, account=account, network=network, key=keys.data, log_key=keys.logs)
    instance, aurora = _databases(settings, account, keys, network)
    return Data(
        database=_used(instance, aurora),
        instance=instance,
        aurora=aurora,
        cache=Redis("cache", settings.cache, account=account, network=network, key=keys.data),
        stream=stream,
        topic=KafkaTopic("topic", settings.topic, cluster=stream),
        access_logs=access_logs,
        **buckets,
    )


def _databases(
    settings: SystemSettings, account: Account, keys: Keys, network: Network
) -> tuple[Postgres | None, Aurora | None]:
    """The instance, unless Aurora has taken its place for good, and the cluster, where one is asked for."""
    wanted, key = settings.aurora_serverless, keys.data
    instance = None
    if wanted is None or wanted.role != "sole":
        followed = wanted is not None
        instance = Postgres(
            "database",
            settings.database,
            account=account,
            network=network,
            key=key,
            followed=followed,
            parameters=postgres_tuning.for_requests(settings.database),
        )
    if wanted is None:
        return instance, None
    aurora = Aurora(
        "aurora",
        wanted,
        database=settings.database,
        source=instance,
        account=account,
        network=network,
        key=key,
        parameters=postgres_tuning.PLANS | postgres_tuning.LOGS,
    )
    return instance, aurora


def _used(instance: Postgres | None, aurora: Aurora | None) -> Postgres | Aurora:
    """What is written to: the cluster once it no longer follows."""
    if aurora is not None and (instance is None or not aurora.follows):
        return aurora
    assert instance is not None, "without Aurora there is an instance"
    return instance


def _compute(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    people: HumanAccess,
    access_logs: LogBucket,
) -> tuple[Compute, list[pulumi.Resource]]:
    """The cluster, and the pool of nodes that the application's pods need where they name one."""
    compute = make_compute(
        "records",
        account,
        keys,
        network,
        people,
        cluster=settings.cluster,
        groups={"nodes": settings.nodes},
        addons=settings.addons,
        runner=settings.runner,
        access_logs=access_logs,
    )
    cluster, ready = compute.cluster, compute.ready
    if settings.self_managed_nodes is not None:
        SelfManagedNodes(
            "self-managed-nodes",
            settings.self_managed_nodes,
            account=account,
            network=network,
            cluster=cluster,
            key=compute.volumes_key,
        )
    if settings.autoscaler != "karpenter":
        ClusterAutoscaler("cluster-autoscaler", account=account, cluster=cluster, nodes=ready)
    pool: list[pulumi.Resource] = []
    if settings.autoscaler != "clusterAutoscaler":
        pool.append(
            Karpenter(
                "karpenter",
                settings.node_pool,
                account=account,
                network=network,
                cluster=cluster,
                nodes_group=cluster.nodes,
                nodes=ready,
                key=compute.volumes_key,
                queue_key=keys.logs,
            )
        )
    plain = StorageClassSettings(default=True, tags=BACKED_UP)
    for name, kind in (("volumes", plain), ("database-volumes", settings.database_volumes)):
        StorageClass(name, kind, account=account, cluster=cluster, key=compute.volumes_key)
    return compute, pool


def _edge(settings: SystemSettings, account: Account, keys: Keys, network: Network, access_logs: LogBucket) -> Edge:
    domain, port = settings.domain, settings.application.port
    origin, balancer_name = f"origin.{domain}", f"balancer.{domain}"
    zone = Zone(
        "zone",
        ZoneSettings(domain=domain, zone_id=settings.hosted_zone_id, parent_id=settings.parent_zone_id),
        account=account,
        log_key=keys.edge_logs,
    )
    home = Certificate(
        "origin-certificate",
        CertificateSettings(domain=origin, alternatives=(balancer_name,)),
        zone=zone,
        region=account.region,
    )
    secret = _origin_secret(settings)
    application = TargetGroupSettings(
        port=port, protocol=settings.application.protocol, health_path=settings.application.readiness.path
    )
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
            default=BehaviorSettings(origin="origin", origin_decides=True),
            # The health check must see the application, not the page that stands in for it.
            behaviors={
                "health": PathBehaviorSettings(
                    path=settings.application.liveness.path, origin="balancer", methods="read"
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
    health = HealthCheck("health", HealthCheckSettings(domain=domain, path=settings.application.liveness.path))
    zone.alias(domain, cdn.alias_target)
    entry = balancer.alias_target
    if settings.global_accelerator is not None:
        entry = GlobalAccelerator(
            "global-accelerator",
            settings.global_accelerator,
            account=account,
            balancer=balancer,
            access_logs=access_logs,
        ).alias_target
    zone.alias(balancer_name, entry)
    zone.failover(
        origin,
        primary=entry,
        secondary=page.alias_target,
        health_check_id=health.health_check_id,
    )
    return Edge(zone, balancer, cdn, firewall, health)


def _origin_secret(settings: SystemSettings) -> OriginSecret:
    """The header that proves a request to the load balancer; one for all regions when others share the requests."""
    given = pulumi.Config("records").get_secret("originSecret")
    if given is None and settings.global_accelerator is not None and settings.global_accelerator.elsewhere:
        raise ValueError(
            "globalAccelerator.elsewhere needs one header in all regions: "
            "pulumi config set --secret records:originSecret"
        )
    return OriginSecret("origin-secret", settings.origin_secret, given=given)

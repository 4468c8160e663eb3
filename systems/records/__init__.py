"""The records system: a microservice over billions of records, answering in under 500 ms.

Route 53 ─► CloudFront with its web ACL ─► load balancer ─► pods on EKS in three zones ─► PostgreSQL, Redis, Kafka, S3
"""

from typing import Any

import pulumi

from components.account import Account
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
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import LoadBalancer, cloudfront_prefix_list_id
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import HttpsOrigin
from components.edge.static_page import StaticPage, StaticPageSettings
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations.metric import EDGE_REGION, put_metrics
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
from systems.eks_platform import Compute, make_compute
from systems.eks_schema import APPLICATION_USER, apply_schema
from systems.foundation import Keys, make_keys
from systems.records.operations import operate
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Data, Edge
from systems.records.settings import BACKED_UP, SystemSettings


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a records stack and returns its outputs by name."""
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys("records", account, also_notices=["events"])
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    data = _data(settings, account, keys, network)
    compute = _compute(settings, account, keys, network, people, data.access_logs)
    for store in (data.database, data.cache, data.stream):
        store.allow(compute.cluster.nodes)
    edge = _edge(settings, account, keys, network, data.access_logs)
    edge.balancer.allow_cloudfront(cloudfront)
    compute.cluster.nodes.allow(edge.balancer, settings.application.port, "Requests from the load balancer")
    registry = Registry("registry", settings.registry, account=account, key=keys.data)
    _application(settings, account, keys, network, data, compute, edge, registry)
    operate(settings, account, keys, data, compute, edge)
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
    return Data(
        database=Postgres("database", settings.database, account=account, network=network, key=keys.data),
        cache=Redis("cache", settings.cache, account=account, network=network, key=keys.data),
        stream=stream,
        topic=KafkaTopic("topic", settings.topic, cluster=stream),
        access_logs=access_logs,
        **buckets,
    )


def _compute(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    people: HumanAccess,
    access_logs: LogBucket,
) -> Compute:
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
            key=compute.volumes_key,
            queue_key=keys.logs,
        )
    plain = StorageClassSettings(default=True, tags=BACKED_UP)
    for name, kind in (("volumes", plain), ("database-volumes", settings.database_volumes)):
        StorageClass(name, kind, account=account, cluster=cluster, key=compute.volumes_key)
    return compute


def _edge(settings: SystemSettings, account: Account, keys: Keys, network: Network, access_logs: LogBucket) -> Edge:
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
            default=BehaviorSettings(origin="origin", origin_decides=True),
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
    return Edge(zone, balancer, cdn, firewall)


def _application(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    data: Data,
    compute: Compute,
    edge: Edge,
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
            data.database.connect(APPLICATION_USER),
            data.cache.connect,
            data.topic.produce,
            data.topic.consume(APPLICATION),
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
    compute.operator_rights.restart(namespace, [APPLICATION])
    compute.operators.may(compute.cluster.describe, *data.database.operate, data.cache.operate, signing.operate)
    stores = list(settings.network.data.values())
    migration = apply_schema(settings.migration, account, compute, namespace, data.database, keys.data, stores)
    Workload(
        APPLICATION,
        settings.application,
        cluster=compute.cluster,
        namespace=namespace,
        repository=registry.repository_url(APPLICATION),
        pod_role=role,
        config=_config(account, data, signing),
        clients=list(settings.network.public.values()),
        destinations={
            "database": Destination(data.database.port, stores),
            "cache": Destination(data.cache.port, stores),
            "stream": Destination(data.stream.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        target_group_arn=edge.balancer.target_group(APPLICATION).arn,
        load_balancer_controller=controller,
        after=[migration, data.topic],
    )


def _config(account: Account, data: Data, signing: GeneratedSecret) -> dict[str, pulumi.Input[str]]:
    """What the microservice is told: where its stores are and as whom it signs in. Every password is a token of IAM,
    and every connection is TLS."""
    database, cache, stream = data.database, data.cache, data.stream
    return {
        "AWS_REGION": account.region,
        "DATABASE_HOST": database.endpoint,
        "DATABASE_READERS": pulumi.Output.json_dumps(list(database.reader_endpoints.values())),
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.db_name,
        "DATABASE_USER": APPLICATION_USER,
        "DATABASE_SSLMODE": "verify-full",
        "CACHE_ENDPOINT": cache.endpoint,
        "CACHE_PORT": str(cache.port),
        "CACHE_USER": cache.user_name,
        "CACHE_TLS": "true",
        "CACHE_CLUSTER": str(cache.settings.cluster_mode).lower(),
        # What a token for Redis is signed for.
        "CACHE_REPLICATION_GROUP": cache.replication_group_id,
        "BOOTSTRAP_BROKERS": stream.bootstrap_brokers,
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "AWS_MSK_IAM",
        "TOPIC": data.topic.topic_name,
        "CONSUMER_GROUP": APPLICATION,
        "ARCHIVES_BUCKET": data.archives.bucket_name,
        "LOGS_BUCKET": data.logs.bucket_name,
        "CURSOR_KEY_ARN": signing.arn,
        "METRICS_NAMESPACE": BUSINESS_METRICS,
    }

"""The recovery stack of the records system: all that a promotion needs and must not have to create.

Home's distribution ─► ``standby.<domain>`` ─► this balancer, once it has pods, else the page ─► copies of the stores
"""

from typing import Any

import pulumi

from components.account import Account
from components.data import postgres_tuning
from components.data.bucket import Bucket
from components.data.bucket_rights import CopiedBucket
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.data.log_bucket import LogBucket
from components.data.postgres_recovery import PostgresRecovery
from components.data.redis import Redis
from components.data.registry import Registry
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.load_balancer import LoadBalancer, cloudfront_prefix_list_id
from components.edge.origin_secret import ExistingOriginHeader
from components.edge.takeover import Takeover
from components.edge.zone import Zone, ZoneSettings
from components.merging import disjoint
from components.network.network import Network
from components.operations.alarms import Alarm, Alarms, aws_backup, eks, elasticache, elb, lambda_functions, msk, rds
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.snapshots import Snapshots
from components.operations.topic import PUBLISHERS, Notices
from components.security.human_access import HumanAccess
from components.security.key import ExistingKey
from settings.recovery import RecoveryStackSettings, home_database_class
from systems.copies import say_serving, serves_near
from systems.eks_platform import Compute
from systems.foundation import Stack, make_backup, make_keys
from systems.records.application import make_application
from systems.records.cluster import platform, snapshot_tags
from systems.records.edge import make_balancer
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Stores, standby, taken_over
from systems.records.recovery import Contract
from systems.records.service_alarms import GAUGES, of_the_service, panels
from systems.records.settings import SystemSettings
from systems.recovery_stack import read_home


def stand_by(settings: SystemSettings, recovery: RecoveryStackSettings, account: Account) -> dict[str, Any]:
    """Builds the recovery stack, standing by or promoted, and returns its outputs by name."""
    promoted = recovery.promoted
    home = read_home(recovery, Contract)
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys("records", account, data_users=settings.backup.key_users, edge=False)
    stack = Stack(settings, account, keys)
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    database = PostgresRecovery(
        "database",
        settings.database,
        source_arn=home.database_arn,
        source_class=home_database_class(settings.recovery),
        promoted=promoted,
        account=account,
        network=network,
        key=keys.data,
        parameters=postgres_tuning.for_requests(settings.database),
    )
    data = _stores(stack, network=network, home=home, database=database, promoted=promoted)
    compute, pool = platform(stack, network=network, people=people, data=data)
    for store in (database, data.cache, data.stream):
        store.allow(compute.cluster.nodes)
    balancer = _entrance(
        stack, network=network, access_logs=data.access_logs, home=home, database=database, recovery=recovery
    )
    balancer.allow_cloudfront(cloudfront)
    compute.cluster.nodes.allow(balancer, settings.application.port, "Requests from the load balancer")
    registry = Registry("registry", settings.registry, account=account, key=keys.data)
    rotations = make_application(
        stack,
        network=network,
        data=data,
        compute=compute,
        balancer=balancer,
        registry=registry,
        pool=pool,
        serving=promoted,
    )
    alarms = lambda_functions.rotations({**rotations, **database.rotations})
    _operate(stack, data=data, database=database, compute=compute, balancer=balancer, later=alarms, promoted=promoted)
    cache = {"cacheEndpoint": data.cache.endpoint} if promoted else {}
    return {
        **compute.outputs,
        **cache,
        "registry": registry.repository_url(APPLICATION),
        "databaseEndpoint": database.endpoint,
        "databaseSecretArn": database.secret_arn,
        "bootstrapBrokers": data.stream.bootstrap_brokers,
        "balancerName": balancer.dns_name,
        "peopleRoleArn": people.arn,
    }


def _stores(
    stack: Stack[SystemSettings], *, network: Network, home: Contract, database: PostgresRecovery, promoted: bool
) -> Stores:
    """Copies of what home has; of the topic nothing is copied, so that its brokers stand ready and empty."""
    access_logs = LogBucket("access-logs", stack.settings.buckets.access_logs, account=stack.account)
    stream = Kafka(
        "stream",
        stack.settings.stream,
        account=stack.account,
        network=network,
        key=stack.keys.data,
        log_key=stack.keys.logs,
    )
    return Stores(
        database=database,
        cache=Redis(
            "cache",
            stack.settings.cache,
            account=stack.account,
            network=network,
            key=stack.keys.data,
            promoted=promoted,
        ),
        stream=stream,
        topic=KafkaTopic("topic", stack.settings.topic, cluster=stream),
        access_logs=access_logs,
        logs=Bucket(
            "logs", stack.settings.buckets.logs, account=stack.account, key=stack.keys.data, access_logs=access_logs
        ),
        archives=CopiedBucket(
            "archives",
            stack.settings.buckets.archives.bucket,
            account=stack.account,
            key=ExistingKey("copies-key", home.copies_key_arn),
        ),
    )


def _entrance(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    access_logs: LogBucket,
    home: Contract,
    database: PostgresRecovery,
    recovery: RecoveryStackSettings,
) -> LoadBalancer:
    """The load balancer, under the names that home's distribution calls, and the word that it has the requests."""
    domain = stack.settings.domain
    zone = Zone("zone", ZoneSettings(domain=domain), account=stack.account, home_zone_id=home.zone_id)
    certificate = Certificate(
        "origin-certificate",
        # CloudFront asks for the origin's own name, whichever region that leads to.
        CertificateSettings(domain=f"origin.{domain}", alternatives=(taken_over(domain),)),
        zone=zone,
        region=stack.account.region,
    )
    balancer = make_balancer(
        stack,
        network=network,
        certificate=certificate,
        access_logs=access_logs,
        secret=ExistingOriginHeader(home.origin_headers),
    )
    zone.primary(standby(domain), balancer.alias_target)
    Takeover(
        "takeover",
        domain=taken_over(domain),
        promoted=recovery.alone,
        zone=zone,
        certificate=certificate,
        opts=pulumi.ResourceOptions(depends_on=[database.instance]),
    )
    near = serves_near(domain, recovery, stack.account)
    if near is not None:
        zone.nearest(f"origin.{domain}", balancer.alias_target, near)
        say_serving(domain=domain, recovery=recovery, zone=zone, account=stack.account, after=[database.instance])
    return balancer


def _operate(
    stack: Stack[SystemSettings],
    *,
    data: Stores,
    database: PostgresRecovery,
    compute: Compute,
    balancer: LoadBalancer,
    later: dict[str, Alarm],
    promoted: bool,
) -> None:
    """Alarms, dashboard, budget, backups; exports of snapshots stay at home."""
    notices = Notices(
        "notices", stack.settings.notices, account=stack.account, key=stack.keys.logs, publishers=PUBLISHERS
    )
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=compute.operators,
        resources=[database.backed_up],
    )
    watched = disjoint(
        _watched(stack.settings, data=data, database=database, balancer=balancer, promoted=promoted),
        aws_backup.backups(backup),
        later,
    )
    if stack.settings.addons.container_insights:
        watched = disjoint(watched, eks.cluster(compute.cluster.cluster_name, stack.settings.alarms))
    alarms = Alarms("alarms", watched, notices=notices)
    Dashboard(
        "records",
        {**(panels(readers=bool(database.reader_endpoints)) if promoted else {}), **panels_of(watched)},
        account=stack.account,
        alarms=alarms,
        business_namespace=BUSINESS_METRICS,
        business_gauges=GAUGES,
    )
    Budget("budget", stack.settings.budget, notices=notices)
    Snapshots(
        "snapshots",
        stack.settings.snapshots,
        account=stack.account,
        key=compute.volumes_key,
        target_tags=snapshot_tags(compute),
    )


def _watched(
    settings: SystemSettings, *, data: Stores, database: PostgresRecovery, balancer: LoadBalancer, promoted: bool
) -> dict[str, Any]:
    alarms, cache = settings.alarms, data.cache
    watched = disjoint(
        rds.database(
            database.instance_ids,
            alarms,
            instance_class=settings.database.instance_class,
            storage_gib=settings.database.storage_gib,
            replicas=database.lagging,
        ),
        msk.kafka(data.stream.cluster_name, data.stream.brokers, alarms),
    )
    if not promoted:
        return watched
    nodes = elasticache.cache_nodes(
        cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    groups = {APPLICATION: balancer.target_group(APPLICATION).arn_suffix}
    return disjoint(
        watched,
        elasticache.cache(nodes, alarms),
        elb.load_balancer(balancer.arn_suffix, groups, alarms),
        of_the_service(alarms, readers=bool(database.reader_endpoints)),
    )

"""The records system: a microservice over billions of records, answering in under 500 ms.

Route 53 ─► CloudFront with its web ACL ─► load balancer ─► pods on EKS in three zones ─► PostgreSQL, Redis, Kafka, S3
"""

from typing import Any

from components.account import Account
from components.data import postgres_tuning
from components.data.aurora import Aurora
from components.data.bucket import Bucket
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.data.registry import Registry
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.merging import disjoint
from components.network.network import Network
from components.operations.alarms import lambda_functions
from components.security.human_access import HumanAccess
from systems.foundation import Stack, make_github_roles, make_keys
from systems.records.application import make_application
from systems.records.cluster import platform
from systems.records.edge import make_edge
from systems.records.event_function import read_events
from systems.records.fargate import run_on_fargate
from systems.records.operations import operate
from systems.records.parts import APPLICATION, Data
from systems.records.recovery import replicate
from systems.records.settings import SystemSettings
from systems.records.standby import stand_by


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds a records stack and returns its outputs by name."""
    if settings.recovery is not None:
        return stand_by(settings, settings.recovery, account)
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys("records", account, data_users=settings.backup.key_users)
    stack = Stack(settings, account, keys)
    network = Network("network", settings.network, account=account, key=keys.logs, cluster_name=settings.cluster.name)
    people = HumanAccess("people", account=account)
    data = _data(stack, network=network)
    compute, pool = platform(stack, network=network, people=people, data=data)
    for store in (*data.databases, data.cache, data.stream):
        store.allow(compute.cluster.nodes)
    edge = make_edge(stack, network=network, access_logs=data.access_logs)
    edge.balancer.allow_cloudfront(cloudfront)
    compute.cluster.nodes.allow(edge.balancer, settings.application.port, "Requests from the load balancer")
    registry = Registry("registry", settings.registry, account=account, key=keys.data)
    rotations = make_application(
        stack, network=network, data=data, compute=compute, balancer=edge.balancer, registry=registry, pool=pool
    )
    run_on_fargate(stack, settings=settings.fargate, network=network, data=data, compute=compute, registry=registry)
    later = {}
    if settings.events:
        later = read_events(stack, settings=settings.events, network=network, data=data, operators=compute.operators)
    push_role = make_github_roles(settings.github, account, registry)
    operate(stack, data=data, compute=compute, edge=edge, later=disjoint(lambda_functions.rotations(rotations), later))
    return {
        "url": f"https://{settings.domain}",
        "healthUrl": f"https://{settings.domain}{settings.application.liveness.path}",
        "nameServers": edge.zone.name_servers or [],
        "distributionDomain": edge.cdn.domain_name,
        **compute.outputs,
        "registry": registry.repository_url(APPLICATION),
        **push_role,
        "databaseEndpoint": data.database.endpoint,
        "databaseReaderEndpoints": data.database.reader_endpoints,
        "databaseSecretArn": data.database.secret_arn,
        "cacheEndpoint": data.cache.endpoint,
        "bootstrapBrokers": data.stream.bootstrap_brokers,
        "peopleRoleArn": people.arn,
        "operatorsRoleArn": compute.operators.arn,
        **replicate(stack, data=data, edge=edge),
    }


def _data(stack: Stack[SystemSettings], *, network: Network) -> Data:
    names = stack.settings.buckets
    access_logs = LogBucket("access-logs", names.access_logs, account=stack.account)
    buckets = {
        purpose: Bucket(purpose, named, account=stack.account, key=stack.keys.data, access_logs=access_logs)
        for purpose, named in (("backups", names.backups), ("logs", names.logs), ("archives", names.archives))
    }
    stream = Kafka(
        "stream",
        stack.settings.stream,
        account=stack.account,
        network=network,
        key=stack.keys.data,
        log_key=stack.keys.logs,
    )
    instance, aurora = _databases(stack, network=network)
    return Data(
        database=_used(instance, aurora),
        instance=instance,
        aurora=aurora,
        cache=Redis("cache", stack.settings.cache, account=stack.account, network=network, key=stack.keys.data),
        stream=stream,
        topic=KafkaTopic("topic", stack.settings.topic, cluster=stream),
        access_logs=access_logs,
        **buckets,
    )


def _databases(stack: Stack[SystemSettings], *, network: Network) -> tuple[Postgres | None, Aurora | None]:
    """The instance, unless Aurora has taken its place for good, and the cluster, where one is asked for."""
    wanted, key = stack.settings.aurora_serverless, stack.keys.data
    instance = None
    if wanted is None or wanted.role != "sole":
        followed = wanted is not None
        instance = Postgres(
            "database",
            stack.settings.database,
            account=stack.account,
            network=network,
            key=key,
            replicated_elsewhere=stack.settings.copies is not None,
            followed=followed,
            parameters=postgres_tuning.for_requests(stack.settings.database),
        )
    if wanted is None:
        return instance, None
    aurora = Aurora(
        "aurora",
        wanted,
        database=stack.settings.database,
        source=instance,
        account=stack.account,
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

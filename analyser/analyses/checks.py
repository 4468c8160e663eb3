"""The commands by which an operator sees whether a stack works, with the stack's own names in them."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analyser.analyses.copy_checks import copy_checks
from analyser.analyses.databases import engine_of
from analyser.analyses.entrance_checks import Check, entrance_checks, identifier, literal, own_tag
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN

_CLUSTER = "aws:eks/cluster:Cluster"
_DATABASE = "aws:rds/instance:Instance"
_AURORA = "aws:rds/cluster:Cluster"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_CRON_JOB = "kubernetes:batch/v1:CronJob"
_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

# Images of services are bare, so the tools come beside them for as long as a check takes.
_LIBRARY = "public.ecr.aws/docker/library"
_POSTGRES = f"{_LIBRARY}/postgres:17.9-alpine3.23"
_REDIS = f"{_LIBRARY}/redis:7.4-alpine"
_CURL = "docker.io/curlimages/curl:8.16.0"

_STREAM = "aws:msk/cluster:Cluster"
_BROKERS = "BootstrapBrokerStringSaslIam"
KAFKA_PORT = 9098
"""Of clients that sign in by IAM: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html"""
_DATABASE_HOST = "DBInstances[0].Endpoint.Address"
_AURORA_HOST = "DBClusters[0].Endpoint"
_CACHE_HOST = (
    "ReplicationGroups[0].ConfigurationEndpoint.Address || ReplicationGroups[0].NodeGroups[0].PrimaryEndpoint.Address"
)

_ACCEPTING = "accepting connections"

# What a store says of itself while it serves; AWS makes snapshots and moves storage when it likes, for hours.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
_RDS_SERVES = r"available|backing-up|storage-optimization|storage-initialization|configuring-[a-z-]+"
_CACHE_SERVES = "available|snapshotting"
# https://docs.aws.amazon.com/msk/latest/developerguide/msk-cluster-states.html
_MSK_SERVES = "ACTIVE|HEALING|MAINTENANCE"


@dataclass(frozen=True)
class _Store:
    """A database or a cache: how AWS describes it, and how a pod asks it whether it is there."""

    name: str
    port: int
    describe: str
    serves: str
    host: str
    image: str
    ping: str
    answer: str


def checks(graph: Graph) -> list[Check]:
    """The checks of a stack, in the order in which one would make them: cluster and stores, pods, then the way in.

    They take the AWS CLI, Pulumi's and curl; where there is a cluster kubectl and a place that reaches its private
    endpoint, too. They change nothing but for the debug containers (``adds``), which stay listed in the pods they were
    started in until those go.
    """
    graph = graph.without_unknowns()
    stores = [*_databases(graph), *_auroras(graph), *_caches(graph), *_streams(graph)]
    return [
        *(check for node in _by_name(graph, _CLUSTER) for check in _cluster(graph, node)),
        *(Check(f"{store.name}: available", store.describe, rf"\S+\t(?:{store.serves})") for store in stores),
        *(check for node in _by_name(graph, _DEPLOYMENT) for check in _deployment(graph, node, stores)),
        *(check for node in _by_name(graph, _CRON_JOB) for check in _cron_job(graph, node)),
        *copy_checks(graph),
        *entrance_checks(graph),
    ]


def _cluster(graph: Graph, node: Node) -> Iterator[Check]:
    region = _region(graph, node)
    given = f" --name {_named(node, 'name') or identifier(graph, node)}"
    yield Check("kubectl talks to the stack's cluster", f"aws eks update-kubeconfig --region {region}{given}", ".+")
    yield Check(
        "the cluster is ACTIVE",
        f"aws eks describe-cluster --region {region}{given} --query cluster.status --output text",
        "ACTIVE",
    )
    yield Check("the control plane answers", "kubectl cluster-info", r"(?s).+")
    yield Check("every node is Ready", "kubectl get nodes", r"NAME .*(?:\n\S+ +Ready[ ,].*)+")


def _databases(graph: Graph) -> Iterator[_Store]:
    for node in _by_name(graph, _DATABASE):
        name = _named(node, "identifier")
        describe = f"aws rds describe-db-instances --region {_region(graph, node)}"
        describe += f" --db-instance-identifier {name}" if name else ""
        port = _port(node, 5432)
        image, ping, answer = _asked(graph, node, port)
        yield _Store(
            name=name or node.name,
            port=port,
            describe=f"{describe} --query 'DBInstances[].[DBInstanceIdentifier,DBInstanceStatus]' --output text",
            serves=_RDS_SERVES,
            host=f"{describe} --query '{_DATABASE_HOST}' --output text",
            image=image,
            ping=ping,
            answer=answer,
        )


def _auroras(graph: Graph) -> Iterator[_Store]:
    for node in _by_name(graph, _AURORA):
        name = _named(node, "clusterIdentifier")
        describe = f"aws rds describe-db-clusters --region {_region(graph, node)}"
        describe += f" --db-cluster-identifier {name}" if name else ""
        port = _port(node, 5432)
        image, ping, answer = _asked(graph, node, port)
        yield _Store(
            name=name or node.name,
            port=port,
            describe=f"{describe} --query 'DBClusters[].[DBClusterIdentifier,Status]' --output text",
            serves=_RDS_SERVES,
            host=f"{describe} --query '{_AURORA_HOST}' --output text",
            image=image,
            ping=ping,
            answer=answer,
        )


def _asked(graph: Graph, node: Node, port: int) -> tuple[str, str, str]:
    """The image, the command and the answer by which a database is asked: of others than PostgreSQL its port alone."""
    if engine_of(graph, node, "").endswith("PostgreSQL"):
        # Without a user it would look up the one it runs as, which the image does not know.
        return _POSTGRES, f'pg_isready -h "$HOST" -p {port} -U check', _ACCEPTING
    return _REDIS, f'nc -zv -w 5 "$HOST" {port}', "open"


def _caches(graph: Graph) -> Iterator[_Store]:
    for node in _by_name(graph, _CACHE):
        name = _named(node, "replicationGroupId")
        describe = f"aws elasticache describe-replication-groups --region {_region(graph, node)}"
        describe += f" --replication-group-id {name}" if name else ""
        port = _port(node, 6379)
        # A copy takes over what its primary has, and one without TLS cannot be copied.
        encrypted = node.inputs.get("transitEncryptionEnabled") is True or "globalReplicationGroupId" in node.inputs
        tls = " --tls" if encrypted else ""
        yield _Store(
            name=name or node.name,
            port=port,
            describe=f"{describe} --query 'ReplicationGroups[].[ReplicationGroupId,Status]' --output text",
            serves=_CACHE_SERVES,
            host=f"{describe} --query '{_CACHE_HOST}' --output text",
            image=_REDIS,
            ping=f'redis-cli{tls} -h "$HOST" -p {port} ping',
            answer="PONG, or NOAUTH where it asks for a password",
        )


def _streams(graph: Graph) -> Iterator[_Store]:
    for node in _by_name(graph, _STREAM):
        name = _named(node, "clusterName")
        listed = f"aws kafka list-clusters-v2 --region {_region(graph, node)}"
        listed += f" --cluster-name-filter {name}" if name else ""
        # Pulumi completes a name that nobody gave, so such a cluster is found by the tag that names the stack.
        tag = None if name else own_tag(graph)
        found = f"ClusterInfoList[?Tags.{_key(tag[0])}=={literal(tag[1])}]" if tag else "ClusterInfoList[]"
        arn = f'$({listed} --query "{found}|[0].ClusterArn" --output text)'
        brokers = f"aws kafka get-bootstrap-brokers --region {_region(graph, node)} --cluster-arn"
        yield _Store(
            name=name or node.name,
            port=KAFKA_PORT,
            describe=f'{listed} --query "{found}.[ClusterName,State]" --output text',
            serves=_MSK_SERVES,
            host=f'{brokers} "{arn}" --query {_BROKERS} --output text | cut -d: -f1',
            image=_REDIS,
            # A client of Kafka would need the application's role and libraries; Alpine's nc shows name, way and port.
            ping=f'nc -zv -w 5 "$HOST" {KAFKA_PORT}',
            answer="open",
        )


def _deployment(graph: Graph, node: Node, stores: list[_Store]) -> Iterator[Check]:
    metadata, pods = node.inputs.get("metadata") or {}, ((node.inputs.get("spec") or {}).get("template") or {})
    name, namespace = _placed(node)
    inside = f"kubectl --namespace {shlex.quote(namespace)}"
    yield Check(
        f"{name}: all replicas run",
        f"{inside} rollout status deployment/{_object(graph, node)} --timeout=60s",
        r"(?s).*successfully rolled out",
    )
    [container, *beside] = (pods.get("spec") or {}).get("containers") or [{}]
    path = (container.get("livenessProbe") or {}).get("httpGet", {}).get("path")
    ports = container.get("ports")
    if path and ports and not beside:
        port = ports[0]["containerPort"]
        tls = container["livenessProbe"]["httpGet"].get("scheme") == "HTTPS"
        url = shlex.quote(f"{'https' if tls else 'http'}://localhost:{port}{path}")
        # Its certificate is for the load balancer, not for this name.
        ask = f"curl -f{'k' if tls else ''} {url}"
        yield Check(f"{name}: healthy from within", _beside(inside, node, _CURL, ask), ".*", adds=True)
    for store in stores:
        if store.port in _ports_out(graph, namespace, metadata.get("labels", {})):
            command = _beside(inside, node, store.image, store.ping)
            yield Check(
                f"{name} reaches {store.name}: {store.answer}", f"HOST=$({store.host}); {command}", ".*", adds=True
            )


def _cron_job(graph: Graph, node: Node) -> Iterator[Check]:
    name, namespace = _placed(node)
    yield Check(
        f"{name}: when a run last came to its end; nothing before the first",
        f"kubectl --namespace {shlex.quote(namespace)} get cronjob/{_object(graph, node)} "
        "--output 'jsonpath={.status.lastSuccessfulTime}'",
        ".*",
    )


def _spec(node: Node, key: str, otherwise: Any) -> Any:
    return (node.inputs.get("spec") or {}).get(key) or otherwise


def _placed(node: Node) -> tuple[str, str]:
    """The name of an object, or of its resource where Pulumi will complete that, and its namespace."""
    name = (node.inputs.get("metadata") or {}).get("name")
    namespace = (node.outputs.get("metadata") or node.inputs.get("metadata") or {}).get("namespace")
    return name if isinstance(name, str) else node.name, namespace if isinstance(namespace, str) else "default"


def _object(graph: Graph, node: Node) -> str:
    """The name of an object for a shell: its own, or what follows the namespace in its id."""
    name = (node.inputs.get("metadata") or {}).get("name")
    return shlex.quote(name) if isinstance(name, str) else identifier(graph, node, ' | split("/") | last')


def _beside(inside: str, node: Node, image: str, command: str) -> str:
    """Runs a command in a container beside those of one running pod: same network, same policies, no more rights."""
    labels = _spec(node, "selector", {}).get("matchLabels") or {"app": _placed(node)[0]}
    wanted = shlex.quote(",".join(f"{key}={value}" for key, value in labels.items()))
    pod = f'"$({inside} get pod --selector {wanted} --field-selector status.phase=Running --output name | head -n 1)"'
    return f"{inside} debug {pod} --attach --profile=restricted --image={image} -- {command}"


def _ports_out(graph: Graph, namespace: str, labels: dict[str, str]) -> set[Any]:
    """The ports that network policies let pods with these labels out to."""
    return {
        port.get("port")
        for policy in graph.of_type(_NETWORK_POLICY)
        if _placed(policy)[1] == namespace
        and _spec(policy, "podSelector", {}).get("matchLabels", {}).items() <= labels.items()
        for rule in _spec(policy, "egress", ())
        for port in rule.get("ports", ())
    }


def _by_name(graph: Graph, token: str) -> list[Node]:
    return sorted(graph.of_type(token), key=lambda node: node.name)


def _named(node: Node, key: str) -> str:
    """A name in AWS, quoted for the shell; empty where AWS or the engine will choose it."""
    value = node.inputs.get(key)
    return "" if value is None or value is UNKNOWN else shlex.quote(value)


def _key(name: str) -> str:
    """A member's name in JMESPath, between the double quotes of a shell."""
    return re.sub(r'([\\"$`])', r"\\\1", json.dumps(name))


def _region(graph: Graph, node: Node) -> str:
    """Where a resource is, quoted for the shell."""
    value = node.inputs.get("region")
    return shlex.quote(value if isinstance(value, str) else graph.region)


def _port(node: Node, default: int) -> int:
    value = node.inputs.get("port", node.outputs.get("port"))
    return int(value) if isinstance(value, int | float) else default

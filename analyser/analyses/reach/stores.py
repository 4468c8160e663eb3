"""Data stores with an interface in a VPC, and proxies in front of them."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, names, text, texts
from analyser.analyses.reach.network import SUBNET, flag
from analyser.analyses.reach.place import Interface, Kind, Place
from policy.exposure import ANSWERING_STORES
from policy.model import Resource, known
from resource_types import fact

RDS_INSTANCE = "aws:rds/instance:Instance"
RDS_CLUSTER = "aws:rds/cluster:Cluster"
PROXY = "aws:rds/proxy:Proxy"
_MEMBERS = {
    RDS_CLUSTER: "aws:rds/clusterInstance:ClusterInstance",
    "aws:neptune/cluster:Cluster": "aws:neptune/clusterInstance:ClusterInstance",
}
"""What a cluster's endpoints lead to: each instance has an interface, and is public or not by itself."""
_PLAIN_BROKER, _SIGNED_BROKER = 9092, 9098
_DAX = "aws:dax/cluster:Cluster"
_MSK = "aws:msk/cluster:Cluster"
_MSK_SERVERLESS = "aws:msk/serverlessCluster:ServerlessCluster"
_CACHES = ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster")
_SERVERLESS_WAREHOUSE = "aws:redshiftserverless/workgroup:Workgroup"
_MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
_FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
TYPES = {
    **ANSWERING_STORES,
    _DAX: ("subnetGroupName", "securityGroupIds"),
    PROXY: ("vpcSubnetIds", "vpcSecurityGroupIds"),
    _SERVERLESS_WAREHOUSE: ("subnetIds", "securityGroupIds"),
    _MSK_SERVERLESS: ("vpcConfigs.subnetIds", "vpcConfigs.securityGroupIds"),
}
# The ports that AWS gives when none is asked for, as each service's guide has them.
_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "sqlserver": 1433, "redis": 6379}


def stores(view: View) -> Iterator[Place]:
    """Every store of the stack; what one component makes of a kind, such as replicas, is one place."""
    grouped: dict[str, list[Resource]] = {}
    for found in view.of(*TYPES):
        if found.type != "aws:opensearch/domain:Domain" or found.has("vpcOptions"):
            grouped.setdefault(view.owner(found), []).append(found)
    for name, members in grouped.items():
        first = members[0]
        ports, words = _answers(first)
        yield Place(
            name=name,
            kind=_kind(first),
            urns=tuple(dict.fromkeys(urn for member in members for urn in _urns(view, member))),
            interfaces=tuple(dict.fromkeys(_interface(view, member) for member in members)),
            ports=ports,
            public_ports=_public_ports(first, ports),
            words=frozenset(words),
            region=view.region_of(first),
        )


def _kind(found: Resource) -> Kind:
    """A public broker of RabbitMQ stands in no VPC of the account, behind no group.

    https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-broker-architecture.html
    """
    if found.type == PROXY:
        return Kind.PROXY
    hosted = found.has("engineType", "RabbitMQ", "RABBITMQ") and found.has("publiclyAccessible", True)
    return Kind.SITE if hosted and found.lacks("subnetIds") else Kind.STORE


def _urns(view: View, found: Resource) -> list[str]:
    """Of what is made for a store; a mount target is what a file system is reached by."""
    of = view.refers(found, "fileSystemId", _FILE_SYSTEM) if found.type == _MOUNT_TARGET else []
    return [one.urn for one in (found, *_instances(view, found), *of)]


def _instances(view: View, found: Resource) -> list[Resource]:
    token = _MEMBERS.get(found.type)
    return view.resources.companions(found, token, by="clusterIdentifier") if token else []


def _interface(view: View, found: Resource) -> Interface:
    groups = names(found, TYPES[found.type][1])
    public = [_is_public(one) for one in (found, *_instances(view, found))]
    known = True if True in public else None if None in public else False
    subnets = next((ids for one in (found, *_instances(view, found)) if (ids := _subnets(view, one))), ())
    # What addresses of version 6 a store of two versions takes, and from where, is not modelled.
    dual = any("dual" in text(one.get("networkType")).lower() for one in (found, *_instances(view, found)))
    return Interface(subnets=subnets, groups=groups, public=known, ipv6=None if dual else False)


def _subnets(view: View, found: Resource) -> tuple[str, ...]:
    path = TYPES[found.type][0] if found.type in TYPES else "dbSubnetGroupName"
    named = view.refers(found, path)
    ids = [view.id_of(subnet) for subnet in named if subnet.type == SUBNET]
    for group in named:
        if group.type.endswith("SubnetGroup"):
            ids += texts(group.list("subnetIds"))
    if ids:
        return tuple(dict.fromkeys(ids))
    # A replica in the region of its source stands in its source's subnets.
    return next((_subnets(view, source) for source in view.refers(found, "replicateSourceDb", RDS_INSTANCE)), ())


def _is_public(found: Resource) -> bool | None:
    if found.type == _MSK:
        access = found.get("brokerNodeGroupInfo.connectivityInfo.publicAccess.type")
        return text(access) not in ("", "DISABLED") if known(access) else None
    return flag(found, "publiclyAccessible", False)


def _answers(found: Resource) -> tuple[tuple[int, ...], list[str]]:
    """The ports, and the words for what it is."""
    if found.type == _MSK:
        return _broker_ports(found), ["kafka", "msk"]
    if found.type == _MSK_SERVERLESS:
        return (_SIGNED_BROKER,), ["kafka", "msk"]
    fixed = fact(found.type, "answers")
    if fixed is not None:
        given = found.get("port")
        return (given if isinstance(given, int) else fixed["port"],), list(fixed["words"])
    if found.type == PROXY:
        family = {"POSTGRESQL": "postgres", "MYSQL": "mysql", "SQLSERVER": "sqlserver"}
        return (_PORTS[family.get(text(found.get("engineFamily")), "postgres")],), ["proxy"]
    if found.type in _CACHES:
        engine = text(found.get("engine")) or "redis"
        usual, words = 11211 if engine == "memcached" else 6379, [engine, "redis", "cache", "elasticache"]
    else:
        engine = text(found.get("engine")) or "postgres"
        usual = next((port for name, port in _PORTS.items() if name in engine), 5432)
        words = ["rds", "database", "db", *(name for name in _PORTS if name in engine)]
        words += ["postgresql"] if "postgres" in words else []
    port = found.get("port")
    return (port if isinstance(port, int) else usual,), words


def _public_ports(found: Resource, ports: tuple[int, ...]) -> tuple[int, ...]:
    """Brokers answer public addresses on ports of their own, and none of these without encryption."""
    if found.type != _MSK or _is_public(found) is False:
        return ()
    return tuple(port + 100 for port in ports if port != _PLAIN_BROKER)


def _broker_ports(found: Resource) -> tuple[int, ...]:
    """https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html"""
    plain = found.has("encryptionInfo.encryptionInTransit.clientBroker", "PLAINTEXT", "TLS_PLAINTEXT")
    ports = [_PLAIN_BROKER] if plain else []
    ports += [_SIGNED_BROKER] if found.has("clientAuthentication.sasl.iam", True) else []
    ports += [9096] if found.has("clientAuthentication.sasl.scram", True) else []
    ports += [9094] if found.has("clientAuthentication.tls") or not ports else []
    return tuple(ports)

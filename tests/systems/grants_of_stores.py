"""Whom keys, file systems and databases let in: services, the users of access points, and whom a proxy signs in as."""

import json
from collections.abc import Iterable, Iterator, Mapping

from analyser.graph import Graph, Node
from tests.systems.in_kubernetes import pods
from tests.systems.other_sides import POLICY, ROLE, Asked, Kind, database_user, said, texts
from tests.systems.senders import KEY, sends_under

POINT = "aws:efs/accessPoint:AccessPoint"
PROXY = "aws:rds/proxy:Proxy"
_BY_SERVICE: Mapping[str, tuple[str, ...]] = {
    "cloudfront": ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",),
    "cloudtrail": ("aws:cloudtrail/trail:Trail",),
    "ec2": ("aws:ec2/launchTemplate:LaunchTemplate", "kubernetes:storage.k8s.io/v1:StorageClass"),
    "fargate": ("aws:ecs/cluster:Cluster",),
    "logs": ("aws:cloudwatch/logGroup:LogGroup",),
}
"""What each service uses a key for: the types one of which names the key. Others send to what is kept under it."""


def grantees(graph: Graph) -> Asked:
    """Services that a key's policy lets in, itself or through who calls them, as ``service key``."""
    for node in graph.of_type(KEY):
        for statement in json.loads(node.inputs["policy"])["Statement"]:
            services = statement.get("Principal", {}).get("Service", ())
            via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", ())
            for service in (*_several(services), *_several(via)):
                yield node.name, f"{service.partition('.')[0]} {node.outputs['arn']}"


def _several(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def uses_key(graph: Graph, what: str) -> bool:
    service, _, arn = what.partition(" ")
    if service not in _BY_SERVICE:
        return sends_under(graph, service, arn)
    users = [node for token in _BY_SERVICE.get(service, ()) for node in graph.of_type(token)]
    return any(arn in texts(dict(node.inputs)) for node in users)


def file_users(graph: Graph) -> Asked:
    """Users that access points make of whoever mounts them, as ``access point uid:gid``."""
    for node in graph.of_type(POINT):
        user, owner = node.inputs["posixUser"], node.inputs["rootDirectory"]["creationInfo"]
        yield node.name, f"{node.id} {user['uid']}:{user['gid']}"
        yield node.name, f"{node.id} {owner['ownerUid']}:{owner['ownerGid']}"


def runs_as(graph: Graph, what: str) -> bool:
    """Pods mount the access point and run as this user, or files of theirs would be another's."""
    point, _, user = what.partition(" ")
    claims = set(_claims(graph, point))
    for _, space, pod in pods(graph):
        named = {one["persistentVolumeClaim"]["claimName"] for one in pod["spec"].get("volumes", ()) if _is_claim(one)}
        context = pod["spec"].get("securityContext", {})
        if claims & {(space, name) for name in named}:
            return f"{context.get('runAsUser')}:{context.get('runAsGroup')}" == user
    return False


def _is_claim(volume: Mapping[str, object]) -> bool:
    return "persistentVolumeClaim" in volume


def _claims(graph: Graph, point: str) -> Iterator[tuple[str, str]]:
    """The claims, by namespace and name, whose volume is the access point."""
    for volume in graph.of_type("kubernetes:core/v1:PersistentVolume"):
        spec = volume.inputs["spec"]
        if point in spec["csi"]["volumeHandle"].split("::"):
            yield spec["claimRef"]["namespace"], spec["claimRef"]["name"]


def signs_in(graph: Graph) -> Asked:
    """How proxies sign in to databases, as ``role secret`` or, by IAM, ``role``."""
    for node in graph.of_type(PROXY):
        role = node.inputs["roleArn"]
        yield from ((node.name, f"{role} {auth['secretArn']}") for auth in node.inputs.get("auths", ()))
        if node.inputs.get("defaultAuthScheme") == "IAM_AUTH":
            yield node.name, role


def lets_in(graph: Graph, what: str) -> bool:
    """The secret is there and the role reads it; or the role signs in as users that are there."""
    role, _, secret = what.partition(" ")
    if secret:
        read = list(_may(graph, role, "secretsmanager:GetSecretValue"))
        return secret in said(graph, "aws:secretsmanager/secret:Secret", "arn") and secret in read
    users = list(_may(graph, role, "rds-db:connect"))
    return bool(users) and all(database_user(graph, arn.rpartition(":")[2].split("/")) for arn in users)


def _may(graph: Graph, role: str, action: str) -> Iterator[str]:
    """What a role is granted an action on."""
    names = {
        name for node in graph.of_type(ROLE) if node.outputs["arn"] == role for name in (node.id, node.outputs["name"])
    }
    for node in _policies(graph, names):
        for statement in json.loads(node.inputs["policy"])["Statement"]:
            if statement["Effect"] == "Allow" and action in statement["Action"]:
                yield from statement["Resource"]


def _policies(graph: Graph, names: set[str]) -> Iterator[Node]:
    return (node for node in graph.of_type(POLICY) if node.inputs["role"] in names)


STORE_KINDS: Mapping[str, Kind] = {
    "a service that a key lets in": Kind(grantees, uses_key),
    "the user of an access point": Kind(file_users, runs_as),
    "whom a proxy signs in as": Kind(signs_in, lets_in),
}

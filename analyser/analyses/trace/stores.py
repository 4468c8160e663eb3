"""Stores: how code names them, which rights are about them, and what uses them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.reach.place import Place
from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.trace.code import Code, every_code
from analyser.analyses.trace.code_configuration import ROTATION, SECRET, ConfigValue
from analyser.analyses.trace.survey import Survey, called
from policy.iam.reach import covers
from policy.model import Resource

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:msk/cluster:Cluster"
DOMAIN = "aws:opensearch/domain:Domain"
FILES = "aws:efs/fileSystem:FileSystem"
BUCKET = "aws:s3/bucket:Bucket"
TABLE = "aws:dynamodb/table:Table"
QUEUE = "aws:sqs/queue:Queue"
_MOUNT = "aws:efs/mountTarget:MountTarget"


@dataclass(frozen=True)
class Kind:
    """What is known of one type of store."""

    word: str
    names: tuple[str, ...]
    """The outputs by which code is told where it is."""
    uses: tuple[str, ...]
    """The actions that use it, of which a role needs at least one."""
    signs_in: bool = False
    """Whether code may sign in with a password instead."""


KINDS: dict[str, Kind] = {
    RDS_INSTANCE: Kind("database", ("address",), ("rds-db:connect",), signs_in=True),
    RDS_CLUSTER: Kind("database", ("endpoint", "readerEndpoint"), ("rds-db:connect",), signs_in=True),
    PROXY: Kind("database proxy", ("endpoint",), ("rds-db:connect",), signs_in=True),
    CACHE: Kind(
        "cache",
        ("primaryEndpointAddress", "configurationEndpointAddress", "readerEndpointAddress"),
        ("elasticache:Connect",),
        signs_in=True,
    ),
    CLUSTER: Kind(
        "Kafka cluster",
        ("bootstrapBrokersSaslIam", "bootstrapBrokersTls", "bootstrapBrokersSaslScram", "arn"),
        ("kafka-cluster:Connect", "kafka-cluster:WriteData", "kafka-cluster:ReadData"),
    ),
    DOMAIN: Kind("search domain", ("endpoint",), ("es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut")),
    FILES: Kind("file system", ("id",), ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")),
    BUCKET: Kind("bucket", ("bucket",), ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")),
    TABLE: Kind(
        "table",
        ("name",),
        ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:DeleteItem"),
    ),
    QUEUE: Kind("queue", ("url", "name", "arn"), ("sqs:SendMessage", "sqs:ReceiveMessage")),
    SECRET: Kind("secret", ("arn",), ("secretsmanager:GetSecretValue",)),
}


_SIGNED_IN = {RDS_INSTANCE: "resourceId", RDS_CLUSTER: "clusterResourceId", PROXY: ""}
"""What has users, and the output by which IAM knows it; a proxy by the end of its ARN."""


@dataclass(frozen=True, eq=False)
class Use:
    """A store that some code uses: its configuration names the store, its role has rights on it, or both."""

    code: Code
    store: Resource
    configuration: tuple[ConfigValue, ...]
    granted: tuple[str, ...]
    """The actions that its role is granted on this store."""
    role: Resource | None
    """The role that it comes as: its own, or one that it is told of and may become."""

    @property
    def kind(self) -> Kind:
        """What is known of the store's type."""
        return KINDS[self.store.type]


def uses(s: Survey) -> Iterator[Use]:
    """Every store that some code uses."""
    for code in every_code(s):
        # What puts secrets together is told names to hand on, not to connect to.
        hands_on = bool(s.companions(code.resource, ROTATION, "rotationLambdaArn"))
        for store in s.of(*KINDS):
            mentions = tuple(one for one in code.configuration if _names(s, store, one.value))
            role, given = _as_whom(s, code, store)
            if given or (mentions and not (hands_on and store.type != SECRET)):
                yield Use(code, store, mentions, given, role)


def _as_whom(s: Survey, code: Code, store: Resource) -> tuple[Resource | None, tuple[str, ...]]:
    """The role by which code comes to a store, and what that is granted."""
    own = code.identity.role
    given = granted(s, own, store)
    if given or own is None:
        return own, given
    for other in (role for one in code.configuration if (role := s.role(one.value))):
        if s.may(text(own.outputs.get("arn")), "sts:AssumeRole", text(other.outputs.get("arn"))).allowed:
            return other, granted(s, other, store)
    return own, ()


def granted(s: Survey, role: Resource | None, store: Resource) -> tuple[str, ...]:
    """The actions on exactly this store that a statement of the role is about."""
    if role is None:
        return ()
    mine = [one for one in s.statements(role) if any(_about(store, arn) for arn in texts(list(one.resources)))]
    return tuple(use for use in KINDS[store.type].uses if any(covers(one, use) for one in mine))


def identities(s: Survey, store: Resource) -> tuple[str, ...]:
    """The ids, names and endpoints by which configuration refers to a store."""
    names = [s.view.id_of(store) if key == "id" else text(store.outputs.get(key)) for key in KINDS[store.type].names]
    return tuple(dict.fromkeys(name for name in names if name))


def arn_of(store: Resource, part: str = "*") -> str:
    """The ARN that policies are about: of a database its users, of a bucket its objects, of a domain its paths."""
    arn = text(store.outputs.get("arn"))
    if store.type in _SIGNED_IN:
        head = arn.split(":")[:5]
        own = text(store.outputs.get(_SIGNED_IN[store.type])) or arn.rpartition(":")[2]
        return ":".join((*head[:2], "rds-db", *head[3:], "dbuser", f"{own}/{part}"))
    return f"{arn}/{part}" if store.type in (BUCKET, DOMAIN) else arn


def named(store: Resource) -> str:
    """What a store is, and what it is called."""
    return f"{KINDS[store.type].word} {called(store)}"


def place_of(s: Survey, store: Resource) -> Place | None:
    """Where a store stands; a file system, at its mount targets."""
    if store.type == FILES:
        targets = s.companions(store, _MOUNT, "fileSystemId")
        return s.place(targets[0]) if targets else None
    return s.place(store)


def _about(store: Resource, arn: str) -> bool:
    """Whether a resource of a statement is this store or part of it; a pattern for all is about none."""
    if store.type in _SIGNED_IN:
        return arn.startswith(arn_of(store, ""))
    own = text(store.outputs.get("arn"))
    if store.type == CLUSTER:
        return arn == own or arn.startswith(own.replace(":cluster/", ":topic/", 1) + "/")
    rest = arn.removeprefix(own) if own else arn
    return bool(own) and arn.startswith(own) and (not rest or (rest[0] == "/" and not rest.startswith("/stream")))


def _names(s: Survey, store: Resource, value: str) -> bool:
    return any(_stands_in(name, value) for name in identities(s, store))


def _stands_in(name: str, value: str) -> bool:
    """Whether a text holds a name that is not part of a longer one."""
    if name not in value:
        return False
    return re.search(rf"(?<![A-Za-z0-9_.-]){re.escape(name)}(?![A-Za-z0-9_-])", value) is not None

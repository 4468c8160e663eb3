"""Small graphs of stores, made by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from analyser.analyses.recovery.model import Loss, Way
from analyser.analyses.recovery.ways import ways
from analyser.graph import Graph, Node

HOME, OTHER, ACCOUNT = "us-east-1", "us-west-2", "123456789012"
INSTANCE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
TABLE = "aws:dynamodb/table:Table"
BUCKET = "aws:s3/bucket:Bucket"
FILES = "aws:efs/fileSystem:FileSystem"
STREAM = "aws:msk/cluster:Cluster"
SEARCH = "aws:opensearch/domain:Domain"
USERS = "aws:cognito/userPool:UserPool"
IMAGES = "aws:ecr/repository:Repository"
VERSIONS, REPLICATION = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
)
SECRET = "aws:secretsmanager/secret:Secret"
CLUSTER = "aws:rds/cluster:Cluster"


def arn(name: str, region: str = HOME, account: str = ACCOUNT) -> str:
    """An ARN of no service in particular."""
    return f"arn:aws:any:{region}:{account}:{name}"


def node(token: str, name: str, inputs: Mapping[str, Any] | None = None, **outputs: Any) -> Node:
    """A resource with an ARN and its name as id."""
    return Node(
        urn=f"urn:pulumi:test::strata::{token}::{name}",
        type=token,
        name=name,
        id=name,
        inputs=dict(inputs or {}),
        outputs={"arn": arn(name), **outputs},
    )


def versions(bucket: str, status: str = "Enabled") -> Node:
    """That a bucket keeps its objects' versions."""
    setting = {"bucket": bucket, "versioningConfiguration": {"status": status}}
    return node(VERSIONS, f"{bucket}-versions", setting)


def graph(*nodes: Node, config: Mapping[str, str] | None = None) -> Graph:
    """A stack of these in us-east-1."""
    settings = {"strata:environment": "prod", **(config or {})}
    return Graph("strata", "test", nodes, {}, region=HOME, config=settings)


def names(store: Node, *others: Node) -> dict[str, set[str]]:
    """The ways back of a store, by the loss."""
    found = ways(graph(store, *others), store)
    return {str(loss): {way.name for way in back} for loss, back in found.items() if back}


def way(store: Node, others: Iterable[Node], loss: Loss, name: str) -> Way:
    """One of them."""
    (found,) = (each for each in ways(graph(store, *others), store)[loss] if each.name == name)
    return found


def plan(
    store: Node,
    schedule: str = "cron(0 7 ? * * *)",
    copies: Iterable[str] = (),
    late: int | None = 60,
    **selection: Any,
) -> list[Node]:
    """A plan of AWS Backup that selects a store, with backups that begin so many minutes late at the most."""
    rule: dict[str, Any] = {
        "ruleName": "daily",
        "schedule": schedule,
        "copyActions": [{"destinationVaultArn": to} for to in copies],
    }
    rule |= {} if late is None else {"startWindow": late}
    chosen = selection or {"resources": [store.outputs["arn"]]}
    return [
        node("aws:backup/plan:Plan", "plan", {"rules": [rule]}),
        node("aws:backup/selection:Selection", "selection", {"planId": "plan", **chosen}),
    ]

"""Names as a shell is given them: those that the stack gives, else the command that reads them."""

from collections.abc import Iterable, Iterator
from typing import Any

from analyser.graph import Graph, Node

RDS = "aws:rds/instance:Instance"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
TABLE = "aws:dynamodb/table:Table"
BUCKET = "aws:s3/bucket:Bucket"
FILES = "aws:efs/fileSystem:FileSystem"
SEARCH = "aws:opensearch/domain:Domain"
KAFKA = "aws:msk/cluster:Cluster"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
SERVICE = "aws:ecs/service:Service"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_KEPT = "kept"


def mine(graph: Graph, token: str) -> list[Node]:
    """The resources of a type in the stack's own region."""
    return [node for node in graph.of_type(token) if node.inputs.get("region", graph.region) == graph.region]


def primaries(graph: Graph) -> list[Node]:
    """The database instances that follow no other."""
    return [node for node in mine(graph, RDS) if not node.inputs.get("replicateSourceDb")]


def reader(graph: Graph, file: str = "") -> str:
    """A shell function that reads the id of a resource from the stack's state, which has it when AWS no longer does;
    from a ``file`` that holds it where the state itself will be without."""
    asked = "jq -r --arg urn \"$1\" '.deployment.resources[] | select(.urn == $urn) | .id'"
    return f"id() {{ {asked} {file}; }}" if file else f"id() {{ pulumi stack export --stack {graph.stack} | {asked}; }}"


def kept(graph: Graph, what: str) -> str:
    """Where a shell keeps what is on nobody's way: git ignores it, and ``delivery/in-vpc.sh`` packs none of it. One
    stack's is not another's."""
    return f"{_KEPT}/{graph.stack}-{what}.json"


KEPT = f"mkdir -p {_KEPT}"
"""Comes before the first of ``kept``."""


def urn_of(node: Node) -> str:
    """A URN quoted for a shell."""
    return f"'{node.urn}'"


def id_of(node: Node) -> str:
    """The id that AWS has given, by way of ``reader``."""
    return f'"$(id {urn_of(node)})"'


def given(graph: Graph, node: Node, key: str) -> Iterable[str]:
    """What an input says: the words that it holds, or the ids of what they were taken from."""
    value: Any = node.inputs.get(key)
    sources = [graph[urn] for urn in node.property_dependencies.get(key, ()) if graph.get(urn)]
    if sources:
        return [id_of(source) for source in sources if source.is_resource]
    return [str(each) for each in (value if isinstance(value, list) else [value] if value else [])]


def option(graph: Graph, node: Node, name: str, key: str) -> str:
    """An option of the AWS CLI from an input; empty where the input is not set."""
    words = " ".join(given(graph, node, key))
    return f"{name} {words}" if words else ""


def switch(node: Node, name: str, key: str, *, otherwise: str = "") -> str:
    """A switch of the AWS CLI from an input."""
    return name if node.inputs.get(key) else otherwise


def call(*parts: str) -> str:
    """One command over several lines, without what is empty."""
    return " \\\n  ".join(part for part in parts if part)


def awaited(wait: str) -> str:
    """A waiter of the AWS CLI, again for as long as it gives up: one waits ten minutes for a cache and half an hour for
    a database, which a restore outlasts, and ends at once where a new name is not known yet."""
    return f"while ! {wait}; do sleep 30; done"


def up(graph: Graph) -> str:
    """The update of a stack from where it can be made: a cluster's API answers inside its network alone."""
    return f"STACK={graph.stack} delivery/in-vpc.sh" if _has_runner(graph) else f"pulumi up --stack {graph.stack}"


def _has_runner(graph: Graph) -> bool:
    """Whether the stack has a runner in its network; one with a cluster may do without."""
    return bool(graph.exports.get("deploymentRunner"))


def planned(graph: Graph) -> str:
    """The preview of a stack from wherever one is: of what is in its cluster only its own runner can make one."""
    return f"STACK={graph.stack} delivery/in-vpc.sh plan" if _has_runner(graph) else previewed(graph)


def previewed(graph: Graph) -> str:
    """The preview of a stack where its cluster answers, or of one that has none."""
    return f"pulumi preview --stack {graph.stack} --diff"


def changed(graph: Graph, message: str) -> tuple[str, ...]:
    """A change of the stack file, previewed and made: by its runner where it has one, which plans what is committed."""
    commit = f"git commit -m '{message}' Pulumi.{graph.stack}.yaml"
    return (commit, planned(graph), up(graph)) if _has_runner(graph) else (planned(graph), commit, up(graph))


def session(graph: Graph) -> tuple[str, ...]:
    """The shell in which Pulumi reaches all of a stack: its runner's, in its network; nothing where there is none."""
    return (f"STACK={graph.stack} delivery/in-vpc.sh shell", "bash --login") if _has_runner(graph) else ()


def region_of(graph: Graph) -> str:
    """The line that makes every command of the AWS CLI speak to the stack's region."""
    return f"export AWS_REGION={graph.region}"


def given_up(graph: Graph, node: Node, last: str) -> Iterator[str]:
    """A protected instance deleted by hand; ``last`` says what becomes of its final snapshot."""
    region = f"--region {node.inputs.get('region') or graph.region}"
    named = f"--db-instance-identifier {node.inputs['identifier']} {region}"
    yield f"aws rds modify-db-instance {named} --no-deletion-protection --apply-immediately"
    yield f"aws rds delete-db-instance {named} {last}"
    yield awaited(f"aws rds wait db-instance-deleted {named}")

"""Redis restored beside itself, and then under its own name, which takes a second restore.

With a group its automatic snapshots go, a copy of one stays:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-deleting.html. A group in a global datastore
goes nowhere: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Console.html.
"""

from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import REDIS, awaited, call, id_of, option, planned, previewed, switch, up, urn_of
from analyser.analyses.drill.writers import start, stop
from analyser.graph import Graph, Node

_DATASTORE = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"
_AVAILABLE = "aws elasticache wait replication-group-available --replication-group-id"
_DELETED = "aws elasticache wait replication-group-deleted --replication-group-id"


def cache(graph: Graph, node: Node, standby: Graph | None) -> Iterator[Step]:
    """A cache out of its daily snapshot, beside itself; then under its own name; then the member that followed it."""
    if not node.inputs.get("snapshotRetentionLimit"):
        return
    name = str(node.inputs["replicationGroupId"])
    beside = f"{name[:36].rstrip('-')}-new"
    yield Step(
        f"Redis {name}: restored beside itself as {beside}",
        (
            f"aws elasticache describe-snapshots --replication-group-id {name} --query "
            "'Snapshots[].[SnapshotName,SnapshotStatus,NodeSnapshots[0].SnapshotCreateTime]'",
            f"kept={name}-kept-$(date +%Y%m%d%H%M)",
            'aws elasticache copy-snapshot --source-snapshot-name <chosen> --target-snapshot-name "$kept"',
            'while ! aws elasticache describe-snapshots --snapshot-name "$kept" --query '
            "'Snapshots[0].SnapshotStatus' --output text | grep -q available; do sleep 30; done",
            _made(graph, node, beside),
            awaited(f"{_AVAILABLE} {beside}"),
        ),
        see="available, in the stack's own subnets and groups, with its users; keys are those of the snapshot, of "
        "which a copy stays when the cache is deleted, as its automatic snapshots do not. A drill ends here",
        back=f"aws elasticache delete-replication-group --replication-group-id {beside}; "
        'aws elasticache delete-snapshot --snapshot-name "$kept"',
    )
    datastores = [one for one in graph.of_type(_DATASTORE) if one.inputs.get("primaryReplicationGroupId") == name]
    members = _members(standby) if datastores and standby is not None else []
    yield _under_its_name(graph, node, datastores, members)
    if standby is not None:
        yield from (_joined(standby, member) for member in members)


def _members(standby: Graph) -> list[Node]:
    return [one for one in standby.of_type(REDIS) if one.inputs.get("globalReplicationGroupId")]


def _under_its_name(graph: Graph, node: Node, datastores: list[Node], members: list[Node]) -> Step:
    name, stack = str(node.inputs["replicationGroupId"]), graph.stack
    told = " ".join(f"--target {urn_of(one)}" for one in (node, *datastores))
    return Step(
        f"Redis {name}: under its own name, after a last snapshot of the one that was",
        (
            *stop(graph),
            *_out_of_datastores(graph, node, datastores, members),
            f"before={name}-before-$(date +%Y%m%d%H%M)",
            f"aws elasticache delete-replication-group --replication-group-id {name} "
            '--final-snapshot-identifier "$before"',
            awaited(f"{_DELETED} {name}"),
            _made(graph, node, name),
            awaited(f"{_AVAILABLE} {name}"),
            f"pulumi refresh --stack {stack} {told}",
            previewed(graph),
            up(graph),
            *start(graph),
        ),
        see="refresh shows the same id and the same address; up sets snapshots, logs and windows, and replaces "
        f"nothing{', and makes the global datastore anew' if datastores else ''}",
        back='the same commands with kept="$before"',
    )


def _out_of_datastores(graph: Graph, node: Node, datastores: list[Node], members: list[Node]) -> Iterator[str]:
    """A primary leaves when its datastore goes, which goes when nobody else is in it; a member leaves by itself."""
    name = str(node.inputs["replicationGroupId"])
    leave = "aws elasticache disassociate-global-replication-group --global-replication-group-id"
    for datastore in datastores:
        for member in members:
            other, region = member.inputs["replicationGroupId"], _region(member)
            yield f"{leave} {id_of(datastore)} --replication-group-id {other} --replication-group-region {region}"
            yield awaited(f"{_AVAILABLE} {other} --region {region}")
        yield (
            f"aws elasticache delete-global-replication-group --global-replication-group-id {id_of(datastore)} "
            "--retain-primary-replication-group"
        )
        yield awaited(f"{_AVAILABLE} {name}")
    if node.inputs.get("globalReplicationGroupId"):
        asked = (
            f'"$(aws elasticache describe-replication-groups --replication-group-id {name} --query '
            "'ReplicationGroups[0].GlobalReplicationGroupInfo.GlobalReplicationGroupId' --output text)\""
        )
        yield f"{leave} {asked} --replication-group-id {name} --replication-group-region {graph.region}"
        yield awaited(f"{_AVAILABLE} {name}")


def _region(member: Node) -> str:
    """Of a group in another region, which its ARN names."""
    return str(member.outputs.get("arn")).split(":")[3]


def _joined(standby: Graph, member: Node) -> Step:
    name, there = member.inputs["replicationGroupId"], f"--region {_region(member)}"
    return Step(
        f"{name} ({standby.stack}) is a member of no datastore any more: it is made anew of the new one",
        (
            f"aws elasticache delete-replication-group --replication-group-id {name} {there}",
            awaited(f"{_DELETED} {name} {there}"),
            f"pulumi refresh --stack {standby.stack} --target {urn_of(member)}",
            planned(standby),
            up(standby),
        ),
        see="refresh drops it from the state, and the preview makes it alone; its lag falls to seconds",
        back="none: it holds nothing of its own",
    )


def _made(graph: Graph, node: Node, name: str) -> str:
    inputs = node.inputs
    version, each = inputs.get("engineVersion"), inputs.get("replicasPerNodeGroup")
    return call(
        f'aws elasticache create-replication-group --replication-group-id {name} --snapshot-name "$kept"',
        f"--replication-group-description restored --engine {inputs.get('engine') or 'redis'}",
        f"--engine-version {version}" if version else "",
        option(graph, node, "--cache-node-type", "nodeType"),
        f"--num-cache-clusters {inputs.get('numCacheClusters') or 1}"
        if each is None
        else f"--num-node-groups {inputs.get('numNodeGroups') or 1} --replicas-per-node-group {each}",
        option(graph, node, "--cache-subnet-group-name", "subnetGroupName"),
        option(graph, node, "--security-group-ids", "securityGroupIds"),
        option(graph, node, "--cache-parameter-group-name", "parameterGroupName"),
        option(graph, node, "--user-group-ids", "userGroupIds"),
        option(graph, node, "--kms-key-id", "kmsKeyId"),
        " ".join(
            (
                "--transit-encryption-enabled --at-rest-encryption-enabled",
                switch(node, "--automatic-failover-enabled", "automaticFailoverEnabled"),
                switch(node, "--multi-az-enabled", "multiAzEnabled"),
            )
        ).strip(),
    )

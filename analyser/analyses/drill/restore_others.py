"""Stores other than PostgreSQL, restored; a name that AWS never changes is taken over by a second restore.

What a restored table lacks: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html.
A restore of files into the file system that they are of: https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html.
"""

import json
from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import call, id_of, option, switch, urn_of
from analyser.analyses.drill.writers import start, stop
from analyser.graph import Graph, Node


def table(graph: Graph, node: Node) -> Iterator[Step]:
    """A table, beside itself; then under its own name, by way of a backup of the restored one."""
    name = str(node.inputs["name"])
    beside = f"{name[:246]}-restored"
    key = node.inputs.get("serverSideEncryption") and next(
        iter(node.property_dependencies.get("serverSideEncryption", ())), ""
    )
    sealed = f"--sse-specification-override Enabled=true,SSEType=KMS,KMSMasterKeyId={id_of(graph[key])}" if key else ""
    yield Step(
        f"DynamoDB {name}: restored beside itself as {beside}",
        (
            f"aws dynamodb describe-continuous-backups --table-name {name}",
            call(
                "aws dynamodb restore-table-to-point-in-time",
                f"--source-table-name {name} --target-table-name {beside} --use-latest-restorable-time",
                sealed,
            ),
            f"aws dynamodb wait table-exists --table-name {beside}",
            f"aws dynamodb describe-table --table-name {beside} --query 'Table.[TableStatus,ItemCount,SSEDescription]'",
        ),
        see="ACTIVE, with the key of the stack; its newest item is as old as was asked for (`--restore-date-time`). "
        "Single items that were written wrongly are copied from it, and the drill, or the repair, ends here",
        back=f"aws dynamodb delete-table --table-name {beside}",
    )
    yield from _table_adopted(graph, node, beside)


def _table_adopted(graph: Graph, node: Node, beside: str) -> Iterator[Step]:
    name = node.inputs["name"]
    backup = (
        f"\"$(aws dynamodb list-backups --table-name {beside} --query 'BackupSummaries[0].BackupArn' --output text)\""
    )
    restored = f"aws dynamodb restore-table-from-backup --target-table-name {name} --backup-arn"
    yield Step(
        f"DynamoDB {name}: the restored items under the stack's own name; the table that was stays 35 days as a "
        "backup of the system's",
        (
            *stop(graph),
            f"aws dynamodb create-backup --table-name {beside} --backup-name {beside}",
            f"aws dynamodb list-backups --table-name {beside} --query 'BackupSummaries[].BackupStatus'",
            f"aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled",
            f"aws dynamodb delete-table --table-name {name}",
            f"aws dynamodb wait table-not-exists --table-name {name}",
            f"{restored} {backup}",
            f"aws dynamodb wait table-exists --table-name {name}",
        ),
        see="ACTIVE; delete nothing before the backup of the restored table is AVAILABLE",
        back=f"delete it again, and `{restored}` the ARN that `aws dynamodb list-backups --backup-type SYSTEM "
        f"--table-name {name}` prints: the table as it was",
    )
    yield Step(
        f"DynamoDB {name}: the stack's settings on it",
        (
            f"pulumi refresh --stack {graph.stack} --target {urn_of(node)}",
            f"pulumi preview --stack {graph.stack} --diff",
            f"pulumi up --stack {graph.stack}",
            *start(graph),
        ),
        see="refresh shows no stream, no TTL, no point-in-time recovery, no tags and no protection, which a restore "
        "does not bring: up sets them in place and leads what reads the stream to the new one; nothing is "
        "replaced",
        back="the step before's",
    )


def bucket(graph: Graph, node: Node) -> Iterator[Step]:
    """Versions that are brought forward again; the bucket stays the one that it is."""
    versioned = {
        urn
        for each in graph.of_type("aws:s3/bucketVersioning:BucketVersioning")
        if (each.inputs.get("versioningConfiguration") or {}).get("status") == "Enabled"
        for urn in each.property_dependencies.get("bucket", ())
    }
    name = node.inputs.get("bucket")
    if node.urn not in versioned or not name or node.name.endswith("access-logs-bucket"):
        return
    yield Step(
        f"S3 {name}: an object that was deleted, or overwritten",
        (
            f"aws s3api list-object-versions --bucket {name} --prefix <key> --query "
            "'[DeleteMarkers[?IsLatest].[Key,VersionId,LastModified],Versions[].[Key,VersionId,LastModified,IsLatest]]'",
            f"aws s3api delete-object --bucket {name} --key <key> --version-id <marker>",
            f"aws s3api copy-object --bucket {name} --key <key> --copy-source '{name}/<key>?versionId=<version>'",
        ),
        see="a marker that is deleted brings the version before it back; a copy of a version becomes the newest; "
        "both go to the other region as any write does, where the bucket is replicated",
        back="the version that was the newest is still there: copy that one",
    )


def files(_graph: Graph, node: Node) -> Iterator[Step]:
    """Files out of AWS Backup, into a folder of the same file system."""
    asked = (
        f'--resource-arn "$(aws efs describe-file-systems --file-system-id {id_of(node)} --query '
        "'FileSystems[0].FileSystemArn' --output text)\""
    )
    told = json.dumps({"file-system-id": "<id>", "newFileSystem": "false", "Encrypted": "true"})
    yield Step(
        f"EFS {node.name}: files of a backup, in a folder of the file system itself",
        (
            f"aws backup list-recovery-points-by-resource {asked} --query "
            "'RecoveryPoints[].[RecoveryPointArn,CreationDate,Status]'",
            f"aws backup start-restore-job --recovery-point-arn <chosen> --iam-role-arn <role> --metadata '{told}'",
            "aws backup describe-restore-job --restore-job-id <job> --query '[Status,StatusMessage,PercentDone]'",
        ),
        see="COMPLETED; aws-backup-restore_<time> at the root of the file system holds them, and nothing else was "
        "touched. A pod that mounts the root moves what is wanted to its place: the claim and the file system "
        "stay the stack's",
        back="delete that folder",
    )


def cache(graph: Graph, node: Node) -> Iterator[Step]:
    """A cache out of its daily snapshot, beside itself; then under its own name."""
    if not node.inputs.get("snapshotRetentionLimit"):
        return
    name = str(node.inputs["replicationGroupId"])
    beside, stack = f"{name[:36].rstrip('-')}-new", graph.stack
    yield Step(
        f"Redis {name}: restored beside itself as {beside}",
        (
            f"aws elasticache describe-snapshots --replication-group-id {name} --query "
            "'Snapshots[].[SnapshotName,SnapshotStatus,NodeSnapshots[0].SnapshotCreateTime]'",
            _cache_made(graph, node, beside),
            f"aws elasticache wait replication-group-available --replication-group-id {beside}",
        ),
        see="available, in the stack's own subnets and groups, with its users; keys are those of the snapshot. A "
        "drill ends here",
        back=f"aws elasticache delete-replication-group --replication-group-id {beside}",
    )
    yield Step(
        f"Redis {name}: under its own name, after a last snapshot of the one that was",
        (
            *stop(graph),
            f"aws elasticache delete-replication-group --replication-group-id {name} "
            f"--final-snapshot-identifier {beside}-before",
            f"aws elasticache wait replication-group-deleted --replication-group-id {name}",
            _cache_made(graph, node, name),
            f"aws elasticache wait replication-group-available --replication-group-id {name}",
            f"pulumi refresh --stack {stack} --target {urn_of(node)}",
            f"pulumi preview --stack {stack} --diff",
            f"pulumi up --stack {stack}",
            *start(graph),
        ),
        see="refresh shows the same id and the same address; up sets snapshots, logs and windows, and replaces "
        "nothing. One that is a member of a global datastore leaves it first",
        back=f"the same commands with the snapshot {beside}-before",
    )


def _cache_made(graph: Graph, node: Node, name: str) -> str:
    inputs = node.inputs
    shards = inputs.get("numNodeGroups")
    return call(
        f"aws elasticache create-replication-group --replication-group-id {name} --snapshot-name <chosen>",
        f"--replication-group-description restored --engine redis --engine-version {inputs['engineVersion']}"
        if inputs.get("engineVersion")
        else "",
        option(graph, node, "--cache-node-type", "nodeType"),
        f"--num-node-groups {shards} --replicas-per-node-group {inputs.get('replicasPerNodeGroup', 0)}"
        if shards
        else f"--num-cache-clusters {inputs.get('numCacheClusters', 1)}",
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


def search(graph: Graph, node: Node) -> Iterator[Step]:
    """Indices out of the hourly snapshots that the service keeps, under other names in the same domain."""
    name = node.inputs["domainName"]
    endpoint = (
        f"https://$(aws opensearch describe-domain --domain-name {name} --query 'DomainStatus.Endpoints.vpc || "
        "DomainStatus.Endpoint' --output text)"
    )
    call_ = (
        f'curl -sf --aws-sigv4 aws:amz:{graph.region}:es --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H '
        "\"x-amz-security-token: $AWS_SESSION_TOKEN\" -H 'content-type: application/json'"
    )
    wanted = json.dumps({"indices": "<index>", "rename_pattern": "(.+)", "rename_replacement": "$1-restored"})
    yield Step(
        f"OpenSearch {name}: an index of an hourly snapshot, beside itself (as the domain's master role, from "
        "inside its network)",
        (
            f'{call_} -X GET "{endpoint}/_snapshot/cs-automated-enc/_all"',
            f"{call_} -X POST \"{endpoint}/_snapshot/cs-automated-enc/<snapshot>/_restore\" -d '{wanted}'",
            f'{call_} -X GET "{endpoint}/_cat/recovery/<index>-restored"',
        ),
        see="100 % of its shards; the same question finds in it what it should. Then the alias that is read moves "
        "to it in one request (_aliases, remove and add), or the index is deleted and restored again without "
        "the renaming",
        back="the alias back, and DELETE of <index>-restored",
    )


def stream(_graph: Graph, node: Node) -> Iterator[Step]:
    """What nothing brings back, said so."""
    yield Step(
        f"Kafka {node.name}: nothing keeps a copy of what is in its topics",
        see="producers that keep an outbox send again; consumers begin at the earliest that is there",
    )

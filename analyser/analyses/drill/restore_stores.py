"""Stores other than PostgreSQL, restored; a name that AWS never changes is taken over by a second restore.

What a restored table lacks: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html.
A restore of files into the file system that they are of: https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html.
"""

from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import awaited, call, id_of, previewed, up, urn_of
from analyser.analyses.drill.writers import start, stop
from analyser.graph import Graph, Node


def table(graph: Graph, node: Node) -> Iterator[Step]:
    """A table, beside itself; then under its own name, by way of a backup of the restored one."""
    name = str(node.inputs["name"])
    beside = f"{name[:246]}-restored"
    key = node.inputs.get("serverSideEncryption") and next(
        iter(node.property_dependencies.get("serverSideEncryption", ())), ""
    )
    # A restore that is told of no key uses one of AWS's, beside the table and under its name.
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
            awaited(f"aws dynamodb wait table-exists --table-name {beside}"),
            f"aws dynamodb describe-table --table-name {beside} --query 'Table.[TableStatus,ItemCount,SSEDescription]'",
        ),
        see="ACTIVE, with the key of the stack; its newest item is as old as was asked for (`--restore-date-time`). "
        "Single items that were written wrongly are copied from it, and the drill, or the repair, ends here",
        back=f"aws dynamodb delete-table --table-name {beside}",
    )
    yield from _table_adopted(graph, node, beside, sealed)


def _table_adopted(graph: Graph, node: Node, beside: str, sealed: str) -> Iterator[Step]:
    name = node.inputs["name"]
    exists = awaited(f"aws dynamodb wait table-exists --table-name {name}")
    there = [str(one["regionName"]) for one in node.inputs.get("replicas") or ()]
    restored = f"aws dynamodb restore-table-from-backup --target-table-name {name} --backup-arn"
    yield Step(
        f"DynamoDB {name}: the restored items under the stack's own name; the table that was stays 35 days as a "
        "backup of the system's",
        (
            *stop(graph),
            f"backup=$(aws dynamodb create-backup --table-name {beside} --backup-name {beside} --query "
            "BackupDetails.BackupArn --output text)",
            'while ! aws dynamodb describe-backup --backup-arn "$backup" --query '
            "BackupDescription.BackupDetails.BackupStatus --output text | grep -q AVAILABLE; do sleep 30; done",
            *(line for region in there for line in _without_replica(name, region)),
            f"aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled",
            exists,
            f"aws dynamodb delete-table --table-name {name}",
            awaited(f"aws dynamodb wait table-not-exists --table-name {name}"),
            f'{restored} "$backup" {sealed}'.rstrip(),
            exists,
        ),
        see="ACTIVE; nothing is deleted before the backup of the restored table is AVAILABLE"
        + (
            f". Replicas ({', '.join(there)}) go first: none can be made where there is a table of its name"
            if there
            else ""
        ),
        back=f"delete it again, and `{restored}` the ARN that `aws dynamodb list-backups --backup-type SYSTEM "
        f"--table-name {name}` prints: the table as it was",
    )
    yield Step(
        f"DynamoDB {name}: the stack's settings on it",
        (
            f"pulumi refresh --stack {graph.stack} --target {urn_of(node)}",
            previewed(graph),
            up(graph),
            *start(graph),
        ),
        see="refresh shows no stream, no TTL, no point-in-time recovery, no tags, no replica and no protection, which "
        "a restore does not bring: up sets them in place and makes replicas anew; what reads the stream is replaced, "
        "since a new one has another ARN, and nothing else is",
        back="the step before's",
    )


def _without_replica(name: str, region: str) -> Iterator[str]:
    """A replica has a protection of its own: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables.deleting.html"""
    yield f"aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled --region {region}"
    yield awaited(f"aws dynamodb wait table-exists --table-name {name} --region {region}")
    yield f"aws dynamodb update-table --table-name {name} --replica-updates 'Delete={{RegionName={region}}}'"
    yield awaited(f"aws dynamodb wait table-not-exists --table-name {name} --region {region}")


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
    copied = any(
        node.urn in one.property_dependencies.get("bucket", ())
        for one in graph.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    )
    unmarked = f"aws s3api delete-object --bucket {name} --key <key> --version-id <marker>"
    yield Step(
        f"S3 {name}: an object that was deleted, or overwritten",
        (
            f"aws s3api list-object-versions --bucket {name} --prefix <key> --query "
            "'[DeleteMarkers[?IsLatest].[Key,VersionId,LastModified],Versions[].[Key,VersionId,LastModified,IsLatest]]'",
            *(() if copied else (unmarked,)),
            f"aws s3api copy-object --bucket {name} --key <key> --copy-source '{name}/<key>?versionId=<version>'",
        ),
        see="a copy of a version becomes the newest, "
        + (
            "there and in its copy; a marker that is deleted would bring the object back here alone, since S3 "
            "replicates no deletion of a version"
            if copied
            else "and a marker that is deleted brings the version before it back"
        ),
        back="the version that was the newest is still there: copy that one",
    )


def files(graph: Graph, node: Node) -> Iterator[Step]:
    """Files out of AWS Backup, into a folder of the same file system."""
    asked = (
        f'--resource-arn "$(aws efs describe-file-systems --file-system-id {id_of(node)} --query '
        "'FileSystems[0].FileSystemArn' --output text)\""
    )
    told = f'"file-system-id={id_of(node)[1:-1]},newFileSystem=false,Encrypted=true,CreationToken=restore,'
    told += 'PerformanceMode=generalPurpose"'
    yield Step(
        f"EFS {node.name}: files of a backup, in a folder of the file system itself",
        (
            f"aws backup list-recovery-points-by-resource {asked} --query "
            "'RecoveryPoints[].[RecoveryPointArn,CreationDate,Status]'",
            f"aws backup start-restore-job --recovery-point-arn <chosen> --iam-role-arn "
            f"{_backup_role(graph)} --metadata {told}",
            "aws backup describe-restore-job --restore-job-id <job> --query '[Status,StatusMessage,PercentDone]'",
        ),
        see="COMPLETED; aws-backup-restore_<time> at the root of the file system holds them, and nothing else was "
        "touched. A pod that mounts the root moves what is wanted to its place: the claim and the file system "
        "stay the stack's",
        back="delete that folder",
    )


def _backup_role(graph: Graph) -> str:
    """The role by which the stack's plan backs up and restores."""
    for selection in graph.of_type("aws:backup/selection:Selection"):
        for urn in selection.property_dependencies.get("iamRoleArn", ()):
            if graph[urn].is_resource:
                return f'"$(aws iam get-role --role-name {id_of(graph[urn])} --query Role.Arn --output text)"'
    return "<role>"


def stream(_graph: Graph, node: Node) -> Iterator[Step]:
    """What nothing brings back, said so."""
    yield Step(
        f"Kafka {node.name}: nothing keeps a copy of what is in its topics",
        see="producers that keep an outbox send again; consumers begin at the earliest that is there",
    )

"""What is still there, and paid for or in the way of names, when a stack is gone."""

from collections.abc import Iterator

from analyser.analyses.databases import engine_of
from analyser.analyses.drill.restore_volumes import CLASS, EBS
from analyser.analyses.recovery.vaults_elsewhere import copied_elsewhere
from analyser.analyses.teardown.holders import holders
from analyser.graph import Graph, Node

SNAPSHOTS = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
_INSTANCE, _CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"


def survivors(graph: Graph) -> Iterator[str]:
    """What survives ``pulumi destroy``, a line each."""
    for node in graph.resources:
        yield from _of(graph, node)
    for holder in holders(graph):
        yield f"{holder.kind} {holder.name}, unless it was emptied" + (f"; {holder.locked}" if holder.locked else "")
    for vault in sorted(copied_elsewhere(graph)):
        yield f"copies in the vault {vault}, of an account that this one's rights do not reach, until they are too old"
    yield "exports of snapshots, copies in other regions and backups that AWS Backup made, in their buckets and vaults"


def _of(graph: Graph, node: Node) -> Iterator[str]:
    inputs = node.inputs
    if node.options.get("retainOnDelete"):
        yield f"{node.kind} {node.name}: destroy leaves it (retainOnDelete)"
    if node.type == _INSTANCE:
        yield from _database(graph, node)
    if node.type == _CACHE and inputs.get("finalSnapshotIdentifier"):
        yield f"the final snapshot of Redis {inputs.get('replicationGroupId') or node.name}"
    if node.type == "aws:secretsmanager/secret:Secret" and inputs.get("recoveryWindowInDays"):
        name = inputs.get("name")
        held = "; its name is taken until then" if name else ""
        yield f"secret {name or node.name}, for {inputs['recoveryWindowInDays']} days{held}"
    yield from _disks(graph, node)
    if node.type == "aws:dynamodb/table:Table" and (inputs.get("pointInTimeRecovery") or {}).get("enabled"):
        yield f"a backup of DynamoDB {inputs.get('name') or node.name} by the system, for 35 days"


def _disks(graph: Graph, node: Node) -> Iterator[str]:
    """Volumes, files and their snapshots, which others than the program make."""
    inputs = node.inputs
    if node.type == CLASS and inputs.get("provisioner") == EBS and inputs.get("reclaimPolicy") == "Retain":
        name = (inputs.get("metadata") or {}).get("name") or node.name
        yield f"volumes that pods claimed of the class {name}, until somebody deletes them"
    if node.type == SNAPSHOTS:
        yield f"snapshots of volumes in {', '.join(sorted(set(copies_of(graph, node))))}, until somebody deletes them"
    if (
        node.type == "aws:efs/backupPolicy:BackupPolicy"
        and (inputs.get("backupPolicy") or {}).get("status") == "ENABLED"
    ):
        # https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
        yield f"backups of {node.name} in the vault aws/efs/automatic-backup-vault, for 35 days"


def copies_of(graph: Graph, policy: Node) -> Iterator[str]:
    """The regions in which a policy of Data Lifecycle Manager has snapshots."""
    yield graph.region_of(policy)
    for schedule in (policy.inputs.get("policyDetails") or {}).get("schedules") or ():
        yield from (str(rule["target"]) for rule in schedule.get("crossRegionCopyRules") or () if rule.get("target"))


def _database(graph: Graph, node: Node) -> Iterator[str]:
    inputs = node.inputs
    name = f"{engine_of(graph, node, 'RDS')} {inputs.get('identifier') or node.name}"
    if not inputs.get("skipFinalSnapshot"):
        yield f"the final snapshot of {name}"
    if inputs.get("deleteAutomatedBackups") is False and not inputs.get("replicateSourceDb"):
        yield f"automated backups of {name}, for {inputs.get('backupRetentionPeriod')} days"

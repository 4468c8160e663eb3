"""What AWS does not delete while it holds something, and how each is emptied."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.drill.names import id_of
from analyser.graph import Graph, Node
from settings.stack import PROJECT

_KINDS = {
    "aws:s3/bucket:Bucket": ("bucket", "forceDestroy"),
    "aws:ecr/repository:Repository": ("repository", "forceDelete"),
    "aws:backup/vault:Vault": ("vault", "forceDestroy"),
    "aws:route53/zone:Zone": ("zone", "forceDestroy"),
}
_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
_POLICY = "aws:backup/vaultPolicy:VaultPolicy"
_VERSIONS = "{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: `true`}"
_IMAGES = "{Objects: imageIds}"
_SOME = "jq --exit-status '.Objects != []' held.json >/dev/null"
_HELD = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


@dataclass(frozen=True)
class Holder:
    """A resource that AWS only deletes while it is empty."""

    node: Node
    kind: str
    region: str
    settings: tuple[str, ...]
    """URNs of the resources that configure it: policies, versioning, locks."""
    locked: str
    """Why its contents cannot be deleted yet, or ever; empty where they can."""
    unlocked: Node | None = None
    """The lock of a vault that went with the stack's protection."""

    @property
    def name(self) -> str:
        """Its name in AWS, else its logical name."""
        return str(self.node.inputs.get("bucket") or self.node.inputs.get("name") or self.node.name)

    @property
    def called(self) -> str:
        """The options that name it to the AWS CLI."""
        own = id_of(self.node)
        return {
            "bucket": f"--bucket {self.name} --region {self.region}",
            "repository": f"--repository-name {self.name} --region {self.region}",
            "vault": f"--backup-vault-name {own} --region {self.region}",
            "zone": f"--hosted-zone-id {own}",
        }[self.kind]

    def look(self) -> str:
        """The command that prints what is in it."""
        return {
            "bucket": "aws s3api list-object-versions",
            "repository": "aws ecr list-images",
            "vault": "aws backup list-recovery-points-by-backup-vault",
            "zone": "aws route53 list-resource-record-sets",
        }[self.kind] + f" {self.called}"

    def free(self) -> tuple[str, ...]:
        """The commands that lift what refuses to let anything out of a vault, its lock and its policy."""
        if self.kind != "vault":
            return ()
        types = set(map(_type, self.settings))
        return (
            *((f"aws backup delete-backup-vault-lock-configuration {self.called}",) if _LOCK in types else ()),
            *((f"aws backup delete-backup-vault-access-policy {self.called}",) if _POLICY in types else ()),
        )

    def lock(self) -> tuple[str, ...]:
        """The command that locks a vault again that is kept."""
        if self.unlocked is None:
            return ()
        limits = {"min": "minRetentionDays", "max": "maxRetentionDays"}
        said = [
            f" --{word}-retention-days {self.unlocked.inputs[key]}"
            for word, key in limits.items()
            if self.unlocked.inputs.get(key)
        ]
        return (f"aws backup put-backup-vault-lock-configuration {self.called}{''.join(said)}",)

    def empty(self) -> str:
        """The command that takes everything out of it, a page at a time: the AWS CLI reads no further pages where
        the length of one is given. A refusal ends it, or it would ask for ever."""
        return {
            "bucket": f"while {self.look()} --max-keys 1000 --query '{_VERSIONS}' >held.json && {_SOME}; do\n"
            f"  aws s3api delete-objects {self.called} --delete file://held.json "
            "--query 'length(Errors || `[]`)' --output text | grep -qx 0 || break\ndone",
            "repository": f"while {self.look()} --max-results 100 --query '{_IMAGES}' >held.json && {_SOME}; do\n"
            "  jq .Objects held.json >images.json\n"
            f"  aws ecr batch-delete-image {self.called} --image-ids file://images.json "
            "--query 'length(imageIds)' --output text | grep -qvx 0 || break\ndone",
            "vault": f"for point in $({self.look()} --query 'RecoveryPoints[].RecoveryPointArn' --output text); do\n"
            f'  aws backup delete-recovery-point {self.called} --recovery-point-arn "$point"\ndone',
            "zone": f"aws route53 change-resource-record-sets {self.called} --change-batch <deletions>",
        }[self.kind]


def is_own(graph: Graph) -> bool:
    """Whether this is a stack of Strata's, which has its settings, tags and pages."""
    return graph.project == PROJECT


def locks(graph: Graph) -> list[Node]:
    """The locks of vaults that go, with the policies beside them, when a stack of Strata's lifts its protection."""
    return [lock for lock in graph.of_type(_LOCK) if is_own(graph) and not lock.inputs.get("changeableForDays")]


def holders(graph: Graph) -> Iterator[Holder]:
    """The resources that have to be emptied by hand: without ``forceDestroy`` or its like, and not retained.

    Buckets for access logs come after all other buckets, since emptying those is logged as well:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    told = _for_logs(graph)
    for token, (kind, forced) in _KINDS.items():
        for node in sorted(graph.of_type(token), key=lambda node: node.inputs.get("bucket") in told):
            if not node.inputs.get(forced) and not node.options.get("retainOnDelete"):
                lock = next((one for one in locks(graph) if _is_of(one, node)), None)
                there = [urn for urn in _settings(graph, node) if lock is None or _type(urn) not in (_LOCK, _POLICY)]
                locked = _locked(graph, node) if lock is None else "unlocked when protection was lifted"
                yield Holder(node, kind, graph.region_of(node), tuple(there), locked, lock)


def _is_of(lock: Node, vault: Node) -> bool:
    return vault.urn in lock.property_dependencies.get("backupVaultName", ())


def _type(urn: str) -> str:
    return urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]


def _for_logs(graph: Graph) -> set[str]:
    """The names of the buckets that take other buckets' access logs."""
    return {str(each.inputs.get("targetBucket")) for each in graph.of_type("aws:s3/bucketLogging:BucketLogging")}


def _settings(graph: Graph, node: Node) -> Iterator[str]:
    service = node.type.partition("/")[0]
    for other in graph.resources:
        names = ("bucket", "repository", "backupVaultName")
        about = any(node.urn in other.property_dependencies.get(name, ()) for name in names)
        if about and other.type.partition("/")[0] == service:
            yield other.urn


def _locked(graph: Graph, node: Node) -> str:
    for lock in graph.of_type(_LOCK):
        if _is_of(lock, node):
            days = lock.inputs.get("minRetentionDays")
            if lock.inputs.get("changeableForDays"):
                return f"locked in compliance mode: nobody deletes a backup before its day, {days} days at the least"
            return f"locked in governance mode, {days} days at the least: who may lifts the lock first"
    for lock in graph.of_type(_HELD):
        if node.urn in lock.property_dependencies.get("bucket", ()):
            kept = (lock.inputs.get("rule") or {}).get("defaultRetention") or {}
            return f"object lock, {kept.get('mode')}, {kept.get('days')} days: nothing goes before"
    return ""

"""EFS file systems and access points."""

from collections.abc import Iterator

from policy.iam import answers_plain_http
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"
BACKUP_POLICY = "aws:efs/backupPolicy:BackupPolicy"
ACCESS_POINT = "aws:efs/accessPoint:AccessPoint"
_LINK = "https://docs.aws.amazon.com/efs/latest/ug/"
# Conditions of a denial that leave no mount out.
_OF_EVERY_MOUNT = frozenset({"elasticfilesystem:accessedviamounttarget"})


@rule(
    "efs-encrypted",
    title="File systems are encrypted at rest with a customer key",
    severity=Severity.HIGH,
    types=[FILE_SYSTEM],
    frameworks={
        "FSBP": ("EFS.1", "EFS.8"),
        "CIS": "3.3.1",
        "cdk-nag": "AwsSolutions-EFS1",
        "Checkov": ("CKV_AWS_42", "CKV_AWS_184"),
    },
    remedy="Set encrypted and kmsKeyId. It can only be chosen at creation.",
    link=_LINK + "encryption-at-rest.html",
)
def encrypted(system: Resource) -> Iterator[Finding]:
    """Encrypting later means copying every file to a new file system."""
    if system.lacks("encrypted", True):
        yield Finding("is not encrypted at rest", "encrypted")
    elif system.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@stack_rule(
    "efs-automatic-backups",
    title="File systems are backed up every day",
    severity=Severity.MEDIUM,
    types=[FILE_SYSTEM],
    frameworks={"FSBP": "EFS.7"},
    remedy="Add a BackupPolicy with status ENABLED.",
    link=_LINK + "awsbackup.html",
    level=Level.MANDATORY_IN_PROD,
)
def automatic_backups(system: Resource, graph: Graph) -> Iterator[Finding]:
    """EFS keeps no versions: what is deleted or overwritten is gone. A backup plan that takes it does as well."""
    if graph.may_have(system, "aws:backup/selection:Selection", by="resources"):
        return
    if not graph.may_have(system, BACKUP_POLICY, by="fileSystemId"):
        yield Finding("is not backed up")
    for policy in graph.companions(system, BACKUP_POLICY, by="fileSystemId"):
        if policy.lacks("backupPolicy.status", "ENABLED", "ENABLING"):
            yield Finding("is not backed up", "backupPolicy.status")


@stack_rule(
    "efs-tls-only",
    title="File systems refuse mounts without TLS",
    severity=Severity.MEDIUM,
    types=[FILE_SYSTEM],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy="Add a FileSystemPolicy that denies every action to everybody if aws:SecureTransport is false.",
    link=_LINK + "encryption-in-transit.html",
)
def tls_only(system: Resource, graph: Graph) -> Iterator[Finding]:
    """NFS itself is not encrypted; the mount helper's TLS is a choice of each client unless the policy says no."""
    mount, by = "elasticfilesystem:ClientMount", "fileSystemId"
    if answers_plain_http(system, graph, POLICY, mount, by=by, besides=_OF_EVERY_MOUNT):
        yield Finding("has no policy that denies mounts without TLS")


@rule(
    "efs-access-point-root",
    title="Access points open a directory of their own",
    severity=Severity.MEDIUM,
    types=[ACCESS_POINT],
    frameworks={"FSBP": "EFS.3", "Checkov": "CKV_AWS_329"},
    remedy="Set rootDirectory.path to the application's directory, and its creationInfo.",
    link=_LINK + "enforce-root-directory-access-point.html",
)
def access_point_root(point: Resource) -> Iterator[Finding]:
    """An access point at `/` shows one application the files of all others."""
    if point.lacks("rootDirectory.path") or point.has("rootDirectory.path", "/"):
        yield Finding("opens the whole file system", "rootDirectory.path")


@rule(
    "efs-access-point-user",
    title="Access points say as whom clients work",
    severity=Severity.MEDIUM,
    types=[ACCESS_POINT],
    frameworks={"FSBP": "EFS.4", "Checkov": "CKV_AWS_330"},
    remedy="Set posixUser.uid and posixUser.gid to a user that is not root.",
    link=_LINK + "enforce-identity-access-points.html",
)
def access_point_user(point: Resource) -> Iterator[Finding]:
    """Otherwise each client says who it is, and may say root."""
    if point.lacks("posixUser.uid"):
        yield Finding("lets clients say who they are", "posixUser")
    elif point.has("posixUser.uid", 0, "0"):
        yield Finding("makes every client root", "posixUser.uid")

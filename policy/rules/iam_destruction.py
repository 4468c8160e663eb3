"""IAM: rights to destroy data, or to blind those who watch."""

from collections.abc import Iterator

from policy.iam import IDENTITY, findings_at_large, types_with
from policy.model import Finding, Resource, Severity, rule

_TYPES = types_with(IDENTITY)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_FRAMEWORKS = {
    "Well-Architected": "SEC03-BP02",
    "cdk-nag": "AwsSolutions-IAM5",
    "Checkov": "CKV_AWS_290",
}
KEYS = ("kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion")
DATA = (
    "cloudformation:DeleteStack",
    "dynamodb:DeleteTable",
    "ec2:DeleteVolume",
    "ecr:DeleteRepository",
    "elasticache:DeleteCacheCluster",
    "elasticache:DeleteReplicationGroup",
    "elasticfilesystem:DeleteFileSystem",
    "es:DeleteDomain",
    "kafka:DeleteCluster",
    "rds:DeleteDBCluster",
    "rds:DeleteDBInstance",
    "redshift:DeleteCluster",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "secretsmanager:DeleteSecret",
    "sqs:DeleteQueue",
    "sqs:PurgeQueue",
)
BACKUPS = (
    "backup:DeleteBackupPlan",
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "dynamodb:DeleteBackup",
    "ec2:DeleteSnapshot",
    "elasticache:DeleteSnapshot",
    "rds:DeleteDBClusterSnapshot",
    "rds:DeleteDBInstanceAutomatedBackup",
    "rds:DeleteDBSnapshot",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
)
WATCH = (
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DisableAlarmActions",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DeleteFlowLogs",
    "guardduty:DeleteDetector",
    "guardduty:DisassociateFromAdministratorAccount",
    "guardduty:UpdateDetector",
    "inspector2:Disable",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "macie2:DisableMacie",
    "securityhub:DisableSecurityHub",
    "wafv2:DeleteLoggingConfiguration",
)
SAFEGUARDS = (
    "account:CloseAccount",
    "ec2:DisableEbsEncryptionByDefault",
    "iam:DeleteAccountPasswordPolicy",
    "iam:UpdateAccountPasswordPolicy",
    "organizations:CloseAccount",
    "organizations:DeletePolicy",
    "organizations:DetachPolicy",
    "organizations:LeaveOrganization",
    "s3:PutAccountPublicAccessBlock",
)


@rule(
    "iam-key-deletion-scoped",
    title="Nobody may delete or disable every key",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the keys, and keep deletion to a role of its own.",
    link="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
)
def key_deletion(resource: Resource) -> Iterator[Finding]:
    """With the key goes everything it ever encrypted, backups included."""
    return findings_at_large(resource, KEYS, "every key")


@rule(
    "iam-deletion-scoped",
    title="Policies name the data that may be deleted",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the ARNs, or limit by aws:ResourceTag.",
    link=_LINK,
)
def deletion(resource: Resource) -> Iterator[Finding]:
    """One stolen session should not be able to empty the account."""
    return findings_at_large(resource, DATA, "everything")


@rule(
    "iam-backup-deletion-scoped",
    title="Policies name the backups that may be deleted or cut short",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={"Well-Architected": "REL09-BP02", "Checkov": "CKV_AWS_290"},
    remedy="Name vaults and snapshots, and leave deletion to retention rules and a locked vault.",
    link="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
)
def backup_deletion(resource: Resource) -> Iterator[Finding]:
    """Extortion starts with the backups."""
    return findings_at_large(resource, BACKUPS, "everything")


@rule(
    "iam-watch-kept",
    title="Nobody may switch off logs, trails and detection at large",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={"Well-Architected": "SEC04-BP01", "Checkov": "CKV_AWS_290"},
    remedy="Take the actions away, or name the log groups, trails and alarms of the application itself.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
)
def watch_kept(resource: Resource) -> Iterator[Finding]:
    """Intruders first stop what would record them."""
    return findings_at_large(resource, WATCH, "everything")


@rule(
    "iam-account-safeguards-kept",
    title="Nobody may lift safeguards of the whole account",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={"Well-Architected": "SEC01-BP01", "Checkov": "CKV_AWS_290"},
    remedy="Take the actions away; the account's administrators have them.",
    link="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html",
)
def safeguards_kept(resource: Resource) -> Iterator[Finding]:
    """Leaving the organisation or its policies undoes what was meant to hold for every account."""
    return findings_at_large(resource, SAFEGUARDS, "the account")

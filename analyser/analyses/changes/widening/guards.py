"""Settings that guard: what is less encrypted, kept for a shorter time, easier to delete, less logged, more public.

Told by the name of an input, since AWS uses few names for these in all of its types.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.changes.edits import Edit
from analyser.analyses.changes.widening.model import Kind

_ON: dict[str, Kind] = {
    **dict.fromkeys(
        ("storageEncrypted", "encrypted", "atRestEncryptionEnabled", "transitEncryptionEnabled", "enforceHttps",
         "kmsKeyId", "kmsKeyArn", "kmsMasterKeyId", "kmsMasterKeyArn", "kmsKey",
         "kmsEncryptionKeyArn", "masterUserSecretKmsKeyId", "encryptionConfig", "encryptionConfiguration",
         "encryptionInfo", "encryptAtRest", "nodeToNodeEncryption", "serverSideEncryption", "encryptionEnabled",
         "requireTls", "enableKeyRotation", "httpTokens"),
        "encryption",
    ),
    **dict.fromkeys(
        ("deletionProtection", "deletionProtectionEnabled", "enableDeletionProtection", "disableApiTermination",
         "protect", "retainOnDelete", "finalSnapshotIdentifier", "pointInTimeRecovery", "versioningConfiguration"),
        "deletion",
    ),
    **dict.fromkeys(
        ("accessLogs", "connectionLogs", "accessLogSettings", "loggingConfig", "loggingConfiguration", "loggingInfo",
         "logPublishingOptions", "logDeliveryConfigurations", "enableLogging", "enableLogFileValidation",
         "isMultiRegionTrail", "includeGlobalServiceEvents", "performanceInsightsEnabled", "actionsEnabled",
         "xrayTracingEnabled", "tracingConfig"),
        "logging",
    ),
    **dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets", "internal", "webAclId",
         "webAclArn", "authorizerId", "mfaConfiguration", "endpointPrivateAccess", "disableExecuteApiEndpoint",
         "apiKeyRequired", "iamDatabaseAuthenticationEnabled"),
        "ingress",
    ),
}  # fmt: skip
"""Inputs that guard while they are given, or on."""
_OFF: dict[str, Kind] = {
    **dict.fromkeys(("publiclyAccessible", "endpointPublicAccess", "mapPublicIpOnLaunch", "associatePublicIpAddress",
                     "assignPublicIp"), "ingress"),
    **dict.fromkeys(("forceDestroy", "forceDelete", "skipFinalSnapshot", "deleteAutomatedBackups"), "deletion"),
}  # fmt: skip
"""Inputs that open while they are on."""
_SWITCHES = frozenset({"enabled", "status", "mode"})
_TLS = frozenset({"sslPolicy", "securityPolicy", "tlsSecurityPolicy", "minimumProtocolVersion", "minTlsVersion"})
"""Names of sets of protocols and ciphers, of which nobody here knows the order."""
_FEWER = {"enabledCloudwatchLogsExports": "logging", "enabledClusterLogTypes": "logging"}
"""Lists of which each element is something that is logged."""
_MORE = {"publicAccessCidrs": "ingress"}
"""Lists of which each element is somebody who comes in."""
_LONG = frozenset(
    {
        *("retentionInDays", "backupRetentionPeriod", "snapshotRetentionLimit", "automaticSnapshotRetentionLimit"),
        *("messageRetentionSeconds", "retentionPeriod", "recoveryWindowInDays", "deletionWindowInDays", "deleteAfter"),
        *("noncurrentDays", "minRetentionDays", "recoveryPeriodInDays", "performanceInsightsRetentionPeriod"),
    }
)
"""Times for which something is kept."""
_FOREVER = frozenset({"retentionInDays", "deleteAfter", "noncurrentDays"})
"""Those of which none, or 0, means for ever."""
_WORDS = frozenset({"false", "disabled", "suspended", "off", "none", "optional", ""})
_LOGS = frozenset(
    {
        *("aws:s3/bucketLogging:BucketLogging", "aws:cloudtrail/trail:Trail", "aws:ec2/flowLog:FlowLog"),
        *("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "aws:route53/queryLog:QueryLog"),
        *("aws:cloudwatch/logDelivery:LogDelivery", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        *("aws:cfg/recorder:Recorder", "aws:guardduty/detector:Detector"),
    }
)
_GUARDS: dict[str, Kind] = {
    **dict.fromkeys(_LOGS, "logging"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "ingress",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "ingress",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "encryption",
    "aws:s3/bucketVersioning:BucketVersioning": "deletion",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "deletion",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "deletion",
    "aws:backup/plan:Plan": "retention",
    "aws:backup/selection:Selection": "retention",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "retention",
}
"""Types that guard as such: without one, so much less is guarded."""


def guard(token: str) -> Kind | None:
    """What goes with a resource of a type that is removed; None for one that guards nothing by itself."""
    return _GUARDS.get(token)


def loosened(edit: Edit) -> Iterator[tuple[Kind, bool]]:
    """What a changed input loosens, and whether that is certain."""
    path = edit.plain_path.split(".")
    name = path[-1]
    before, after = _is_on(edit.before), _is_on(edit.after)
    # A switch within a block turns on what the block is called.
    guards = _ON.get(path[-2] if len(path) > 1 and name in _SWITCHES else name)
    if guards and before and not after:
        yield guards, True
    if name in _OFF and after and not before:
        yield _OFF[name], True
    if name in _TLS and edit.kind == "changed":
        yield "encryption", False
    if (name in _LONG and _shorter(name, edit.before, edit.after)) or _expires(path, edit):
        yield "retention", True
    yield from _of_a_list(name, edit)


def _expires(path: list[str], edit: Edit) -> bool:
    """Whether a lifecycle takes away what it kept for longer, or for ever."""
    if path[-2:] == ["expiration", "days"]:
        return _shorter("deleteAfter", edit.before, edit.after)
    block = isinstance(edit.after, Mapping) and "expiration" in edit.after
    return edit.kind == "added" and (path[-1] == "expiration" or block)


def _of_a_list(name: str, edit: Edit) -> Iterator[tuple[Kind, bool]]:
    if name in _FEWER and edit.kind in ("removed", "changed"):
        yield "logging", True
    if name in _MORE and edit.kind in ("added", "changed"):
        yield "ingress", True


def _is_on(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() not in _WORDS
    return bool(value)


def _shorter(name: str, before: Any, after: Any) -> bool:
    left, right = (_length(name, value) for value in (before, after))
    return right < left


def _length(name: str, value: Any) -> float:
    number = value if isinstance(value, int | float) else 0
    return float("inf") if not number and name in _FOREVER else number

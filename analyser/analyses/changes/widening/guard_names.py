"""The names by which settings guard, in tables."""

from analyser.analyses.changes.widening.model import Kind

ON: dict[str, Kind] = {
    **dict.fromkeys(
        ("storageEncrypted", "encrypted", "atRestEncryptionEnabled", "transitEncryptionEnabled", "enforceHttps",
         "encryptionConfig", "encryptionConfiguration", "encryptionInfo", "encryptAtRest", "nodeToNodeEncryption",
         "serverSideEncryption", "encryptionEnabled", "cloudWatchEncryptionEnabled", "cacheDataEncrypted",
         "encryptionKey", "inCluster", "requireTls", "tlsPolicy", "enableKeyRotation", "httpTokens",
         "strictTransportSecurity"),
        "encryption",
    ),
    **dict.fromkeys(
        ("deletionProtection", "deletionProtectionEnabled", "enableDeletionProtection", "disableApiTermination",
         "protect", "retainOnDelete", "finalSnapshotIdentifier", "pointInTimeRecovery", "versioningConfiguration",
         "objectLockEnabled", "objectLockConfiguration", "defaultRetention"),
        "deletion",
    ),
    **dict.fromkeys(("backupPolicy", "redrivePolicy", "copyTagsToSnapshot"), "retention"),
    **dict.fromkeys(
        ("accessLogs", "connectionLogs", "accessLogSettings", "loggingConfig", "loggingConfiguration", "loggingInfo",
         "logPublishingOptions", "logDeliveryConfigurations", "enableLogging", "enableLogFileValidation",
         "isMultiRegionTrail", "includeGlobalServiceEvents", "performanceInsightsEnabled", "actionsEnabled",
         "xrayTracingEnabled", "tracingConfig", "tracingConfiguration", "cloudwatchLogs", "isEnabled", "loggingLevel",
         "level", "metricsEnabled", "cloudwatchMetricsEnabled", "detailedMetricsEnabled", "reputationMetricsEnabled",
         "scanOnPush"),
        "logging",
    ),
    **dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets", "internal", "webAclId",
         "webAclArn", "authorizerId", "authorization", "authorizationType", "endpointPrivateAccess",
         "disableExecuteApiEndpoint", "apiKeyRequired", "iamDatabaseAuthenticationEnabled", "defaultAuthScheme",
         "requireAuthorizationForCacheControl", "softwareTokenMfaConfiguration", "advancedSecurityOptions",
         "requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols", "trustedKeyGroups",
         "contentSecurityPolicy", "originAccessControlId"),
        "ingress",
    ),
    **dict.fromkeys(
        ("permissionsBoundary", "runAsNonRoot", "readOnlyRootFilesystem", "readonlyRootFilesystem", "seccompProfile"),
        "rights",
    ),
}  # fmt: skip
"""Inputs that guard while they are given, or on; and whatever names a key of KMS."""
OFF: dict[str, Kind] = {
    **dict.fromkeys(("publiclyAccessible", "endpointPublicAccess", "mapPublicIpOnLaunch", "associatePublicIpAddress",
                     "assignPublicIp", "allowUnauthenticatedIdentities", "unauthenticated", "anonymousAuthEnabled",
                     "publicAccess", "multicastSupport"), "ingress"),
    **dict.fromkeys(("forceDestroy", "forceDelete", "skipFinalSnapshot", "deleteAutomatedBackups"), "deletion"),
    **dict.fromkeys(("privileged", "privilegedMode", "allowPrivilegeEscalation", "automountServiceAccountToken",
                     "hostNetwork", "hostPID", "hostIPC", "hostPath"), "rights"),
}  # fmt: skip
"""Inputs that open while they are given, or on."""
ON_UNLESS_SAID = frozenset(
    {
        # https://registry.terraform.io/providers/hashicorp/aws/latest/docs: defaults of eks_cluster, db_instance,
        # cloudtrail and cloudwatch_metric_alarm
        *("endpointPublicAccess", "deleteAutomatedBackups", "enableLogging", "includeGlobalServiceEvents"),
        "actionsEnabled",
        # https://kubernetes.io/docs/concepts/security/pod-security-standards/ asks for false
        *("allowPrivilegeEscalation", "automountServiceAccountToken"),
    }
)
"""Of both, those that are on where nothing is said."""
SWITCHES = frozenset({"enabled", "status", "mode", "type"})
OFF_WORDS = frozenset(
    {"false", "disabled", "suspended", "off", "none", "optional", "inactive", "unconfined", "no_protection", ""}
)
TLS = frozenset({"sslPolicy", "securityPolicy", "tlsSecurityPolicy", "minimumProtocolVersion", "minTlsVersion"})
"""Names of sets of protocols and ciphers, of which the lowest version is known and nothing else."""
ORDERS: tuple[tuple[str, Kind, tuple[str | None, ...]], ...] = (
    ("mfaConfiguration", "ingress", (None, "off", "optional", "on")),
    ("clientBroker", "encryption", ("plaintext", "tls_plaintext", "tls")),
    ("transitEncryptionMode", "encryption", (None, "preferred", "required")),
    ("sseAlgorithm", "encryption", (None, "aes256", "aws:kms", "aws:kms:dsse")),
    ("encryptionType", "encryption", (None, "none", "aes256", "kms", "kms_dsse")),
    ("viewerProtocolPolicy", "encryption", ("allow-all", "redirect-to-https", "https-only")),
    ("originProtocolPolicy", "encryption", ("http-only", "match-viewer", "https-only")),
    ("protocol", "encryption", ("tcp", "tls")),
    ("protocol", "encryption", ("http", "https")),
    ("imageTagMutability", "deletion", (None, "mutable", "immutable")),
    ("defaultRetention.mode", "deletion", (None, "governance", "compliance")),
    ("authenticationMode.type", "ingress", ("no-password-required", "password", "iam")),
    ("customAuthMode", "ingress", (None, "audit", "enforced")),
    ("advancedSecurityMode", "ingress", (None, "off", "audit", "enforced")),
    ("eventAction", "ingress", ("no_action", "mfa_if_configured", "mfa_required", "block")),
    ("pod-security.kubernetes.io/enforce", "rights", (None, "privileged", "baseline", "restricted")),
)
"""How a path ends, and the words there from the loosest on; None is what is not given."""
LESS: dict[str, Kind] = {"minimumLength": "ingress"}
"""Numbers that guard the more the higher they are."""
FEWER: dict[str, Kind] = {
    "enabledCloudwatchLogsExports": "logging", "enabledClusterLogTypes": "logging", "alarmActions": "logging",
    "capabilities.drop": "rights",
}  # fmt: skip
"""Lists of which each element is something that is logged, told or taken away."""
MORE: dict[str, Kind] = {
    "publicAccessCidrs": "ingress", "explicitAuthFlows": "ingress", "allowedOauthFlows": "ingress",
    "callbackUrls": "ingress", "originSslProtocols": "encryption", "managedPolicyArns": "rights",
    "capabilities.add": "rights",
}  # fmt: skip
"""Lists of which each element is somebody who comes in, or a way to."""
LONG = frozenset(
    {
        *("retentionInDays", "backupRetentionPeriod", "snapshotRetentionLimit", "automaticSnapshotRetentionLimit"),
        *("messageRetentionSeconds", "retentionPeriod", "recoveryWindowInDays", "deletionWindowInDays", "deleteAfter"),
        *("noncurrentDays", "minRetentionDays", "recoveryPeriodInDays", "performanceInsightsRetentionPeriod"),
    }
)
"""Times for which something is kept."""
LENGTHS = {
    # Defaults of kms_key, secretsmanager_secret, sqs_queue and of dynamodb_table's point-in-time recovery
    "deletionWindowInDays": 30, "recoveryWindowInDays": 30, "messageRetentionSeconds": 345_600,
    "recoveryPeriodInDays": 35, "performanceInsightsRetentionPeriod": 7,
}  # fmt: skip
"""Those that hold where nothing is said."""
FOREVER = frozenset({"retentionInDays", "deleteAfter", "noncurrentDays"})
"""Those of which none, or 0, means for ever."""
GUARDS: dict[str, Kind] = {
    **dict.fromkeys(
        ("aws:s3/bucketLogging:BucketLogging", "aws:cloudtrail/trail:Trail", "aws:ec2/flowLog:FlowLog",
         "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "aws:route53/queryLog:QueryLog",
         "aws:cloudwatch/logDelivery:LogDelivery", "aws:cloudwatch/metricAlarm:MetricAlarm",
         "aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cfg/recorder:Recorder",
         "aws:cfg/recorderStatus:RecorderStatus", "aws:cfg/rule:Rule", "aws:guardduty/detector:Detector"),
        "logging",
    ),
    **dict.fromkeys(
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:wafv2/webAclAssociation:WebAclAssociation",
         "aws:wafv2/webAcl:WebAcl", "aws:cognito/riskConfiguration:RiskConfiguration"),
        "ingress",
    ),
    **dict.fromkeys(
        ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
         "aws:secretsmanager/secretRotation:SecretRotation"),
        "encryption",
    ),
    **dict.fromkeys(
        ("aws:s3/bucketVersioning:BucketVersioning",
         "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
         "aws:backup/vaultLockConfiguration:VaultLockConfiguration"),
        "deletion",
    ),
    **dict.fromkeys(
        ("aws:backup/plan:Plan", "aws:backup/selection:Selection", "aws:efs/backupPolicy:BackupPolicy",
         "aws:dlm/lifecyclePolicy:LifecyclePolicy", "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
         "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"),
        "retention",
    ),
}  # fmt: skip
"""Types that guard as such: without one, so much less is guarded."""

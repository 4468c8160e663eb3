"""Kinesis, Firehose, Redshift, DocumentDB, Neptune, Glue and Athena."""

from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import docdb_neptune as documents
from policy.rules import glue_athena as glue
from policy.rules import kinesis, redshift
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

KEY = "arn:aws:kms:key"
STREAM = resource(kinesis.STREAM, "stream", encryptionType="KMS", kmsKeyId=KEY)
FIREHOSE = resource(
    kinesis.FIREHOSE,
    "firehose",
    serverSideEncryption={"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK", "keyArn": KEY},
)
PARAMETERS = resource(redshift.PARAMETER_GROUP, "group", parameters=[{"name": "require_ssl", "value": "true"}])
CLUSTER = resource(
    redshift.CLUSTER,
    "warehouse",
    refers={"clusterParameterGroupName": PARAMETERS},
    clusterParameterGroupName=UNKNOWN,
    encrypted=True,
    kmsKeyId=KEY,
    automatedSnapshotRetentionPeriod=7,
)
LOGGING = resource(redshift.LOGGING, "logging", refers={"clusterIdentifier": CLUSTER}, clusterIdentifier=UNKNOWN)
NAMESPACE = resource(redshift.NAMESPACE, "namespace", kmsKeyId=KEY, logExports=["userlog"])
WORKGROUP = resource(
    redshift.WORKGROUP, "workgroup", configParameters=[{"parameterKey": "require_ssl", "parameterValue": "true"}]
)
_CLUSTER: dict[str, Any] = {"storageEncrypted": True, "backupRetentionPeriod": 7, "deletionProtection": True}
DOCDB = resource(documents.DOCDB, "docdb", kmsKeyId=KEY, enabledCloudwatchLogsExports=["audit"], **_CLUSTER)
NEPTUNE = resource(
    documents.NEPTUNE,
    "neptune",
    kmsKeyArn=KEY,
    enableCloudwatchLogsExports=["audit"],
    iamDatabaseAuthenticationEnabled=True,
    **_CLUSTER,
)
TLS = resource(documents.DOCDB_PARAMETERS, "docdb-tls", parameters=[{"name": "tls", "value": "tls1.2+"}])
NEPTUNE_TLS = resource(
    documents.NEPTUNE_PARAMETERS, "neptune-tls", parameters=[{"name": "neptune_enforce_ssl", "value": "1"}]
)
SECURITY = resource(
    glue.SECURITY,
    "security",
    encryptionConfiguration={
        "cloudwatchEncryption": {"cloudwatchEncryptionMode": "SSE-KMS", "kmsKeyArn": KEY},
        "jobBookmarksEncryption": {"jobBookmarksEncryptionMode": "CSE-KMS", "kmsKeyArn": KEY},
        "s3Encryption": {"s3EncryptionMode": "SSE-KMS", "kmsKeyArn": KEY},
    },
)
CATALOG = resource(
    glue.CATALOG,
    "catalog",
    dataCatalogEncryptionSettings={
        "encryptionAtRest": {"catalogEncryptionMode": "SSE-KMS", "sseAwsKmsKeyId": KEY},
        "connectionPasswordEncryption": {"returnConnectionPasswordEncrypted": True, "awsKmsKeyId": KEY},
    },
)
_RESULTS = "configuration.resultConfiguration.encryptionConfiguration"
ATHENA = resource(
    glue.WORKGROUP,
    "athena",
    configuration={
        "resultConfiguration": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY}}
    },
)
MANAGED = resource(
    glue.WORKGROUP,
    "managed",
    configuration={"managedQueryResultsConfiguration": {"enabled": True, "encryptionConfiguration": {"kmsKey": KEY}}},
)
CASES = [
    Case(
        "kinesis-encrypted",
        [STREAM],
        [Set("encryptionType", "NONE"), Set("encryptionType"), Set("kmsKeyId"), Set("kmsKeyId", "alias/aws/kinesis")],
    ),
    Case(
        "firehose-encrypted",
        [FIREHOSE],
        [
            Set("serverSideEncryption.enabled", False),
            Set("serverSideEncryption"),
            Set("serverSideEncryption.keyType", "AWS_OWNED_CMK"),
        ],
    ),
    Case("redshift-encrypted", [CLUSTER], [Set("encrypted", False), Set("kmsKeyId")]),
    Case("redshift-encrypted", [NAMESPACE], [Set("kmsKeyId")]),
    Case("redshift-not-public", [CLUSTER], [Set("publiclyAccessible", True)]),
    Case("redshift-not-public", [WORKGROUP], [Set("publiclyAccessible", True)]),
    Case(
        "redshift-requires-tls",
        [CLUSTER, PARAMETERS],
        [Set("parameters[0].value", "false", on="group"), Set("parameters", [], on="group")],
    ),
    Case("redshift-requires-tls", [WORKGROUP], [Set("configParameters[0].parameterValue", "false")]),
    Case(
        "redshift-snapshots",
        [CLUSTER],
        [Set("automatedSnapshotRetentionPeriod", 6), Set("automatedSnapshotRetentionPeriod")],
    ),
    Case("redshift-audit-logs", [CLUSTER, LOGGING], [Without("logging", "clusterIdentifier")]),
    Case("redshift-audit-logs", [NAMESPACE], [Set("logExports"), Set("logExports", [])]),
    Case("docdb-neptune-encrypted", [DOCDB], [Set("storageEncrypted", False), Set("kmsKeyId")]),
    Case("docdb-neptune-encrypted", [NEPTUNE], [Set("storageEncrypted"), Set("kmsKeyArn")]),
    Case("docdb-neptune-tls", [TLS], [Set("parameters[0].value", "disabled")]),
    Case("docdb-neptune-tls", [NEPTUNE_TLS], [Set("parameters[0].value", "0")]),
    Case("docdb-neptune-backups", [DOCDB], [Set("backupRetentionPeriod", 6), Set("backupRetentionPeriod")]),
    Case("docdb-neptune-deletion-protection", [NEPTUNE], [Set("deletionProtection", False), Set("deletionProtection")]),
    Case("docdb-neptune-audit-logs", [DOCDB], [Set("enabledCloudwatchLogsExports", ["profiler"])]),
    Case("docdb-neptune-audit-logs", [NEPTUNE], [Set("enableCloudwatchLogsExports", ["slowquery"])]),
    Case("neptune-iam-authentication", [NEPTUNE], [Set("iamDatabaseAuthenticationEnabled", False)]),
    Case("neptune-not-public", [resource(documents.NEPTUNE_INSTANCE)], [Set("publiclyAccessible", True)]),
    Case(
        "glue-security-configuration-encrypts",
        [SECURITY],
        [
            Set("encryptionConfiguration.cloudwatchEncryption.cloudwatchEncryptionMode", "DISABLED"),
            Set("encryptionConfiguration.jobBookmarksEncryption.jobBookmarksEncryptionMode", "DISABLED"),
            Set("encryptionConfiguration.s3Encryption.s3EncryptionMode", "SSE-S3"),
            Set("encryptionConfiguration.s3Encryption.kmsKeyArn"),
        ],
    ),
    Case(
        "glue-has-security-configuration",
        [resource(glue.JOB, "job", securityConfiguration="kms")],
        [Set("securityConfiguration")],
    ),
    Case(
        "glue-catalog-encrypted",
        [CATALOG],
        [
            Set("dataCatalogEncryptionSettings.encryptionAtRest.catalogEncryptionMode", "DISABLED"),
            Set("dataCatalogEncryptionSettings.encryptionAtRest.sseAwsKmsKeyId"),
            Set("dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted", False),
        ],
    ),
    Case(
        "athena-workgroup-encrypted",
        [ATHENA],
        [
            Set(f"{_RESULTS}.encryptionOption", "SSE_S3"),
            Set(f"{_RESULTS}.kmsKeyArn"),
            Set("configuration.resultConfiguration"),
            Set("configuration.enforceWorkgroupConfiguration", False),
        ],
    ),
    Case(
        "athena-workgroup-encrypted",
        [MANAGED],
        [Set("configuration.managedQueryResultsConfiguration.encryptionConfiguration")],
    ),
]


@pytest.mark.parametrize("source", ["kinesisSourceConfiguration", "mskSourceConfiguration"])
@pytest.mark.parametrize("value", [{"roleArn": "arn"}, UNKNOWN])
def test_records_of_a_source_stay_under_its_key(source: str, value: Any) -> None:
    assert not check("firehose-encrypted", resource(kinesis.FIREHOSE, **{source: value}))


def test_the_default_parameter_groups_force_tls() -> None:
    assert not check("redshift-requires-tls", resource(redshift.CLUSTER))
    assert not check("redshift-requires-tls", resource(redshift.WORKGROUP))
    assert not check("docdb-neptune-tls", resource(documents.DOCDB_PARAMETERS, parameters=[]))

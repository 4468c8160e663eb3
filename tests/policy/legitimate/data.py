"""Stores and streams: what looks lax, and is right."""

import json
from typing import Any

from policy.model import UNKNOWN, Resource
from tests.policy.support import resource

_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def _bucket(name: str, encryption: dict[str, Any], *statements: dict[str, Any]) -> list[Resource]:
    bucket = resource("aws:s3/bucket:Bucket", name)

    def part(kind: str, suffix: str, **inputs: Any) -> Resource:
        token = f"aws:s3/bucket{kind}:Bucket{kind}"
        return resource(token, f"{name}-{suffix}", refers={"bucket": bucket}, bucket=UNKNOWN, **inputs)

    blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    upload = {"status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
    return [
        bucket,
        part("PublicAccessBlock", "block", **dict.fromkeys(blocks, True)),
        part("OwnershipControls", "ownership", rule={"objectOwnership": "BucketOwnerEnforced"}),
        part("ServerSideEncryptionConfiguration", "encryption", rules=[encryption]),
        part("Versioning", "versioning", versioningConfiguration={"status": "Enabled"}),
        part("LifecycleConfiguration", "lifecycle", rules=[upload]),
        part("Policy", "policy", policy=json.dumps({"Statement": [_TLS, *statements]})),
    ]


def _alarm(name: str, store: Resource) -> Resource:
    inputs: dict[str, Any] = {"dimensions": UNKNOWN, "alarmActions": [UNKNOWN], "metricName": "CPUUtilization"}
    return resource("aws:cloudwatch/metricAlarm:MetricAlarm", name, refers={"dimensions": store}, **inputs)


def access_log_bucket() -> list[Resource]:
    """One bucket with S3's own keys that takes the access logs of another, and logs nothing itself."""
    delivery = {
        "Sid": "BucketAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::data"},
        },
    }
    own = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    customers = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}}
    logs, data = _bucket("logs", own, delivery), _bucket("data", customers)
    logging = resource(
        "aws:s3/bucketLogging:BucketLogging",
        "logging",
        refers={"bucket": data[0], "targetBucket": logs[0]},
        bucket=UNKNOWN,
        targetBucket=UNKNOWN,
    )
    cors = resource(
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        "fonts",
        refers={"bucket": data[0]},
        bucket=UNKNOWN,
        corsRules=[{"allowedMethods": ["GET", "HEAD"], "allowedOrigins": ["*"]}],
    )
    return [*logs, *data, logging, cors]


def search_behind_fine_grained_access() -> list[Resource]:
    """A domain in a VPC whose policy lets everybody try: its own users and roles decide."""
    policy = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:ESHttp*", "Resource": "arn:aws:es:domain/s/*"}
    domain = resource(
        "aws:opensearch/domain:Domain",
        "search",
        accessPolicies=json.dumps({"Statement": [policy]}),
        vpcOptions={"subnetIds": [UNKNOWN], "securityGroupIds": [UNKNOWN]},
        encryptAtRest={"enabled": True, "kmsKeyId": UNKNOWN},
        nodeToNodeEncryption={"enabled": True},
        domainEndpointOptions={"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        advancedSecurityOptions={"enabled": True, "masterUserOptions": {"masterUserArn": UNKNOWN}},
        logPublishingOptions=[{"logType": "AUDIT_LOGS"}, {"logType": "ES_APPLICATION_LOGS"}],
        clusterConfig={"instanceCount": 3, "zoneAwarenessEnabled": True},
        softwareUpdateOptions={"autoSoftwareUpdateEnabled": True},
    )
    return [domain, _alarm("searches", domain)]


def shared_files() -> list[Resource]:
    """A file system that anybody may mount who reaches it within the VPC, with TLS, and that a vault backs up."""
    system = resource("aws:efs/fileSystem:FileSystem", "files", encrypted=True, kmsKeyId=UNKNOWN)
    mount = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1",
        "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
    }
    refused = {**_TLS, "Action": "*", "Resource": mount["Resource"]}
    vault = resource("aws:backup/vault:Vault", "vault", kmsKeyArn=UNKNOWN)
    kept = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "backup:DeleteRecoveryPoint",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/backup"}},
    }
    return [
        system,
        resource(
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "policy",
            refers={"fileSystemId": system},
            fileSystemId=UNKNOWN,
            policy=json.dumps({"Statement": [mount, refused]}),
        ),
        vault,
        resource(
            "aws:backup/vaultPolicy:VaultPolicy",
            "kept",
            refers={"backupVaultName": vault},
            backupVaultName=UNKNOWN,
            policy=json.dumps({"Statement": [kept]}),
        ),
        resource("aws:backup/selection:Selection", "all", refers={"resources": system}, resources=[UNKNOWN]),
    ]


def cache_users() -> list[Resource]:
    """The user `default` must exist in a Redis group, and is switched off instead of given a password."""
    default = resource(
        "aws:elasticache/user:User",
        "default",
        userId="prod-default",
        userName="default",
        accessString="off -@all",
        authenticationMode={"type": "no-password-required"},
    )
    group = resource("aws:elasticache/userGroup:UserGroup", "users", refers={"userIds": default}, userIds=[UNKNOWN])
    return [default, group]


def replica() -> list[Resource]:
    """A read replica takes encryption, backups and password from its source, and stands in one zone."""
    database = resource(
        "aws:rds/instance:Instance",
        "replica",
        replicateSourceDb=UNKNOWN,
        iamDatabaseAuthenticationEnabled=True,
        monitoringInterval=60,
        copyTagsToSnapshot=True,
        publiclyAccessible=False,
    )
    return [database, _alarm("load", database)]


def pointer_to_a_secret() -> list[Resource]:
    """A plain parameter that says where a secret is."""
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
    return [resource("aws:ssm/parameter:Parameter", "where", name="/app/db-secret", type="String", value=arn)]

"""An AWS Config recorder with its delivery channel and rules."""

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust
from settings import Settings
from settings.services.operations import ManagedRule

"""The identifier of a rule that AWS keeps:
https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html"""

_RULES = (
    # encryption
    "CMK_BACKING_KEY_ROTATION_ENABLED",
    "EKS_SECRETS_ENCRYPTED",
    "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST",
    "ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT",
    "ENCRYPTED_VOLUMES",
    "RDS_STORAGE_ENCRYPTED",
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
    "S3_BUCKET_SSL_REQUESTS_ONLY",
    "SECRETSMANAGER_USING_CMK",
    # public access
    "EKS_ENDPOINT_NO_PUBLIC_ACCESS",
    "INCOMING_SSH_DISABLED",
    "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
    "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
    "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    # people and their credentials
    "IAM_ROOT_ACCESS_KEY_CHECK",
    "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    "ROOT_ACCOUNT_MFA_ENABLED",
    "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
    # traces and recovery
    "CLOUD_TRAIL_ENABLED",
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    "DB_INSTANCE_BACKUP_ENABLED",
    "RDS_MULTI_AZ_SUPPORT",
    "VPC_FLOW_LOGS_ENABLED",
)

_PARAMETERS = {"IAM_USER_UNUSED_CREDENTIALS_CHECK": '{"maxCredentialUsageAge":"90"}'}
"""What rules that want a figure are told; 90 days are AWS's own example:
https://docs.aws.amazon.com/config/latest/developerguide/iam-user-unused-credentials-check.html"""


class ConfigRecorderSettings(Settings):
    """The managed rules that judge what is recorded; each evaluation is billed."""

    rules: tuple[ManagedRule, ...] = Field(default=_RULES, min_length=1)
    """Managed rules of AWS Config, by their identifiers."""


class ConfigRecorder(Component):
    """AWS Config: a recorder of every resource of the region and of IAM, delivered to ``bucket``, and rules.

    An account has one recorder and one delivery channel a region, so one stack of an account and region makes it:
    https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html. It records by a role of its own and
    not by the service-linked one, which an account has once and which a stack could neither make twice nor take away.
    """

    def __init__(
        self,
        name: str,
        settings: ConfigRecorderSettings,
        *,
        account: Account,
        key: Key,
        bucket: Bucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = Role(
            self.child("role"),
            trust=service_trust("config.amazonaws.com", account_id=account.id),
            grants=[_delivery(account, key, bucket)],
            managed_policies=[account.managed_policy("service-role/AWS_ConfigRole")],
            description="AWS Config: describe resources and deliver what it finds",
            opts=self.child_options(),
        )
        recorder = aws.cfg.Recorder(
            self.child("recorder"),
            role_arn=role.arn,
            recording_group=aws.cfg.RecorderRecordingGroupArgs(all_supported=True, include_global_resource_types=True),
            # The role is tried as the recorder is made, and must outlive it.
            opts=self.child_options(depends_on=[role]),
        )
        channel = aws.cfg.DeliveryChannel(
            self.child("channel"),
            s3_bucket_name=bucket.bucket_name,
            s3_kms_key_arn=key.arn,
            snapshot_delivery_properties=aws.cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                delivery_frequency="TwentyFour_Hours"
            ),
            # A channel is refused without a recorder, and while the bucket does not take its test file.
            opts=self.child_options(depends_on=[recorder, bucket]),
        )
        status = aws.cfg.RecorderStatus(
            self.child("status"),
            name=recorder.name,
            is_enabled=True,
            # A recorder starts only when there is a channel to deliver by.
            opts=self.child_options(depends_on=[channel]),
        )
        for rule in sorted(set(settings.rules)):
            aws.cfg.Rule(
                self.child(rule.lower().replace("_", "-")),
                source=aws.cfg.RuleSourceArgs(owner="AWS", source_identifier=rule),
                input_parameters=_PARAMETERS.get(rule),
                # Rules are refused where nothing is recorded.
                opts=self.child_options(depends_on=[status]),
            )
        self.register_outputs({"recorderName": recorder.name})


def _delivery(account: Account, key: Key, bucket: Bucket) -> Grant:
    """https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html"""
    return Grant(
        Statement(
            "DeliverToBucket",
            ["s3:PutObject", "s3:PutObjectAcl"],
            [pulumi.Output.concat(bucket.arn, f"/AWSLogs/{account.id}/*")],
            {"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
        Statement("ReadBucketAcl", ["s3:GetBucketAcl", "s3:ListBucket"], [bucket.arn]),
        Statement("EncryptDeliveries", ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn]),
    )

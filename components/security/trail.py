"""A multi-region CloudTrail trail of management events."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.stack_name import stack_name
from components.statements import Statement, service_trust

_SERVICE = "cloudtrail.amazonaws.com"
_NAME_LIMIT = 128
"""https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html"""


class Trail(Component):
    """A CloudTrail trail of all management events, with digests that show whether a log file was changed.

    Log files go to ``bucket``, encrypted with ``key``, and to a log group to search in. The key's policy must hold
    ``trails`` and ``log_groups``. The first trail of an account is free, every further copy of the same events is
    billed: https://aws.amazon.com/cloudtrail/pricing/. It goes by stack and component name, since bucket and key name
    it before it is there.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        bucket: Bucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        trail_name = stack_name(name, longest=_NAME_LIMIT)
        bucket.allow(*_deliveries(account, bucket, account.arn("cloudtrail", f"trail/{trail_name}")))
        logs = LogGroup(self.child("logs"), account=account, key=key, opts=self.child_options())
        role = Role(
            self.child("delivery"),
            # CloudTrail names no source when it takes this role:
            # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
            trust=service_trust(_SERVICE),
            grants=[logs.write],
            description=f"CloudTrail: write the events of {trail_name}",
            opts=self.child_options(),
        )
        trail = aws.cloudtrail.Trail(
            self.child("trail"),
            name=trail_name,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            cloud_watch_logs_group_arn=pulumi.Output.concat(logs.arn, ":*"),
            cloud_watch_logs_role_arn=role.arn,
            # CloudTrail tries to write to the bucket and the log group as the trail is made: their policies first.
            opts=self.child_options(depends_on=[bucket, role]),
        )
        self.arn = trail.arn
        self.log_group_name = logs.log_group_name
        self.register_outputs({"arn": self.arn, "logGroupName": self.log_group_name})


def trails(account: Account) -> list[Statement]:
    """Lets the trails of this account encrypt their log files; for a key's ``usable_by``.

    A bucket with a bucket key makes CloudTrail decrypt as well:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    arns = account.arn("cloudtrail", "trail/*", region="*")
    source = {"ArnLike": {"aws:SourceArn": arns}}
    service = {"Service": [_SERVICE]}
    return [
        Statement(
            "TrailsEncrypt",
            ["kms:GenerateDataKey*", "kms:Decrypt"],
            ["*"],
            {**source, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": arns}},
            principals=service,
        ),
        Statement("TrailsDescribeKey", ["kms:DescribeKey"], ["*"], source, principals=service),
    ]


def _deliveries(account: Account, bucket: Bucket, trail_arn: str) -> list[Statement]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    service = {"Service": [_SERVICE]}
    source = {"aws:SourceArn": trail_arn}
    return [
        Statement("TrailReadsAcl", ["s3:GetBucketAcl"], [bucket.arn], {"StringEquals": source}, principals=service),
        Statement(
            "TrailWrites",
            ["s3:PutObject"],
            [pulumi.Output.concat(bucket.arn, f"/AWSLogs/{account.id}/*")],
            {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
            principals=service,
        ),
    ]

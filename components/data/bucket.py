"""A private bucket."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.data.lifecycle import LifecycleSettings
from components.data.log_bucket import LogBucket
from components.data.private_bucket import BucketName, PrivateBucket
from components.security.key import Key
from components.statements import Statement
from settings import Settings


class CorsRule(Settings):
    """Which sites' pages may call the bucket from a browser."""

    origins: tuple[str, ...] = Field(min_length=1)
    methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...] = Field(min_length=1)
    headers: tuple[str, ...] = ("*",)
    expose_headers: tuple[str, ...] = ("ETag",)
    max_age_seconds: int = Field(default=3000, ge=0)


class BucketSettings(LifecycleSettings):
    """``bucket`` is the name before account and region are appended.

    ``lock_days`` keeps every version undeletable for so long, except for who may bypass governance retention; it
    cannot be taken away from a bucket again:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """

    bucket: BucketName
    cors: CorsRule | None = None
    lock_days: int | None = Field(default=None, ge=1, le=36500)


class Bucket(PrivateBucket):
    """A bucket encrypted with a customer key, its requests logged to ``access_logs``.

    Roles reach it through ``read``, ``write`` and ``read_write``; AWS services through ``allow``.
    """

    def __init__(
        self,
        name: str,
        settings: BucketSettings,
        *,
        account: Account,
        key: Key,
        access_logs: LogBucket | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            name,
            settings.bucket,
            settings,
            account=account,
            key=key,
            lockable=settings.lock_days is not None,
            opts=opts,
        )
        if access_logs is not None:
            self._log_to(access_logs)
        if settings.cors is not None:
            self._answer_browsers(settings.cors)
        if settings.lock_days is not None:
            self._lock(settings.lock_days)
        self.register_outputs({"arn": self.arn, "bucketName": self.bucket_name, "domainName": self.domain_name})

    @property
    def read(self) -> Statement:
        """Lets a role list the bucket and read its objects."""
        return self.grant("Read", ["s3:GetObject", "s3:ListBucket"], ["kms:Decrypt"], listing=True)

    @property
    def write(self) -> Statement:
        """Lets a role add objects, in parts as well, and nothing else."""
        return self.grant("Write", _WRITE, _WRITE_KEY)

    @property
    def read_write(self) -> Statement:
        """Lets a role list, read, add and delete objects."""
        actions = ["s3:GetObject", "s3:ListBucket", *_WRITE, "s3:DeleteObject"]
        return self.grant("ReadWrite", actions, _WRITE_KEY, listing=True)

    def _log_to(self, logs: LogBucket) -> None:
        aws.s3.BucketLogging(
            self.child("logging"),
            bucket=self._bucket.bucket,
            target_bucket=logs.bucket_name,
            target_prefix=f"s3/{self.name}/",
            target_object_key_format=aws.s3.BucketLoggingTargetObjectKeyFormatArgs(
                partitioned_prefix=aws.s3.BucketLoggingTargetObjectKeyFormatPartitionedPrefixArgs(
                    partition_date_source="EventTime"
                )
            ),
            opts=self.child_options(),
        )

    def _answer_browsers(self, cors: CorsRule) -> None:
        aws.s3.BucketCorsConfiguration(
            self.child("cors"),
            bucket=self._bucket.bucket,
            cors_rules=[
                aws.s3.BucketCorsConfigurationCorsRuleArgs(
                    allowed_origins=list(cors.origins),
                    allowed_methods=list(cors.methods),
                    allowed_headers=list(cors.headers),
                    expose_headers=list(cors.expose_headers),
                    max_age_seconds=cors.max_age_seconds,
                )
            ],
            opts=self.child_options(),
        )

    def _lock(self, days: int) -> None:
        aws.s3.BucketObjectLockConfiguration(
            self.child("object-lock"),
            bucket=self._bucket.bucket,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    mode="GOVERNANCE", days=days
                )
            ),
            # Object Lock is refused on a bucket that is not versioned.
            opts=self.child_options(depends_on=[self.versioning]),
        )


_WRITE = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
# S3 decrypts the parts of an upload to join them, so whoever writes needs Decrypt as well:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
_WRITE_KEY = ["kms:GenerateDataKey", "kms:Decrypt"]

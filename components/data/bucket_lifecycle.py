"""Lifecycle rules of an S3 bucket: storage classes, expiry, noncurrent versions."""

from typing import Self

import pulumi_aws as aws
from pydantic import model_validator

from settings import Settings, refuse
from settings.services.s3 import Days, DaysOrNone, StorageClass, age_problems


class Transition(Settings):
    """When objects move to a colder class; days since they were written.

    S3 bills the minimum of a class (STANDARD_IA 30 days, GLACIER_IR and GLACIER
    90, DEEP_ARCHIVE 180) for objects that leave it sooner:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
    """

    days: DaysOrNone
    """Age in days at which an object moves."""
    storage_class: StorageClass
    """The class that it moves to."""


class LifecycleSettings(Settings):
    """Ages in days. Objects never expire unless ``expire_days`` says so; old versions always do.

    ``noncurrent_transitions`` are of old versions alone, their days since another version took their place. GLACIER
    and DEEP_ARCHIVE objects cannot be read until they are restored, so for what is served, either GLACIER_IR is the
    class or only old versions go there: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
    """

    transitions: tuple[Transition, ...] = ()
    noncurrent_transitions: tuple[Transition, ...] = ()
    expire_days: Days | None = None
    """Age at which objects are deleted. Left out, they stay."""
    noncurrent_days: Days = 30
    """For how many days an old version is kept after another took its place."""
    abort_multipart_days: Days = 7
    """After how many days an upload that was not finished is dropped."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        refuse(
            [
                *age_problems("transitions", self.transitions, "expireDays", self.expire_days),
                *age_problems(
                    "noncurrentTransitions", self.noncurrent_transitions, "noncurrentDays", self.noncurrent_days
                ),
            ]
        )
        return self

    @property
    def rule(self) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
        """The one rule of a bucket, over all its objects."""
        # S3 refuses to clean up delete markers in a rule that also expires by days.
        expiration = (
            aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True)
            if self.expire_days is None
            else aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=self.expire_days)
        )
        return aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="age",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            transitions=[
                aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(days=t.days, storage_class=t.storage_class)
                for t in self.transitions
            ],
            noncurrent_version_transitions=[
                aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
                    noncurrent_days=t.days, storage_class=t.storage_class
                )
                for t in self.noncurrent_transitions
            ]
            or None,
            expiration=expiration,
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=self.noncurrent_days
            ),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=self.abort_multipart_days
            ),
        )

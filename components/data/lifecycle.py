"""How the objects of a bucket age: storage classes, expiry, old versions."""

from itertools import pairwise
from typing import Literal, Self

import pulumi_aws as aws
from pydantic import Field, model_validator

from settings import Settings

StorageClass = Literal["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
_WATERFALL = ("STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")


class Transition(Settings):
    """When objects move to a colder class; days since they were written.

    S3 takes any number of days from 0 on, and bills the class's minimum (STANDARD_IA 30 days, GLACIER_IR and
    GLACIER 90, DEEP_ARCHIVE 180) for objects that leave it sooner:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
    """

    days: int = Field(ge=0)
    storage_class: StorageClass


class LifecycleSettings(Settings):
    """Ages in days. Objects never expire unless ``expire_days`` says so; old versions always do.

    ``noncurrent_transitions`` are of old versions alone, their days since another version took their place. GLACIER
    and DEEP_ARCHIVE objects cannot be read until they are restored, so for what is served, either GLACIER_IR is the
    class or only old versions go there: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
    """

    transitions: tuple[Transition, ...] = ()
    noncurrent_transitions: tuple[Transition, ...] = ()
    expire_days: int | None = Field(default=None, ge=1)
    noncurrent_days: int = Field(default=30, ge=1)
    abort_multipart_days: int = Field(default=7, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Objects only get colder: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""
        for field, steps in (("transitions", self.transitions), ("noncurrentTransitions", self.noncurrent_transitions)):
            for earlier, later in pairwise(steps):
                if later.days <= earlier.days:
                    raise ValueError(f"{field}: {later.storage_class} must come after day {earlier.days}")
                if _WATERFALL.index(later.storage_class) <= _WATERFALL.index(earlier.storage_class):
                    raise ValueError(f"{field}: S3 moves nothing from {earlier.storage_class} to {later.storage_class}")
        if self.expire_days is not None and self.transitions and self.expire_days <= self.transitions[-1].days:
            raise ValueError(f"expireDays: {self.expire_days} is not after the last transition")
        if self.noncurrent_transitions and self.noncurrent_days <= self.noncurrent_transitions[-1].days:
            raise ValueError(f"noncurrentDays: {self.noncurrent_days} is not after the last noncurrent transition")
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

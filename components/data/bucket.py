"""An S3 bucket: private, versioned, encrypted, with a lifecycle."""

from typing import Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.compute.function import Function
from components.data.bucket_lifecycle import LifecycleSettings
from components.data.bucket_listener import BucketListener
from components.data.log_bucket import LogBucket
from components.data.private_bucket import PrivateBucket
from components.operations.protected_resource import ProtectedResource
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings import MisfitError, Problem, Settings
from settings.services.s3 import BucketName, DaysOrNone, HeaderName, Origin


class CorsRule(Settings):
    """Which sites' pages may call the bucket from a browser."""

    origins: tuple[Origin, ...] = Field(min_length=1, max_length=100)
    """Sites whose pages may call, with scheme."""
    methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...] = Field(min_length=1)
    """What they may do."""
    headers: tuple[HeaderName, ...] = ("*",)
    """Headers that a request may bring."""
    expose_headers: tuple[HeaderName, ...] = ("ETag",)
    """Headers of the answer that the page may read."""
    max_age_seconds: DaysOrNone = 3000
    """For how long a browser may keep the answer to its question."""

    @property
    def args(self) -> aws.s3.BucketCorsConfigurationCorsRuleArgs:
        """The rule in S3's form."""
        return aws.s3.BucketCorsConfigurationCorsRuleArgs(
            allowed_origins=list(self.origins),
            allowed_methods=list(self.methods),
            allowed_headers=list(self.headers),
            expose_headers=list(self.expose_headers),
            max_age_seconds=self.max_age_seconds,
        )


class ArchiveTiers(Settings):
    """After how many days unread an object of INTELLIGENT_TIERING goes where it must be restored to be read again.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
    """

    archive_days: int | None = Field(default=None, ge=90, le=730)
    """Days unread until Archive Access, from which a restore takes hours."""
    deep_archive_days: int | None = Field(default=None, ge=180, le=730)
    """Days unread until Deep Archive Access, from which a restore takes up to 12 hours."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.archive_days is None and self.deep_archive_days is None:
            raise MisfitError(Problem("archiveDays", "say archiveDays, deepArchiveDays or both"))
        if self.archive_days and self.deep_archive_days and self.deep_archive_days <= self.archive_days:
            raise MisfitError(
                Problem("deepArchiveDays", f"{self.deep_archive_days} is not above archiveDays ({self.archive_days})")
            )
        return self

    @property
    def days(self) -> dict[str, int]:
        """Days by tier, as S3 calls them."""
        tiers = {"ARCHIVE_ACCESS": self.archive_days, "DEEP_ARCHIVE_ACCESS": self.deep_archive_days}
        return {tier: days for tier, days in tiers.items() if days is not None}


class BucketSettings(LifecycleSettings):
    """``bucket`` is the name before account and region are appended.

    Objects are encrypted with AES-256 under the customer key. ``archive_tiers`` are for objects that a transition puts
    into INTELLIGENT_TIERING, where no other transition may wait for them.

    ``lock_days`` keeps every version undeletable for so long, except for who may bypass governance retention; it
    cannot be taken away from a bucket again:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """

    bucket: BucketName
    """The name, to which account and region are appended."""
    cors: CorsRule | None = None
    lock_days: int | None = Field(default=None, ge=1, le=36500)
    """For how long no version can be deleted; it can be changed, but Object Lock never be taken away."""
    archive_tiers: ArchiveTiers | None = None

    @model_validator(mode="after")
    def _tiers_only(self) -> Self:
        if self.archive_tiers and [step.storage_class for step in self.transitions] != ["INTELLIGENT_TIERING"]:
            raise MisfitError(Problem("archiveTiers", "transitions must be one, to INTELLIGENT_TIERING"))
        return self

    @property
    def customer_key(self) -> bool:
        """Whether objects are under the customer key."""
        return True


class EncryptedBucketSettings(BucketSettings):
    """A bucket whose design may name keys of S3's own, which nobody can be shut out from.

    The policy pack asks for a reason, so that a system has one beside it: ``policy/exemptions.yaml``.
    """

    encryption: Literal["kms", "s3"] = "kms"
    """Whose key: a customer key of KMS, or one of S3's own, of which the policy pack asks for a reason."""

    @property
    def customer_key(self) -> bool:
        """Whether objects are under the customer key."""
        return self.encryption == "kms"


class Bucket(PrivateBucket):
    """A bucket encrypted with a customer key, its requests logged to ``access_logs``.

    Roles reach it through ``read``, ``write`` and ``read_write``; AWS services through ``allow``. Who has ``write``
    can also sign uploads for browsers, which the sites of ``cors`` may send.
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
            key=key if settings.customer_key else None,
            lockable=settings.lock_days is not None,
            opts=opts,
        )
        self.settings = settings
        if access_logs is not None:
            self._log_to(access_logs)
        if settings.cors is not None:
            self._answer_browsers(settings.cors)
        if settings.lock_days is not None:
            self._lock(settings.lock_days)
        if settings.archive_tiers is not None:
            self._archive(settings.archive_tiers)
        self._notifications: aws.s3.BucketNotification | None = None
        self._announces = False
        self._listeners: list[BucketListener] = []
        self._invocables: dict[str, pulumi.Output[str]] = {}
        self.register_outputs({"arn": self.arn, "bucketName": self.bucket_name, "domainName": self.domain_name})

    @property
    def backed_up(self) -> ProtectedResource:
        """The bucket for AWS Backup; what is restored of it lies under the same key."""
        key = {} if self._key is None else {"encryptionType": "SSE-KMS", "kmsKey": self._key.arn}
        return ProtectedResource(self.name, "S3", self.arn, key)

    def erase(self, *folders: str) -> Grant:
        """Lets a role find and delete every version of the objects in these folders, and read none of them."""
        found = {"StringLike": {"s3:prefix": [f"{folder}/*" for folder in folders]}}
        objects = [pulumi.Output.concat(self.arn, f"/{folder}/*") for folder in folders]
        return Grant(
            Statement(sid("FindVersions", self.name), ["s3:ListBucketVersions"], [self.arn], found),
            Statement(sid("Erase", self.name), ["s3:DeleteObject", "s3:DeleteObjectVersion"], objects),
        )

    def notify(self, function: Function, *, prefix: str = "", suffix: str = "") -> None:
        """Has S3 invoke ``function`` for every object that is added under ``prefix`` and ends in ``suffix``.

        S3 does not wait for an answer, so the function should be asynchronous, and it must not write where it listens.
        Events come at least once and in no order:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
        Raises ValueError when somebody is told of the same objects already, which S3 refuses.
        """
        listener = BucketListener(function.name, self._invocable(function), prefix, suffix)
        for other in self._listeners:
            if listener.overlaps(other):
                raise ValueError(f"{self.name}: {listener.name} and {other.name} listen for the same objects")
        self._listeners.append(listener)
        self._notify()

    def announce(self) -> None:
        """Sends the bucket's events to EventBridge as well, where AWS Backup, for one, listens."""
        self._announces = True
        self._notify()

    def _notify(self) -> None:
        """Makes the one configuration that S3 keeps a bucket, whoever asks for it first."""
        if self._notifications is None:
            # Read when the engine asks for it: after everybody has said what he listens to.
            later = pulumi.Output.from_input(None)
            self._notifications = aws.s3.BucketNotification(
                self.child("notifications"),
                bucket=self._bucket.bucket,
                lambda_functions=later.apply(lambda _: self._listening()),
                eventbridge=later.apply(lambda _: self._announces or None),
                opts=self.child_options(),
            )

    def _invocable(self, function: Function) -> pulumi.Output[str]:
        """The ARN of a function that this bucket, of this account, may invoke.

        S3 tries the function as it takes its ARN, so that is known only after the permission is there.
        """
        if function.name not in self._invocables:
            permission = function.allow_invocation(self.name, "s3.amazonaws.com", self.arn)
            arn = pulumi.Output.all(function.arn, permission.id).apply(lambda known: str(known[0]))
            self._invocables[function.name] = arn
        return self._invocables[function.name]

    def _listening(self) -> pulumi.Output[list[aws.s3.BucketNotificationLambdaFunctionArgs]]:
        return pulumi.Output.all(*(listener.args for listener in self._listeners)).apply(list)

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
            cors_rules=[cors.args],
            opts=self.child_options(),
        )

    def _archive(self, tiers: ArchiveTiers) -> None:
        aws.s3.BucketIntelligentTieringConfiguration(
            self.child("tiering"),
            bucket=self._bucket.bucket,
            name="archive",
            tierings=[
                aws.s3.BucketIntelligentTieringConfigurationTieringArgs(access_tier=tier, days=days)
                for tier, days in tiers.days.items()
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

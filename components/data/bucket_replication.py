"""S3 replication of buckets to another region."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket
from components.data.log_bucket import LogBucket
from components.region import in_region
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust

_READ = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
_READ_LOCKS = ["s3:GetObjectLegalHold", "s3:GetObjectRetention"]
_WRITE = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]


class BucketReplication(Component):
    """One bucket in ``target_account.region`` for each of ``sources``, to which S3 copies what is written from now on.

    The copies have the names, ages and locks of their sources, are encrypted with ``target_key`` and can be read by
    their own grants (``destinations``). Deletions are copied as markers; a version that is deleted for good at home
    stays. One role, which only S3 takes, may read the sources and write the copies, and nothing else. ``key`` is what
    the sources are encrypted with. ``access_logs`` takes the copies' access logs, so lies in their region.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html

    The sources' side stays in ``account.region``, whatever region the options name. Raises ValueError when both
    accounts name the same region.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        sources: Mapping[str, Bucket],
        key: Key,
        target_account: Account,
        target_key: Key,
        access_logs: LogBucket | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if account.region == target_account.region:
            raise ValueError(f"{name}: copies would lie in {account.region}, like their sources")
        super().__init__(name, opts)
        self._sources = sources
        self._there = target_account
        self.destinations = {
            label: self._destination(label, bucket, target_key, access_logs) for label, bucket in sources.items()
        }
        role = Role(
            self.child("role"),
            # S3 documents no source that it would name when it takes this role:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
            trust=service_trust("s3.amazonaws.com"),
            grants=[self._rights(), self._key_rights(account, key, target_key)],
            description=f"S3: replicate to {target_account.region}",
            opts=self.child_options(),
        )
        for label in sources:
            self._replicate(label, account, role, target_key)
        self.register_outputs({"bucketNames": {key: copy.bucket_name for key, copy in self.destinations.items()}})

    def _destination(self, label: str, source: Bucket, key: Key, access_logs: LogBucket | None) -> Bucket:
        options = pulumi.ResourceOptions.merge(in_region(self._there.region), self.child_options())
        # Nobody uploads to a copy from a browser, and it is always under a key that can be withdrawn.
        copied = source.settings.model_copy(update={"cors": None, "encryption": "kms"})
        return Bucket(self.child(label), copied, account=self._there, key=key, access_logs=access_logs, opts=options)

    def _replicate(self, label: str, account: Account, role: Role, target_key: Key) -> None:
        source, copy = self._sources[label], self.destinations[label]
        aws.s3.BucketReplicationConfig(
            self.child(label, "replication"),
            bucket=source.bucket_name,
            role=role.arn,
            rules=[
                {
                    "id": "everything",
                    "status": "Enabled",
                    "priority": 0,
                    "filter": {"prefix": ""},
                    "delete_marker_replication": {"status": "Enabled"},
                    "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                    "destination": {
                        "bucket": copy.arn,
                        "encryption_configuration": {"replica_kms_key_id": target_key.arn},
                    },
                }
            ],
            region=account.region,
            # S3 refuses the rule until both buckets are versioned, and what is written before the role has its rights
            # is not copied later.
            opts=self.child_options(depends_on=[source.versioning, copy.versioning, role]),
        )

    def _rights(self) -> Grant:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html"""
        sources, copies = list(self._sources.values()), list(self.destinations.values())
        rights = [
            Statement(
                "ReadRules", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [bucket.arn for bucket in sources]
            ),
            Statement("ReadVersions", _READ, [bucket.objects for bucket in sources]),
            Statement("WriteCopies", _WRITE, [bucket.objects for bucket in copies]),
        ]
        locked = [bucket.objects for bucket in sources if bucket.settings.lock_days is not None]
        return Grant(*rights, *([Statement("ReadLocks", _READ_LOCKS, locked)] if locked else []))

    def _key_rights(self, account: Account, key: Key, target_key: Key) -> Grant:
        """Both keys through S3 only, for these buckets or, where a key was made for one object alone, their objects.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
        """
        encrypted = [bucket for bucket in self._sources.values() if bucket.settings.customer_key]
        copies = list(self.destinations.values())
        encrypt = _through_s3(
            "EncryptCopies", ["kms:Encrypt", "kms:GenerateDataKey"], target_key, self._there.region, copies
        )
        if not encrypted:
            return Grant(encrypt)
        return Grant(_through_s3("DecryptVersions", ["kms:Decrypt"], key, account.region, encrypted), encrypt)


def _through_s3(name: str, actions: list[str], key: Key, region: str, buckets: list[Bucket]) -> Grant:
    conditions = {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn for b in buckets for arn in (b.arn, b.objects)]},
    }
    return Statement(name, actions, [key.arn], conditions)

"""Grants on an S3 bucket, whether this stack made it or another."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.security.key import ExistingKey, Key
from components.statements import Grant, Statement, sid

_WRITE = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
# S3 decrypts the parts of an upload to join them, so whoever writes needs Decrypt as well:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
_WRITE_KEY = ["kms:GenerateDataKey", "kms:Decrypt"]


class BucketRights:
    """Statements on a bucket's objects and the key that they are encrypted with."""

    name: str
    arn: pulumi.Output[str]
    _key: Key | ExistingKey | None

    @property
    def objects(self) -> pulumi.Output[str]:
        """The ARN pattern of everything in the bucket."""
        return self.arn.apply(lambda arn: f"{arn}/*")

    @property
    def read(self) -> Grant:
        """Lets a role list the bucket and read its objects."""
        return self.grant("Read", ["s3:GetObject", "s3:ListBucket"], ["kms:Decrypt"], listing=True)

    @property
    def write(self) -> Grant:
        """Lets a role add objects, in parts as well, and nothing else."""
        return self.grant("Write", _WRITE, _WRITE_KEY)

    @property
    def read_write(self) -> Grant:
        """Lets a role list, read, add and delete objects."""
        actions = ["s3:GetObject", "s3:ListBucket", *_WRITE, "s3:DeleteObject"]
        return self.grant("ReadWrite", actions, _WRITE_KEY, listing=True)

    @property
    def tag(self) -> Grant:
        """Lets a role read objects and put tags on them, and change nothing else."""
        # Who may not list is told of an object that is gone that he may not read it.
        actions = ["s3:GetObject", "s3:ListBucket", "s3:GetObjectTagging", "s3:PutObjectTagging"]
        return self.grant("Tag", actions, ["kms:Decrypt"], listing=True)

    def grant(self, verb: str, actions: Sequence[str], key_actions: Sequence[str], *, listing: bool = False) -> Grant:
        """A statement on this bucket's objects and the key they are encrypted with."""
        resources = [*([self.arn] if listing else []), self.objects]
        if self._key is None:
            return Statement(sid(verb, self.name), actions, resources)
        return Statement(sid(verb, self.name), [*actions, *key_actions], [*resources, self._key.arn])


class CopiedBucket(BucketRights):
    """A bucket that a home stack made in this region, as a copy of its own of the name ``bucket``."""

    def __init__(self, name: str, bucket: str, *, account: Account, key: ExistingKey) -> None:
        self.name = name
        self.bucket_name = account.suffixed(bucket)
        self.arn = pulumi.Output.from_input(f"arn:{account.partition}:s3:::{self.bucket_name}")
        self._key = key

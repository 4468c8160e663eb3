"""The base of all S3 buckets: no public access, versioning, TLS only, encryption."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.bucket_lifecycle import LifecycleSettings
from components.data.bucket_rights import BucketRights
from components.security.key import Key
from components.statements import Statement, policy_document, tls_only


class PrivateBucket(BucketRights, Component):
    """A versioned bucket without public or cross-account access, reached over TLS only.

    Its physical name is ``bucket`` with account and region appended. Without a key it is encrypted with keys of
    S3's own, which only the destination of access logs may be.
    """

    def __init__(
        self,
        name: str,
        bucket: str,
        lifecycle: LifecycleSettings,
        *,
        account: Account,
        key: Key | None,
        lockable: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._key = key
        self._statements: list[Statement] = []
        self._sealed = False
        self._bucket = aws.s3.Bucket(
            self.child("bucket"),
            bucket=account.suffixed(bucket),
            force_destroy=not account.safeguards.keeps_data,
            object_lock_enabled=lockable,
            opts=self.child_options(),
        )
        self.arn = self._bucket.arn
        self.bucket_name = self._bucket.bucket
        self.domain_name = self._bucket.bucket_regional_domain_name
        self._encrypt()
        self.versioning = aws.s3.BucketVersioning(
            self.child("versioning"),
            bucket=self._bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self.child_options(),
        )
        aws.s3.BucketLifecycleConfiguration(
            self.child("lifecycle"),
            bucket=self._bucket.bucket,
            rules=[lifecycle.rule],
            # Rules on old versions are only valid on a bucket that is already versioned.
            opts=self.child_options(depends_on=[self.versioning]),
        )
        self._policy = self._shut()

    def allow(self, *statements: Statement) -> None:
        """Adds to the bucket's one policy, from anywhere in the program.

        Raises ValueError when a statement's id is taken, RuntimeError when the policy has been written already.
        """
        if self._sealed:
            raise RuntimeError(f"the policy of bucket {self.name} is already written")
        taken = {statement.sid for statement in self._statements}
        for statement in statements:
            if statement.sid in taken:
                raise ValueError(f"bucket {self.name} already has a statement {statement.sid}")
            taken.add(statement.sid)
        self._statements.extend(statements)

    def _encrypt(self) -> None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs
        aws.s3.BucketServerSideEncryptionConfiguration(
            self.child("encryption"),
            bucket=self._bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        default(sse_algorithm="AES256")
                        if self._key is None
                        else default(sse_algorithm="aws:kms", kms_master_key_id=self._key.arn)
                    ),
                    bucket_key_enabled=self._key is not None,
                )
            ],
            opts=self.child_options(),
        )

    def _shut(self) -> aws.s3.BucketPolicy:
        block = aws.s3.BucketPublicAccessBlock(
            self.child("public-access-block"),
            bucket=self._bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child_options(),
        )
        ownership = aws.s3.BucketOwnershipControls(
            self.child("ownership"),
            bucket=self._bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            # S3 answers 409 OperationAborted to concurrent changes of a bucket's access settings.
            opts=self.child_options(depends_on=[block]),
        )
        return aws.s3.BucketPolicy(
            self.child("policy"),
            bucket=self._bucket.bucket,
            # Read when the engine asks for it: after the program has made all its grants.
            policy=pulumi.Output.from_input(None).apply(lambda _: self._collected()),
            opts=self.child_options(depends_on=[ownership]),
        )

    def _collected(self) -> pulumi.Output[str]:
        self._sealed = True
        return policy_document([tls_only([self.arn, self.objects], ["s3:*"]), *self._statements])

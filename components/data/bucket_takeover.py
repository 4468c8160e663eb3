"""What a recovery stack configures on the replica of a bucket that its home stack made in this region."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.compute.function import Function
from components.data.bucket import CorsRule
from components.data.bucket_rights import CopiedBucket


class BucketTakeover(Component):
    """Lets pages of ``cors`` upload to ``bucket``, and has S3 invoke a ``function`` for what comes, once ``promoted``.

    Until then nobody uploads here: what comes are copies, which were looked at in their own region.
    """

    def __init__(
        self,
        name: str,
        *,
        bucket: CopiedBucket,
        cors: CorsRule | None,
        function: Function | None = None,
        promoted: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if cors is not None:
            aws.s3.BucketCorsConfiguration(
                self.child("cors"), bucket=bucket.bucket_name, cors_rules=[cors.args], opts=self.child_options()
            )
        if function is None:
            self.register_outputs({})
            return
        permission = function.allow_invocation(bucket.name, "s3.amazonaws.com", bucket.arn)
        if promoted:
            aws.s3.BucketNotification(
                self.child("notifications"),
                bucket=bucket.bucket_name,
                lambda_functions=[{"lambda_function_arn": function.arn, "events": ["s3:ObjectCreated:*"]}],
                # S3 tries the function as it takes its ARN.
                opts=self.child_options(depends_on=[permission]),
            )
        self.register_outputs({})

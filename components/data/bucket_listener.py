"""An S3 event notification that invokes a function for new objects."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class BucketListener:
    """The function ``name``, for the objects whose keys begin with ``prefix`` and end in ``suffix``."""

    name: str
    arn: pulumi.Output[str]
    prefix: str
    suffix: str

    def overlaps(self, other: "BucketListener") -> bool:
        """Whether a key can be meant by both, which S3 takes for an error.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
        """
        prefixes = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        suffixes = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return prefixes and suffixes

    @property
    def args(self) -> aws.s3.BucketNotificationLambdaFunctionArgs:
        """The listener in S3's form."""
        return aws.s3.BucketNotificationLambdaFunctionArgs(
            lambda_function_arn=self.arn,
            events=["s3:ObjectCreated:*"],
            filter_prefix=self.prefix or None,
            filter_suffix=self.suffix or None,
        )

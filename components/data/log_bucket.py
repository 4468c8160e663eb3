"""The S3 bucket for access logs of load balancers, CloudFront and other buckets."""

import pulumi

from components.account import Account
from components.data.bucket_lifecycle import LifecycleSettings
from components.data.private_bucket import PrivateBucket
from components.statements import Statement
from settings.services.s3 import BucketName


class LogBucketSettings(LifecycleSettings):
    """``bucket`` is the name before account and region are appended."""

    bucket: BucketName
    """The name, to which account and region are appended."""


class LogBucket(PrivateBucket):
    """A bucket for access logs, which only the services that deliver them can write to.

    Encrypted with keys of S3's own: neither S3 nor Elastic Load Balancing delivers its access logs to a bucket whose
    default is a KMS key:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    CloudFront writes through CloudWatch's delivery (standard logging v2), since the older way needs ACLs:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    """

    def __init__(
        self,
        name: str,
        settings: LogBucketSettings,
        *,
        account: Account,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, settings.bucket, settings, account=account, key=None, opts=opts)
        self.settings = settings
        # The policy's own copy of the name: whoever starts a delivery waits until the policy lets it in.
        self.bucket_name = self._policy.bucket
        self.allow(*self._deliveries(account))
        self.register_outputs({"arn": self.arn, "bucketName": self.bucket_name})

    def _deliveries(self, account: Account) -> list[Statement]:
        own_folder = [
            self.arn.apply(lambda arn: f"{arn}/AWSLogs/{account.id}/*"),
            self.arn.apply(lambda arn: f"{arn}/*/AWSLogs/{account.id}/*"),
        ]
        return [
            Statement(
                "BucketAccessLogs",
                ["s3:PutObject"],
                [self.arn.apply(lambda arn: f"{arn}/s3/*")],
                {
                    "StringEquals": {"aws:SourceAccount": account.id},
                    "ArnLike": {"aws:SourceArn": f"arn:{account.partition}:s3:::{account.suffixed('*')}"},
                },
                principals={"Service": ["logging.s3.amazonaws.com"]},
            ),
            # The service sends no source with it; the folder of the account that owns the load balancer bounds it.
            Statement(
                "LoadBalancerAccessLogs",
                ["s3:PutObject"],
                own_folder,
                principals={"Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]},
            ),
            Statement(
                "CloudFrontAccessLogs",
                ["s3:PutObject"],
                own_folder,
                {
                    "StringEquals": {"aws:SourceAccount": account.id, "s3:x-amz-acl": "bucket-owner-full-control"},
                    "ArnLike": {"aws:SourceArn": account.arn("logs", "delivery-source:*", region="us-east-1")},
                },
                principals={"Service": ["delivery.logs.amazonaws.com"]},
            ),
        ]

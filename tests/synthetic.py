"""Programs of any size, shaped like the real ones: components of a dozen resources that take values of each other."""

from collections.abc import Callable

import pulumi
import pulumi_aws as aws

_PER_UNIT = 10


class _Unit(pulumi.ComponentResource):
    """Ten resources: a key, a bucket with its settings, a topic with a queue behind it, an alarm and a log group."""

    def __init__(self, name: str, above: pulumi.Input[str] | None) -> None:
        super().__init__("strata:synthetic:Unit", name)
        opts = pulumi.ResourceOptions(parent=self)
        tags = {"unit": name, "system": "synthetic"}
        key = aws.kms.Key(f"{name}-key", enable_key_rotation=True, tags=tags, opts=opts)
        bucket = aws.s3.Bucket(f"{name}-bucket", tags=tags, opts=opts)
        aws.s3.BucketPublicAccessBlock(
            f"{name}-block", bucket=bucket.id, block_public_acls=True, block_public_policy=True, opts=opts
        )
        aws.s3.BucketVersioning(
            f"{name}-versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=opts
        )
        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=key.id, display_name=above, tags=tags, opts=opts)
        queue = aws.sqs.Queue(f"{name}-queue", kms_master_key_id=key.id, tags=tags, opts=opts)
        aws.sqs.QueuePolicy(
            f"{name}-queue-policy",
            queue_url=queue.url,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": queue.arn,
                            "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
                        }
                    ],
                }
            ),
            opts=opts,
        )
        aws.sns.TopicSubscription(f"{name}-listens", topic=topic.arn, protocol="sqs", endpoint=queue.arn, opts=opts)
        aws.cloudwatch.LogGroup(f"{name}-logs", kms_key_id=key.arn, retention_in_days=30, tags=tags, opts=opts)
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            metric_name="ApproximateAgeOfOldestMessage",
            namespace="AWS/SQS",
            period=60,
            statistic="Maximum",
            threshold=300,
            dimensions={"QueueName": queue.name},
            alarm_actions=[topic.arn],
            opts=opts,
        )
        self.first = bucket.bucket
        self.register_outputs({})


def program(resources: int) -> Callable[[], None]:
    """A program of that many resources, a multiple of ten; each unit takes a value of one before it."""
    if resources % _PER_UNIT:
        raise ValueError(f"{resources} is no multiple of {_PER_UNIT}")

    def run() -> None:
        units: list[_Unit] = []
        for number in range(resources // _PER_UNIT):
            above = units[number // 2].first if units else None
            units.append(_Unit(f"unit-{number}", above))

    return run

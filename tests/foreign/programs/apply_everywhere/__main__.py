"""Values that are only known when others are, and resources that are made of those."""

import json

import pulumi
import pulumi_aws as aws

key = aws.kms.Key("key", enable_key_rotation=True)
topic = aws.sns.Topic("events", kms_master_key_id=key.key_id)
queues = [aws.sqs.Queue(f"jobs-{number}", kms_master_key_id=key.arn.apply(str.lower)) for number in range(2)]


def subscribed(arns: list[str]) -> list[str]:
    for number, arn in enumerate(arns[1:]):
        aws.sns.TopicSubscription(f"jobs-{number}", topic=arns[0], protocol="sqs", endpoint=arn)
    return arns


arns = pulumi.Output.all(topic.arn, *(queue.arn for queue in queues)).apply(subscribed)
policy = aws.iam.Policy(
    "publish",
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": topic.arn}],
        }
    ),
)
pulumi.export("arns", arns)
pulumi.export("text", arns.apply(json.dumps))

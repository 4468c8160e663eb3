"""A function with its logs and its role."""

import json

import pulumi
import pulumi_aws as aws

_TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


class Service(pulumi.ComponentResource):
    """What runs, and what it needs."""

    def __init__(self, name: str, memory: int) -> None:
        super().__init__("acme:service:Service", name)
        inside = pulumi.ResourceOptions(parent=self)
        self.role = aws.iam.Role(
            name,
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]}),
            opts=inside,
        )
        aws.cloudwatch.LogGroup(name, name=f"/aws/lambda/{name}", retention_in_days=30, opts=inside)
        self.function = aws.lambda_.Function(
            name,
            name=name,
            runtime="python3.13",
            handler="index.handler",
            memory_size=memory,
            role=self.role.arn,
            code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("")}),
            opts=inside,
        )
        self.register_outputs({})

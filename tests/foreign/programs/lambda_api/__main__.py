"""A function behind an HTTP API, with its right to be called."""

import json

import pulumi
import pulumi_aws as aws

policy = aws.iam.get_policy_document(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        }
    ]
)
role = aws.iam.Role("handler", assume_role_policy=policy.json)
aws.iam.RolePolicyAttachment(
    "handler",
    role=role.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
)
table = aws.dynamodb.Table(
    "orders", billing_mode="PAY_PER_REQUEST", hash_key="id", attributes=[{"name": "id", "type": "S"}]
)
aws.iam.RolePolicy(
    "reads-orders",
    role=role.id,
    policy=table.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn}],
            }
        )
    ),
)
handler = aws.lambda_.Function(
    "handler",
    runtime="python3.13",
    handler="index.handler",
    role=role.arn,
    code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context): return {}")}),
)
api = aws.apigatewayv2.Api("api", protocol_type="HTTP", route_key="GET /", target=handler.invoke_arn)
aws.lambda_.Permission(
    "api",
    action="lambda:InvokeFunction",
    principal="apigateway.amazonaws.com",
    function=handler,
    source_arn=api.execution_arn.apply(lambda arn: f"{arn}/*/*"),
)
pulumi.export("url", api.api_endpoint)

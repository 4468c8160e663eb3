"""The same in two regions, by a provider for each and by the resource's own region."""

import pulumi
import pulumi_aws as aws

west = aws.Provider("west", region="us-west-2")
home = aws.sqs.Queue("orders")
copy = aws.sqs.Queue("orders-west", opts=pulumi.ResourceOptions(provider=west))
third = aws.sqs.Queue("orders-south", region="eu-south-1")
pulumi.export("queues", [home.arn, copy.arn, third.arn])

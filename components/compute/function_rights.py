"""The rights that every execution role of a Lambda function needs: X-Ray, its key, its queue, its interfaces."""

import pulumi

from components.account import Account
from components.security.key import Key
from components.statements import Grant, Statement


def runtime_rights(account: Account, key: Key, *, dead_letters: pulumi.Input[str] | None, networked: bool) -> Grant:
    """Traces, the environment under ``key``, the queue ``dead_letters`` by its ARN, and interfaces in a network."""
    encryption = ["kms:Decrypt"]
    rights = [
        # X-Ray knows no resources for these two.
        Statement("WriteTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
    ]
    if dead_letters is not None:
        rights.append(Statement("KeepDeadLetters", ["sqs:SendMessage"], [dead_letters]))
        encryption.append("kms:GenerateDataKey")
    rights.append(Statement("UseFunctionKey", encryption, [key.arn]))
    return Grant(*rights, *([_network_rights(account)] if networked else []))


def _network_rights(account: Account) -> Grant:
    """What Lambda needs to put a function into a VPC; the interfaces do not exist when the role is made.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    changes = ["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface"]
    return Grant(
        Statement(
            "ChangeInterfaces",
            [f"ec2:{action}" for action in (*changes, "UnassignPrivateIpAddresses")],
            [account.arn("ec2", "*/*")],
        ),
        Statement("DescribeInterfaces", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
    )

"""aws-native's types: policy documents in them are judged as those of aws are."""

from dataclasses import replace
from typing import Any

from policy.rules import native
from tests.policy.cases import Case, Set
from tests.policy.rules.test_managed import table_cases
from tests.policy.support import resource

ACCOUNT = "123456789012"


def document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


READING = document(Action="dynamodb:GetItem", Resource=f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orchard")
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/orchard"}
BY_ANYBODY = document(Action="sts:AssumeRole", Principal={"AWS": "*"})
CASES = [
    *(
        Case(
            "iam-no-administrator",
            [resource(token, policyDocument=READING)],
            [Set("policyDocument", document(Action="*", Resource="*"))],
        )
        for token in ("aws-native:iam:ManagedPolicy", "aws-native:iam:RolePolicy")
    ),
    *(
        Case(
            "iam-no-administrator",
            [resource(token, policies=[{"policyName": "own", "policyDocument": READING}])],
            [Set("policies[0].policyDocument", document(Action="*", Resource="*"))],
        )
        for token in ("aws-native:iam:Role", "aws-native:iam:User", "aws-native:iam:Group")
    ),
    Case(
        "iam-trust-not-public",
        [resource("aws-native:iam:Role", assumeRolePolicyDocument=document(Action="sts:AssumeRole", Principal=OWN))],
        [Set("assumeRolePolicyDocument", BY_ANYBODY)],
    ),
    Case(
        "iam-no-managed-administrator",
        [resource("aws-native:iam:Role", managedPolicyArns=["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"])],
        [Set("managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"])],
    ),
    *(
        Case(
            "resource-policy-not-public",
            [replace(resource(token), inputs={place: document(Action=action, Principal=OWN, Resource="*")})],
            [Set(place, document(Action=action, Principal="*", Resource="*"))],
        )
        for token, place, action in (
            ("aws-native:s3:BucketPolicy", "policyDocument", "s3:GetObject"),
            ("aws-native:sqs:QueueInlinePolicy", "policyDocument", "sqs:SendMessage"),
            ("aws-native:sns:TopicPolicy", "policyDocument", "sns:Publish"),
            ("aws-native:secretsmanager:ResourcePolicy", "resourcePolicy", "secretsmanager:GetSecretValue"),
            ("aws-native:ecr:Repository", "repositoryPolicyText", "ecr:BatchGetImage"),
        )
    ),
    Case(
        "kms-key-not-public",
        [resource("aws-native:kms:Key", keyPolicy=document(Action="kms:Decrypt", Principal=OWN, Resource="*"))],
        [Set("keyPolicy", document(Action="kms:Decrypt", Principal="*", Resource="*"))],
    ),
    Case("kms-key-rotation", [resource("aws-native:kms:Key", enableKeyRotation=True)], [Set("enableKeyRotation")]),
    Case(
        "resource-policy-own-actions",
        [
            resource(
                "aws-native:s3:BucketPolicy",
                policyDocument=document(Action="s3:GetObject", Principal=OWN, Resource="*"),
            )
        ],
        [Set("policyDocument", document(Action="s3:*", Principal=OWN, Resource="*"))],
    ),
    Case(
        "lambda-permission-not-public",
        [resource("aws-native:lambda:Permission", action="lambda:InvokeFunction", principal=ACCOUNT)],
        [Set("principal", "*")],
    ),
    Case(
        "vpc-subnet-public-address",
        [resource("aws-native:ec2:Subnet", mapPublicIpOnLaunch=False)],
        [Set("mapPublicIpOnLaunch", True)],
    ),
    *(
        case
        for rule, rows in (("native-guards", native.GUARDS), ("native-care", native.CARE))
        for case in table_cases(rule, {token: tuple(row for row, _ in each) for token, each in rows.items()})
    ),
]

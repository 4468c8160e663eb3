"""A Cognito identity pool: temporary AWS credentials for signed-in users."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.security.role import Role
from components.security.user_pool import UserPool
from components.security.user_pool_client import UserPoolClient
from components.stack_name import stack_name
from components.statements import Grant, Statement, sid

_SERVICE = "cognito-identity.amazonaws.com"
_NAME_LIMIT = 128
"""https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html"""

IDENTITY = f"${{{_SERVICE}:sub}}"
"""Stands for the user's own identity id in a statement: ``arn:aws:s3:::bucket/users/${...}/*``.

https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html"""


class IdentityPool(Component):
    """Temporary credentials of one role for users of ``user_pool`` who signed in through ``client``; none for guests.

    The role holds ``grants`` and nothing else; ``IDENTITY`` names what is the user's own, as ``own_objects`` does.
    Only signed-in identities of this very pool take it. Users who were disabled or signed out everywhere get no new
    credentials, and the flow in which an application chooses the role itself is off.
    """

    def __init__(
        self,
        name: str,
        *,
        user_pool: UserPool,
        client: UserPoolClient,
        grants: Sequence[Grant] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        pool = aws.cognito.IdentityPool(
            self.child("pool"),
            # The provider makes up no name for it.
            identity_pool_name=stack_name(name, longest=_NAME_LIMIT),
            allow_unauthenticated_identities=False,
            allow_classic_flow=False,
            cognito_identity_providers=[
                aws.cognito.IdentityPoolCognitoIdentityProviderArgs(
                    provider_name=user_pool.provider_name,
                    client_id=client.client_id,
                    server_side_token_check=True,
                )
            ],
            opts=self.child_options(),
        )
        self.identity_pool_id = pool.id
        role = Role(
            self.child("user"),
            trust=_signed_in(pool.id),
            grants=grants,
            description=f"Signed-in users of {name}",
            opts=self.child_options(),
        )
        self.role_arn = role.arn
        aws.cognito.IdentityPoolRoleAttachment(
            self.child("roles"),
            identity_pool_id=pool.id,
            roles={"authenticated": role.arn},
            opts=self.child_options(),
        )
        self.register_outputs({"identityPoolId": self.identity_pool_id, "roleArn": self.role_arn})

    @property
    def erase(self) -> Grant:
        """Lets a role delete identities; the call takes no resource, and so reaches every pool of the account.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitoidentity.html
        """
        return Statement(sid("Erase", self.name), ["cognito-identity:DeleteIdentities"], ["*"])


def own_objects(account: Account, bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str], prefix: str) -> Grant:
    """Lets each user read, write, delete and list the objects below ``prefix/<identity id>/`` of a bucket.

    The bucket's key serves them through S3 only, and for objects of that bucket.
    """
    bucket, folder = pulumi.Output.from_input(bucket_arn), f"{prefix}/{IDENTITY}"
    through_s3 = {
        "StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"},
        # The bucket with a bucket key, the object without: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, pulumi.Output.format("{}/{}/*", bucket, folder)]},
    }
    return Grant(
        Statement(
            "OwnObjects",
            ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            [pulumi.Output.format("{}/{}/*", bucket, folder)],
        ),
        Statement("OwnList", ["s3:ListBucket"], [bucket], {"StringLike": {"s3:prefix": f"{folder}/*"}}),
        Statement("OwnKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through_s3),
    )


def _signed_in(identity_pool_id: pulumi.Output[str]) -> Statement:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html"""
    return Statement(
        "Assume",
        ["sts:AssumeRoleWithWebIdentity"],
        [],
        {
            "StringEquals": {f"{_SERVICE}:aud": identity_pool_id},
            "ForAnyValue:StringLike": {f"{_SERVICE}:amr": "authenticated"},
        },
        principals={"Federated": [_SERVICE]},
    )

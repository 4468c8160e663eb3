"""A customer-managed KMS key, and the grants to use it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.statements import Grant, Statement, policy_document, sid

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


class Key(Component):
    """A symmetric key that rotates every year, with an alias of its name.

    Its policy lets the account delegate by IAM; what else may use it is said in ``usable_by``.
    ``region`` is where the key lives when that is not the stack's own region.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        purpose: str,
        usable_by: Sequence[Statement] = (),
        region: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        delegation = Statement("DelegateToIam", ["kms:*"], ["*"], principals={"AWS": [account.root]})
        key = aws.kms.Key(
            self.child("key"),
            description=purpose,
            enable_key_rotation=True,
            deletion_window_in_days=account.safeguards.key_deletion_days,
            policy=policy_document([delegation, *usable_by]),
            region=region,
            opts=self.child_options(),
        )
        aws.kms.Alias(self.child("alias"), target_key_id=key.key_id, region=region, opts=self.child_options())
        self._region = region or account.region
        self.arn = key.arn
        self.key_id = key.key_id
        self.register_outputs({"arn": self.arn, "keyId": self.key_id})

    @property
    def use(self) -> Grant:
        """Lets a role encrypt and decrypt with this key."""
        return Statement(sid("Use", self.name), _USE, [self.arn])

    @property
    def decrypt(self) -> Grant:
        """Lets a role decrypt with this key."""
        return decrypting(self.name, self.arn)

    def through(self, service: str, owner: str) -> Grant:
        """Lets a role read what ``service`` has encrypted for the component ``owner``, by that service alone."""
        via = {"StringEquals": {"kms:ViaService": f"{service}.{self._region}.amazonaws.com"}}
        return Statement(sid("Through", owner), ["kms:Decrypt", "kms:GenerateDataKey"], [self.arn], via)


@dataclass(frozen=True)
class ExistingKey:
    """A key that another stack of this account made, by the name that statements about it have."""

    name: str
    arn: pulumi.Input[str]

    @property
    def decrypt(self) -> Grant:
        """Lets a role decrypt with this key."""
        return decrypting(self.name, self.arn)


def decrypting(name: str, arn: pulumi.Input[str]) -> Grant:
    """Lets a role decrypt with the key ``arn``; ``name`` becomes part of the statement id."""
    return Statement(sid("Decrypt", name), ["kms:Decrypt", "kms:DescribeKey"], [arn])


def log_groups(account: Account, region: str | None = None) -> Statement:
    """Lets CloudWatch Logs encrypt this account's log groups in ``region``, by default the stack's own.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return Statement(
        "CloudWatchLogs",
        _USE,
        ["*"],
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*", region=region)}},
        principals={"Service": [f"logs.{region or account.region}.amazonaws.com"]},
    )


def publishers(account: Account, *services: str) -> Statement:
    """Lets AWS services of this account publish to an encrypted topic or queue."""
    return Statement(
        "Publishers",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        {"StringEquals": {"aws:SourceAccount": account.id}},
        principals={"Service": [f"{service}.amazonaws.com" for service in services]},
    )


def account_volumes(account: Account) -> list[Statement]:
    """Lets EC2 encrypt volumes for whoever may launch instances in this account.

    Auto Scaling launches nodes under a service-linked role that does not exist in a new account and so cannot be
    named; the caller's account and the service it comes through are what AWS's own EBS key is bound to as well:
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    through_ec2 = {
        "StringEquals": {"kms:CallerAccount": account.id, "kms:ViaService": f"ec2.{account.region}.amazonaws.com"}
    }
    anyone = {"AWS": ["*"]}
    return [
        Statement("Volumes", _USE, ["*"], through_ec2, principals=anyone),
        Statement(
            "VolumeGrants",
            ["kms:CreateGrant"],
            ["*"],
            {**through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            principals=anyone,
        ),
    ]

"""The account, keys and options of copies in the region of a recovery stack."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi

from components.account import Account
from components.region import in_region
from components.security.key import Key
from components.security.secret import SecretCopy
from components.statements import Statement


@dataclass(frozen=True)
class SecondRegion:
    """What components are given that copy to the second region: an account of that region, its keys, and options."""

    account: Account
    key: Key
    """For tables and buckets."""
    secrets_key: Key

    @property
    def options(self) -> pulumi.ResourceOptions:
        """To be passed as ``opts`` to every component that shall live there."""
        return in_region(self.account.region)

    @property
    def secret_copy(self) -> SecretCopy:
        """Where secrets are copied to."""
        return SecretCopy(self.account.region, self.secrets_key)


def make_recovery_region(region: str, account: Account, *, data_users: Sequence[Statement] = ()) -> SecondRegion:
    """Keys in ``region``, named ``recovery-…``; ``data_users`` are services that use what the first encrypts."""
    there = replace(account, region=region)
    options = in_region(region)
    return SecondRegion(
        there,
        Key(
            "recovery-data-key",
            account=there,
            purpose=f"Copies in {region}",
            usable_by=data_users,
            opts=options,
        ),
        Key("recovery-secrets-key", account=there, purpose=f"Copies of secrets in {region}", opts=options),
    )

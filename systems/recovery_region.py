"""The second region of a system: where its copies live, and where it could go on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi
from pydantic import field_validator

from components.account import Account
from components.network.network import Network, NetworkSettings
from components.operations.recovery import RecoveryRegion
from components.operations.topic import PUBLISHERS
from components.region import in_region
from components.security.key import Key, log_groups, publishers
from components.security.secret import SecretCopy
from components.statements import Statement
from settings import MisfitError, Problem, Settings


class RecoverySettings(Settings):
    """Which region, and the network that the copies stand in.

    Its addresses should overlap with no other network that may have to reach it one day. Without NAT unless asked for:
    what only stores calls nobody.
    """

    region: RecoveryRegion = "us-west-2"
    network: NetworkSettings = NetworkSettings(cidr="10.128.0.0/16", nat="none")

    @field_validator("network")
    @classmethod
    def _nothing_public(cls, value: NetworkSettings) -> NetworkSettings:
        if value.public_addresses:
            raise MisfitError(Problem("publicAddresses", "must be false: copies stand in the data tier"))
        return value


@dataclass(frozen=True)
class Recovery:
    """What components of the second region are given: an account of that region, its network and keys, and options."""

    account: Account
    network: Network
    key: Key
    """For data and the logs of what keeps it."""
    secrets_key: Key
    log_key: Key

    @property
    def options(self) -> pulumi.ResourceOptions:
        """To be passed as ``opts`` to every component that shall live there."""
        return in_region(self.account.region)

    @property
    def secret_copy(self) -> SecretCopy:
        """Where secrets are copied to."""
        return SecretCopy(self.account.region, self.secrets_key)


def make_recovery_region(
    settings: RecoverySettings, account: Account, *, data_users: Sequence[Statement] = ()
) -> Recovery:
    """A network and keys in the recovery region of ``account``, named ``recovery-…``.

    ``data_users`` are services that use what the data key encrypts, such as distributions that read a bucket.
    """
    there = replace(account, region=settings.region)
    options = in_region(settings.region)
    key = Key(
        "recovery-data-key",
        account=there,
        purpose=f"Copies in {settings.region}",
        usable_by=[log_groups(there), *data_users],
        opts=options,
    )
    secrets_key = Key(
        "recovery-secrets-key", account=there, purpose=f"Copies of secrets in {settings.region}", opts=options
    )
    log_key = Key(
        "recovery-logs-key",
        account=there,
        purpose=f"Log groups and notices in {settings.region}",
        usable_by=[log_groups(there), publishers(there, *PUBLISHERS)],
        opts=options,
    )
    network = Network("recovery-network", settings.network, account=there, key=log_key, opts=options)
    return Recovery(there, network, key, secrets_key, log_key)

"""What a stack keeps in a second region for its recovery stack, which a loss of the home region leaves there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
from pydantic.alias_generators import to_camel

from components.account import Account
from components.data.bucket import Bucket
from components.data.bucket_replication import BucketReplication
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.takeover import Takeover
from components.edge.zone import Served, Zone
from components.operations.recovery import RecoveryRegion
from components.region import in_region
from components.security.key import Key
from components.security.secret import SecretCopy
from components.statements import Statement
from settings import Problem, Settings
from systems.foundation import Keys

HOME, RECOVERY = "home", "recovery"
"""What the records of a name are told apart by that leads to either region."""


class CopiesSettings(Settings):
    """Where the copies lie: the region of the recovery stack."""

    region: RecoveryRegion = "us-west-2"
    """The region of the recovery stack."""


def of_the_home(recovery: object | None, settings: Settings, *fields: str) -> dict[Problem, bool]:
    """What a recovery stack finds at home, or has no use for, and whether it says it all the same."""
    said = "is the home stack's; a recovery stack has none of its own"
    given = {to_camel(field): getattr(settings, field) for field in fields}
    return {Problem(key, said): recovery is not None and value is not None for key, value in given.items()}


@dataclass(frozen=True)
class Elsewhere:
    """What components are given whose copies lie in the second region: an account of that region, and its keys."""

    account: Account
    key: Key
    """For tables and buckets."""
    secrets_key: Key

    @property
    def options(self) -> pulumi.ResourceOptions:
        """To be passed as ``opts`` to a component that shall live there as a whole."""
        return in_region(self.account.region)

    @property
    def secret_copy(self) -> SecretCopy:
        """Where secrets are copied to."""
        return SecretCopy(self.account.region, self.secrets_key)


def make_elsewhere(
    settings: CopiesSettings, account: Account, *, system: str, data_users: Sequence[Statement] = ()
) -> Elsewhere:
    """The keys of the copies. ``data_users`` are services that use what is under the first of them."""
    there = replace(account, region=settings.region)
    options = in_region(settings.region)
    return Elsewhere(
        there,
        Key(
            "copies-key",
            account=there,
            purpose=f"Copies of tables and buckets of the {system} system",
            usable_by=data_users,
            opts=options,
        ),
        Key(
            "copies-secrets-key",
            account=there,
            purpose=f"Copies of secrets of the {system} system",
            opts=options,
        ),
    )


def copy_buckets(
    sources: Mapping[str, Bucket],
    access_logs: LogBucketSettings,
    account: Account,
    keys: Keys,
    elsewhere: Elsewhere | None,
) -> Mapping[str, Bucket]:
    """A copy of each bucket in the second region, if there is one; ``access_logs`` are those of the sources.

    The copies' own access logs lie in a bucket of another name, since the recovery stack has one of that name there.
    """
    if elsewhere is None:
        return {}
    logs = access_logs.model_copy(update={"bucket": f"{access_logs.bucket}-copies"})
    return BucketReplication(
        "copies",
        account=account,
        sources=sources,
        key=keys.data,
        target_account=elsewhere.account,
        target_key=elsewhere.key,
        access_logs=LogBucket("copies-access-logs", logs, account=elsewhere.account, opts=elsewhere.options),
    ).destinations


def goes_first(domain: str) -> Served:
    """A recovery stack's half of every name of ``domain`` that leads to either region: first once it has taken over."""
    check = HealthCheck("taken-over", HealthCheckSettings(domain=_takeover(domain), path="/"))
    return Served(RECOVERY, check.health_check_id)


def take_over(*, domain: str, promoted: bool, zone: Zone, account: Account, after: Sequence[pulumi.Resource]) -> None:
    """Says what ``goes_first`` asks for, as soon as the stack is promoted and ``after`` is there."""
    said = _takeover(domain)
    certificate = Certificate(
        "takeover-certificate", CertificateSettings(domain=said), zone=zone, region=account.region
    )
    Takeover(
        "takeover",
        domain=said,
        promoted=promoted,
        zone=zone,
        certificate=certificate,
        opts=pulumi.ResourceOptions(depends_on=after),
    )


def _takeover(domain: str) -> str:
    return f"recovery.{domain}"

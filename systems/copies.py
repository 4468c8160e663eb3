"""Copies in a second region for a recovery stack, and the DNS records by which either region serves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
from pydantic.alias_generators import to_camel

from components.account import Account
from components.data.bucket import Bucket
from components.data.bucket_replication import BucketReplication
from components.data.image_replication import ImageReplication
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.routing_policy import Near, NearestSettings, of_home, of_second
from components.edge.takeover import Takeover
from components.edge.zone import AliasTarget, Served, Zone
from components.operations.copy_region import RecoveryRegion
from components.region import in_region
from components.security.key import Key
from components.statements import Statement
from settings import Name, Problem, Settings
from settings.recovery import NEAR, RecoveryStackSettings, home_setting
from systems.foundation import Stack
from systems.recovery_region import SecondRegion

HOME, RECOVERY = "home", "recovery"
"""What the records of a name are told apart by that leads to either region."""


class CopiesSettings(Settings):
    """Where the copies lie: the region of the recovery stack."""

    region: RecoveryRegion = "us-west-2"
    """The region of the recovery stack."""
    images: tuple[Name, ...] | None = None
    """Namespaces of the registry whose images are copied, the stack's own unless said. A registry has one such
    configuration, so one stack of an account and region names those of all, and the others say ``[]``."""
    near: NearestSettings | None = None
    """How requests are shared with a recovery stack that serves beside this one; off unless given."""


def of_the_home(recovery: object | None, settings: Settings, *fields: str) -> dict[Problem, bool]:
    """What a recovery stack finds at home, or has no use for, and whether it says it all the same."""
    said = "is the home stack's; a recovery stack has none of its own"
    given = {to_camel(field): getattr(settings, field) for field in fields}
    return {Problem(key, said): recovery is not None and value is not None for key, value in given.items()}


def make_elsewhere(
    settings: CopiesSettings, account: Account, *, system: str, data_users: Sequence[Statement] = ()
) -> SecondRegion:
    """The keys of the copies. ``data_users`` are services that use what is under the first of them."""
    there = replace(account, region=settings.region)
    options = in_region(settings.region)
    return SecondRegion(
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


def copy_images(copies: CopiesSettings, account: Account, own: str) -> None:
    """Has images of ``own``, or of the namespaces that the settings name instead, copied by the registry."""
    namespaces = (own,) if copies.images is None else copies.images
    if namespaces:
        ImageReplication("images", account=account, region=copies.region, namespaces=namespaces)


def copy_buckets(
    stack: Stack[object],
    *,
    sources: Mapping[str, Bucket],
    access_logs: LogBucketSettings,
    elsewhere: SecondRegion | None,
) -> Mapping[str, Bucket]:
    """A copy of each bucket in the second region, if there is one; ``access_logs`` are those of the sources.

    The copies' own access logs lie in a bucket of another name, since the recovery stack has one of that name there.
    """
    if elsewhere is None:
        return {}
    logs = access_logs.model_copy(update={"bucket": f"{access_logs.bucket}-copies"})
    return BucketReplication(
        "copies",
        account=stack.account,
        sources=sources,
        key=stack.keys.data,
        target_account=elsewhere.account,
        target_key=elsewhere.key,
        access_logs=LogBucket("copies-access-logs", logs, account=elsewhere.account, opts=elsewhere.options),
    ).destinations


@dataclass(frozen=True)
class Half:
    """One region's half of every name that leads to either: of the two that follow each other, and of those nearest."""

    served: Served
    near: Near | None = None

    def lead(self, zone: Zone, name: str, target: AliasTarget) -> None:
        """Has ``name`` lead to the region whose turn it is, and while both serve to the nearest."""
        nearest = zone.nearest(name, target, self.near) if self.near else target
        # What leads to the nearest is home's; a recovery stack that has taken over is nearest to everybody.
        at_home = self.served.health_check_id is None
        zone.alias(name, nearest if at_home else target, region=self.served)


def comes_second(copies: CopiesSettings, account: Account) -> Half:
    """The home's half: it serves as long as the recovery stack has not taken over."""
    return Half(Served(HOME), of_home(copies.near, account.region) if copies.near else None)


def goes_first(domain: str, recovery: RecoveryStackSettings, account: Account) -> Half:
    """A recovery stack's half of every name of ``domain``: first once it has taken over."""
    check = HealthCheck("taken-over", HealthCheckSettings(domain=_takeover(domain), path="/"))
    return Half(Served(RECOVERY, check.health_check_id), serves_near(domain, recovery, account))


def serves_near(domain: str, recovery: RecoveryStackSettings, account: Account) -> Near | None:
    """A recovery stack's half of what leads to the nearest, if its home shares requests so: once it serves."""
    said = home_setting(recovery, *NEAR)
    if said is None:
        return None
    shared = NearestSettings.model_validate_json(json.dumps(said), by_alias=True, by_name=False)
    check = HealthCheck("serving", HealthCheckSettings(domain=_serving(domain), path="/"))
    return of_second(shared, account.region, check.health_check_id)


def say_serving(
    *, domain: str, recovery: RecoveryStackSettings, zone: Zone, account: Account, after: Sequence[pulumi.Resource]
) -> None:
    """Signals that the stack serves (see ``serves_near``), as soon as it is promoted and ``after`` exists."""
    if home_setting(recovery, *NEAR) is not None:
        _say("serving", _serving(domain), said=recovery.promoted, zone=zone, account=account, after=after)


def take_over(
    *, domain: str, recovery: RecoveryStackSettings, zone: Zone, account: Account, after: Sequence[pulumi.Resource]
) -> None:
    """Signals takeover (see ``goes_first``), as soon as the stack is promoted and ``after`` exists."""
    _say("takeover", _takeover(domain), said=recovery.alone, zone=zone, account=account, after=after)
    say_serving(domain=domain, recovery=recovery, zone=zone, account=account, after=after)


def _say(name: str, domain: str, *, said: bool, zone: Zone, account: Account, after: Sequence[pulumi.Resource]) -> None:
    certificate = Certificate(
        f"{name}-certificate", CertificateSettings(domain=domain), zone=zone, region=account.region
    )
    opts = pulumi.ResourceOptions(depends_on=after)
    Takeover(name, domain=domain, promoted=said, zone=zone, certificate=certificate, opts=opts)


def _takeover(domain: str) -> str:
    return f"recovery.{domain}"


def _serving(domain: str) -> str:
    return f"serving.{domain}"

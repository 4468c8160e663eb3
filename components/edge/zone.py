"""A public hosted zone and the records in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.edge.routing_policy import Near
from components.operations.log_policy import shared_log_policy
from components.operations.metric import EDGE_REGION
from components.security.key import Key
from settings import DomainName, Problem, Settings
from settings.services.dns import ZoneId

_QUERY_LOGS = "/aws/route53/"
_DELEGATION_SECONDS = 3600
"""Long enough for resolvers, short enough to mend."""


def delegation_problem(zone_id: str | None, parent_id: str | None) -> Problem | None:
    """Why two settings of a zone contradict each other; None when they do not."""
    if zone_id and parent_id:
        return Problem("parentZoneId", "delegates a zone that the stack makes; with hostedZoneId it makes none")
    return None


class ZoneSettings(Settings):
    """The zone's name, its id when it exists already (made at the registrar, or shared between stacks), and the id of
    the zone above it in the same account when that one is to delegate to it.
    """

    domain: DomainName
    zone_id: ZoneId | None = None
    parent_id: ZoneId | None = None


@dataclass(frozen=True)
class AliasTarget:
    """An AWS resource that an alias record can point to.

    ``evaluate_health`` lets Route 53 ask the target how it is, which CloudFront does not answer. ``ipv6`` says that
    the target takes IPv6 as well.
    """

    dns_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    evaluate_health: bool = False
    ipv6: bool = False

    @property
    def record_types(self) -> tuple[str, ...]:
        """The types of record the target needs."""
        return ("A", "AAAA") if self.ipv6 else ("A",)

    @property
    def args(self) -> aws.route53.RecordAliasArgs:
        """The target in a record's form."""
        return aws.route53.RecordAliasArgs(
            name=self.dns_name, zone_id=self.zone_id, evaluate_target_health=self.evaluate_health
        )


@dataclass(frozen=True)
class Served:
    """The failover routing of a record in one of two regions; the primary requires ``health_check_id``.

    Route 53 answers with the one that goes first while it is healthy, and else, or when there is none, with the other:
    a record of weight 0 is an answer only where no other is healthy. Nobody has to change a record for that.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
    """

    name: str
    health_check_id: pulumi.Input[str] | None = None

    @property
    def args(self) -> dict[str, Any]:
        """What it adds to a record."""
        return {
            "set_identifier": self.name,
            "weighted_routing_policies": [{"weight": 0 if self.health_check_id is None else 1}],
            "health_check_id": self.health_check_id,
        }


class Zone(Component):
    """A public zone, made here with its DNS queries logged, or an existing one whose owner sees to that.

    ``log_key`` encrypts the query log, which AWS only takes in us-east-1, so that the key must live there; its policy
    must let CloudWatch Logs in. With ``parent_id`` the zone above gets the record that delegates to it.
    ``home_zone_id`` is that of another stack's zone, known once that stack has told it; what proves a domain in it
    stays when this stack goes, since the other may be proved by the same record.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
    """

    def __init__(
        self,
        name: str,
        settings: ZoneSettings,
        *,
        account: Account,
        log_key: Key | None = None,
        home_zone_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.domain = settings.domain
        self._shared = home_zone_id is not None
        given = home_zone_id or settings.zone_id
        self.name_servers: pulumi.Output[Sequence[str]] | None = None
        self._validations: dict[str, pulumi.Output[str]] = {}
        self._delegated: list[pulumi.Resource] = []
        if given is not None:
            self.zone_id = pulumi.Output.from_input(given)
        else:
            assert log_key is not None, "a zone that is made here has its queries logged"
            zone = aws.route53.Zone(self.child("zone"), name=settings.domain, opts=self.child_options())
            self.zone_id = zone.zone_id
            self.name_servers = zone.name_servers
            if settings.parent_id is not None:
                self._delegate(settings.parent_id, zone)
            self._log_queries(account, log_key)
        self.register_outputs({"zoneId": self.zone_id, "nameServers": self.name_servers})

    def alias(self, domain: str, target: AliasTarget, *, region: Served | None = None) -> None:
        """Alias records of ``domain`` for ``target``, with failover routing if ``region`` is given.

        Raises ValueError for a name outside the zone.
        """
        self._check(domain)
        for kind in target.record_types:
            aws.route53.Record(
                self.child(domain, kind.lower()),
                zone_id=self.zone_id,
                name=domain,
                type=kind,
                aliases=[target.args],
                **(region.args if region else {}),
                opts=self.child_options(),
            )

    def nearest(self, domain: str, target: AliasTarget, near: Near) -> AliasTarget:
        """Alias records of ``near.<domain>``, which is returned, for ``target`` with latency or geolocation routing."""
        named = f"near.{domain}"
        self._check(named)
        records = [
            aws.route53.Record(
                self.child(named, identifier.lower(), kind.lower()),
                zone_id=self.zone_id,
                name=named,
                type=kind,
                aliases=[target.args],
                **near.args(identifier),
                opts=self.child_options(),
            )
            for identifier in near.policies
            for kind in target.record_types
        ]
        return AliasTarget(records[0].fqdn, self.zone_id, evaluate_health=True, ipv6=target.ipv6)

    def record(
        self, key: str, domain: pulumi.Input[str], kind: Literal["CNAME", "MX", "TXT"], value: pulumi.Input[str]
    ) -> aws.route53.Record:
        """A record with one value; ``key`` is its logical name, since AWS may only determine ``domain`` later.

        Raises ValueError for a name outside the zone.
        """
        if isinstance(domain, str):
            self._check(domain)
        return aws.route53.Record(
            self.child(key, kind.lower()),
            zone_id=self.zone_id,
            name=domain,
            type=kind,
            records=[value],
            ttl=300,
            opts=self.child_options(),
        )

    def failover(
        self, domain: str, *, primary: AliasTarget, secondary: AliasTarget, health_check_id: pulumi.Input[str]
    ) -> None:
        """Failover records of ``domain``: ``primary``, and ``secondary`` while the health check fails.

        Raises ValueError for a name outside the zone and for targets that differ in the types of record they need.
        """
        if primary.record_types != secondary.record_types:
            raise ValueError(f"{domain}: one failover target takes IPv6 and the other does not")
        self.primary(domain, primary, health_check_id=health_check_id)
        self.secondary(domain, secondary)

    def primary(self, domain: str, target: AliasTarget, *, health_check_id: pulumi.Input[str] | None = None) -> None:
        """The primary failover record of ``domain``, by target health or a health check.

        Raises ValueError for a name outside the zone.
        """
        self._failover(domain, "primary", target, health_check_id)

    def secondary(
        self, domain: str, target: AliasTarget, *, health_check_id: pulumi.Input[str] | None = None
    ) -> AliasTarget:
        """The secondary failover record of ``domain``, used while no healthy primary exists.

        Returns the name itself, for others to stand for: it counts as failed when none of the two is well. Raises
        ValueError for a name outside the zone.
        """
        records = self._failover(domain, "secondary", target, health_check_id)
        return AliasTarget(records[0].fqdn, self.zone_id, evaluate_health=True, ipv6=target.ipv6)

    def _failover(
        self, domain: str, role: str, target: AliasTarget, health_check_id: pulumi.Input[str] | None
    ) -> list[aws.route53.Record]:
        self._check(domain)
        return [
            aws.route53.Record(
                self.child(domain, role, kind.lower()),
                zone_id=self.zone_id,
                name=domain,
                type=kind,
                aliases=[target.args],
                set_identifier=role,
                failover_routing_policies=[aws.route53.RecordFailoverRoutingPolicyArgs(type=role.upper())],
                health_check_id=health_check_id,
                opts=self.child_options(),
            )
            for kind in target.record_types
        ]

    def validation(
        self, domain: str, *, name: pulumi.Input[str], kind: pulumi.Input[str], value: pulumi.Input[str]
    ) -> pulumi.Output[str]:
        """The name of the record that proves to ACM who owns ``domain``, made by the first certificate that asks.

        ACM wants the same record for every certificate of a domain in an account, whatever its region:
        https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
        """
        self._check(domain)
        if domain not in self._validations:
            record = aws.route53.Record(
                self.child("validation", domain),
                zone_id=self.zone_id,
                name=name,
                type=kind,
                records=[value],
                ttl=300,
                # Another stack that shares the zone may have proved the same domain.
                allow_overwrite=True,
                opts=self.child_options(depends_on=self._delegated, retain_on_delete=self._shared or None),
            )
            self._validations[domain] = record.fqdn
        return self._validations[domain]

    def _delegate(self, parent_id: str, zone: aws.route53.Zone) -> None:
        """Tells the zone above where this one is, for which everything that is proved by a record here waits."""
        record = aws.route53.Record(
            self.child("delegation"),
            zone_id=parent_id,
            name=self.domain,
            type="NS",
            records=zone.name_servers,
            ttl=_DELEGATION_SECONDS,
            opts=self.child_options(),
        )
        self._delegated = [record]

    def _check(self, domain: str) -> None:
        if domain != self.domain and not domain.endswith(f".{self.domain}"):
            raise ValueError(f"{domain} is not in the zone {self.domain}")

    def _log_queries(self, account: Account, key: Key) -> None:
        log_group_name = f"{_QUERY_LOGS}{self.domain}"
        group = aws.cloudwatch.LogGroup(
            self.child("queries"),
            name=log_group_name,
            kms_key_id=key.arn,
            retention_in_days=account.safeguards.log_days,
            region=EDGE_REGION,
            opts=self.child_options(),
        )
        policy = shared_log_policy(
            self,
            "queries",
            account=account,
            service="route53.amazonaws.com",
            groups=f"{_QUERY_LOGS}*",
            sources=f"arn:{account.partition}:route53:::hostedzone/*",
            region=EDGE_REGION,
        )
        aws.route53.QueryLog(
            self.child("queries"),
            zone_id=self.zone_id,
            # With the ending that CloudFormation's own ARNs of log groups have; some emulators know no other.
            cloudwatch_log_group_arn=group.arn.apply(lambda arn: f"{arn}:*"),
            # Route 53 tries to write when the configuration is made, and only the policy lets it.
            opts=self.child_options(depends_on=[policy]),
        )

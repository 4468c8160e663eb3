"""A small edge to test with: a network that is only ids, a zone, certificates, logs."""

from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.data.log_bucket import LogBucket, LogBucketSettings
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall, FirewallSettings
from components.edge.zone import Zone, ZoneSettings
from components.security.key import Key, log_groups
from tests.support import ACCOUNT, REGION

DOMAIN = "records.example.com"


@dataclass
class Subnets:
    vpc_id: pulumi.Output[str] = field(default_factory=lambda: pulumi.Output.from_input("vpc-1"))
    public_subnet_ids: dict[str, str] = field(default_factory=lambda: {"b": "subnet-b", "a": "subnet-a"})
    internet: aws.ec2.InternetGateway = field(
        default_factory=lambda: aws.ec2.InternetGateway("internet", vpc_id="vpc-1")
    )


def key(name: str = "logs") -> Key:
    return Key(name, account=ACCOUNT, purpose="test", usable_by=[log_groups(ACCOUNT)])


def zone(*, zone_id: str | None = "Z0123456789ABC") -> Zone:
    return Zone("zone", ZoneSettings(domain=DOMAIN, zone_id=zone_id), account=ACCOUNT, log_key=key("zone-logs"))


def certificate(name: str = "certificate", domain: str = DOMAIN, region: str = REGION) -> Certificate:
    return Certificate(name, CertificateSettings(domain=domain), zone=zone(), region=region)


def log_bucket() -> LogBucket:
    return LogBucket("access-logs", LogBucketSettings(bucket="access-logs"), account=ACCOUNT)


def firewall(**settings: Any) -> Firewall:
    return Firewall("firewall", FirewallSettings(**settings), account=ACCOUNT, log_key=key("firewall-logs"))

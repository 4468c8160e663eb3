"""Ports of machines that have no security group: of Lightsail and GameLift."""

from collections.abc import Iterator

from policy.exposure import covers, parts_of_internet
from policy.model import Block, Finding, Resource, Severity, rule
from policy.rules.security_groups import ADMIN_PORTS, DATA_PORTS

LIGHTSAIL_PORTS = "aws:lightsail/instancePublicPorts:InstancePublicPorts"
GAME_FLEET = "aws:gamelift/fleet:Fleet"
_RULES = {LIGHTSAIL_PORTS: "portInfos", GAME_FLEET: "ec2InboundPermissions"}
_OPEN_TO_ALL = frozenset({LIGHTSAIL_PORTS})  # where no range is named
_RANGES = ("cidrs", "ipv6Cidrs", "ipRange")


@rule(
    "managed-ports-open",
    title="Admin and database ports of Lightsail and GameLift are not open to the internet",
    severity=Severity.CRITICAL,
    types=_RULES,
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Name the addresses that may connect, or use Session Manager (of Lightsail: its browser client).",
    link="https://docs.aws.amazon.com/lightsail/latest/userguide/understanding-firewall-and-port-mappings-in-amazon-lightsail.html",
)
def ports_open(subject: Resource) -> Iterator[Finding]:
    """What listens there is tried by everybody who scans the internet. Lightsail takes none named for all."""
    for entry in subject.blocks(_RULES[subject.type]):
        if covers(entry, *ADMIN_PORTS, *DATA_PORTS) and _everybody(entry, subject):
            yield Finding("opens an admin or database port to the internet", entry.path("fromPort"))


def _everybody(entry: Block, subject: Resource) -> bool:
    named = [cidr for key in _RANGES for cidr in entry.list(key)]
    unnamed = subject.type in _OPEN_TO_ALL and all(
        entry.lacks(key) for key in ("cidrs", "ipv6Cidrs", "cidrListAliases")
    )
    return unnamed or bool(parts_of_internet(named))

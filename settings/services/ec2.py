"""Networks and machines of EC2."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form
from settings.services.machines import known

_LARGEST, _SMALLEST = 16, 28
_NEVER = tuple(map(ipaddress.IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")))
# RFC 1918, and RFC 6598, which VPCs and VPNs use as well.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
_RANGE = Form(r"[0-9.]+/\d{1,2}", "an IPv4 CIDR", "10.1.0.0/16")
_GROUP = r"sg-([0-9a-f]{8}|[0-9a-f]{17})"


def network(value: str) -> ipaddress.IPv4Network:
    """The range that a text means. Raises ValueError for one that means none; it says which was meant, if any."""
    try:
        meant = ipaddress.IPv4Network(_RANGE.taken(value), strict=False)
    except ValueError:
        raise ValueError(f"{shown(value)} is not an IPv4 CIDR such as 10.1.0.0/16") from None
    if str(meant.network_address) == value.partition("/")[0]:
        return meant
    raise ValueError(f"{shown(value)} is not an IPv4 CIDR such as 10.1.0.0/16; its first address makes it {meant}")


def _cidr(value: str) -> str:
    """https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv4"""
    meant = network(value)
    if not _LARGEST <= meant.prefixlen <= _SMALLEST:
        raise ValueError(f"{value} is a /{meant.prefixlen}; AWS takes /{_LARGEST} to /{_SMALLEST}")
    if taken := next((never for never in _NEVER if meant.overlaps(never)), None):
        raise ValueError(f"{value} lies in {taken}, whose addresses no network can have")
    return str(meant)


def _private(value: str) -> str:
    if re.fullmatch(_GROUP, value):
        return value
    try:
        asked = network(value)
    except ValueError as error:
        raise ValueError(f"is neither a security group such as {_GROUP_FORM.example} nor a range: {error}") from None
    if not any(asked.subnet_of(private) for private in _PRIVATE):
        raise ValueError(
            f"{value} holds public addresses: the API has no public endpoint, so only private ones ever reach it; "
            f"give the range of the VPN, within {', '.join(map(str, _PRIVATE))}"
        )
    return value


_GROUP_FORM = Form(_GROUP, "the id of a security group", "sg-0a1b2c3d4e5f60718")

Cidr = Annotated[str, AfterValidator(_cidr), Field(examples=["10.1.0.0/16"])]
"""An IPv4 range that a VPC or a subnet may have (/16 to /28)."""

ApiClient = Annotated[str, AfterValidator(_private), Field(examples=["10.200.0.0/16", "sg-0123456789abcdef0"])]
"""A private IPv4 range, or a security group of the VPC or of one that is peered with it."""

InstanceType = Annotated[str, AfterValidator(lambda name: known(name, "ec2")), Field(examples=["c5.2xlarge"])]
"""What a node runs on."""

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
VpcId = Annotated[str, Form("vpc-([0-9a-f]{8}|[0-9a-f]{17})", "the id of a VPC", "vpc-0a1b2c3d4e5f60718")]
SubnetId = Annotated[str, Form("subnet-([0-9a-f]{8}|[0-9a-f]{17})", "the id of a subnet", "subnet-0a1b2c3d4e5f60718")]
SecurityGroupId = Annotated[str, _GROUP_FORM]

ZoneLetter = Annotated[str, Form("[a-f]", "the letter of an availability zone; a to f", "a")]

_DESCRIPTION = Form(
    r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}",
    "a description of a security group: at most 255 of A-Z, a-z, 0-9, space and ._-:/()#,@[]+=&;{}!$*",
    "HTTPS from CloudFront",
)


def described(text: str) -> str:
    """The description of a group or a rule. Raises ValueError for a character, or a length, that EC2 refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """
    return _DESCRIPTION.taken(text)

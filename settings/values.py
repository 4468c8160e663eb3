"""Kinds of value that settings share."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.provider import unknown_region


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an IPv4 CIDR such as 10.1.0.0/16 ({error})") from None
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f"{value} is a /{network.prefixlen}; AWS takes /16 to /28")
    return value


def _domain(value: str) -> str:
    label = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
    if len(value) > 253 or not re.fullmatch(rf"({label}\.)+[a-z]{{2,63}}", value):
        raise ValueError(f"{value!r} is not a domain name such as records.example.com")
    return value


def _email(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise ValueError(f"{value!r} is not a name: lower-case letters, digits and single hyphens, a letter first")
    return value


def _region(value: str) -> str:
    if wrong := unknown_region(value):
        raise ValueError(wrong)
    return value


Cidr = Annotated[str, AfterValidator(_cidr), Field(examples=["10.1.0.0/16"])]
"""An IPv4 range that a VPC or a subnet may have (/16 to /28)."""

DomainName = Annotated[str, AfterValidator(_domain), Field(examples=["records.example.com"])]
"""A lower-case DNS name of two labels or more."""

Region = Annotated[str, AfterValidator(_region), Field(examples=["us-west-2"])]
"""A region of AWS's."""

Email = Annotated[str, AfterValidator(_email), Field(examples=["platform@example.com"])]
"""An e-mail address that notices go to."""

Name = Annotated[str, AfterValidator(_name), Field(max_length=40)]
"""A lower-case hyphenated name."""

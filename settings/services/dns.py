"""Names of the Domain Name System, as Route 53, Certificate Manager, CloudFront and SES take them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
LAST = r"([a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LONGEST, _LONGEST_LOCAL = 253, 64
_FORM = Form(rf"({LABEL}\.)+{LAST}", "a domain name", "records.example.com", most=_LONGEST)


def _domain(value: str) -> str:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"""
    if not value.isascii():
        raise ValueError(f"{shown(value)} has letters beyond a to z; write the labels that have them as xn--…")
    if value != value.lower():
        raise ValueError(f"{shown(value)} has capitals; {value.lower()} is the same name")
    return _FORM.taken(value)


def _email(value: str) -> str:
    """Local part and domain of RFC 5321, without quoted local parts, which SES and SNS take from nobody."""
    local, _, domain = value.rpartition("@")
    named = len(local) <= _LONGEST_LOCAL and re.fullmatch(rf"{_ATOM}(\.{_ATOM})*", local)
    placed = len(domain) <= _LONGEST and re.fullmatch(_FORM.pattern, domain.lower())
    if not (named and placed):
        raise ValueError(f"{shown(value)} is not an e-mail address such as platform@example.com")
    return value


DomainName = Annotated[
    str,
    AfterValidator(_domain),
    Field(
        examples=["records.example.com"], json_schema_extra={"pattern": f"^(?:{_FORM.pattern})$", "maxLength": _LONGEST}
    ),
]
"""A lower-case DNS name of two labels or more."""

Email = Annotated[str, AfterValidator(_email), Field(examples=["platform@example.com"])]
"""An e-mail address that notices go to, or mail comes from."""

ZoneId = Annotated[str, Form("Z[A-Z0-9]{5,31}", "the id of a hosted zone", "Z0123456789ABCDEFGHIJ")]
"""https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html"""

"""Certificate Manager."""

from typing import Annotated

from pydantic import AfterValidator

from settings.form import Form
from settings.services.arns import KNOWN_REGION
from settings.services.dns import LABEL, LAST, DomainName

CertificateArn = Annotated[
    str,
    Form(
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the ARN of a certificate",
        "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    ),
    KNOWN_REGION,
]
"""A certificate that ACM has already: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html"""

Wildcard = Annotated[
    str, Form(rf"\*(\.{LABEL})+\.{LAST}", "a wildcard for one label of a domain", "*.example.com", most=253)
]

_LONGEST_FIRST_NAME, _LONGEST_BELOW = 64, len("websocket.")
"""The first name of a certificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""


def _certified(domain: str) -> str:
    most = _LONGEST_FIRST_NAME - _LONGEST_BELOW
    if len(domain) > most:
        raise ValueError(f"has {len(domain)} characters; at most {most}, so that certificates take the names below it")
    return domain


CertifiedDomain = Annotated[DomainName, AfterValidator(_certified)]
"""A domain that has a certificate, and names below it with certificates of their own."""

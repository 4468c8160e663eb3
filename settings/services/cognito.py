"""User pools of Cognito.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form

_RESERVED = ("aws", "amazon", "cognito")
_LONGEST_ADDRESS = 1024


def _prefix(value: str) -> str:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html"""
    if any(word in value for word in _RESERVED):
        raise ValueError(f"{shown(value)} holds one of {', '.join(_RESERVED)}, which Cognito keeps to itself")
    return value


def _return_address(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    local = scheme == "http" and re.fullmatch(r"localhost(:\d{1,5})?(/.*)?", rest)
    own = scheme != "http" and re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    if not separator or not rest or re.search(r"[\s#]", value) or not (local or own):
        raise ValueError(
            f"{shown(value)} is not an address to send users back to, such as https://example.com/callback"
        )
    if len(value) > _LONGEST_ADDRESS:
        raise ValueError(f"has {len(value)} characters; at most {_LONGEST_ADDRESS}")
    return value


PoolName = Annotated[
    str, Form(r"[A-Za-z0-9_+=,.@-]{1,128}", "the name of a user pool: up to 128 letters, digits and _+=,.@-", "readers")
]

DomainPrefix = Annotated[
    str,
    Form(
        "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "the prefix of a domain: up to 63 lower-case letters, digits and hyphens within",
        "mdreader",
    ),
    AfterValidator(_prefix),
]
"""What nobody else in the region may have."""

ReturnAddress = Annotated[str, AfterValidator(_return_address), Field(examples=["https://example.com/auth/callback"])]
"""Where users are sent back to: https, an application's own scheme, or a developer's machine."""

GoogleClient = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_-]+\.apps\.googleusercontent\.com",
        "a client of Google's OAuth",
        "123456-abc.apps.googleusercontent.com",
    ),
]
AppleId = Annotated[str, Form("[A-Z0-9]{10}", "an id of Apple's: ten capitals and digits", "A1B2C3D4E5")]
Issuer = Annotated[
    str,
    Form(
        r"https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*[A-Za-z0-9])?",
        "the https address of an issuer, without a slash at the end",
        "https://github-oidc.example.com",
    ),
]
ProviderId = Annotated[
    str, Form(r"[\x21-\x7e]{1,255}", "an id of up to 255 characters without spaces", "app.example.web")
]

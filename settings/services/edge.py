"""What stands at the edge: CloudFront, WAF, API Gateway, Amplify and Global Accelerator, and what browsers are told."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator

from settings.form import Form
from settings.services.arns import KNOWN_REGION

LONGEST_HEADER = 1783
"""The longest value of a header that CloudFront adds:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""

_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
_RSA_2048 = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f00")
_LENGTHS = {_P256: 91, _RSA_2048: 294}


def _of_a_kind(pem: str) -> str:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html"""
    try:
        der = base64.b64decode("".join(pem.strip().splitlines()[1:-1]), validate=True)
    except binascii.Error:
        der = b""
    if not any(der.startswith(start) and len(der) == length for start, length in _LENGTHS.items()):
        raise ValueError("is no public key of 2048-bit RSA or of ECDSA on P-256, the two kinds that CloudFront takes")
    return pem


PublicKey = Annotated[
    str,
    Form(
        r"-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n?",
        "a public key in PEM form",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0mhRmWWV7Uj97rqGrkkL7h44jw+e\n"
        "HEOVjHOvaWoDeThmFvU9sIu0m9+Jho3kr5iX0c9t9LHkpEDb/y1AECzIlA==\n-----END PUBLIC KEY-----\n",
    ),
    AfterValidator(_of_a_kind),
]
"""An RSA key of 2048 bits or an ECDSA key on P-256, in PEM form."""

OriginKey = Annotated[
    str, Form("[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*", "a name of letters, digits and single hyphens", "api", most=40)
]
"""What behaviours call an origin by, and its id in CloudFront."""

PathPattern = Annotated[str, Form(r"/[\x21-\x7e]*", "a path from / on", "/api/*", most=255)]
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""

HostPattern = Annotated[
    str, Form("[a-z0-9*?.-]+", "a host, in which * and ? stand for others", "*.example.com", most=128)
]
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HostHeaderConditionConfig.html"""

RootObject = Annotated[str, Form(r"[^/\s]+", "the name of a file", "index.html", most=255)]
CookieName = Annotated[str, Form("[A-Za-z0-9._-]+", "the name of a cookie", "session", most=128)]

Source = Annotated[
    str,
    Form(
        r"""'[A-Za-z0-9+/=_-]+'|[a-z][a-z0-9+.-]*:(//[^\s;,'"]+)?|\*\.[a-z0-9.-]+""",
        "a source of a Content-Security-Policy: a keyword in quotes, a scheme with its colon, or an origin",
        "https://fonts.example.com",
    ),
]
"""A keyword or hash in quotes, a scheme such as ``data:``, an origin such as ``wss://a.example.com``, or ``*.host``."""

PermissionsPolicy = Annotated[
    str,
    Form(
        r"[a-z-]+=\S[^\r\n]*",
        "a Permissions-Policy: features, each with who may use it",
        "camera=(), geolocation=()",
        most=LONGEST_HEADER,
    ),
]

Origin = Annotated[str, Form(r"\*|[a-z][a-z0-9+.-]*://[^\s/]+", "an origin, nor *", "https://app.example.com")]
"""Whose pages may read answers."""

HttpsOrigin = Annotated[str, Form(r"https://[a-z0-9.-]+(:\d{1,5})?", "an origin with https", "https://api.example.com")]

HeaderName = Annotated[str, Form(r"\*|[A-Za-z0-9!#$%&'+.^_`|~-]+", "the name of a header", "x-request-id", most=128)]
"""https://www.rfc-editor.org/rfc/rfc9110#name-tokens"""

AclName = Annotated[
    str, Form("[A-Za-z0-9_-]{1,128}", "the name of a web ACL: up to 128 letters, digits, - and _", "app-acl")
]
"""https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"""

BlockedPath = Annotated[
    str, Form("/[a-z0-9._/-]+", "a path of lower-case letters, digits and . _ / -", "/admin", most=40)
]

ApiName = Annotated[str, Form(r"[^\x00-\x1f]{1,128}", "a name of up to 128 characters", "records")]
"""https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html"""

StageName = Annotated[str, Form("[A-Za-z0-9_-]+", "the name of a stage: letters, digits, - and _", "prod", most=128)]
"""https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html"""

AppName = Annotated[
    str, Form("[A-Za-z0-9 ._-]{1,255}", "the name of an app: up to 255 letters, digits, spaces and . _ -", "mdreader")
]
"""https://docs.aws.amazon.com/amplify/latest/APIReference/API_CreateApp.html"""

SubdomainPrefix = Annotated[str, Form("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?", "a label of a domain, nor empty", "www")]
"""A label in front of the domain; empty for the domain itself."""

Folder = Annotated[
    str, Form(r"(?!\.{1,2}(/|$))[A-Za-z0-9._-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)*", "a folder", "dist", most=255)
]

BalancerArn = Annotated[
    str,
    Form(
        r"arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/app/[A-Za-z0-9-]{1,32}/[0-9a-f]+",
        "the ARN of an application load balancer",
        "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/records/0a1b2c3d4e5f6071",
    ),
    KNOWN_REGION,
]

UrlPath = Annotated[str, Form(r"/[\x21-\x7e]*", "a path from / on", "/health", most=255)]
"""As long as Route 53 takes one: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"""

"""What a stack file says to the AWS provider: keys ``aws:…``, the region, and tags for everything."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from settings.errors import Problem, shown, unknown_key
from settings.services import tags

REGION_KEY = "aws:region"
TAGS_KEY = "aws:defaultTags"
_ENDPOINTS_KEY = "aws:endpoints"
_CREDENTIALS = ("aws:accessKey", "aws:secretKey")

REGIONS = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
    *("ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
    *("ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1"),
    *("eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1"),
    *("mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""Regions of the partition ``aws``, by botocore's endpoints: the others lack CloudFront, ACM for it or Route 53."""

_KEYS = (
    *("accessKey", "allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles", "customCaBundle", "defaultTags"),
    *("ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode", "endpoints", "forbiddenAccountIds", "httpProxy"),
    *("httpsProxy", "ignoreTags", "insecure", "maxRetries", "noProxy", "profile", "region", "retryMode"),
    *("s3UsEast1RegionalEndpoint", "s3UsePathStyle", "secretKey", "sharedConfigFiles", "sharedCredentialsFiles"),
    *("skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId"),
    *("stsRegion", "tagPolicyCompliance", "token", "tokenBucketRateLimiterCapacity", "useDualstackEndpoint"),
    *("useFipsEndpoint", "userAgents"),
)
"""https://www.pulumi.com/registry/packages/aws/installation-configuration/#configuration-options"""

_ISSUED = re.compile(r"A[KS]IA[A-Z0-9]{16}")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"""
_LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?/?")


def problems(config: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the keys ``aws:…`` of a configuration."""
    names = [key.removeprefix("aws:") for key in config if key.startswith("aws:")]
    found = [Problem(f"aws:{name}", unknown_key(name, _KEYS)) for name in sorted(set(names) - set(_KEYS))]
    region = config.get(REGION_KEY)
    if region is None:
        found.append(Problem(REGION_KEY, "is required, for example us-east-1"))
    elif wrong := unknown_region(region):
        found.append(Problem(REGION_KEY, wrong))
    return [*found, *_wrong_tags(config.get(TAGS_KEY, '{"tags": {}}')), *_wrong_endpoints(config)]


_APART = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""How regions of other partitions begin. Delivery leans on what is not there: STS takes notice of the branch in
GitHub's tokens in commercial regions alone, and a condition on it lets nobody in elsewhere.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
"""


def unknown_region(region: str) -> str | None:
    """Says that there is no such region, and which was meant; None for one that there is."""
    if region in REGIONS:
        return None
    if region.startswith(_APART):
        return f"{shown(region)} is of another partition than AWS's commercial one, for which stacks are made"
    close = difflib.get_close_matches(region, REGIONS, n=1)
    return f"there is no region {shown(region)}; {f'did you mean {close[0]}?' if close else 'for example us-east-1'}"


def _region(value: str) -> str:
    if wrong := unknown_region(value):
        raise ValueError(wrong)
    return value


Region = Annotated[str, AfterValidator(_region), Field(examples=["us-west-2"])]
"""A region of AWS's."""


def _wrong_endpoints(config: Mapping[str, str]) -> Iterator[Problem]:
    """Endpoints are an emulator's or nobody's: with credentials of its own, lest those of the machine go there, or with
    them to AWS what the endpoints leave out. Their form is the provider's, a list of mappings:
    https://www.pulumi.com/registry/packages/aws/installation-configuration/#configuration-options"""
    text = config.get(_ENDPOINTS_KEY)
    if text is None:
        return
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = text
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        yield Problem(_ENDPOINTS_KEY, f"is a list of mappings from services to URLs, unlike {shown(given)}")
        return
    for service, url in sorted((service, url) for each in given for service, url in each.items()):
        if not (isinstance(url, str) and _LOOPBACK.fullmatch(url)):
            path = f"{_ENDPOINTS_KEY}.{service}"
            yield Problem(path, f"{shown(url)} is no URL of this machine, such as http://127.0.0.1:4566")
    yield from _wrong_credentials(config)


def _wrong_credentials(config: Mapping[str, str]) -> Iterator[Problem]:
    for key in _CREDENTIALS:
        if key not in config:
            yield Problem(key, f"is required by {_ENDPOINTS_KEY}: the credentials of this machine are not for them")
    if _ISSUED.fullmatch(config.get(_CREDENTIALS[0], "")):
        yield Problem(
            _CREDENTIALS[0], f"is one that AWS has issued, and {_ENDPOINTS_KEY} are not AWS's; for example test"
        )


def _wrong_tags(text: str) -> Iterator[Problem]:
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = text
    found = given.get("tags") if isinstance(given, dict) and set(given) == {"tags"} else None
    if not isinstance(found, dict):
        yield Problem(TAGS_KEY, f"is a mapping with the one key tags, unlike {shown(given)}")
        return
    if len(found) > tags.MOST:
        yield Problem(TAGS_KEY, f"has {len(found)} tags; AWS takes {tags.MOST}")
    for key, value in found.items():
        if wrong := _wrong_tag(key, value):
            yield Problem(f"{TAGS_KEY}.tags.{key}", wrong)


def _wrong_tag(key: str, value: Any) -> str | None:
    if not isinstance(value, str):
        return f"{shown(value)} is not text (put it in quotes)"
    return tags.wrong(key, value)

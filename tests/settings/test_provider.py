"""Keys of the AWS provider: its region is one that there is, its tags are such as AWS takes."""

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import pulumi_aws
import pytest

from settings import provider


def said(**config: Any) -> list[str]:
    given = {f"aws:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    found = provider.problems({"aws:region": "us-east-1", **given})
    return [f"{problem.path}: {problem.what}" for problem in found]


def test_regions_are_those_of_the_commercial_partition() -> None:
    assert list(provider.REGIONS) == botocore.session.Session().get_available_regions("ec2", partition_name="aws")


def test_keys_are_those_of_the_provider() -> None:
    read = (Path(pulumi_aws.__file__).parent / "config" / "vars.py").read_text(encoding="utf-8")
    assert set(provider._KEYS) == set(re.findall(r"__config__\.get\w*\('(\w+)'", read))


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        ({}, []),
        ({"region": "eu-central-1", "profile": "work", "maxRetries": 5}, []),
        ({"defaultTags": {"tags": {"project": "strata", "cost center": "a/b=c@d"}}}, []),
        ({"region": "us-east1"}, ["aws:region: there is no region 'us-east1'; did you mean us-east-1?"]),
        (
            {"region": "us-gov-west-1"},
            [
                "aws:region: 'us-gov-west-1' is of another partition than AWS's commercial one, "
                "for which stacks are made"
            ],
        ),
        ({"region": "mars"}, ["aws:region: there is no region 'mars'; for example us-east-1"]),
        ({"defaultTags": {"project": "strata"}}, ["aws:defaultTags: is a mapping with the one key tags, unlike {"]),
        ({"defaultTags": "strata"}, ["aws:defaultTags: is a mapping with the one key tags, unlike 'strata'"]),
        ({"defaultTags": {"tags": {"a": 1}}}, ["aws:defaultTags.tags.a: 1 is not text (put it in quotes)"]),
        ({"defaultTags": {"tags": {"aws:a": "b"}}}, ["aws:defaultTags.tags.aws:a: tags that begin with aws: are"]),
        (
            {"defaultTags": {"tags": {"a": "b" * 257}}},
            ["aws:defaultTags.tags.a: has 257 characters; the value of a tag has 256"],
        ),
        (
            {"defaultTags": {"tags": {"": "b"}}},
            ["aws:defaultTags.tags.: has 0 characters; the key of a tag has 1 to 128"],
        ),
        ({"defaultTags": {"tags": {"a": "b,c"}}}, ["aws:defaultTags.tags.a: 'b,c': a tag has letters, digits"]),
        (
            {"defaultTags": {"tags": {f"a{number}": "b" for number in range(51)}}},
            ["aws:defaultTags: has 51 tags; AWS takes 50"],
        ),
    ],
)
def test_what_the_provider_or_aws_refuses(config: dict[str, Any], lines: list[str]) -> None:
    found = said(**config)
    assert [line[: len(start)] for line, start in zip(found, lines, strict=True)] == lines


def test_an_unknown_key_is_told_with_the_one_that_was_meant() -> None:
    (line,) = said(defaulttags={})
    assert line.startswith("aws:defaulttags: unknown key; did you mean defaultTags? allowed: accessKey, ")


LOCAL = {"accessKey": "123456789012", "secretKey": "local"}


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        ({"endpoints": [{"s3": "http://127.0.0.1:4566", "sts": "http://localhost:4566/"}], **LOCAL}, []),
        (
            {"endpoints": [{"s3": "http://127.0.0.1:4566"}]},
            [
                "aws:accessKey: is required by aws:endpoints: the credentials of this machine are not for them",
                "aws:secretKey: is required by aws:endpoints: the credentials of this machine are not for them",
            ],
        ),
        (
            {"endpoints": [{"s3": "https://s3.example.com", "ec2": 4566}], **LOCAL},
            [
                "aws:endpoints.ec2: 4566 is no URL of this machine, such as http://127.0.0.1:4566",
                "aws:endpoints.s3: 'https://s3.example.com' is no URL of this machine, such as http://127.0.0.1:4566",
            ],
        ),
        (
            {"endpoints": [{"s3": "http://127.0.0.1:4566"}], "accessKey": "ASIA" + "J" * 16, "secretKey": "x"},
            ["aws:accessKey: is one that AWS has issued, and aws:endpoints are not AWS's; for example test"],
        ),
        (
            {"endpoints": "http://127.0.0.1:4566", **LOCAL},
            ["aws:endpoints: is a list of mappings from services to URLs, unlike 'http://127.0.0.1:4566'"],
        ),
    ],
)
def test_endpoints_are_of_this_machine_and_take_credentials_that_are_nobody_s(
    config: dict[str, Any], lines: list[str]
) -> None:
    assert said(**config) == lines

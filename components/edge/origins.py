"""Origins of a CloudFront distribution: buckets, load balancers, APIs."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.private_bucket import PrivateBucket
from components.edge.origin_secret import OriginSecret
from components.statements import Statement


@dataclass(frozen=True)
class HttpsOrigin:
    """A server with a certificate for ``domain_name``; with ``secret``, requests carry its header.

    ``path`` is put before the path of every request, and begins with ``/``. A REST API of API Gateway is its regional
    name and, as ``path``, its stage. A WebSocket API answers under the path of its stage and nothing below it, so it
    takes no ``path``, and the behaviour's path is the stage: ``/ws`` for a stage ``ws``.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-wscat.html
    """

    domain_name: pulumi.Input[str]
    secret: OriginSecret | None = None
    path: pulumi.Input[str] | None = None

    def args(self) -> dict[str, Any]:
        """The origin in a distribution's form: TLS 1.2 and nothing less.

        60 seconds is the longest wait for an answer that CloudFront grants without a quota increase:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
        """
        config = aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
            http_port=80,
            https_port=443,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
            origin_read_timeout=60,
            origin_keepalive_timeout=60,
        )
        header = aws.cloudfront.DistributionOriginCustomHeaderArgs
        headers = [] if self.secret is None else [header(name=self.secret.header, value=self.secret.sent)]
        return {
            "domain_name": self.domain_name,
            "origin_path": self.path,
            "custom_origin_config": config,
            "custom_headers": headers or None,
        }


_SECONDS = 3
"""How long a bucket may take to answer a connection before its copy is asked; left alone, CloudFront tries three times
for ten seconds each:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html"""


@dataclass(frozen=True)
class BucketOrigin:
    """A private bucket whose policy lets this distribution alone read its objects.

    The policy of the bucket's key must let ``distributions`` in, and that of ``copy``'s, which has the same objects in
    another region and is asked where the bucket does not answer. Only behaviours that ``read`` lead to such a pair:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
    """

    bucket: PrivateBucket
    copy: PrivateBucket | None = None

    def args(self, access_control_id: pulumi.Input[str]) -> dict[str, Any]:
        """The origin in a distribution's form, its requests signed; soon given up where there is a copy to ask."""
        at_once = {"connection_attempts": 1, "connection_timeout": _SECONDS} if self.copy else {}
        return {"domain_name": self.bucket.domain_name, "origin_access_control_id": access_control_id, **at_once}

    def admit(self, key: str, distribution_arn: pulumi.Input[str]) -> None:
        """Lets the distribution, and only it, read.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
        """
        for bucket in (self.bucket, *([self.copy] if self.copy else [])):
            bucket.allow(
                Statement(
                    f"Distribution{key.replace('-', '').capitalize()}",
                    ["s3:GetObject"],
                    [bucket.objects],
                    {"StringEquals": {"aws:SourceArn": distribution_arn}},
                    principals={"Service": ["cloudfront.amazonaws.com"]},
                )
            )


Origin = HttpsOrigin | BucketOrigin

_GONE = (500, 502, 503, 504)
"""Answers of a bucket at which its copy is asked; not those of an object that is not there, nor is in the copy."""


def either(key: str) -> str:
    """The id of the group of a bucket, which behaviours call by ``key``, and its copy."""
    return f"{key}-or-copy"


def places(key: str, origin: Origin) -> dict[str, Origin]:
    """The origins that a distribution has of one, by their ids."""
    if isinstance(origin, BucketOrigin) and origin.copy:
        return {key: origin, f"{key}-copy": BucketOrigin(origin.copy)}
    return {key: origin}


def group(key: str) -> aws.cloudfront.DistributionOriginGroupArgs:
    """The group of a bucket and its copy, in a distribution's form."""
    member = aws.cloudfront.DistributionOriginGroupMemberArgs
    return aws.cloudfront.DistributionOriginGroupArgs(
        origin_id=either(key),
        failover_criteria=aws.cloudfront.DistributionOriginGroupFailoverCriteriaArgs(status_codes=list(_GONE)),
        members=[member(origin_id=key), member(origin_id=f"{key}-copy")],
    )


def distributions(account: Account) -> Statement:
    """Lets the distributions of this account decrypt what they read from buckets; for a key's ``usable_by``.

    It names no distribution, since a distribution is made after the key of the bucket it reads. The bucket does.
    """
    return Statement(
        "Distributions",
        ["kms:Decrypt"],
        ["*"],
        {"ArnLike": {"aws:SourceArn": account.arn("cloudfront", "distribution/*", region="")}},
        principals={"Service": ["cloudfront.amazonaws.com"]},
    )

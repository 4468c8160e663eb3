"""A CloudFront distribution."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.data.log_bucket import LogBucket
from components.edge.cache_policy import ALL_VIEWER_EXCEPT_HOST_HEADER, CACHING_DISABLED, cache_policy
from components.edge.cdn_settings import BehaviorSettings, CdnSettings
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.firewall import Firewall
from components.edge.header_settings import HeaderSettings
from components.edge.origins import BucketOrigin, Origin, either, group, places
from components.edge.response_headers import ENCRYPTION, SET_COOKIE, response_headers
from components.edge.single_page import viewer_request
from components.edge.zone import AliasTarget
from components.operations.metric import EDGE_REGION
from components.versions import CLOUDFRONT_FUNCTIONS

_READ = ["GET", "HEAD", "OPTIONS"]
_LOGGED = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
)
"""All fields but query, cookies and Referer, which is where signed addresses and tokens stand:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html"""
_ALL = [*_READ, "PUT", "POST", "PATCH", "DELETE"]

_UNCACHED_ERRORS = (404, 500, 502, 503, 504)
"""Errors that CloudFront would otherwise keep for ten seconds, even where caching is disabled; a record that is read
before it is written must not stay missing.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html"""


class Cdn(Component):
    """A distribution in front of ``origins``, by the key that behaviours call them by.

    Reached by everybody under its aliases, over TLS 1.2 or better, through ``firewall``; requests are logged to
    ``access_logs`` (standard logging v2, which needs no ACL on the bucket). ``certificate`` and ``firewall`` must live
    in us-east-1. Without aliases there is no certificate either, and CloudFront takes TLS from 1.0 on:
    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
    Raises ValueError for a behaviour whose origin is not there or whose ``single_page`` has no bucket behind it, for
    one of all methods before a bucket with a copy, and for aliases without a certificate or the other way round.
    """

    def __init__(
        self,
        name: str,
        settings: CdnSettings,
        *,
        origins: Mapping[str, Origin],
        certificate: Certificate | ExistingCertificate | None = None,
        firewall: Firewall,
        access_logs: LogBucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        _check(name, settings, origins, certified=certificate is not None)
        self._origins = origins
        self._header_ids: dict[str, pulumi.Output[str]] = {}
        self._headers = settings.headers
        self._signer_group = self._trust(settings)
        distribution = aws.cloudfront.Distribution(
            self.child("distribution"),
            enabled=True,
            comment=name,
            aliases=list(settings.aliases) or None,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            default_root_object=settings.default_root_object,
            web_acl_id=firewall.arn,
            origins=[
                self._origin(name, origin, settings.shield_of(key))
                for key, found in origins.items()
                for name, origin in places(key, found).items()
            ],
            origin_groups=[group(key) for key in origins if self._target(key) != key] or None,
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                **self._behavior("default", settings.default)
            ),
            ordered_cache_behaviors=[
                aws.cloudfront.DistributionOrderedCacheBehaviorArgs(path_pattern=b.path, **self._behavior(key, b))
                for key, b in settings.behaviors.items()
            ],
            custom_error_responses=[
                aws.cloudfront.DistributionCustomErrorResponseArgs(error_code=code, error_caching_min_ttl=0)
                for code in _UNCACHED_ERRORS
            ],
            viewer_certificate=_viewer_certificate(certificate),
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            opts=self.child_options(),
        )
        # By the bucket, which may stand behind two origins, with its copy and without.
        for origin in {each.bucket: each for each in origins.values() if isinstance(each, BucketOrigin)}.values():
            origin.admit(name, distribution.arn)
        self.distribution_id = distribution.id
        self.arn = distribution.arn
        self.domain_name = distribution.domain_name
        self.zone_id = distribution.hosted_zone_id
        self._log(access_logs)
        self.register_outputs({"distributionId": self.distribution_id, "domainName": self.domain_name})

    @property
    def alias_target(self) -> AliasTarget:
        """The target of alias records (A and AAAA) for the distribution."""
        return AliasTarget(self.domain_name, self.zone_id, ipv6=True)

    def _target(self, key: str) -> str:
        """What a behaviour names for an origin: the group of it and its copy, where it has one."""
        origin = self._origins[key]
        return either(key) if isinstance(origin, BucketOrigin) and origin.copy else key

    def _origin(self, key: str, origin: Origin, shield: str | None) -> aws.cloudfront.DistributionOriginArgs:
        args = origin.args(self._access_control(key)) if isinstance(origin, BucketOrigin) else origin.args()
        if shield is not None:
            args["origin_shield"] = aws.cloudfront.DistributionOriginOriginShieldArgs(
                enabled=True, origin_shield_region=shield
            )
        return aws.cloudfront.DistributionOriginArgs(origin_id=key, **args)

    def _access_control(self, key: str) -> pulumi.Output[str]:
        return aws.cloudfront.OriginAccessControl(
            self.child("access", key),
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self.child_options(),
        ).id

    def _behavior(self, key: str, settings: BehaviorSettings) -> dict[str, Any]:
        return {
            "target_origin_id": self._target(settings.origin),
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": _READ if settings.methods == "read" else _ALL,
            "cached_methods": ["GET", "HEAD"],
            "compress": True,
            "cache_policy_id": (
                cache_policy(self.child("cache", key), settings, self.child_options())
                if settings.keeps
                else CACHING_DISABLED
            ),
            "origin_request_policy_id": None if settings.cache_seconds > 0 else ALL_VIEWER_EXCEPT_HOST_HEADER,
            "response_headers_policy_id": self._response_headers(key, settings),
            "trusted_key_groups": [self._signer_group] if settings.signed else None,
            "function_associations": self._functions(key) if settings.single_page else None,
        }

    def _response_headers(self, key: str, settings: BehaviorSettings) -> pulumi.Output[str]:
        """The behaviour's own headers, or one of the distribution's: an account may have no more than 20 policies."""
        bucket = isinstance(self._origins[settings.origin], BucketOrigin)
        cached = settings.cache_seconds > 0
        removed = (*(SET_COOKIE if cached or bucket else ()), *(ENCRYPTION if bucket else ()))
        if settings.headers is not None:
            return self._headers_policy(self.child("headers", key), settings.headers, removed)
        return self._headers_policy(
            self.child("file-headers" if bucket else "cached-headers" if cached else "headers"), self._headers, removed
        )

    def _headers_policy(self, name: str, settings: HeaderSettings, removed: tuple[str, ...]) -> pulumi.Output[str]:
        if name not in self._header_ids:
            self._header_ids[name] = response_headers(name, settings, removed, self.child_options())
        return self._header_ids[name]

    def _functions(self, key: str) -> list[dict[str, pulumi.Input[str]]]:
        function = aws.cloudfront.Function(
            self.child("single-page", key),
            runtime=CLOUDFRONT_FUNCTIONS.value,
            code=viewer_request(),
            comment="Answers paths that name no file with the document of the application",
            publish=True,
            opts=self.child_options(),
        )
        return [{"event_type": "viewer-request", "function_arn": function.arn}]

    def _trust(self, settings: CdnSettings) -> pulumi.Output[str] | None:
        """The group of the keys that signatures are checked against."""
        self.signer_ids: dict[str, pulumi.Output[str]] = {
            key: aws.cloudfront.PublicKey(
                # A trailing line break is part of what CloudFront keeps and compares.
                self.child("signer", key),
                encoded_key=pem.rstrip("\n") + "\n",
                opts=self.child_options(),
            ).id
            for key, pem in settings.signers.items()
        }
        if not self.signer_ids:
            return None
        return aws.cloudfront.KeyGroup(
            self.child("signers"), items=list(self.signer_ids.values()), opts=self.child_options()
        ).id

    def _log(self, logs: LogBucket) -> None:
        source = aws.cloudwatch.LogDeliverySource(
            self.child("access-logs"),
            log_type="ACCESS_LOGS",
            resource_arn=self.arn,
            region=EDGE_REGION,
            opts=self.child_options(),
        )
        destination = aws.cloudwatch.LogDeliveryDestination(
            self.child("access-logs"),
            output_format="json",
            delivery_destination_configuration=aws.cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
                destination_resource_arn=logs.arn
            ),
            region=EDGE_REGION,
            opts=self.child_options(),
        )
        aws.cloudwatch.LogDelivery(
            self.child("access-logs"),
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(_LOGGED),
            s3_delivery_configurations=[
                aws.cloudwatch.LogDeliveryS3DeliveryConfigurationArgs(
                    suffix_path="{DistributionId}/{yyyy}/{MM}/{dd}/{HH}", enable_hive_compatible_path=False
                )
            ],
            region=EDGE_REGION,
            # AWS refuses the delivery, or writes a policy of its own, until the bucket's policy lets it in.
            opts=self.child_options(depends_on=[logs]),
        )


def _check(name: str, settings: CdnSettings, origins: Mapping[str, Origin], *, certified: bool) -> None:
    behaviors = (settings.default, *settings.behaviors.values())
    missing = {behavior.origin for behavior in behaviors} - set(origins)
    if missing:
        raise ValueError(f"{name}: there is no origin {', '.join(sorted(missing))}")
    for behavior in behaviors:
        if behavior.single_page and not isinstance(origins[behavior.origin], BucketOrigin):
            raise ValueError(f"{name}: a single page is served from a bucket, and {behavior.origin} is none")
    for behavior in behaviors:
        origin = origins[behavior.origin]
        if isinstance(origin, BucketOrigin) and origin.copy and behavior.methods != "read":
            raise ValueError(f"{name}: a group of origins takes what reads alone, and {behavior.origin} has a copy")
    if bool(settings.aliases) != certified:
        raise ValueError(f"{name}: aliases need a certificate, and a certificate needs aliases")


def _viewer_certificate(
    certificate: Certificate | ExistingCertificate | None,
) -> aws.cloudfront.DistributionViewerCertificateArgs:
    if certificate is None:
        return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
    return aws.cloudfront.DistributionViewerCertificateArgs(
        acm_certificate_arn=certificate.arn,
        ssl_support_method="sni-only",
        minimum_protocol_version="TLSv1.2_2021",
    )

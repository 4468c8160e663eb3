"""A CloudFront distribution."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.data.log_bucket import LogBucket
from components.edge.cdn_settings import BehaviorSettings, CdnSettings
from components.edge.certificate import Certificate
from components.edge.firewall import Firewall
from components.edge.origins import BucketOrigin, Origin
from components.edge.zone import AliasTarget
from components.operations.metric import EDGE_REGION

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html"""

ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html"""

_READ = ["GET", "HEAD", "OPTIONS"]
_ALL = [*_READ, "PUT", "POST", "PATCH", "DELETE"]

_UNCACHED_ERRORS = (404, 500, 502, 503, 504)
"""Errors that CloudFront would otherwise keep for ten seconds, even where caching is disabled; a record that is read
before it is written must not stay missing.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html"""

_TWO_YEARS = 63072000


class Cdn(Component):
    """A distribution in front of ``origins``, by the key that behaviours call them by.

    Reached by everybody under its aliases, over TLS 1.2 or better, through ``firewall``; requests are logged to
    ``access_logs`` (standard logging v2, which needs no ACL on the bucket). ``certificate`` and ``firewall`` must live
    in us-east-1. Raises ValueError for a behaviour whose origin there is not.
    """

    def __init__(
        self,
        name: str,
        settings: CdnSettings,
        *,
        origins: Mapping[str, Origin],
        certificate: Certificate,
        firewall: Firewall,
        access_logs: LogBucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        wanted = {b.origin for b in (settings.default, *settings.behaviors.values())}
        if not wanted <= set(origins):
            raise ValueError(f"{name}: there is no origin {', '.join(sorted(wanted - set(origins)))}")
        self._headers_id = self._security_headers()
        distribution = aws.cloudfront.Distribution(
            self.child("distribution"),
            enabled=True,
            comment=name,
            aliases=list(settings.aliases),
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            default_root_object=settings.default_root_object,
            web_acl_id=firewall.arn,
            origins=[self._origin(key, origin, settings) for key, origin in origins.items()],
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
            viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=certificate.arn,
                ssl_support_method="sni-only",
                minimum_protocol_version="TLSv1.2_2021",
            ),
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            opts=self.child_options(),
        )
        for origin in origins.values():
            if isinstance(origin, BucketOrigin):
                origin.admit(name, distribution.arn)
        self.distribution_id = distribution.id
        self.arn = distribution.arn
        self.domain_name = distribution.domain_name
        self.zone_id = distribution.hosted_zone_id
        self._log(access_logs)
        self.register_outputs({"distributionId": self.distribution_id, "domainName": self.domain_name})

    @property
    def alias_target(self) -> AliasTarget:
        """What a name in Route 53 stands for, over IPv4 and IPv6."""
        return AliasTarget(self.domain_name, self.zone_id, ipv6=True)

    def _origin(self, key: str, origin: Origin, settings: CdnSettings) -> aws.cloudfront.DistributionOriginArgs:
        args = origin.args(self._access_control(key)) if isinstance(origin, BucketOrigin) else origin.args()
        if settings.origin_shield_region is not None:
            args["origin_shield"] = aws.cloudfront.DistributionOriginOriginShieldArgs(
                enabled=True, origin_shield_region=settings.origin_shield_region
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
        cached = settings.cache_seconds > 0
        return {
            "target_origin_id": settings.origin,
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": _READ if settings.methods == "read" else _ALL,
            "cached_methods": ["GET", "HEAD"],
            "compress": True,
            "cache_policy_id": self._cache_policy(key, settings.cache_seconds) if cached else CACHING_DISABLED,
            "origin_request_policy_id": None if cached else ALL_VIEWER_EXCEPT_HOST_HEADER,
            "response_headers_policy_id": self._headers_id,
        }

    def _cache_policy(self, key: str, seconds: int) -> pulumi.Output[str]:
        cached = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
            cookies_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
                cookie_behavior="none"
            ),
            headers_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                header_behavior="none"
            ),
            query_strings_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                query_string_behavior="all"
            ),
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        )
        return aws.cloudfront.CachePolicy(
            self.child("cache", key),
            min_ttl=0,
            default_ttl=seconds,
            max_ttl=31536000,
            parameters_in_cache_key_and_forwarded_to_origin=cached,
            opts=self.child_options(),
        ).id

    def _security_headers(self) -> pulumi.Output[str]:
        config = aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
            strict_transport_security=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
                access_control_max_age_sec=_TWO_YEARS, include_subdomains=True, override=True
            ),
            content_type_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
                override=True
            ),
            frame_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
                frame_option="DENY", override=True
            ),
            referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
                referrer_policy="strict-origin-when-cross-origin", override=True
            ),
        )
        return aws.cloudfront.ResponseHeadersPolicy(
            self.child("headers"), security_headers_config=config, opts=self.child_options()
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
            s3_delivery_configurations=[
                aws.cloudwatch.LogDeliveryS3DeliveryConfigurationArgs(
                    suffix_path="{DistributionId}/{yyyy}/{MM}/{dd}/{HH}", enable_hive_compatible_path=False
                )
            ],
            region=EDGE_REGION,
            # AWS refuses the delivery, or writes a policy of its own, until the bucket's policy lets it in.
            opts=self.child_options(depends_on=[logs]),
        )

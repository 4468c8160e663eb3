"""Cache policies of CloudFront: cache keys and TTLs."""

import pulumi
import pulumi_aws as aws

from components.edge.cdn_settings import BehaviorSettings

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html"""

ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html"""

_YEAR = 31536000
_SIGNED_IN = "Authorization"
_VARIES = ("Accept", "Accept-Language", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
"""What an API answers differently to; ten headers at most fit into a key:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""


def cache_policy(name: str, settings: BehaviorSettings, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The id of a policy whose key is also all that the origin sees of a request, so that no answer depends on more.

    The path and the query are always in the key; for ``viewer`` also cookies and the Authorization header. Where the
    origin decides it sees all of the request, and the key has what answers vary by. With no
    minimum, an origin's ``Cache-Control: private`` or ``no-store`` is obeyed:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
    """
    queries = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs
    return aws.cloudfront.CachePolicy(
        name,
        min_ttl=0,
        default_ttl=settings.cache_seconds,
        max_ttl=_YEAR,
        parameters_in_cache_key_and_forwarded_to_origin=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
            cookies_config=_cookies(settings),
            headers_config=_headers(settings),
            query_strings_config=queries(query_string_behavior="all"),
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        ),
        opts=opts,
    ).id


def _cookies(
    settings: BehaviorSettings,
) -> aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs:
    config = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs
    names = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigCookiesArgs
    if settings.cache_key == "everybody" and not settings.origin_decides:
        return config(cookie_behavior="none")
    if not settings.cookies:
        return config(cookie_behavior="all")
    return config(cookie_behavior="whitelist", cookies=names(items=list(settings.cookies)))


def _headers(
    settings: BehaviorSettings,
) -> aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs:
    config = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs
    names = aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs
    if settings.origin_decides:
        return config(header_behavior="whitelist", headers=names(items=[*_VARIES, _SIGNED_IN]))
    if settings.cache_key == "everybody":
        return config(header_behavior="none")
    return config(header_behavior="whitelist", headers=names(items=[_SIGNED_IN]))

"""A response headers policy of CloudFront."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.edge.header_settings import CrossOriginSettings, HeaderSettings

SET_COOKIE = ("Set-Cookie",)
"""What no answer that is kept may carry: CloudFront would give one user's cookie to the next, also where cookies are
no part of the cache key. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html"""

ENCRYPTION = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
)
"""What S3 tells with every object; the key's ARN has the number of the account."""

_TWO_YEARS = 63072000


def response_headers(
    name: str, settings: HeaderSettings, removed: Sequence[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The id of a policy that sets the headers of ``settings`` and takes away ``removed``, ten at most."""
    permissions = settings.permissions_policy
    item = aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigItemArgs
    return aws.cloudfront.ResponseHeadersPolicy(
        name,
        security_headers_config=_security(settings),
        custom_headers_config=None if permissions is None else _permissions(permissions),
        cors_config=None if settings.cors is None else _cors(settings.cors),
        remove_headers_config=(
            aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigArgs(items=[item(header=h) for h in removed])
            if removed
            else None
        ),
        opts=opts,
    ).id


def _security(settings: HeaderSettings) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs:
    sources = settings.content_security
    return aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
        strict_transport_security=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=_TWO_YEARS, include_subdomains=True, override=True
        ),
        content_type_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
            override=True
        ),
        frame_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
            frame_option=settings.frame_option, override=True
        ),
        referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy=settings.referrer_policy, override=True
        ),
        content_security_policy=(
            None
            if sources is None
            else aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
                content_security_policy=sources, override=True
            )
        ),
    )


def _permissions(value: str) -> aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs:
    return aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
        items=[
            aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs(
                header="Permissions-Policy", value=value, override=True
            )
        ]
    )


def _cors(settings: CrossOriginSettings) -> aws.cloudfront.ResponseHeadersPolicyCorsConfigArgs:
    exposed = aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlExposeHeadersArgs
    return aws.cloudfront.ResponseHeadersPolicyCorsConfigArgs(
        access_control_allow_origins=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowOriginsArgs(
            items=list(settings.origins)
        ),
        access_control_allow_methods=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowMethodsArgs(
            items=list(settings.methods)
        ),
        access_control_allow_headers=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowHeadersArgs(
            items=list(settings.headers)
        ),
        access_control_expose_headers=(
            exposed(items=list(settings.expose_headers)) if settings.expose_headers else None
        ),
        access_control_allow_credentials=settings.credentials,
        access_control_max_age_sec=settings.max_age_seconds,
        origin_override=True,
    )

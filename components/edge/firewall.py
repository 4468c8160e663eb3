"""A WAF web ACL with its logging."""

import re
from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field, field_validator

from components.account import Account
from components.component import Component
from components.edge import firewall_rules as rules
from components.edge import markup_rules
from components.edge.origin_secret import HEADER, HasOriginHeader
from components.naming import fitted
from components.operations.metric import EDGE_REGION
from components.security.key import Key
from settings import DomainName, Settings
from settings.services.edge import AclName, BlockedPath

_METRIC_NAME = 128
"""https://docs.aws.amazon.com/waf/latest/APIReference/API_VisibilityConfig.html"""

EDGE_PASSES_ON = 20_000
"""Requests that one address may send in five minutes to a web ACL behind CloudFront: that is an edge location's, with
all its users behind it, and the ACL of the distribution has counted each of them already."""


_CREDENTIALS = ("authorization", "cookie", "referer", "sec-websocket-protocol", HEADER.lower())
"""A browser's WebSocket has no header for a token but that of the subprotocol; a page's Referer holds its query."""


class FirewallSettings(Settings):
    """What is stopped before it reaches the application.

    ``rate_limit`` is requests of one address in five minutes. ``blocked_paths`` are places no user has business in,
    with everything below them. ``hosts``, when given, are the only names that may be asked for; a request without a
    Host header has none. The common rule set stops bodies above 8 KB unless ``large_bodies`` says that the
    application takes them; what lies beyond the first 16 KB is then not looked at (8 KB behind a load balancer):
    https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html

    ``document_paths`` are where documents are saved that hold HTML, paths, addresses or SQL as their text: the managed
    rules that these set off stop them everywhere but in what is written there, and all other rules there too.
    """

    scope: Literal["CLOUDFRONT", "REGIONAL"] = "CLOUDFRONT"
    """Whether it stands before a distribution or before something in the region."""
    acl_name: AclName | None = None
    """A fixed name in AWS, unique in the account and scope, where an operator looks for one."""
    rate_limit: int = Field(default=2000, ge=10, le=2_000_000_000)
    """How many requests one address may send in five minutes."""
    managed_groups: tuple[rules.ManagedGroup, ...] = (
        "AmazonIpReputationList",
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "SQLiRuleSet",
    )
    """AWS's own groups of rules, without the prefix ``AWSManagedRules``, in the order of their priorities."""
    blocked_paths: tuple[BlockedPath, ...] = Field(
        default=("/admin", "/actuator", "/.git", "/.env", "/wp-admin", "/phpmyadmin"), max_length=10
    )
    """Paths that are refused, with everything below them."""
    hosts: tuple[DomainName, ...] = Field(default=(), max_length=5)
    """The only names that may be asked for. Left out, any."""
    document_paths: tuple[BlockedPath, ...] = Field(default=(), max_length=5)
    """Where what is saved may hold HTML, paths, addresses or SQL as its text."""
    large_bodies: bool = False
    """Whether bodies above 8 KB are let in, of which the part after the inspection limit is not looked at."""
    sqli_body_rule: bool = False
    """Whether a rule of its own stops SQL in every body."""

    @field_validator("managed_groups")
    @classmethod
    def _holds_those_of_every_acl(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if missing := [group for group in rules.ALWAYS if group not in value]:
            raise ValueError(f"lacks {', '.join(missing)}: no web ACL is without")
        return value


class InnerFirewallSettings(FirewallSettings):
    """The same before an API or a load balancer behind CloudFront, whose own web ACL has seen each request before.

    Bodies pass as they did there: what the edge takes, such as a large page, must not be refused here.
    """

    scope: Literal["REGIONAL"] = "REGIONAL"
    rate_limit: int = Field(default=EDGE_PASSES_ON, ge=10, le=2_000_000_000)
    large_bodies: bool = True


class Firewall(Component):
    """A web ACL that lets through what none of its rules blocks, and logs every request it sees.

    With ``origin_secret`` it blocks what did not come through the distribution that sends it, which API Gateway cannot
    tell by itself. ``stage_path`` is what requests for that API have before the path of a resource.

    With scope CLOUDFRONT it lives in us-east-1 and is attached by the distribution; with REGIONAL it lives in the
    stack's region and is attached by ``protect``. Logs go to a log group whose name must begin with ``aws-waf-logs-``,
    in the same region, encrypted with ``log_key`` from that region. Neither they nor the samples of requests that WAF
    keeps for three hours hold a query or a header that carries credentials:
    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
    """

    def __init__(
        self,
        name: str,
        settings: FirewallSettings,
        *,
        account: Account,
        log_key: Key,
        origin_secret: HasOriginHeader | None = None,
        stage_path: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._scope = settings.scope
        region = EDGE_REGION if settings.scope == "CLOUDFRONT" else None
        # Metrics of a region have no other name, and stacks of one account may share it.
        self.metric_name = fitted(re.sub(r"[^A-Za-z0-9_-]", "-", f"{pulumi.get_stack()}-{name}"), _METRIC_NAME)
        acl = aws.wafv2.WebAcl(
            self.child("acl"),
            name=settings.acl_name,
            scope=settings.scope,
            default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
            rules=_rules(settings, origin_secret, stage_path),
            data_protection_config=_protected(),
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                metric_name=self.metric_name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
            region=region,
            opts=self.child_options(),
        )
        self.arn = acl.arn
        self._log(account, log_key, region)
        self.register_outputs({"arn": self.arn})

    def protect(self, suffix: str, resource_arn: pulumi.Input[str]) -> None:
        """Attaches the web ACL to a load balancer or another regional resource.

        Raises ValueError with scope CLOUDFRONT, where the distribution names its web ACL itself.
        """
        if self._scope == "CLOUDFRONT":
            raise ValueError(f"{self.name}: a web ACL of CloudFront is attached by the distribution")
        self._attach(suffix, resource_arn, region=None)

    def protect_app(self, suffix: str, app_arn: pulumi.Input[str]) -> None:
        """Attaches the web ACL to an Amplify app, which takes one of scope CLOUDFRONT, whatever its own region.

        https://docs.aws.amazon.com/amplify/latest/userguide/amplify-waf-configuration.html
        Raises ValueError with scope REGIONAL.
        """
        if self._scope == "REGIONAL":
            raise ValueError(f"{self.name}: an Amplify app takes a web ACL of CloudFront")
        self._attach(suffix, app_arn, region=EDGE_REGION)

    def _attach(self, suffix: str, resource_arn: pulumi.Input[str], *, region: str | None) -> None:
        aws.wafv2.WebAclAssociation(
            self.child("protects", suffix),
            web_acl_arn=self.arn,
            resource_arn=resource_arn,
            region=region,
            opts=self.child_options(),
        )

    def _log(self, account: Account, key: Key, region: str | None) -> None:
        group = aws.cloudwatch.LogGroup(
            self.child("logs"),
            # A prefix, so that stacks of one account do not claim the same group.
            name_prefix=f"aws-waf-logs-{self.name}-",
            kms_key_id=key.arn,
            retention_in_days=account.safeguards.log_days,
            region=region,
            opts=self.child_options(),
        )
        redacted = aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs
        header = aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs
        aws.wafv2.WebAclLoggingConfiguration(
            self.child("logging"),
            resource_arn=self.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[
                *(redacted(single_header=header(name=name)) for name in _CREDENTIALS),
                redacted(query_string=aws.wafv2.WebAclLoggingConfigurationRedactedFieldQueryStringArgs()),
            ],
            region=region,
            opts=self.child_options(),
        )


def _protected() -> aws.wafv2.WebAclDataProtectionConfigArgs:
    """What WAF replaces in whatever it keeps of a request; the rules still see it."""
    field = aws.wafv2.WebAclDataProtectionConfigDataProtectionFieldArgs
    fields = [field(field_type="QUERY_STRING"), field(field_type="SINGLE_HEADER", field_keys=list(_CREDENTIALS))]
    return aws.wafv2.WebAclDataProtectionConfigArgs(
        data_protections=[
            aws.wafv2.WebAclDataProtectionConfigDataProtectionArgs(action="SUBSTITUTION", field=one) for one in fields
        ]
    )


def _rules(
    settings: FirewallSettings, origin_secret: HasOriginHeader | None, stage_path: str
) -> list[aws.wafv2.WebAclRuleArgs]:
    own = [rules.rate_limit(settings.rate_limit)]
    if settings.sqli_body_rule:
        own.append(rules.sqli_body())
    if settings.blocked_paths:
        own.append(rules.blocked_paths(settings.blocked_paths, stage_path))
    if settings.hosts:
        own.append(rules.unknown_hosts(settings.hosts))
    if origin_secret is not None:
        own.append(rules.strangers(origin_secret.header, origin_secret.accepted))
    groups = settings.managed_groups
    counted = markup_rules.counted(groups) if settings.document_paths else {}
    if settings.large_bodies:
        counted["CommonRuleSet"] = ("SizeRestrictions_BODY", *counted.get("CommonRuleSet", ()))
    managed = [rules.managed(group, counted.get(group, ())) for group in groups]
    return [*own, *managed, *markup_rules.elsewhere(settings.document_paths, groups, stage_path)]

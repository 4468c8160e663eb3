"""The rules of a web ACL, with fixed priorities; the lowest is evaluated first."""

import re
from collections.abc import Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

ManagedGroup = Literal["AmazonIpReputationList", "CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet"]

ALWAYS: tuple[ManagedGroup, ...] = ("CommonRuleSet", "KnownBadInputsRuleSet")
"""What stops the attacks that everybody meets; new ones, Log4j's among them, come in without anybody's doing."""

_MANAGED_PRIORITIES: dict[ManagedGroup, int] = {
    "AmazonIpReputationList": 10,
    "CommonRuleSet": 11,
    "KnownBadInputsRuleSet": 12,
    "SQLiRuleSet": 13,
}


def rate_limit(limit: int) -> aws.wafv2.WebAclRuleArgs:
    """Blocks an address for as long as it sends more than ``limit`` requests in five minutes."""
    statement = aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
        limit=limit, aggregate_key_type="IP", evaluation_window_sec=300
    )
    return block("RateLimit", 1, aws.wafv2.WebAclRuleStatementArgs(rate_based_statement=statement))


def sqli_body() -> aws.wafv2.WebAclRuleArgs:
    """Blocks SQL in the body, as it was sent."""
    statement = aws.wafv2.WebAclRuleStatementSqliMatchStatementArgs(
        field_to_match=aws.wafv2.WebAclRuleStatementSqliMatchStatementFieldToMatchArgs(
            body=aws.wafv2.WebAclRuleStatementSqliMatchStatementFieldToMatchBodyArgs(oversize_handling="CONTINUE")
        ),
        text_transformations=[
            aws.wafv2.WebAclRuleStatementSqliMatchStatementTextTransformationArgs(priority=1, type="NONE")
        ],
    )
    return block("SQLInjection", 2, aws.wafv2.WebAclRuleStatementArgs(sqli_match_statement=statement))


def blocked_paths(paths: Sequence[str], stage_path: str = "") -> aws.wafv2.WebAclRuleArgs:
    """Blocks paths and everything below them, however they are spelled."""
    statement = below(paths, stage_path)
    return block("BlockedPaths", 3, aws.wafv2.WebAclRuleStatementArgs(regex_match_statement=statement))


def below(paths: Sequence[str], stage_path: str = "") -> aws.wafv2.WebAclRuleStatementRegexMatchStatementArgs:
    """Requests for one of the paths or anything below it, however they are spelled.

    ``stage_path`` is what an address of API Gateway has before the path of a resource, which is asked for with it.
    """
    stage = f"({re.escape(stage_path.lower())})?" if stage_path else ""
    return aws.wafv2.WebAclRuleStatementRegexMatchStatementArgs(
        regex_string=f"^{stage}({'|'.join(map(re.escape, paths))})(/|$)",
        field_to_match=aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs(
            uri_path=aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchUriPathArgs()
        ),
        text_transformations=transformations("URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"),
    )


def unknown_hosts(hosts: Sequence[str]) -> aws.wafv2.WebAclRuleArgs:
    """Blocks requests for any other name, and those without a Host header, which match nothing."""
    known = aws.wafv2.WebAclRuleStatementRegexMatchStatementArgs(
        regex_string=f"^({'|'.join(map(re.escape, hosts))})(:443)?$",
        field_to_match=aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs(
            single_header=aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchSingleHeaderArgs(name="host")
        ),
        text_transformations=transformations("LOWERCASE"),
    )
    unknown = aws.wafv2.WebAclRuleStatementNotStatementArgs(
        statement=aws.wafv2.WebAclRuleStatementArgs(regex_match_statement=known)
    )
    return block("UnknownHosts", 4, aws.wafv2.WebAclRuleStatementArgs(not_statement=unknown))


def strangers(header: str, accepted: pulumi.Input[Sequence[pulumi.Input[str]]]) -> aws.wafv2.WebAclRuleArgs:
    """Blocks requests whose ``header`` has none of the values, and those without it, which match nothing.

    A rule that combines others needs two of them; values are compared as they are.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_OrStatement.html
    """
    if isinstance(accepted, Sequence):
        ours: pulumi.Input[aws.wafv2.WebAclRuleStatementArgs] = _sent(header, accepted)
    else:
        ours = pulumi.Output.all(accepted).apply(lambda told: _sent(header, told[0]))
    foreign = aws.wafv2.WebAclRuleStatementNotStatementArgs(statement=ours)
    return block("Strangers", 5, aws.wafv2.WebAclRuleStatementArgs(not_statement=foreign))


def _sent(header: str, accepted: Sequence[pulumi.Input[str]]) -> aws.wafv2.WebAclRuleStatementArgs:
    """Any of the values."""
    each = [aws.wafv2.WebAclRuleStatementArgs(byte_match_statement=_equals(header, value)) for value in accepted]
    if len(each) == 1:
        return each[0]
    return aws.wafv2.WebAclRuleStatementArgs(or_statement=aws.wafv2.WebAclRuleStatementOrStatementArgs(statements=each))


def _equals(header: str, value: pulumi.Input[str]) -> aws.wafv2.WebAclRuleStatementByteMatchStatementArgs:
    single = aws.wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchSingleHeaderArgs(name=header.lower())
    return aws.wafv2.WebAclRuleStatementByteMatchStatementArgs(
        field_to_match=aws.wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchArgs(single_header=single),
        positional_constraint="EXACTLY",
        search_string=value,
        text_transformations=[
            aws.wafv2.WebAclRuleStatementByteMatchStatementTextTransformationArgs(priority=0, type="NONE")
        ],
    )


def managed(group: ManagedGroup, counted: Sequence[str] = ()) -> aws.wafv2.WebAclRuleArgs:
    """A group of rules that AWS keeps up to date; those in ``counted`` are only counted.

    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    """
    override = aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs
    count = aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
        count=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
    )
    statement = aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
        vendor_name="AWS",
        name=f"AWSManagedRules{group}",
        rule_action_overrides=[override(name=name, action_to_use=count) for name in counted] or None,
    )
    return aws.wafv2.WebAclRuleArgs(
        name=group,
        priority=_MANAGED_PRIORITIES[group],
        override_action=aws.wafv2.WebAclRuleOverrideActionArgs(none=aws.wafv2.WebAclRuleOverrideActionNoneArgs()),
        statement=aws.wafv2.WebAclRuleStatementArgs(managed_rule_group_statement=statement),
        visibility_config=_visible(group),
    )


def block(name: str, priority: int, statement: aws.wafv2.WebAclRuleStatementArgs) -> aws.wafv2.WebAclRuleArgs:
    """A rule that stops what the statement is true of."""
    return aws.wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        action=aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs()),
        statement=statement,
        visibility_config=_visible(name),
    )


def _visible(name: str) -> aws.wafv2.WebAclRuleVisibilityConfigArgs:
    return aws.wafv2.WebAclRuleVisibilityConfigArgs(
        metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )


def transformations(
    *kinds: str,
) -> list[aws.wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArgs]:
    """What is done to a text, in this order, before it is compared."""
    transformation = aws.wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArgs
    return [transformation(priority=place, type=kind) for place, kind in enumerate(kinds)]

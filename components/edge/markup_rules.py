"""WAF rules for requests that carry documents with markup, links and SQL, scoped to the paths that save them."""

from collections.abc import Sequence

import pulumi_aws as aws

from components.edge.firewall_rules import ManagedGroup, below, block, transformations

_PRIORITY = 20
"""After the managed groups, whose labels it reads."""
_LABELS = {
    "CommonRuleSet": {
        "CrossSiteScripting_BODY": "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body",
        "GenericLFI_BODY": "awswaf:managed:aws:core-rule-set:GenericLFI_Body",
        "GenericRFI_BODY": "awswaf:managed:aws:core-rule-set:GenericRFI_Body",
    },
    "SQLiRuleSet": {"SQLi_BODY": "awswaf:managed:aws:sql-database:SQLi_Body"},
}
"""Rules that what people write about HTML, paths (``../``), addresses and SQL sets off, by group, each with its label:
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html"""


def counted(groups: Sequence[ManagedGroup]) -> dict[str, tuple[str, ...]]:
    """The rules that only label a request, by group, so that ``elsewhere`` decides."""
    return {group: tuple(_LABELS[group]) for group in groups if group in _LABELS}


def elsewhere(
    paths: Sequence[str], groups: Sequence[ManagedGroup], stage_path: str = ""
) -> list[aws.wafv2.WebAclRuleArgs]:
    """Blocks what those rules labelled, but for documents saved below ``paths``; without these, no rule."""
    statement = aws.wafv2.WebAclRuleStatementArgs
    labels = [label for group in groups for label in _LABELS.get(group, {}).values()]
    if not paths:
        return []
    said = [
        statement(label_match_statement=aws.wafv2.WebAclRuleStatementLabelMatchStatementArgs(scope="LABEL", key=label))
        for label in labels
    ]
    labelled = statement(or_statement=aws.wafv2.WebAclRuleStatementOrStatementArgs(statements=said))
    saved = statement(not_statement=aws.wafv2.WebAclRuleStatementNotStatementArgs(statement=_saved(paths, stage_path)))
    both = statement(and_statement=aws.wafv2.WebAclRuleStatementAndStatementArgs(statements=[labelled, saved]))
    return [block("MarkupElsewhere", _PRIORITY, both)]


def _saved(paths: Sequence[str], stage_path: str) -> aws.wafv2.WebAclRuleStatementArgs:
    """Requests that write below one of the paths, however it is spelled."""
    field = aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs
    written = aws.wafv2.WebAclRuleStatementRegexMatchStatementArgs(
        regex_string="^(PATCH|POST|PUT)$",
        field_to_match=field(method=aws.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchMethodArgs()),
        text_transformations=transformations("NONE"),
    )
    statement = aws.wafv2.WebAclRuleStatementArgs
    both = [statement(regex_match_statement=below(paths, stage_path)), statement(regex_match_statement=written)]
    return statement(and_statement=aws.wafv2.WebAclRuleStatementAndStatementArgs(statements=both))

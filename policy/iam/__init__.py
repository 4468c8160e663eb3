"""IAM: policy documents wherever they stand, as one model, and what their actions do.

`documents(resource, IDENTITY)` gives the known documents of a resource; `types_with(IDENTITY, TRUST)` the resource
types that hold such; `expand("s3:Get*")` the actions behind a pattern with access level and resource-level support;
`findings_at_large(resource, table, on)` judges identity policies that allow actions of a table on everything;
`open_to_everybody(resource)` judges resource policies; `narrowed(statement)` says whether conditions leave known
principals only.
"""

from policy.iam.accounts import account_of, foreign_principals, home_accounts, is_whole_account
from policy.iam.actions import LIST, PERMISSIONS, READ, TAGGING, WRITE, Action, expand, expand_all, grants
from policy.iam.document import Condition, Document, Statement, parse
from policy.iam.document_locations import ENDPOINT, IDENTITY, PLACES, RESOURCE, TRUST, documents, types_with
from policy.iam.narrowing import has_source, narrowed, narrows, open_to_everybody, wide_arn
from policy.iam.reach import (
    at_large,
    broad,
    covers,
    denied,
    findings_at_large,
    is_any,
    is_everything,
    is_whole_service,
    limited,
    limits,
    named,
    named_patterns,
    on_everything,
    partial_patterns,
    says_something,
)
from policy.iam.services import names_source_for_keys, names_source_for_resources, names_source_for_roles, service_name
from policy.iam.transport import answers_plain_http

__all__ = [
    "ENDPOINT",
    "IDENTITY",
    "LIST",
    "PERMISSIONS",
    "PLACES",
    "READ",
    "RESOURCE",
    "TAGGING",
    "TRUST",
    "WRITE",
    "Action",
    "Condition",
    "Document",
    "Statement",
    "account_of",
    "answers_plain_http",
    "at_large",
    "broad",
    "covers",
    "denied",
    "documents",
    "expand",
    "expand_all",
    "findings_at_large",
    "foreign_principals",
    "grants",
    "has_source",
    "home_accounts",
    "is_any",
    "is_everything",
    "is_whole_account",
    "is_whole_service",
    "limited",
    "limits",
    "named",
    "named_patterns",
    "names_source_for_keys",
    "names_source_for_resources",
    "names_source_for_roles",
    "narrowed",
    "narrows",
    "on_everything",
    "open_to_everybody",
    "parse",
    "partial_patterns",
    "says_something",
    "service_name",
    "types_with",
    "wide_arn",
]

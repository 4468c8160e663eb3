"""IAM: policy documents wherever they stand, as one model, and what their actions do.

`documents(resource, IDENTITY)` gives the known documents of a resource; `types_with(IDENTITY, TRUST)` the resource
types that hold such; `expand("s3:Get*")` the actions behind a pattern with access level and resource-level support.
"""

from policy.iam.actions import LIST, PERMISSIONS, READ, TAGGING, WRITE, Action, expand, expand_all, grants
from policy.iam.document import Condition, Document, Statement, parse
from policy.iam.places import ENDPOINT, IDENTITY, PLACES, RESOURCE, TRUST, documents, types_with

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
    "documents",
    "expand",
    "expand_all",
    "grants",
    "parse",
    "types_with",
]

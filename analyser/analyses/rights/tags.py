"""Tags of what a stack makes: its own, and those that its provider gives to everything."""

import json
from typing import Any, Final

from analyser.analyses.reach.graph_view import View
from policy.model import Resource, known
from policy.unknown import UNKNOWN

RESOURCE_TAG: Final = "aws:resourcetag/"
# Services of whose resources here every type has aws:ResourceTag among its condition keys, and no account has to turn
# that on: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_BY_TAG: Final = frozenset(
    {"backup", "codebuild", "codepipeline", "ec2", "ecr", "ecs", "eks", "elasticache", "elasticfilesystem", "es",
     "events", "iam", "kafka", "kinesis", "kms", "lambda", "logs", "rds", "secretsmanager", "sns", "sqs", "states"}
)  # fmt: skip
_OWN_KEYS: Final = {"rds": ("rds:db-tag/", "rds:cluster-tag/")}


def tags_of(view: View, found: Resource) -> tuple[dict[str, str], bool]:
    """The tags that are known, and whether these are all."""
    tags = found.get("tags")
    every = {**_default_tags(view, found), **(tags if isinstance(tags, dict) else {})}
    own = {tag: value for tag, value in every.items() if known(value)}
    return own, tags is not UNKNOWN and len(own) == len(every)


def tag_keys(action: str) -> tuple[str, ...]:
    """The beginnings of the keys by which requests of a service bring the tags of a resource."""
    service = action.partition(":")[0].lower()
    return (RESOURCE_TAG, f"{service}:resourcetag/", *_OWN_KEYS.get(service, ()))


def judged_by_tag(action: str) -> bool:
    """Whether all requests about a resource of the service bring its tags."""
    return action.partition(":")[0].lower() in _BY_TAG


def _default_tags(view: View, found: Resource) -> dict[str, Any]:
    """What the provider of a resource gives to whatever it makes."""
    node = view.graph[found.urn]
    provider = view.graph.get(node.provider.rpartition("::")[0])
    default = provider.inputs.get("defaultTags") if provider else None
    written = default or view.graph.config.get("aws:defaultTags") or "{}"
    read = json.loads(written) if isinstance(written, str) else written
    tags = read.get("tags") if isinstance(read, dict) else None
    return tags if isinstance(tags, dict) else {}

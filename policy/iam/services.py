"""AWS services as principals, and which of them say on whose behalf they call."""

import re
from typing import Final

_REGIONAL: Final = re.compile(r"^([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com")
_SUFFIX: Final = re.compile(r"\.amazonaws\.com(?:\.cn)?$")

# Services whose own guides have roles' trust policies name the source ("cross-service confused deputy prevention"):
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
# Not here, since they bring no source when they take a role or AWS documents none: ec2, lambda, backup, apigateway,
# cloudtrail (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html),
# autoscaling, glue, rds, s3 (replication), spotfleet. Roles cannot be passed to them across accounts either.
_TAKE_ROLES: Final = frozenset(
    {
        "amplify",
        "appflow",
        "appstream",
        "batch",
        "bedrock",
        "bedrock-agentcore",
        "codebuild",
        "codepipeline",
        "config",
        "datasync",
        "dlm",
        "dms",
        "ecs-tasks",
        "eks",
        "eks-fargate-pods",
        "events",
        "export.rds",
        "firehose",
        "imagebuilder",
        "iot",
        "kafka",
        "kafkaconnect",
        "kinesisanalytics",
        "logs",
        "monitoring.rds",
        "personalize",
        "pipes",
        "rolesanywhere",
        "scheduler",
        "ssm",
        "states",
        "transfer",
        "vpc-flow-logs",
    }
)
# Services that write to resources for their customers and bring aws:SourceArn or aws:SourceAccount along. Load
# balancers may be bound by the account's folder in the bucket as well.
_CALL_RESOURCES: Final = frozenset(
    {
        "apigateway",
        "appstream",
        "budgets",
        "cloudfront",
        "cloudtrail",
        "cloudwatch",
        "codestar-notifications",
        "config",
        "costalerts",
        "delivery.logs",
        "dms",
        "events",
        "iot",
        "logdelivery.elasticloadbalancing",
        "logging.s3",
        "logs",
        "pipes",
        "route53",
        "s3",
        "scheduler",
        "ses",
        "sns",
        "states",
        "vpc-flow-logs",
    }
)


# They bring none to KMS where they publish to an encrypted topic:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
_WITHOUT_SOURCE_AT_KEYS: Final = frozenset({"events"})


def service_name(principal: str) -> str:
    """`logs` of `logs.us-east-1.amazonaws.com`, `export.rds` of `export.rds.amazonaws.com`."""
    regional = _REGIONAL.match(principal)
    return regional.group(1) if regional else _SUFFIX.sub("", principal)


def names_source_for_roles(principal: str) -> bool:
    """Whether the service names its source when it takes a role."""
    return service_name(principal) in _TAKE_ROLES


def names_source_for_resources(principal: str) -> bool:
    """Whether the service names its source when it acts on a resource."""
    return service_name(principal) in _CALL_RESOURCES


def names_source_for_keys(principal: str) -> bool:
    """Whether the service names its source when it uses a key."""
    return service_name(principal) in _CALL_RESOURCES - _WITHOUT_SOURCE_AT_KEYS

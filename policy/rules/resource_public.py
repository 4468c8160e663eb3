"""Policies of queues and of resources without rules of their own: none may let in everybody."""

from collections.abc import Iterator

from policy.iam import RESOURCE, open_to_everybody, types_with
from policy.model import Finding, Resource, Severity, rule

_BEST = "Well-Architected"
_QUEUES = ("aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy")
# Stores and keys have rules of their own; APIs are public by design and judged by their authorizers.
_JUDGED_ELSEWHERE = (
    *("aws:apigateway/", "aws:backup/", "aws:dynamodb/", "aws:ecr/", "aws:ecrpublic/", "aws:efs/"),
    *("aws:elasticsearch/", "aws:kinesis/", "aws:kms/", "aws:msk/", "aws:opensearch/", "aws:s3/", "aws:s3control/"),
    *("aws:secretsmanager/", "aws:sns/", "aws:sqs/", "aws:vpclattice/", "aws-native:kms:", "aws-native:vpclattice:"),
)
_OTHERS = tuple(token for token in types_with(RESOURCE) if not token.startswith(_JUDGED_ELSEWHERE))


@rule(
    "sqs-not-public",
    title="Queue policies name who may use the queue",
    severity=Severity.HIGH,
    types=_QUEUES,
    frameworks={"FSBP": "SQS.3", "CIS": "2.21", "Checkov": ("CKV_AWS_168", "CKV_AWS_387")},
    remedy="Name principals, or limit `*` by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
    link="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
)
def queue_not_public(queue: Resource) -> Iterator[Finding]:
    """Whoever may send makes work for the consumers; whoever may receive takes it from them."""
    return open_to_everybody(queue)


@rule(
    "resource-policy-not-public",
    title="Policies of buses, archives, catalogues and other resources name who may come in",
    severity=Severity.HIGH,
    types=_OTHERS,
    frameworks={_BEST: "SEC03-BP07", "CIS": "2.21", "Checkov": "CKV_AWS_283"},
    remedy="Name principals, or limit `*` by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
)
def others_not_public(resource: Resource) -> Iterator[Finding]:
    """`*` is every AWS account, and for some services everybody without one."""
    return open_to_everybody(resource)

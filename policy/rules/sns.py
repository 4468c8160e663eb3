"""SNS topics."""

from collections.abc import Iterator

from policy.iam import open_to_everybody
from policy.model import Finding, Resource, Severity, rule

TOPIC = "aws:sns/topic:Topic"
_LINK = "https://docs.aws.amazon.com/sns/latest/dg/"


@rule(
    "sns-encrypted",
    title="Topics are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[TOPIC],
    frameworks={"Security Hub": "SNS.1", "cdk-nag": "AwsSolutions-SNS2", "Checkov": "CKV_AWS_26"},
    remedy="Set kmsMasterKeyId to a customer key whose policy lets the publishing services use it.",
    link=_LINK + "sns-server-side-encryption.html",
)
def encrypted(topic: Resource) -> Iterator[Finding]:
    """Messages are stored until delivered. The key that AWS manages cannot be used by CloudWatch alarms."""
    if topic.lacks("kmsMasterKeyId"):
        yield Finding("is not encrypted", "kmsMasterKeyId")
    elif topic.has("kmsMasterKeyId", "alias/aws/sns"):
        yield Finding("is encrypted with the key that AWS manages", "kmsMasterKeyId")


@rule(
    "sns-not-public",
    title="Topic policies name who may use the topic",
    severity=Severity.HIGH,
    types=[TOPIC, "aws:sns/topicPolicy:TopicPolicy"],
    frameworks={"FSBP": "SNS.4", "CIS": "2.21", "Checkov": "CKV_AWS_169"},
    remedy="Name principals, or limit `*` by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
    link=_LINK + "sns-access-policy-use-cases.html",
)
def not_public(topic: Resource) -> Iterator[Finding]:
    """Whoever may publish forges alarms; whoever may subscribe reads them."""
    return open_to_everybody(topic)

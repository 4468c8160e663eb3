"""Systems Manager: parameters and documents."""

import re
from collections.abc import Iterator

from policy.credentials import is_credential
from policy.model import Finding, Resource, Severity, rule

PARAMETER = "aws:ssm/parameter:Parameter"
DOCUMENT = "aws:ssm/document:Document"
_LINK = "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
# What names of secrets end in; a name that goes on (…-arn, …-name, …-policy) is about a secret, and none.
_SECRET = re.compile(
    r"(?:^|[/._-])(?:password|passwd|secret|secret[._-]?key|token|api[._-]?key|access[._-]?key|private[._-]?key"
    r"|credentials?|connection[._-]?string)$"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@rule(
    "ssm-parameter-customer-key",
    title="Secure parameters are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[PARAMETER],
    frameworks={"Checkov": "CKV_AWS_337"},
    remedy="Set keyId.",
    link=_LINK + "secure-string-parameter-kms-encryption.html",
)
def parameter_customer_key(parameter: Resource) -> Iterator[Finding]:
    """With the key that AWS manages every role that may read parameters may decrypt them."""
    aws_key = parameter.lacks("keyId") or parameter.has("keyId", "alias/aws/ssm")
    if parameter.has("type", "SecureString") and aws_key:
        yield Finding("is encrypted with the key that AWS manages", "keyId")


@rule(
    "ssm-parameter-no-plain-secret",
    title="Parameters with secrets are secure strings",
    severity=Severity.HIGH,
    types=[PARAMETER],
    frameworks={"Checkov": "CKV2_AWS_34", "Well-Architected": "SEC02-BP03"},
    remedy="Keep the value in Secrets Manager, or set type to SecureString with a keyId.",
    link=_LINK + "sysman-paramstore-securestring.html",
)
def parameter_no_plain_secret(parameter: Resource) -> Iterator[Finding]:
    """A plain parameter shows its value to whoever lists parameters. The ARN of a secret is none."""
    if not parameter.has("type", "String", "StringList"):
        return
    names = [str(name) for name in parameter.list("name")]
    values = [*parameter.list("value"), *parameter.list("insecureValue")]
    if any(str(value).startswith("arn:") for value in values) or parameter.partly_unknown("value"):
        return
    if any(is_credential(None, value) for value in values):
        yield Finding("holds a credential in clear", "value")
    elif any(_SECRET.search(_HUMPS.sub("-", name).lower()) for name in names):
        yield Finding("is named like a secret, and stands in clear", "type")


@rule(
    "ssm-document-not-public",
    title="Documents are not shared with everybody",
    severity=Severity.CRITICAL,
    types=[DOCUMENT],
    frameworks={"FSBP": "SSM.4", "Checkov": "CKV_AWS_303"},
    remedy="Name the accounts in permissions.account_ids, or leave permissions out.",
    link=_LINK + "documents-ssm-sharing.html",
)
def document_not_public(document: Resource) -> Iterator[Finding]:
    """Documents show how the machines are run: paths, hosts, and now and then a password."""
    for path in ("permissions.account_ids", "permissions.accountIds"):  # a map, whose keys stay as they were written
        if any("all" in str(accounts).lower().split(",") for accounts in document.list(path)):
            yield Finding("is shared with everybody", path)

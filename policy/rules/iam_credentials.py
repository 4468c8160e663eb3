"""IAM: rights that hand out credentials, secrets and keys."""

from collections.abc import Iterator

from policy.iam import IDENTITY, documents, findings_at_large, is_any, limited, named, on_everything, types_with
from policy.model import Finding, Resource, Severity, known, rule

_TYPES = types_with(IDENTITY)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
ROLES = ("sts:AssumeRole",)
# ecr:GetAuthorizationToken and its like are not here: what their tokens may do is said by other actions.
TOKENS = (
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "ec2:GetPasswordData",
    "lightsail:DownloadDefaultKeyPair",
    "lightsail:GetInstanceAccessDetails",
    "rds-db:connect",
    "redshift-serverless:GetCredentials",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "sts:AssumeRoot",
    "sts:GetFederationToken",
)
SECRETS = (
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)
DECRYPTION = ("kms:Decrypt", "kms:ReEncryptFrom")
GRANTS = ("kms:CreateGrant",)


@rule(
    "iam-assume-role-scoped",
    title="Policies name the roles that may be taken",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "cdk-nag": "AwsSolutions-IAM5", "Checkov": ("CKV_AWS_286", "CKV_AWS_287")},
    remedy="Name the ARNs of the roles.",
    link=_LINK + "id_roles_use_permissions-to-switch.html",
)
def assume_role_scoped(resource: Resource) -> Iterator[Finding]:
    """Every role that trusts the account is then this principal's, those of other accounts and of tomorrow too.

    A role's name in any account is as good: whoever makes one there has it taken.
    """
    yield from findings_at_large(resource, ROLES, "every role")
    for document in documents(resource, IDENTITY):
        for statement in document.allowing():
            if not named(statement, ROLES) or on_everything(statement) or limited(statement):
                continue
            anywhere = [str(each) for each in statement.resources if known(each) and _of_any_account(str(each))]
            if anywhere:
                yield Finding(
                    f"{statement.label} allows sts:AssumeRole on {anywhere[0]}, of any account", document.path
                )


def _of_any_account(arn: str) -> bool:
    parts = arn.split(":", 5)
    return parts[:1] == ["arn"] and parts[2:3] == ["iam"] and is_any("".join(parts[4:5]))


@rule(
    "iam-tokens-scoped",
    title="Policies name whose credentials they hand out",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_287"},
    remedy="Name the database users, clusters, instances or identities.",
    link=_LINK + "best-practices.html#grant-least-privilege",
)
def tokens_scoped(resource: Resource) -> Iterator[Finding]:
    """Credentials that were handed out outlive the right to ask for them."""
    return findings_at_large(resource, TOKENS, "everything")


@rule(
    "iam-secrets-scoped",
    title="Policies name the secrets and parameters that may be read",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={
        _BEST: "SEC03-BP02",
        "cdk-nag": "AwsSolutions-IAM5",
        "Checkov": ("CKV_AWS_287", "CKV_AWS_288"),
    },
    remedy="Name the ARNs of the secrets, or the path of the application's own parameters.",
    link="https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
)
def secrets_scoped(resource: Resource) -> Iterator[Finding]:
    """One breached workload then has the passwords of all."""
    return findings_at_large(resource, SECRETS, "every secret or parameter")


@rule(
    "iam-decryption-scoped",
    title="Policies name the keys that may decrypt",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={"FSBP": ("KMS.1", "KMS.2"), "cdk-nag": "AwsSolutions-IAM5", "Checkov": "CKV_AWS_287"},
    remedy="Name the ARNs of the keys, or limit by kms:ResourceAliases or the encryption context.",
    link="https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
)
def decryption_scoped(resource: Resource) -> Iterator[Finding]:
    """A customer key separates data only if not everybody may use every key."""
    return findings_at_large(resource, DECRYPTION, "every key")


@rule(
    "iam-key-grants-scoped",
    title="Policies name the keys that grants may be given on",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC08-BP01", "cdk-nag": "AwsSolutions-IAM5", "Checkov": "CKV_AWS_289"},
    remedy="Name the keys, and add a Bool condition on kms:GrantIsForAWSResource.",
    link="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
)
def grants_scoped(resource: Resource) -> Iterator[Finding]:
    """A grant hands the use of a key on, to principals of other accounts as well, and shows in no policy."""
    return findings_at_large(resource, GRANTS, "every key")

"""IAM: users, their credentials, groups, the password policy, and AWS's wide policies."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
ATTACHMENT_TYPES = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    "aws:iam/role:Role",
    "aws:rolesanywhere/profile:Profile",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
    "aws-native:iam:Group",
    "aws-native:iam:Role",
    "aws-native:iam:User",
    "aws-native:sso:PermissionSet",
)
ATTACHED = ("policyArn", "policyArns", "managedPolicyArn", "managedPolicyArns", "managedPolicies")
"""The inputs by which they name managed policies."""
# Policies of AWS for people who run a whole field, or that read the content of every store.
_WIDE = (
    "AmazonEC2RoleforSSM",
    "DataScientist",
    "DatabaseAdministrator",
    "NetworkAdministrator",
    "ReadOnlyAccess",
    "SecretsManagerReadWrite",
    "SystemAdministrator",
)
_MINIMUM_LENGTH = 14


@rule(
    "iam-no-users",
    title="People and workloads take roles, nobody is an IAM user",
    severity=Severity.MEDIUM,
    types=["aws:iam/user:User", "aws-native:iam:User"],
    frameworks={_BEST: ("SEC02-BP02", "SEC02-BP04"), "Checkov": "CKV_AWS_273"},
    remedy="Use IAM Identity Center for people and roles for workloads.",
    link=_LINK + "best-practices.html#bp-users-federation-idp",
)
def no_users(user: Resource) -> Iterator[Finding]:
    """A user's credentials do not expire, and leave with nobody who leaves."""
    yield Finding(f"{user.name} is an IAM user")


@rule(
    "iam-no-long-lived-credentials",
    title="Nobody has credentials that do not expire",
    severity=Severity.HIGH,
    types=[
        "aws:iam/accessKey:AccessKey",
        "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
        "aws:iam/signingCertificate:SigningCertificate",
        "aws:iam/sshKey:SshKey",
    ],
    frameworks={"FSBP": "IAM.3", _BEST: "SEC02-BP02"},
    remedy="Let the workload take a role: instance profile, Pod Identity, OIDC, or IAM Roles Anywhere outside AWS.",
    link=_LINK + "best-practices.html#bp-workloads-use-roles",
)
def no_long_lived_credentials(credential: Resource) -> Iterator[Finding]:
    """Most breaches of AWS accounts begin with an access key that leaked; its secret lies in the stack's state, too."""
    if credential.lacks("status", "Inactive"):
        yield Finding("does not expire")


@rule(
    "iam-no-console-passwords",
    title="Nobody signs in with an IAM user's password",
    severity=Severity.HIGH,
    types=["aws:iam/userLoginProfile:UserLoginProfile"],
    frameworks={"FSBP": "IAM.5", _BEST: "SEC02-BP04", "Checkov": "CKV2_AWS_22"},
    remedy="Use IAM Identity Center, where the second factor is required for all.",
    link=_LINK + "best-practices.html#enable-mfa-for-privileged-users",
)
def no_console_passwords(profile: Resource) -> Iterator[Finding]:
    """Nothing makes the user of a new password add a second factor; the password lies in the stack's state."""
    yield Finding(f"{profile.name} lets a user sign in with a password alone")


@rule(
    "iam-users-through-groups",
    title="Users have policies through groups only",
    severity=Severity.LOW,
    types=[
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
        "aws:iam/policyAttachment:PolicyAttachment",
    ],
    frameworks={"FSBP": "IAM.2", "CIS": "2.13", "Checkov": "CKV_AWS_40"},
    remedy="Attach the policy to a group, or to a role that the users take.",
    link=_LINK + "access_policies_managed-vs-inline.html",
)
def users_through_groups(policy: Resource) -> Iterator[Finding]:
    """Rights given one by one are not taken back when somebody's work changes."""
    for key in ("user", "users", "userName"):
        if policy.has(key):
            yield Finding("is given to a user", key)


@rule(
    "iam-no-exclusive-attachment",
    title="Attachments leave those of others alone",
    severity=Severity.MEDIUM,
    types=["aws:iam/policyAttachment:PolicyAttachment"],
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Use RolePolicyAttachment or GroupPolicyAttachment.",
    link="https://www.pulumi.com/registry/packages/aws/api-docs/iam/policyattachment/",
)
def no_exclusive_attachment(attachment: Resource) -> Iterator[Finding]:
    """It takes the policy away from every principal of the account that this stack does not name."""
    yield Finding(f"{attachment.name} takes its policy away from everybody else")


@rule(
    "iam-password-policy",
    title="Passwords of users are long and not used again",
    severity=Severity.MEDIUM,
    types=["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
    frameworks={
        "FSBP": "IAM.7",
        "Checkov": ("CKV_AWS_10", "CKV_AWS_11", "CKV_AWS_12", "CKV_AWS_13", "CKV_AWS_14", "CKV_AWS_15"),
    },
    remedy="Require 14 characters with upper and lower case, digits and symbols, and 24 passwords before one returns.",
    link=_LINK + "id_credentials_passwords_account-policy.html",
)
def password_policy(policy: Resource) -> Iterator[Finding]:
    """Short passwords are guessed, old ones are in somebody's list."""
    if policy.below("minimumPasswordLength", _MINIMUM_LENGTH, default=6):
        yield Finding("lets passwords be shorter than 14 characters", "minimumPasswordLength")
    for key in ("requireLowercaseCharacters", "requireNumbers", "requireSymbols", "requireUppercaseCharacters"):
        if policy.lacks(key, True):
            yield Finding("does not ask for them", key)
    if policy.below("passwordReusePrevention", 24, default=0):
        yield Finding("lets recent passwords return", "passwordReusePrevention")


@rule(
    "iam-no-wide-managed-policy",
    title="Workloads are not given AWS's policies for people",
    severity=Severity.MEDIUM,
    types=ATTACHMENT_TYPES,
    frameworks={_BEST: "SEC03-BP02", "cdk-nag": "AwsSolutions-IAM4"},
    remedy="Attach a policy with the actions and resources that are needed. ViewOnlyAccess and SecurityAudit read no "
    "content.",
    link="https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
)
def no_wide_managed_policy(resource: Resource) -> Iterator[Finding]:
    """They run a whole field, or read the content of every bucket and table, and grow by themselves."""
    for key in ATTACHED:
        for arn in resource.list(key):
            name = str(arn).rpartition("/")[2]
            if ":aws:policy/" in str(arn) and (name in _WIDE or name.endswith("PowerUser")):
                yield Finding(f"is given {name}", key)

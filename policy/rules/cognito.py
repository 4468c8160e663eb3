"""Cognito user pools, their clients, and identity pools."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, rule

USER_POOL = "aws:cognito/userPool:UserPool"
USER_POOL_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
IDENTITY_POOL = "aws:cognito/identityPool:IdentityPool"
_LINK = "https://docs.aws.amazon.com/cognito/latest/developerguide/"


class Password(RuleConfig):
    """What a password must be."""

    minimum_length: int = Field(8, ge=6, le=99, description="Least number of characters")
    maximum_temporary_days: int = Field(7, ge=1, le=365, description="Most days that a temporary password holds")


@rule(
    "cognito-password-policy",
    title="User pools ask for strong passwords",
    severity=Severity.MEDIUM,
    types=[USER_POOL],
    frameworks={"FSBP": "Cognito.3", "cdk-nag": "AwsSolutions-COG1"},
    remedy="Set passwordPolicy with minimumLength and all four requirements.",
    link=_LINK + "managing-users-passwords.html",
    config=Password,
)
def password_policy(pool: Resource, config: Password) -> Iterator[Finding]:
    """Short and simple passwords are guessed, and those leaked elsewhere are tried here first."""
    if pool.below("passwordPolicy.minimumLength", config.minimum_length, default=0):
        yield Finding("allows short passwords", "passwordPolicy.minimumLength")
    for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"):
        if pool.lacks(f"passwordPolicy.require{kind}", True):
            yield Finding(f"does not ask for {kind.lower()} in passwords", f"passwordPolicy.require{kind}")
    if pool.above("passwordPolicy.temporaryPasswordValidityDays", config.maximum_temporary_days):
        yield Finding("keeps temporary passwords too long", "passwordPolicy.temporaryPasswordValidityDays")


@rule(
    "cognito-mfa",
    title="User pools offer a second factor",
    severity=Severity.MEDIUM,
    types=[USER_POOL],
    frameworks={"FSBP": "Cognito.5", "cdk-nag": "AwsSolutions-COG2"},
    remedy="Set mfaConfiguration to ON or OPTIONAL, with softwareTokenMfaConfiguration enabled.",
    link=_LINK + "user-pool-settings-mfa.html",
)
def mfa(pool: Resource) -> Iterator[Finding]:
    """A stolen password is the whole account where nothing else is asked for."""
    if pool.lacks("mfaConfiguration", "ON", "OPTIONAL"):
        yield Finding("knows passwords only", "mfaConfiguration")


@rule(
    "cognito-threat-protection",
    title="User pools turn away sign-ins that look stolen",
    severity=Severity.MEDIUM,
    types=[USER_POOL],
    frameworks={"Security Hub": "Cognito.1", "cdk-nag": "AwsSolutions-COG8"},
    remedy="Set userPoolTier to PLUS and userPoolAddOns.advancedSecurityMode to ENFORCED.",
    link=_LINK + "cognito-user-pool-settings-threat-protection.html",
    level=Level.ADVISORY,
)
def threat_protection(pool: Resource) -> Iterator[Finding]:
    """Passwords from other sites' leaks are tried here by the million, each account once."""
    path = "userPoolAddOns.advancedSecurityMode"
    if pool.lacks(path, "ENFORCED"):
        yield Finding("does not act on suspicious sign-ins", path)


@rule(
    "cognito-deletion-protection",
    title="User pools are protected from deletion",
    severity=Severity.HIGH,
    types=[USER_POOL],
    frameworks={"FSBP": "Cognito.6"},
    remedy="Set deletionProtection to ACTIVE.",
    link=_LINK + "user-pool-settings-deletion-protection.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(pool: Resource) -> Iterator[Finding]:
    """Users and their passwords cannot be brought back; there is no backup of a pool."""
    if pool.lacks("deletionProtection", "ACTIVE"):
        yield Finding("can be deleted in one call", "deletionProtection")


@rule(
    "cognito-unauthenticated-identities",
    title="Identity pools give credentials to signed-in users only",
    severity=Severity.HIGH,
    types=[IDENTITY_POOL],
    frameworks={"FSBP": "Cognito.2", "cdk-nag": "AwsSolutions-COG7", "Checkov": "CKV_AWS_366"},
    remedy="Set allowUnauthenticatedIdentities to false.",
    link=_LINK + "identity-pools.html",
)
def unauthenticated_identities(pool: Resource) -> Iterator[Finding]:
    """Guests get AWS credentials of the account, and what their role may do is tried out by everybody."""
    if pool.has("allowUnauthenticatedIdentities", True):
        yield Finding("gives AWS credentials to strangers", "allowUnauthenticatedIdentities")


@rule(
    "cognito-enhanced-flow",
    title="Identity pools hand out credentials by the enhanced flow alone",
    severity=Severity.MEDIUM,
    types=[IDENTITY_POOL],
    frameworks={"Well-Architected": "SEC02-BP02"},
    remedy="Set allowClassicFlow to false.",
    link=_LINK + "authentication-flow.html",
    level=Level.ADVISORY,
)
def enhanced_flow(pool: Resource) -> Iterator[Finding]:
    """By the classic flow the caller names the role, and what Cognito takes away from sessions is not taken away."""
    if pool.has("allowClassicFlow", True):
        yield Finding("lets callers choose the role by the classic flow", "allowClassicFlow")


@rule(
    "cognito-client-flows",
    title="Clients of user pools keep passwords and tokens out of requests",
    severity=Severity.HIGH,
    types=[USER_POOL_CLIENT],
    frameworks={"Well-Architected": "SEC02-BP01"},
    remedy="Use ALLOW_USER_SRP_AUTH and the code grant (with PKCE in browsers).",
    link=_LINK + "amazon-cognito-user-pools-authentication-flow-methods.html",
)
def client_flows(client: Resource) -> Iterator[Finding]:
    """SRP proves the password without sending it; the implicit grant leaves tokens in addresses and histories."""
    if client.contains("explicitAuthFlows", "ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"):
        yield Finding("lets applications send passwords", "explicitAuthFlows")
    if client.contains("allowedOauthFlows", "implicit"):
        yield Finding("hands tokens out in addresses", "allowedOauthFlows")


@rule(
    "cognito-client-user-existence",
    title="Clients of user pools do not tell whether a user exists",
    severity=Severity.MEDIUM,
    types=[USER_POOL_CLIENT],
    frameworks={"Well-Architected": "SEC02-BP01"},
    remedy="Set preventUserExistenceErrors to ENABLED.",
    link=_LINK + "cognito-user-pool-managing-errors.html",
)
def client_user_existence(client: Resource) -> Iterator[Finding]:
    """Different answers for unknown users and wrong passwords list the customers, and whom to attack."""
    if client.lacks("preventUserExistenceErrors", "ENABLED"):
        yield Finding("tells which users exist", "preventUserExistenceErrors")


@rule(
    "cognito-callback-https",
    title="Users are sent back by HTTPS only",
    severity=Severity.HIGH,
    types=[USER_POOL_CLIENT],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy="Name https addresses; give developers a client of their own in another stack.",
    link=_LINK + "cognito-user-pools-app-idp-settings.html",
    level=Level.MANDATORY_IN_PROD,
)
def callback_https(client: Resource) -> Iterator[Finding]:
    """The address carries the code that the tokens are had for; on localhost any local program may take it."""
    for path in ("callbackUrls", "defaultRedirectUri", "logoutUrls"):
        for address in client.list(path):
            if str(address).lower().startswith("http://"):
                yield Finding(f"sends users to {address}", path)

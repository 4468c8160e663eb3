"""A Cognito user pool with e-mail addresses as user names."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.edge.email import Email
from components.security.sign_in_risks import respond_to_risks
from components.statements import Grant, Statement, sid
from settings import Settings
from settings.services.cognito import PoolName

ThreatProtection = Literal["ENFORCED", "AUDIT", "OFF"]


class UserPoolSettings(Settings):
    """What a password must be (characters), whether a second factor is asked for, and who makes accounts.

    ``pool_name`` is the name in AWS, made up when not given. With ``mfa`` OPTIONAL each user decides; the factor is an
    authenticator application, never a text message. ``threat_protection`` other than OFF needs the plan Plus, which has
    no free users: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    """

    pool_name: PoolName | None = None
    """The pool's name in AWS. Left out, the stack makes one."""
    password_length: int = Field(default=8, ge=8, le=99)
    """The fewest characters of a password."""
    temporary_password_days: int = Field(default=7, ge=1, le=7)
    """For how many days a password holds that an administrator gave."""
    mfa: Literal["OPTIONAL", "ON"] = "OPTIONAL"
    """Whether every user needs a second factor or each decides."""
    self_registration: bool = True
    """Whether users may sign up by themselves."""
    threat_protection: ThreatProtection = "ENFORCED"
    """What Cognito does about suspicious sign-ins; anything but ``OFF`` takes the paid plan Plus."""


class UserPool(Component):
    """A Cognito user pool: users sign in with an e-mail address that has been proved, in upper or lower case.

    A forgotten password is recovered through that address, and a changed one counts once it is proved as well. Devices
    are remembered only when the user says so, and a new one is not challenged for being new. Threat protection turns
    away passwords known from leaks and asks for a second factor, or refuses, as a sign-in looks riskier.

    Mail goes out through ``email``, which has to have left the sandbox of SES; without it Cognito sends in its own
    name, 50 messages a day: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html
    The pool waits until SES has verified the domain, so its zone must be delegated.
    """

    def __init__(
        self,
        name: str,
        settings: UserPoolSettings,
        *,
        account: Account,
        email: Email | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.email = email
        self.has_threat_protection = settings.threat_protection != "OFF"
        pool = aws.cognito.UserPool(
            self.child("pool"),
            name=settings.pool_name,
            username_attributes=["email"],
            username_configuration=aws.cognito.UserPoolUsernameConfigurationArgs(case_sensitive=False),
            auto_verified_attributes=["email"],
            user_attribute_update_settings=aws.cognito.UserPoolUserAttributeUpdateSettingsArgs(
                attributes_require_verification_before_updates=["email"]
            ),
            account_recovery_setting=_recovery(),
            admin_create_user_config=aws.cognito.UserPoolAdminCreateUserConfigArgs(
                allow_admin_create_user_only=not settings.self_registration
            ),
            password_policy=_password(settings),
            mfa_configuration=settings.mfa,
            software_token_mfa_configuration=aws.cognito.UserPoolSoftwareTokenMfaConfigurationArgs(enabled=True),
            device_configuration=aws.cognito.UserPoolDeviceConfigurationArgs(
                challenge_required_on_new_device=False, device_only_remembered_on_user_prompt=True
            ),
            user_pool_tier="PLUS" if self.has_threat_protection else "ESSENTIALS",
            user_pool_add_ons=_add_ons(settings.threat_protection),
            email_configuration=None if email is None else _sender(email, account),
            deletion_protection="ACTIVE" if account.safeguards.deletion_protection else "INACTIVE",
            opts=self.child_options(),
        )
        self.arn = pool.arn
        self.user_pool_id = pool.id
        self.provider_name = pulumi.Output.format("cognito-idp.{}.amazonaws.com/{}", account.region, pool.id)
        self.issuer = pulumi.Output.format("https://{}", self.provider_name)
        if self.has_threat_protection:
            respond_to_risks(self.child("risks"), pool.id, email, self.child_options())
        self.register_outputs({"arn": self.arn, "userPoolId": self.user_pool_id, "issuer": self.issuer})

    @property
    def erase(self) -> Grant:
        """Lets a role find a user, sign them out everywhere and delete them."""
        actions = ["cognito-idp:AdminDeleteUser", "cognito-idp:AdminUserGlobalSignOut", "cognito-idp:ListUsers"]
        return Statement(sid("Erase", self.name), actions, [self.arn])

    @property
    def operate(self) -> Grant:
        """Lets a role end every session of a user."""
        return Statement(sid("SignOut", self.name), ["cognito-idp:AdminUserGlobalSignOut"], [self.arn])


def _recovery() -> aws.cognito.UserPoolAccountRecoverySettingArgs:
    return aws.cognito.UserPoolAccountRecoverySettingArgs(
        recovery_mechanisms=[
            aws.cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs(name="verified_email", priority=1)
        ]
    )


def _password(settings: UserPoolSettings) -> aws.cognito.UserPoolPasswordPolicyArgs:
    return aws.cognito.UserPoolPasswordPolicyArgs(
        minimum_length=settings.password_length,
        require_lowercase=True,
        require_uppercase=True,
        require_numbers=True,
        require_symbols=True,
        temporary_password_validity_days=settings.temporary_password_days,
    )


def _add_ons(mode: ThreatProtection) -> aws.cognito.UserPoolUserPoolAddOnsArgs:
    """The mode, for sign-ins by password and, which AWS counts apart, by a flow of the application's own."""
    flows = aws.cognito.UserPoolUserPoolAddOnsAdvancedSecurityAdditionalFlowsArgs
    return aws.cognito.UserPoolUserPoolAddOnsArgs(
        advanced_security_mode=mode,
        advanced_security_additional_flows=None if mode == "OFF" else flows(custom_auth_mode=mode),
    )


def _sender(email: Email, account: Account) -> aws.cognito.UserPoolEmailConfigurationArgs:
    return aws.cognito.UserPoolEmailConfigurationArgs(
        email_sending_account="DEVELOPER",
        from_email_address=email.sender,
        source_arn=email.verified_identity(),
        configuration_set=email.configuration_sets[account.region],
    )

"""Threat protection of a Cognito user pool: adaptive authentication and compromised credentials."""

import pulumi
import pulumi_aws as aws

from components.edge.email import Email

_NOTICE = (
    "Sign-in to your account",
    "Somebody, perhaps you, tried to sign in to your account from an unusual device or place: {login-time}, {city}, "
    "{country}. If it was not you, change your password.",
)


def respond_to_risks(
    name: str, user_pool_id: pulumi.Input[str], email: Email | None, opts: pulumi.ResourceOptions
) -> None:
    """Refuses passwords known from leaks and sign-ins of high risk, and asks for a second factor at medium risk.

    A user without a second factor is let in at medium risk, and told about it where ``email`` can be sent.
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-adaptive-authentication.html
    """
    aws.cognito.RiskConfiguration(
        name,
        user_pool_id=user_pool_id,
        compromised_credentials_risk_configuration=aws.cognito.RiskConfigurationCompromisedCredentialsRiskConfigurationArgs(
            event_filters=["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"],
            actions=aws.cognito.RiskConfigurationCompromisedCredentialsRiskConfigurationActionsArgs(
                event_action="BLOCK"
            ),
        ),
        account_takeover_risk_configuration=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationArgs(
            actions=_actions(notify=email is not None),
            notify_configuration=None if email is None else _notices(email),
        ),
        opts=opts,
    )


def _actions(*, notify: bool) -> aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsArgs:
    return aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsArgs(
        high_action=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsHighActionArgs(
            event_action="BLOCK", notify=notify
        ),
        medium_action=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsMediumActionArgs(
            event_action="MFA_IF_CONFIGURED", notify=notify
        ),
        low_action=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsLowActionArgs(
            event_action="NO_ACTION", notify=False
        ),
    )


def _notices(email: Email) -> aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationNotifyConfigurationArgs:
    notify = aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationNotifyConfigurationArgs
    subject, body = _NOTICE
    markup = f"<p>{body}</p>"
    return notify(
        source_arn=email.verified_identity(),
        from_=email.sender,
        block_email=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationNotifyConfigurationBlockEmailArgs(
            subject=subject, text_body=body, html_body=markup
        ),
        mfa_email=aws.cognito.RiskConfigurationAccountTakeoverRiskConfigurationNotifyConfigurationMfaEmailArgs(
            subject=subject, text_body=body, html_body=markup
        ),
    )

"""An app client of a Cognito user pool."""

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.security.identity_providers import IdentityProviders
from components.security.user_pool import UserPool
from settings import Settings
from settings.services.cognito import ReturnAddress

FLOWS = ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
"""A server signs users in with rights of IAM; an application proves the password without sending it.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html"""


_OWN_ACCOUNT = "aws.cognito.signin.user.admin"
"""Tokens of the sign-in pages lack it unless asked for; those by SRP always have it:
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html"""


class UserPoolClientSettings(Settings):
    """Where users are sent back to after signing in and out, and for how many hours or days tokens hold."""

    callback_urls: tuple[ReturnAddress, ...] = Field(min_length=1, max_length=100)
    """Where users may be sent after signing in."""
    logout_urls: tuple[ReturnAddress, ...] = Field(default=(), max_length=100)
    """Where users may be sent after signing out."""
    access_hours: int = Field(default=1, ge=1, le=24)
    """For how many hours ID and access tokens hold."""
    refresh_days: int = Field(default=30, ge=1, le=3650)
    """For how many days users stay signed in."""


class UserPoolClient(Component):
    """A public client: no secret that a browser or a desktop application could not keep.

    Tokens come by the code grant, to be asked for with PKCE, and are had for openid, email and profile, and for what
    users do to their own account: change password and second factor, see and forget devices, delete it. A refresh token
    can be taken back, and all that it gave with it. Answers do not tell whether a user exists. Users come from the pool
    and from ``providers``. The sign-in pages, once the pool has a domain, look as Cognito draws them.
    """

    def __init__(
        self,
        name: str,
        settings: UserPoolClientSettings,
        *,
        user_pool: UserPool,
        providers: IdentityProviders | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        client = aws.cognito.UserPoolClient(
            self.child("client"),
            user_pool_id=user_pool.user_pool_id,
            generate_secret=False,
            explicit_auth_flows=list(FLOWS),
            supported_identity_providers=["COGNITO", *(providers.names if providers else ())],
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=["openid", "email", "profile", _OWN_ACCOUNT],
            callback_urls=list(settings.callback_urls),
            logout_urls=list(settings.logout_urls) or None,
            access_token_validity=settings.access_hours,
            id_token_validity=settings.access_hours,
            refresh_token_validity=settings.refresh_days,
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            opts=self.child_options(),
        )
        self.client_id = client.id
        # A client made through the API has no style, and without one no pages are shown:
        # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html
        aws.cognito.ManagedLoginBranding(
            self.child("pages"),
            user_pool_id=user_pool.user_pool_id,
            client_id=client.id,
            use_cognito_provided_values=True,
            opts=self.child_options(),
        )
        self.register_outputs({"clientId": self.client_id})

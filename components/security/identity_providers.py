"""Federated identity providers of a Cognito user pool: Google, Apple, and GitHub by an OpenID Connect bridge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.security.user_pool import UserPool
from settings import Settings
from settings.services.cognito import AppleId, GoogleClient, Issuer, ProviderId

Secret = Literal["google", "apple", "github"]


class GoogleSettings(Settings):
    """An OAuth client of Google."""

    client_id: GoogleClient
    """The OAuth client's id."""


class AppleSettings(Settings):
    """A services id of Apple, the team that owns it, and the key whose private half is the secret."""

    services_id: ProviderId
    """The services id, which is the client's id."""
    team_id: AppleId
    """The team that owns it."""
    key_id: AppleId
    """The key whose private half is the secret."""


class GithubSettings(Settings):
    """A bridge that speaks OpenID Connect for GitHub, which itself speaks OAuth only.

    ``issuer`` has to publish its endpoints at /.well-known/openid-configuration.
    """

    client_id: ProviderId
    """The client's id at the bridge."""
    issuer: Issuer
    """The bridge's address, below which its endpoints are published."""


class IdentityProvidersSettings(Settings):
    """Which accounts of others open this pool; none by default."""

    google: GoogleSettings | None = None
    apple: AppleSettings | None = None
    github: GithubSettings | None = None


@dataclass(frozen=True)
class _Provider:
    key: Secret
    name: str
    kind: str
    details: Mapping[str, str]
    secret: str
    """The name under which Cognito takes the secret."""
    mapping: Mapping[str, str]


class IdentityProviders(Component):
    """Google, Apple and, by a bridge, GitHub as ways into ``user_pool``; ``names`` are for its clients.

    ``secrets`` holds the client secret of each provider in the settings, Apple's being the private key: Pulumi secrets,
    from encrypted configuration. They are in no setting, and in state only encrypted. Raises ValueError for a provider
    without a secret and a secret without a provider.
    """

    def __init__(
        self,
        name: str,
        settings: IdentityProvidersSettings,
        *,
        user_pool: UserPool,
        secrets: Mapping[Secret, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        providers = list(_providers(settings))
        differing = {provider.key for provider in providers} ^ set(secrets)
        if differing:
            raise ValueError(f"{name}: a provider and its secret come together: {', '.join(sorted(differing))}")
        self.names = [self._open(user_pool, provider, secrets[provider.key]) for provider in providers]
        self.register_outputs({"names": self.names})

    def _open(self, user_pool: UserPool, provider: _Provider, secret: pulumi.Input[str]) -> pulumi.Output[str]:
        made = aws.cognito.IdentityProvider(
            self.child(provider.key),
            user_pool_id=user_pool.user_pool_id,
            provider_name=provider.name,
            provider_type=provider.kind,
            provider_details={**provider.details, provider.secret: pulumi.Output.secret(secret)},
            attribute_mapping=dict(provider.mapping),
            # AWS answers with the secret among the details.
            opts=self.child_options(additional_secret_outputs=["providerDetails"]),
        )
        # The provider's own copy: a client is only accepted once its providers are there.
        return made.provider_name


_MAPPING = {"username": "sub", "email": "email", "email_verified": "email_verified", "name": "name"}


def _providers(settings: IdentityProvidersSettings) -> Iterator[_Provider]:
    """The providers as Cognito takes them.

    It adds its own endpoints to those of Google and Apple; without them here every update would take them out again.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
    https://github.com/hashicorp/terraform-provider-aws/issues/4831
    """
    if settings.google is not None:
        yield _Provider("google", "Google", "Google", _google(settings.google), "client_secret", _MAPPING)
    if settings.apple is not None:
        # Apple gives the name once, on the first sign-in, and in parts.
        mapping = {key: value for key, value in _MAPPING.items() if key != "name"} | {
            "given_name": "firstName",
            "family_name": "lastName",
        }
        yield _Provider("apple", "SignInWithApple", "SignInWithApple", _apple(settings.apple), "private_key", mapping)
    if settings.github is not None:
        yield _Provider("github", "GitHub", "OIDC", _github(settings.github), "client_secret", _MAPPING)


def _google(google: GoogleSettings) -> dict[str, str]:
    return {
        "client_id": google.client_id,
        "authorize_scopes": "openid email profile",
        "oidc_issuer": "https://accounts.google.com",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
        "token_request_method": "POST",
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
    }


def _apple(apple: AppleSettings) -> dict[str, str]:
    return {
        "client_id": apple.services_id,
        "team_id": apple.team_id,
        "key_id": apple.key_id,
        "authorize_scopes": "email name",
        "oidc_issuer": "https://appleid.apple.com",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "token_url": "https://appleid.apple.com/auth/token",
        "token_request_method": "POST",
        "attributes_url_add_attributes": "false",
    }


def _github(github: GithubSettings) -> dict[str, str]:
    return {
        "client_id": github.client_id,
        "authorize_scopes": "openid email profile",
        "oidc_issuer": github.issuer,
        "attributes_request_method": "GET",
        "attributes_url_add_attributes": "false",
    }

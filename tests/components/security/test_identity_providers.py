"""Accounts of others as ways in, and where their secrets are."""

import pulumi
import pytest

from components.security.identity_providers import (
    AppleSettings,
    GithubSettings,
    GoogleSettings,
    IdentityProviders,
    IdentityProvidersSettings,
)
from components.security.user_pool_client import UserPoolClient
from tests.components.security.identity import CLIENT, CLIENT_SETTINGS, user_pool
from tests.support import record, record_once, unequal_when_unknown

PROVIDER = "aws:cognito/identityProvider:IdentityProvider"
GOOGLE = GoogleSettings(client_id="1.apps.googleusercontent.com")
ALL = IdentityProvidersSettings(
    google=GOOGLE,
    apple=AppleSettings(services_id="com.example.web", team_id="ABCDE12345", key_id="KEYID12345"),
    github=GithubSettings(client_id="bridge", issuer="https://github.auth.example.com"),
)
SECRETS: dict[str, str] = {"google": "g-secret", "apple": "a-secret", "github": "h-secret"}


def program() -> None:
    pool = user_pool()
    providers = IdentityProviders(
        "social",
        ALL,
        user_pool=pool,
        secrets={"google": pulumi.Output.secret("g-secret"), "apple": "a-secret", "github": "h-secret"},
    )
    UserPoolClient("web", CLIENT_SETTINGS, user_pool=pool, providers=providers)


def test_google_and_apple_are_native_and_github_comes_by_a_bridge() -> None:
    nodes = {node.name: node for node in record_once(program).of_type(PROVIDER)}
    assert {name: (n.inputs["providerName"], n.inputs["providerType"]) for name, n in nodes.items()} == {
        "social-google": ("Google", "Google"),
        "social-apple": ("SignInWithApple", "SignInWithApple"),
        "social-github": ("GitHub", "OIDC"),
    }
    assert nodes["social-github"].inputs["providerDetails"]["oidc_issuer"] == "https://github.auth.example.com"
    assert nodes["social-apple"].inputs["providerDetails"]["private_key"] == "a-secret"
    assert nodes["social-google"].inputs["providerDetails"]["client_secret"] == "g-secret"
    assert all(node.inputs["attributeMapping"]["email"] == "email" for node in nodes.values())


def test_what_cognito_adds_to_a_provider_is_there_already() -> None:
    details = record_once(program).only(PROVIDER, "social-google").inputs["providerDetails"]
    assert set(details) == {
        "client_id",
        "client_secret",
        "authorize_scopes",
        "oidc_issuer",
        "authorize_url",
        "token_url",
        "token_request_method",
        "attributes_url",
        "attributes_url_add_attributes",
    }


def test_secrets_are_encrypted_in_state_on_the_way_in_and_out() -> None:
    for node in record_once(program).of_type(PROVIDER):
        assert "providerDetails" in node.secret_inputs
        assert "providerDetails" in node.options["additionalSecretOutputs"]


def test_a_client_waits_for_its_providers() -> None:
    graph = record_once(program)
    client = graph.only(CLIENT)
    assert client.inputs["supportedIdentityProviders"] == ["COGNITO", "Google", "SignInWithApple", "GitHub"]
    providers = {node.urn for node in graph.of_type(PROVIDER)}
    assert providers <= set(client.property_dependencies["supportedIdentityProviders"])


@pytest.mark.parametrize("secrets", [{}, {"google": "x", "apple": "y"}])
def test_a_provider_and_its_secret_come_together(secrets: dict[str, str]) -> None:
    settings = IdentityProvidersSettings(google=GOOGLE)

    def wrong() -> None:
        IdentityProviders("social", settings, user_pool=user_pool(), secrets=secrets)  # ty: ignore[invalid-argument-type]  # keys are checked at run time

    with pytest.raises(Exception, match=r"come together: (google|apple)"):
        record(wrong)


def test_none_is_the_default() -> None:
    graph = record(lambda: IdentityProviders("social", IdentityProvidersSettings(), user_pool=user_pool(), secrets={}))
    assert not graph.of_type(PROVIDER)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(program) == []

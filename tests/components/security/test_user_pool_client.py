"""How applications sign users in, and where users are sent back to."""

import pulumi
import pulumi_aws as aws
import pytest
from pydantic import ValidationError

from components.edge.certificate import ExistingCertificate
from components.security.user_pool_client import UserPoolClientSettings
from components.security.user_pool_domain import UserPoolDomain, UserPoolDomainSettings
from tests.components.edge.support import DOMAIN, zone
from tests.components.security.identity import CALLBACK, CLIENT, LOGOUT, POOL, client, complaints, user_pool
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

PAGES, ADDRESS = "aws:cognito/managedLoginBranding:ManagedLoginBranding", "aws:cognito/userPoolDomain:UserPoolDomain"
CERTIFICATE = ExistingCertificate(
    f"arn:aws:acm:us-east-1:{ACCOUNT.id}:certificate/12345678-1234-1234-1234-123456789012"
)


def program() -> None:
    pool = user_pool()
    client(pool)
    made = UserPoolDomain("sign-in", UserPoolDomainSettings(prefix="readers"), account=ACCOUNT, user_pool=pool)
    pulumi.export("pages", made.base_url)


def own_domain() -> None:
    above = aws.route53.Record("above", zone_id="Z1", name=DOMAIN, type="A")
    settings = UserPoolDomainSettings(domain=f"auth.{DOMAIN}")
    made = UserPoolDomain(
        "sign-in", settings, account=ACCOUNT, user_pool=user_pool(), certificate=CERTIFICATE, after=[above]
    )
    assert made.alias_target is not None
    zone().alias(f"auth.{DOMAIN}", made.alias_target)
    pulumi.export("pages", made.base_url)


def test_a_public_client_gets_its_tokens_by_the_code_grant() -> None:
    graph = record_once(program)
    assert graph.only(CLIENT).inputs == {
        "userPoolId": graph.only(POOL).id,
        "generateSecret": False,
        "explicitAuthFlows": [
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        "supportedIdentityProviders": ["COGNITO"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthFlows": ["code"],
        "allowedOauthScopes": ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
        "callbackUrls": [CALLBACK],
        "logoutUrls": [LOGOUT],
        "accessTokenValidity": 1,
        "idTokenValidity": 1,
        "refreshTokenValidity": 30,
        "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": True,
    }


def test_there_are_pages_to_sign_in_on() -> None:
    graph = record_once(program)
    pages, address = graph.only(PAGES), graph.only(ADDRESS)
    assert (pages.inputs["clientId"], pages.inputs["useCognitoProvidedValues"]) == (graph.only(CLIENT).id, True)
    assert (address.inputs["domain"], address.inputs["managedLoginVersion"]) == ("readers", 2)
    assert "certificateArn" not in address.inputs
    assert graph.exports["pages"] == "https://readers.auth.us-east-1.amazoncognito.com"


def test_an_own_domain_stands_for_cognito_s_distribution() -> None:
    graph = record_once(own_domain)
    address = graph.only(ADDRESS)
    assert address.inputs["certificateArn"] == CERTIFICATE.arn
    assert graph.only("aws:route53/record:Record", "above").urn in address.dependencies
    pointer = graph.only("aws:route53/record:Record", f"zone-auth.{DOMAIN}-a").inputs["aliases"]
    assert pointer[0]["name"] == address.outputs["cloudfrontDistribution"]
    assert pointer[0]["zoneId"] == address.outputs["cloudfrontDistributionZoneId"]
    assert graph.exports["pages"] == f"https://auth.{DOMAIN}"


def test_the_default_passes_the_pack() -> None:
    assert complaints(record_once(program), "cognito") == []


@pytest.mark.parametrize(
    "address",
    ["http://example.com/callback", "example.com", "https://a.example.com/#x", "https://", "http://localhost.evil.org"],
)
def test_users_are_not_sent_where_others_listen(address: str) -> None:
    with pytest.raises(ValidationError, match="is not an address to send users back to"):
        UserPoolClientSettings(callback_urls=(address,))


@pytest.mark.parametrize("address", ["http://localhost:5173/callback", "reader://signed-in", "tauri://localhost"])
def test_applications_on_a_machine_have_addresses_too(address: str) -> None:
    assert UserPoolClientSettings(callback_urls=(address,)).callback_urls == (address,)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "either prefix or domain"),
        ({"prefix": "a", "domain": DOMAIN}, "either prefix or domain"),
        ({"prefix": "my-cognito"}, "keeps to itself"),
    ],
)
def test_a_pool_has_one_address(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        UserPoolDomainSettings.model_validate(wrong, by_name=True)


def test_a_certificate_goes_with_an_own_domain() -> None:
    settings = UserPoolDomainSettings(prefix="readers")
    with pytest.raises(Exception, match="a certificate a domain"):
        record(lambda: UserPoolDomain("x", settings, account=ACCOUNT, user_pool=user_pool(), certificate=CERTIFICATE))


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(program) == []
    assert unequal_when_unknown(own_domain) == []

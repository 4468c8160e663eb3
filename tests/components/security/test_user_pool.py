"""Who gets an account, what a password must be, and what happens when a sign-in looks stolen."""

import pulumi
import pytest
from pydantic import ValidationError

from components.security.user_pool import UserPoolSettings
from tests.components.edge.support import DOMAIN
from tests.components.security.identity import POOL, complaints, email, user_pool
from tests.support import DEV_ACCOUNT, record, record_once, unequal_when_unknown

RISKS = "aws:cognito/riskConfiguration:RiskConfiguration"
VERIFIED = "aws:ses/domainIdentityVerification:DomainIdentityVerification"
ARN = f"arn:aws:ses:us-east-1:123456789012:identity/{DOMAIN}"


def test_users_sign_in_by_a_proved_address_and_a_strong_password() -> None:
    inputs = record(lambda: user_pool(UserPoolSettings(pool_name="Readers"))).only(POOL).inputs
    assert inputs["name"] == "Readers"
    assert inputs["usernameAttributes"] == inputs["autoVerifiedAttributes"] == ["email"]
    assert inputs["usernameConfiguration"] == {"caseSensitive": False}
    assert inputs["userAttributeUpdateSettings"] == {"attributesRequireVerificationBeforeUpdates": ["email"]}
    assert inputs["accountRecoverySetting"] == {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]}
    assert inputs["passwordPolicy"] == {
        "minimumLength": 8,
        "requireLowercase": True,
        "requireUppercase": True,
        "requireNumbers": True,
        "requireSymbols": True,
        "temporaryPasswordValidityDays": 7,
    }


def test_a_second_factor_is_an_application_and_devices_are_remembered_when_asked() -> None:
    inputs = record_once(user_pool).only(POOL).inputs
    assert inputs["mfaConfiguration"] == "OPTIONAL"
    assert inputs["softwareTokenMfaConfiguration"] == {"enabled": True}
    assert "smsConfiguration" not in inputs
    assert inputs["deviceConfiguration"] == {
        "challengeRequiredOnNewDevice": False,
        "deviceOnlyRememberedOnUserPrompt": True,
    }


def test_leaked_passwords_and_risky_sign_ins_are_turned_away() -> None:
    graph = record_once(user_pool)
    pool, risks = graph.only(POOL), graph.only(RISKS).inputs
    assert pool.inputs["userPoolTier"] == "PLUS"
    assert pool.inputs["userPoolAddOns"] == {
        "advancedSecurityMode": "ENFORCED",
        "advancedSecurityAdditionalFlows": {"customAuthMode": "ENFORCED"},
    }
    assert risks["userPoolId"] == pool.id
    leaked = risks["compromisedCredentialsRiskConfiguration"]
    assert leaked["actions"] == {"eventAction": "BLOCK"}
    assert set(leaked["eventFilters"]) == {"SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"}
    assert risks["accountTakeoverRiskConfiguration"]["actions"] == {
        "highAction": {"eventAction": "BLOCK", "notify": False},
        "mediumAction": {"eventAction": "MFA_IF_CONFIGURED", "notify": False},
        "lowAction": {"eventAction": "NO_ACTION", "notify": False},
    }


def test_without_threat_protection_the_cheaper_plan_does() -> None:
    graph = record(lambda: user_pool(UserPoolSettings(threat_protection="OFF")))
    assert graph.only(POOL).inputs["userPoolTier"] == "ESSENTIALS"
    assert graph.only(POOL).inputs["userPoolAddOns"] == {"advancedSecurityMode": "OFF"}
    assert not graph.of_type(RISKS)


def test_mail_comes_from_the_domain_once_it_is_verified() -> None:
    graph = record(lambda: user_pool(mail=email()))
    verified, pool = graph.only(VERIFIED), graph.only(POOL)
    assert pool.inputs["emailConfiguration"] == {
        "emailSendingAccount": "DEVELOPER",
        "fromEmailAddress": f"info@{DOMAIN}",
        "sourceArn": ARN,
        "configurationSet": "records-example-com",
    }
    assert verified.inputs == {"domain": DOMAIN, "region": "us-east-1"}
    proofs = {node.urn for node in graph if node.name.startswith("zone-dkim-us-east-1-")}
    assert len(proofs) == 3
    assert proofs <= set(verified.dependencies)
    assert verified.urn in pool.property_dependencies["emailConfiguration"]


def test_users_are_told_of_sign_ins_that_were_not_theirs() -> None:
    risks = record(lambda: user_pool(mail=email())).only(RISKS).inputs["accountTakeoverRiskConfiguration"]
    assert [risks["actions"][level]["notify"] for level in ("highAction", "mediumAction", "lowAction")] == [
        True,
        True,
        False,
    ]
    assert risks["notifyConfiguration"]["sourceArn"] == ARN
    assert risks["notifyConfiguration"]["from"] == f"info@{DOMAIN}"


def test_only_production_is_kept_from_deletion() -> None:
    assert record_once(user_pool).only(POOL).inputs["deletionProtection"] == "ACTIVE"
    assert record(lambda: user_pool(account=DEV_ACCOUNT)).only(POOL).inputs["deletionProtection"] == "INACTIVE"


@pytest.mark.parametrize("open_to_all", [True, False])
def test_who_makes_accounts(open_to_all: bool) -> None:
    inputs = record(lambda: user_pool(UserPoolSettings(self_registration=open_to_all))).only(POOL).inputs
    assert inputs["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": not open_to_all}


def test_tokens_name_the_pool_as_issuer() -> None:
    graph = record(lambda: pulumi.export("issuer", user_pool().issuer))
    assert graph.exports["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{graph.only(POOL).id}"


def test_the_default_passes_the_pack() -> None:
    graph = record(lambda: user_pool(mail=email()))
    assert complaints(graph, "cognito", "ses", "sesv2") == []


@pytest.mark.parametrize("wrong", [{"password_length": 7}, {"mfa": "OFF"}, {"temporary_password_days": 30}])
def test_weaker_than_the_pack_allows_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        UserPoolSettings.model_validate(wrong, by_name=True)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(lambda: user_pool(mail=email())) == []

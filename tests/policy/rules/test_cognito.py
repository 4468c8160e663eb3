from policy.rules import cognito
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

POOL = resource(
    cognito.USER_POOL,
    "users",
    passwordPolicy={
        "minimumLength": 8,
        "requireLowercase": True,
        "requireUppercase": True,
        "requireNumbers": True,
        "requireSymbols": True,
        "temporaryPasswordValidityDays": 7,
    },
    mfaConfiguration="OPTIONAL",
    userPoolAddOns={"advancedSecurityMode": "ENFORCED"},
    deletionProtection="ACTIVE",
)
CLIENT = resource(
    cognito.USER_POOL_CLIENT,
    "web",
    explicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    allowedOauthFlows=["code"],
    preventUserExistenceErrors="ENABLED",
    callbackUrls=["https://example.com/callback"],
    logoutUrls=["https://example.com/"],
    defaultRedirectUri="https://example.com/callback",
)
IDENTITIES = resource(cognito.IDENTITY_POOL, "identities", allowUnauthenticatedIdentities=False)
CASES = [
    Case(
        "cognito-password-policy",
        [POOL],
        [
            Set("passwordPolicy.minimumLength", 7),
            Set("passwordPolicy.requireLowercase", False),
            Set("passwordPolicy.requireUppercase", False),
            Set("passwordPolicy.requireNumbers"),
            Set("passwordPolicy.requireSymbols", False),
            Set("passwordPolicy.temporaryPasswordValidityDays", 8),
            Set("passwordPolicy"),
        ],
    ),
    Case("cognito-mfa", [POOL], [Set("mfaConfiguration", "OFF"), Set("mfaConfiguration")]),
    Case(
        "cognito-threat-protection",
        [POOL],
        [Set("userPoolAddOns"), Set("userPoolAddOns.advancedSecurityMode", "AUDIT")],
    ),
    Case("cognito-deletion-protection", [POOL], [Set("deletionProtection"), Set("deletionProtection", "INACTIVE")]),
    Case("cognito-unauthenticated-identities", [IDENTITIES], [Set("allowUnauthenticatedIdentities", True)]),
    Case("cognito-enhanced-flow", [IDENTITIES], [Set("allowClassicFlow", True)]),
    Case(
        "cognito-client-flows",
        [CLIENT],
        [
            Set("explicitAuthFlows", ["ALLOW_USER_PASSWORD_AUTH"]),
            Set("explicitAuthFlows", ["USER_PASSWORD_AUTH"]),
            Set("allowedOauthFlows", ["code", "implicit"]),
        ],
    ),
    Case(
        "cognito-client-user-existence",
        [CLIENT],
        [Set("preventUserExistenceErrors"), Set("preventUserExistenceErrors", "LEGACY")],
    ),
    Case(
        "cognito-callback-https",
        [CLIENT],
        [
            Set("callbackUrls", ["https://example.com/callback", "http://localhost:3000"]),
            Set("logoutUrls", ["HTTP://example.com/"]),
            Set("defaultRedirectUri", "http://example.com/"),
        ],
    ),
]


def test_length_is_configurable() -> None:
    assert check("cognito-password-policy", POOL, minimum_length=12) == [
        "users: allows short passwords (passwordPolicy.minimumLength)"
    ]


def test_applications_of_devices_have_their_own_schemes() -> None:
    assert check("cognito-callback-https", resource(cognito.USER_POOL_CLIENT, callbackUrls=["myapp://callback"])) == []

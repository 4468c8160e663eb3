from policy.model import UNKNOWN
from policy.rules import public_endpoints
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

URL = resource(public_endpoints.FUNCTION_URL, "url", authorizationType="AWS_IAM")
APP = resource(public_endpoints.AMPLIFY_APP, "app", enableBasicAuth=True)
BRANCH = resource(public_endpoints.AMPLIFY_BRANCH, "next", refers={"appId": APP}, appId=UNKNOWN, stage="DEVELOPMENT")
PUBLIC_APP = resource(
    public_endpoints.AMPLIFY_APP,
    "app",
    environmentVariables={"NEXT_PUBLIC_API": "https://api.example.com", "API_TOKEN": "/app/token", "ANY": "x"},
)
PUBLIC_BRANCH = resource(
    public_endpoints.AMPLIFY_BRANCH, "main", environmentVariables={"DATABASE_URL": "postgres://db/app"}
)
OLD_SET = resource(public_endpoints.SES_CONFIGURATION_SET, "old", deliveryOptions={"tlsPolicy": "Require"})
NEW_SET = resource(public_endpoints.SESV2_CONFIGURATION_SET, "new", deliveryOptions={"tlsPolicy": "REQUIRE"})
IDENTITY = resource(
    public_endpoints.SESV2_IDENTITY, "identity", dkimSigningAttributes={"nextSigningKeyLength": "RSA_2048_BIT"}
)
DOMAIN = resource(public_endpoints.SES_DOMAIN, "domain", domain="example.com")
DKIM = resource(public_endpoints.SES_DKIM, "dkim", domain="example.com")
ACCELERATOR = resource(public_endpoints.ACCELERATOR, "accelerator", attributes={"flowLogsEnabled": True})
CASES = [
    Case("lambda-url-authorized", [URL], [Set("authorizationType", "NONE")]),
    Case("amplify-branch-protected", [BRANCH, APP], [Set("enableBasicAuth", False, on="app")]),
    Case(
        "amplify-no-plain-secrets",
        [PUBLIC_APP],
        [
            Set("environmentVariables.API_TOKEN", "p4ssw0rd-of-the-api"),
            Set("environmentVariables.ANY", "AKIAIOSFODNN7EXAMPLE"),
        ],
    ),
    Case(
        "amplify-no-plain-secrets",
        [PUBLIC_BRANCH],
        [Set("environmentVariables.DATABASE_URL", "postgres://u:hunter2@db/app")],
    ),
    Case("ses-tls", [OLD_SET], [Set("deliveryOptions"), Set("deliveryOptions.tlsPolicy", "Optional")]),
    Case("ses-tls", [NEW_SET], [Set("deliveryOptions"), Set("deliveryOptions.tlsPolicy", "OPTIONAL")]),
    Case("ses-dkim", [IDENTITY], [Set("dkimSigningAttributes.nextSigningKeyLength", "RSA_1024_BIT")]),
    Case("ses-dkim", [DOMAIN, DKIM], [Without("dkim", "domain")]),
    Case("globalaccelerator-flow-logs", [ACCELERATOR], [Set("attributes"), Set("attributes.flowLogsEnabled", False)]),
]


def test_the_key_of_another_domain_does_not_sign() -> None:
    other = resource(public_endpoints.SES_DKIM, "dkim", domain="example.org")
    assert check("ses-dkim", DOMAIN, other) == ["domain: is not signed with DKIM (domain)"]


def test_a_branch_in_production_is_for_everybody() -> None:
    assert (
        check("amplify-branch-protected", resource(public_endpoints.AMPLIFY_BRANCH, "main", stage="PRODUCTION")) == []
    )


def test_a_branch_may_ask_by_itself() -> None:
    branch = resource(public_endpoints.AMPLIFY_BRANCH, "next", stage="BETA", enableBasicAuth=True)
    assert check("amplify-branch-protected", branch) == []

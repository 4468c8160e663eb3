"""SSM parameters and documents, secrets over time, and the image registry."""

from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import ecr_images, ssm
from policy.rules import secretsmanager_rotation as secrets
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

SECURE = resource(ssm.PARAMETER, "secure", name="/app/db-password", type="SecureString", keyId="alias/app")
PLAIN = resource(ssm.PARAMETER, "plain", name="/app/log-level", type="String", value="info")
DOCUMENT = resource(ssm.DOCUMENT, "document", permissions={"type": "Share", "account_ids": "123456789012"})
SECRET = resource(secrets.SECRET, "secret", replicas=[{"region": "eu-west-1", "kmsKeyId": "arn:aws:kms:key"}])
ROTATION = resource(secrets.ROTATION, "rotation", rotationRules={"automaticallyAfterDays": 30})
REPOSITORY = resource(ecr_images.REPOSITORY, "repository")
LIFECYCLE = resource(ecr_images.LIFECYCLE, "lifecycle", refers={"repository": REPOSITORY}, repository=UNKNOWN)
SCANNING = resource(ecr_images.SCANNING, "scanning", scanType="BASIC", rules=[{"scanFrequency": "SCAN_ON_PUSH"}])
CASES = [
    Case("ssm-parameter-customer-key", [SECURE], [Set("keyId"), Set("keyId", "alias/aws/ssm")]),
    Case("ssm-parameter-no-plain-secret", [SECURE], [Set("type", "String"), Set("type", "StringList")]),
    Case("ssm-parameter-no-plain-secret", [PLAIN], [Set("name", "/app/apiKey"), Set("name", "/app/private_key")]),
    Case("ssm-document-not-public", [DOCUMENT], [Set("permissions.account_ids", "All")]),
    Case("secretsmanager-replica-customer-key", [SECRET], [Set("replicas[0].kmsKeyId")]),
    Case("secretsmanager-rotation-period", [ROTATION], [Set("rotationRules.automaticallyAfterDays", 91)]),
    Case("secretsmanager-recovery-window", [SECRET], [Set("recoveryWindowInDays", 0)]),
    Case("ecr-lifecycle", [REPOSITORY, LIFECYCLE], [Without("lifecycle", "repository")]),
    Case("ecr-registry-scanning", [SCANNING], [Set("rules[0].scanFrequency", "MANUAL"), Set("rules", [])]),
]


@pytest.mark.parametrize(
    "name", ["/app/secret-arn", "/app/token-endpoint", "/app/passwordPolicy", "/app/keys", UNKNOWN]
)
def test_names_about_secrets_are_no_secrets(name: Any) -> None:
    assert not check("ssm-parameter-no-plain-secret", resource(ssm.PARAMETER, name=name, type="String", value="x"))


@pytest.mark.parametrize("name", ["db_password", "/app/API-KEY", "/app/clientSecret", "/app/refresh.token"])
def test_names_of_secrets(name: str) -> None:
    assert check("ssm-parameter-no-plain-secret", resource(ssm.PARAMETER, name=name, type="String", value="x"))


def test_the_arn_of_a_secret_is_none() -> None:
    pointer = resource(ssm.PARAMETER, name="/app/secret", type="String", value="arn:aws:secretsmanager:eu:1:secret:a")
    assert not check("ssm-parameter-no-plain-secret", pointer)


def test_most_days_are_a_threshold() -> None:
    assert check("secretsmanager-rotation-period", ROTATION, maximum_days=29) == [
        "rotation: rotates less often than every 29 days (rotationRules.automaticallyAfterDays)"
    ]

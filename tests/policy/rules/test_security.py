"""Keys, secrets, topics, logs and repositories."""

import json

from policy.rules import cloudwatch, ecr, kms, secretsmanager, sns
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource


def document(principal: object, **more: object) -> str:
    return json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"} | more]}
    )


ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
KEY = resource(kms.KEY, "key", enableKeyRotation=True, policy=document(ROOT))
SECRET = resource(secretsmanager.SECRET, "secret", kmsKeyId="arn:aws:kms:key", name="records/api")
ROTATION = resource(secretsmanager.ROTATION, "rotation", refers={"secretId": SECRET}, secretId="records/api")
TOPIC = resource(
    sns.TOPIC, "topic", kmsMasterKeyId="arn:aws:kms:key", policy=document({"Service": "events.amazonaws.com"})
)
LOGS = resource(cloudwatch.LOG_GROUP, "logs", retentionInDays=30, kmsKeyId="arn:aws:kms:key")
IMAGES = resource(
    ecr.REPOSITORY,
    "images",
    imageScanningConfiguration={"scanOnPush": True},
    imageTagMutability="IMMUTABLE",
    encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:key"}],
)
CASES = [
    Case("kms-key-rotation", [KEY], [Set("enableKeyRotation", False), Set("enableKeyRotation")]),
    Case("kms-key-not-public", [KEY], [Set("policy", document("*")), Set("policy", document({"AWS": ["*"]}))]),
    Case("secretsmanager-customer-key", [SECRET], [Set("kmsKeyId")]),
    Case("secretsmanager-rotation", [SECRET, ROTATION], [Without("rotation", "secretId")]),
    Case("sns-encrypted", [TOPIC], [Set("kmsMasterKeyId"), Set("kmsMasterKeyId", "alias/aws/sns")]),
    Case("sns-not-public", [TOPIC], [Set("policy", document("*")), Set("policy", document({"AWS": "*"}))]),
    Case(
        "cloudwatch-log-retention",
        [LOGS],
        [Set("retentionInDays"), Set("retentionInDays", 0), Set("retentionInDays", 1)],
    ),
    Case("cloudwatch-log-customer-key", [LOGS], [Set("kmsKeyId")]),
    Case(
        "ecr-scan-on-push",
        [IMAGES],
        [Set("imageScanningConfiguration.scanOnPush", False), Set("imageScanningConfiguration")],
    ),
    Case("ecr-immutable-tags", [IMAGES], [Set("imageTagMutability", "MUTABLE"), Set("imageTagMutability")]),
    Case(
        "ecr-customer-key",
        [IMAGES],
        [
            Set("encryptionConfigurations[0].encryptionType", "AES256"),
            Set("encryptionConfigurations[0].kmsKey"),
            Set("encryptionConfigurations"),
        ],
    ),
]


def test_only_symmetric_encryption_keys_rotate() -> None:
    assert check("kms-key-rotation", resource(kms.KEY, keyUsage="SIGN_VERIFY", customerMasterKeySpec="RSA_2048")) == []
    assert check("kms-key-rotation", resource(kms.KEY, keyUsage="GENERATE_VERIFY_MAC")) == []


def test_everybody_within_limits_is_not_everybody() -> None:
    limited = document("*", Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}})
    assert check("sns-not-public", resource(sns.TOPIC, policy=limited)) == []
    assert check("kms-key-not-public", resource(kms.KEY, policy=limited)) == []


def test_a_denial_for_everybody_opens_nothing() -> None:
    assert check("sns-not-public", resource(sns.TOPIC, policy=document("*", Effect="Deny"))) == []

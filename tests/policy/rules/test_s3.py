import json
from typing import Any

from policy.model import UNKNOWN
from policy.rules import s3
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

TLS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
}
BUCKET = resource(s3.BUCKET, "b")
BLOCK = resource(
    s3.PUBLIC_ACCESS_BLOCK,
    "block",
    refers={"bucket": BUCKET},
    bucket=UNKNOWN,
    blockPublicAcls=True,
    blockPublicPolicy=True,
    ignorePublicAcls=True,
    restrictPublicBuckets=True,
)
_RULE = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:key"}}
ENCRYPTION = resource(s3.ENCRYPTION, "encryption", refers={"bucket": BUCKET}, bucket=UNKNOWN, rules=[_RULE])
POLICY = resource(s3.POLICY, "policy", refers={"bucket": BUCKET}, bucket=UNKNOWN, policy=json.dumps(TLS))
VERSIONING = resource(
    s3.VERSIONING,
    "versioning",
    refers={"bucket": BUCKET},
    bucket=UNKNOWN,
    versioningConfiguration={"status": "Enabled"},
)
DEFAULT = "rules[0].applyServerSideEncryptionByDefault"


def tls_with(**changes: object) -> str:
    return json.dumps({"Statement": [TLS["Statement"] | changes]})


CASES = [
    Case("s3-bucket-public-access-block", [BUCKET, BLOCK], [Without("block", "bucket")]),
    Case(
        "s3-public-access-block-complete",
        [BLOCK],
        [
            Set("blockPublicAcls", False),
            Set("blockPublicPolicy"),
            Set("ignorePublicAcls", "false"),
            Set("restrictPublicBuckets", False),
        ],
    ),
    Case(
        "s3-bucket-customer-key",
        [BUCKET, ENCRYPTION],
        [
            Without("encryption", "bucket"),
            Set(f"{DEFAULT}.sseAlgorithm", "AES256", on="encryption"),
            Set(f"{DEFAULT}.kmsMasterKeyId", on="encryption"),
        ],
    ),
    Case(
        "s3-bucket-tls-only",
        [BUCKET, POLICY],
        [
            Without("policy", "bucket"),
            Set("policy", tls_with(Effect="Allow"), on="policy"),
            Set("policy", tls_with(Principal={"AWS": "arn:aws:iam::123456789012:root"}), on="policy"),
            Set("policy", tls_with(Action="s3:GetObject"), on="policy"),
            Set("policy", tls_with(Condition={"Bool": {"aws:SecureTransport": "true"}}), on="policy"),
            Set("policy", tls_with(Condition={"BoolIfExists": {"aws:ViaAWSService": "false"}}), on="policy"),
        ],
    ),
    Case(
        "s3-bucket-versioned",
        [BUCKET, VERSIONING],
        [Without("versioning", "bucket"), Set("versioningConfiguration.status", "Suspended", on="versioning")],
    ),
]


def test_findings_name_the_input() -> None:
    assert check("s3-public-access-block-complete", resource(s3.PUBLIC_ACCESS_BLOCK, "b", blockPublicAcls=True)) == [
        "b: is off (blockPublicPolicy)",
        "b: is off (ignorePublicAcls)",
        "b: is off (restrictPublicBuckets)",
    ]


def test_companions_are_found_by_known_names_too() -> None:
    bucket = resource(s3.BUCKET, "b", bucket="records")
    block = resource(s3.PUBLIC_ACCESS_BLOCK, "block", bucket="records")
    other = resource(s3.BUCKET, "other", bucket="archive")
    assert check("s3-bucket-public-access-block", bucket, block, other) == ["other: has no public access block"]


def test_access_log_bucket_may_use_sse_s3_and_keep_no_versions() -> None:
    balancer = resource(
        "aws:lb/loadBalancer:LoadBalancer", refers={"accessLogs": BUCKET}, accessLogs={"bucket": UNKNOWN}
    )
    for rule_id in ("s3-bucket-customer-key", "s3-bucket-versioned"):
        assert check(rule_id, BUCKET)
        assert check(rule_id, BUCKET, balancer) == []


def test_denial_with_a_further_condition_is_none() -> None:
    both = {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    policy = resource(s3.POLICY, "p", refers={"bucket": BUCKET}, bucket=UNKNOWN, policy=tls_with(Condition=both))
    assert check("s3-bucket-tls-only", BUCKET, policy)

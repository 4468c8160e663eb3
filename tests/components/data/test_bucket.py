import json
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.data.bucket import ArchiveTiers, Bucket, BucketSettings, CorsRule, EncryptedBucketSettings
from components.data.bucket_lifecycle import Transition
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

PLAIN = BucketSettings(bucket="company-backups")
FULL = BucketSettings(
    bucket="company-backups",
    transitions=(Transition(days=30, storage_class="STANDARD_IA"),),
    cors=CorsRule(origins=("https://example.com",), methods=("GET", "PUT")),
    lock_days=35,
)
S3 = "aws:s3/bucket"


def buckets(settings: BucketSettings = PLAIN, account: Any = ACCOUNT) -> tuple[Bucket, LogBucket]:
    key = Key("data", account=account, purpose="test")
    logs = LogBucket("access-logs", LogBucketSettings(bucket="company-access-logs"), account=account)
    return Bucket("backups", settings, account=account, key=key, access_logs=logs), logs


def policy(graph: Graph, name: str) -> dict[str, Any]:
    document = json.loads(graph.only(f"{S3}Policy:BucketPolicy", f"{name}-policy").inputs["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(lambda: buckets(FULL))


def test_name_carries_account_and_region(graph: Graph) -> None:
    bucket = graph.only(f"{S3}:Bucket", "backups-bucket")
    assert bucket.inputs["bucket"] == "company-backups-123456789012-us-east-1"
    assert bucket.inputs["forceDestroy"] is False
    assert bucket.inputs["objectLockEnabled"] is True


def test_only_unprotected_buckets_may_be_emptied() -> None:
    bucket = record(lambda: buckets(account=DEV_ACCOUNT)).only(f"{S3}:Bucket", "backups-bucket")
    assert bucket.inputs["forceDestroy"] is True
    assert bucket.inputs["objectLockEnabled"] is False


@pytest.mark.parametrize("name", ["backups", "access-logs"])
def test_nobody_outside_gets_in(graph: Graph, name: str) -> None:
    block = graph.only(f"{S3}PublicAccessBlock:BucketPublicAccessBlock", f"{name}-public-access-block").inputs
    assert [
        block[k] for k in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    ] == [True] * 4
    owner = graph.only(f"{S3}OwnershipControls:BucketOwnershipControls", f"{name}-ownership").inputs
    assert owner["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    versioning = graph.only(f"{S3}Versioning:BucketVersioning", f"{name}-versioning").inputs
    assert versioning["versioningConfiguration"]["status"] == "Enabled"
    denied = policy(graph, name)["DenyInsecureTransport"]
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", ["s3:*"])
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(denied["Resource"]) == 2


def test_objects_are_encrypted_with_the_customer_key(graph: Graph) -> None:
    kind = f"{S3}ServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    key = graph.only("aws:kms/key:Key", "data-key").outputs["arn"]
    assert graph.only(kind, "backups-encryption").inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
            "bucketKeyEnabled": True,
        }
    ]
    # Log delivery does not work with KMS.
    assert graph.only(kind, "access-logs-encryption").inputs["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": False}
    ]


def test_keys_of_s3_s_own_take_nothing_from_the_customer_key() -> None:
    def program() -> None:
        bucket, _ = buckets(EncryptedBucketSettings(bucket="company-backups", encryption="s3"))
        trust = service_trust("lambda.amazonaws.com")
        Role("reader", trust=trust, grants=[bucket.read_write], description="test")

    graph = record(program)
    kind = f"{S3}ServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (rule,) = graph.only(kind, "backups-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    (statement,) = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert not any(action.startswith("kms:") for action in statement["Action"])


def test_unread_objects_are_archived_where_the_settings_say_so() -> None:
    tiering = (Transition(days=0, storage_class="INTELLIGENT_TIERING"),)
    tiers = ArchiveTiers(archive_days=90, deep_archive_days=180)
    graph = record(lambda: buckets(BucketSettings(bucket="exports", transitions=tiering, archive_tiers=tiers)))
    kind = f"{S3}IntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"
    assert graph.only(kind, "backups-tiering").inputs["tierings"] == [
        {"accessTier": "ARCHIVE_ACCESS", "days": 90},
        {"accessTier": "DEEP_ARCHIVE_ACCESS", "days": 180},
    ]
    assert not record_once(buckets).of_type(kind)


@pytest.mark.parametrize("steps", [(), ("STANDARD_IA",), ("INTELLIGENT_TIERING", "GLACIER")])
def test_tiers_and_other_transitions_exclude_each_other(steps: tuple[Any, ...]) -> None:
    transitions = tuple(Transition(days=30 * n, storage_class=step) for n, step in enumerate(steps))
    with pytest.raises(ValidationError, match="archiveTiers: transitions must be one"):
        BucketSettings(bucket="exports", transitions=transitions, archive_tiers=ArchiveTiers(archive_days=90))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, "archiveDays, deepArchiveDays or both"),
        ({"archive_days": 180, "deep_archive_days": 180}, "deepArchiveDays: 180 is not above archiveDays"),
        ({"archive_days": 89}, "greater than or equal to 90"),
        ({"deep_archive_days": 179}, "greater than or equal to 180"),
    ],
)
def test_tiers_that_s3_does_not_have_are_refused(days: dict[str, int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ArchiveTiers.model_validate(days, by_name=True)


def test_objects_age(graph: Graph) -> None:
    node = graph.only(f"{S3}LifecycleConfiguration:BucketLifecycleConfiguration", "backups-lifecycle")
    (rule,) = node.inputs["rules"]
    assert rule["transitions"] == [{"days": 30, "storageClass": "STANDARD_IA"}]
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    assert graph.only(f"{S3}Versioning:BucketVersioning", "backups-versioning").urn in node.dependencies


def test_requests_are_logged(graph: Graph) -> None:
    logging = graph.only(f"{S3}Logging:BucketLogging", "backups-logging")
    assert logging.inputs["targetBucket"] == "company-access-logs-123456789012-us-east-1"
    assert logging.inputs["targetPrefix"] == "s3/backups/"
    # The destination lets the service in before the source asks for logs.
    assert graph.only(f"{S3}Policy:BucketPolicy", "access-logs-policy").urn in logging.dependencies


def test_browsers_and_lock_follow_the_settings(graph: Graph) -> None:
    (cors,) = graph.only(f"{S3}CorsConfiguration:BucketCorsConfiguration").inputs["corsRules"]
    assert cors["allowedOrigins"] == ["https://example.com"]
    assert cors["allowedMethods"] == ["GET", "PUT"]
    lock = graph.only(f"{S3}ObjectLockConfiguration:BucketObjectLockConfiguration").inputs
    assert lock["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 35}}
    plain = record_once(buckets)
    assert not plain.of_type(f"{S3}CorsConfiguration:BucketCorsConfiguration")
    assert not plain.of_type(f"{S3}ObjectLockConfiguration:BucketObjectLockConfiguration")


def test_log_bucket_lets_in_delivery_services_alone(graph: Graph) -> None:
    statements = policy(graph, "access-logs")
    assert {sid: s["Principal"] for sid, s in statements.items() if s["Effect"] == "Allow"} == {
        "BucketAccessLogs": {"Service": ["logging.s3.amazonaws.com"]},
        "LoadBalancerAccessLogs": {"Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]},
        "CloudFrontAccessLogs": {"Service": ["delivery.logs.amazonaws.com"]},
    }
    assert all(s["Action"] == ["s3:PutObject"] for s in statements.values() if s["Effect"] == "Allow")
    own = statements["BucketAccessLogs"]["Condition"]
    assert own["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert own["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::*-123456789012-us-east-1"}
    assert statements["CloudFrontAccessLogs"]["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:delivery-source:*"
    }
    assert all("/AWSLogs/123456789012/*" in r for r in statements["LoadBalancerAccessLogs"]["Resource"])


def cdn(bucket: Bucket) -> Statement:
    service = {"Service": ["cloudfront.amazonaws.com"]}
    return Statement("Cdn", ["s3:GetObject"], [bucket.objects], principals=service)


def test_statements_join_the_one_policy_whenever_they_come() -> None:
    def program() -> None:
        bucket, logs = buckets()
        bucket.allow(cdn(bucket))
        logs.allow(Statement("Later", ["s3:PutObject"], [logs.objects], principals={"Service": ["x.amazonaws.com"]}))

    graph = record(program)
    assert set(policy(graph, "backups")) == {"DenyInsecureTransport", "Cdn"}
    assert "Later" in policy(graph, "access-logs")
    assert len(graph.of_type(f"{S3}Policy:BucketPolicy")) == 2


def test_a_statement_may_not_come_twice() -> None:
    def program() -> None:
        bucket, _ = buckets()
        bucket.allow(cdn(bucket), cdn(bucket))

    with pytest.raises((ValueError, ProgramError), match="already has a statement Cdn"):
        record(program)


def test_a_statement_after_the_policy_is_written_is_an_error() -> None:
    def program() -> None:
        bucket, _ = buckets()

        def late(_: str) -> None:
            bucket.allow(cdn(bucket))

        bucket.arn.apply(lambda arn: bucket.versioning.id.apply(late))

    with pytest.raises((RuntimeError, ProgramError), match="already written"):
        record(program)


GRANTS = {
    "read": ["s3:GetObject", "s3:ListBucket", "kms:Decrypt"],
    "write": [
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
        "kms:GenerateDataKey",
        "kms:Decrypt",
    ],
    "read_write": [
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
        "s3:DeleteObject",
        "kms:GenerateDataKey",
        "kms:Decrypt",
    ],
    "tag": ["s3:GetObject", "s3:ListBucket", "s3:GetObjectTagging", "s3:PutObjectTagging", "kms:Decrypt"],
}


@pytest.mark.parametrize("grant", GRANTS)
def test_grants_are_exact(grant: str) -> None:
    def program() -> None:
        bucket, _ = buckets()
        trust = service_trust("lambda.amazonaws.com")
        Role("reader", trust=trust, grants=[getattr(bucket, grant)], description="test")

    graph = record(program)
    (statement,) = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    arn = graph.only(f"{S3}:Bucket", "backups-bucket").outputs["arn"]
    key = graph.only("aws:kms/key:Key", "data-key").outputs["arn"]
    assert statement["Action"] == GRANTS[grant]
    assert statement["Resource"] == ([f"{arn}/*", key] if grant == "write" else [arn, f"{arn}/*", key])


def test_names_that_would_get_too_long_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 35"):
        BucketSettings(bucket="a" * 36)


def test_same_graph_when_nothing_is_known() -> None:
    def program() -> None:
        bucket, _ = buckets(FULL)
        bucket.allow(cdn(bucket))
        pulumi.export("name", bucket.bucket_name)

    assert unequal_when_unknown(program) == []

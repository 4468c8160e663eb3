"""S3 buckets. Their encryption, public-access block, versioning and policy are resources of their own."""

from collections.abc import Iterator

from policy.iam import answers_plain_http
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

BUCKET = "aws:s3/bucket:Bucket"
PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
_LINK = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

# Services that deliver logs only into buckets with SSE-S3: who names the bucket, and by which input.
_LOG_DELIVERY = (
    ("aws:s3/bucketLogging:BucketLogging", "targetBucket"),
    ("aws:lb/loadBalancer:LoadBalancer", "accessLogs.bucket"),
    ("aws:lb/loadBalancer:LoadBalancer", "connectionLogs.bucket"),
)


def receives_logs(bucket: Resource, graph: Graph) -> bool:
    """Whether S3 or a load balancer delivers its access logs into this bucket, or may."""
    return any(graph.may_have(bucket, token, by=by) for token, by in _LOG_DELIVERY)


@stack_rule(
    "s3-bucket-public-access-block",
    title="Every bucket has a public access block",
    severity=Severity.CRITICAL,
    types=[BUCKET],
    frameworks={"FSBP": "S3.8", "CIS": "3.1.4", "cdk-nag": "AwsSolutions-S2", "Checkov": "CKV2_AWS_6"},
    remedy="Add a BucketPublicAccessBlock with all four settings on.",
    link=_LINK + "access-control-block-public-access.html",
)
def has_public_access_block(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """The block holds whatever a later ACL or policy says."""
    blocks = graph.companions(bucket, PUBLIC_ACCESS_BLOCK, by="bucket")
    if not blocks and not graph.unresolved(PUBLIC_ACCESS_BLOCK, "bucket"):
        yield Finding("has no public access block")


@rule(
    "s3-public-access-block-complete",
    title="Public access blocks have all four settings on",
    severity=Severity.CRITICAL,
    types=[PUBLIC_ACCESS_BLOCK, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"],
    frameworks={
        "FSBP": ("S3.1", "S3.8"),
        "CIS": "3.1.4",
        "cdk-nag": "AwsSolutions-S2",
        "Checkov": ("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"),
    },
    remedy="Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
    link=_LINK + "access-control-block-public-access.html",
)
def public_access_block_complete(block: Resource) -> Iterator[Finding]:
    """Three of four leave a way: old ACLs, new ACLs, or policies."""
    for setting in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        if block.lacks(setting, True):
            yield Finding("is off", setting)


@stack_rule(
    "s3-bucket-customer-key",
    title="Buckets are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[BUCKET],
    frameworks={"Security Hub": "S3.17", "Checkov": "CKV_AWS_145"},
    remedy="Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and a kmsMasterKeyId.",
    link=_LINK + "UsingKMSEncryption.html",
)
def customer_key(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """A key of one's own makes reading the data a second, logged and revocable permission.

    Buckets into which S3 or a load balancer delivers access logs can only use SSE-S3.
    """
    configurations = graph.companions(bucket, ENCRYPTION, by="bucket")
    if receives_logs(bucket, graph):
        return
    if not configurations:
        inline = bucket.has("serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.kmsMasterKeyId")
        if not inline and not graph.unresolved(ENCRYPTION, "bucket"):
            yield Finding("has no encryption configuration with a customer key")
    for configuration in configurations:
        for each in configuration.blocks("rules"):
            default = "applyServerSideEncryptionByDefault"
            if each.lacks(f"{default}.sseAlgorithm", "aws:kms", "aws:kms:dsse"):
                yield Finding("is not encrypted with KMS", each.path(f"{default}.sseAlgorithm"))
            elif each.lacks(f"{default}.kmsMasterKeyId"):
                yield Finding("is encrypted with the key that AWS manages", each.path(f"{default}.kmsMasterKeyId"))


@stack_rule(
    "s3-bucket-tls-only",
    title="Bucket policies deny requests without TLS",
    severity=Severity.MEDIUM,
    types=[BUCKET],
    frameworks={
        "FSBP": "S3.5",
        "CIS": "3.1.1",
        "cdk-nag": "AwsSolutions-S10",
        "Checkov": "CKV_AWS_379",
    },
    remedy="Add a BucketPolicy that denies s3:* to everybody, on bucket and objects, if aws:SecureTransport is false.",
    link=_LINK + "security-best-practices.html",
)
def tls_only(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """S3 answers plain HTTP unless the bucket's policy says no."""
    if answers_plain_http(bucket, graph, POLICY, "s3:*", by="bucket"):
        yield Finding("has no policy that denies requests without TLS")


@stack_rule(
    "s3-bucket-versioned",
    title="Buckets keep versions",
    severity=Severity.MEDIUM,
    types=[BUCKET],
    frameworks={"Security Hub": "S3.14", "Checkov": "CKV_AWS_21"},
    remedy="Add a BucketVersioning with status Enabled, and a lifecycle rule that expires old versions.",
    link=_LINK + "Versioning.html",
    level=Level.MANDATORY_IN_PROD,
)
def versioned(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """Without versions an overwritten or deleted object is lost. Buckets that only receive logs need none."""
    if receives_logs(bucket, graph) or bucket.has("versioning.enabled", True):
        return
    configurations = graph.companions(bucket, VERSIONING, by="bucket")
    if not configurations and not graph.unresolved(VERSIONING, "bucket"):
        yield Finding("keeps no versions")
    for configuration in configurations:
        if configuration.lacks("versioningConfiguration.status", "Enabled"):
            yield Finding("keeps no versions", "versioningConfiguration.status")

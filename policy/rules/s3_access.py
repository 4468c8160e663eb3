"""S3: who reaches buckets, by ACLs, access points, websites and browsers."""

from collections.abc import Iterator

from policy.iam import RESOURCE, documents, grants
from policy.model import Finding, Resource, Severity, rule

BUCKET = "aws:s3/bucket:Bucket"
ACL = "aws:s3/bucketAcl:BucketAcl"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ACCESS_POINT = "aws:s3/accessPoint:AccessPoint"
MULTI_REGION = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"
_LINK = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
_EVERYBODY = ("/global/AllUsers", "/global/AuthenticatedUsers")
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
# What Security Hub's S3.6 keeps to the bucket's owner:
# https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html
_OWNERS_ACTIONS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)
_WRITING = ("PUT", "POST", "DELETE")


@rule(
    "s3-acl-not-public",
    title="No ACL lets everybody into a bucket",
    severity=Severity.CRITICAL,
    types=[ACL, BUCKET],
    frameworks={
        "FSBP": ("S3.2", "S3.3"),
        "Checkov": ("CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "CKV2_AWS_43"),
    },
    remedy="Remove the ACL; let a bucket policy name who may read or write.",
    link=_LINK + "acl-overview.html",
)
def acl_not_public(holder: Resource) -> Iterator[Finding]:
    """What S3 calls authenticated users are those of every AWS account, so as good as everybody."""
    if holder.has("acl", "public-read", "public-read-write", "authenticated-read", "website"):
        yield Finding("lets everybody in", "acl")
    for grant in [*holder.blocks("accessControlPolicy.grants"), *holder.blocks("grants")]:
        for path in ("grantee.uri", "uri"):
            if any(str(uri).endswith(_EVERYBODY) for uri in grant.list(path)):
                yield Finding("lets everybody in", grant.path(path))


@rule(
    "s3-acls-disabled",
    title="Buckets own every object and know no ACLs",
    severity=Severity.MEDIUM,
    types=[OWNERSHIP],
    frameworks={"FSBP": "S3.12", "Checkov": "CKV2_AWS_65"},
    remedy="Set rule.objectOwnership to BucketOwnerEnforced.",
    link=_LINK + "about-object-ownership.html",
)
def acls_disabled(ownership: Resource) -> Iterator[Finding]:
    """With ACLs, who wrote an object decides who reads it, past the bucket's policy. New buckets have none."""
    if ownership.lacks("rule.objectOwnership", "BucketOwnerEnforced"):
        yield Finding("leaves ACLs in force", "rule.objectOwnership")


@rule(
    "s3-policy-keeps-ownership",
    title="Bucket policies do not hand out the bucket's own protection",
    severity=Severity.HIGH,
    types=[POLICY, BUCKET],
    frameworks={"FSBP": "S3.6", "Well-Architected": "SEC03-BP07"},
    remedy="Name the object actions that are needed. Roles of the own account get the rest by their own policies.",
    link=_LINK + "example-bucket-policies.html",
)
def policy_keeps_ownership(holder: Resource) -> Iterator[Finding]:
    """Only another account needs a bucket policy to change policy, ACLs or encryption, and must not have that."""
    for document in documents(holder, RESOURCE):
        for statement in document.allowing():
            handed = [action for action in _OWNERS_ACTIONS if grants(statement.known_actions(), action)]
            if handed and statement.principals_of("AWS"):
                yield Finding(f"{statement.label} hands out {', '.join(handed)}", document.path)


@rule(
    "s3-access-point-not-public",
    title="Access points block public access",
    severity=Severity.CRITICAL,
    types=[ACCESS_POINT, MULTI_REGION],
    frameworks={"FSBP": ("S3.19", "S3.24"), "Checkov": "CKV_AWS_392"},
    remedy="Leave all four settings on, which they are by default. They cannot be changed later.",
    link=_LINK + "access-points-bpa-settings.html",
)
def access_point_not_public(point: Resource) -> Iterator[Finding]:
    """An access point is a second door into the bucket with a policy of its own."""
    for block in ("publicAccessBlockConfiguration", "details.publicAccessBlock"):
        for setting in _BLOCKS:
            if point.has(f"{block}.{setting}", False):
                yield Finding("is off", f"{block}.{setting}")


@rule(
    "s3-cors-names-writers",
    title="Browsers may write only from origins that are named",
    severity=Severity.MEDIUM,
    types=[CORS],
    frameworks={"Well-Architected": "SEC08-BP04"},
    remedy="Name the origins, with https, in rules that allow PUT, POST or DELETE.",
    link=_LINK + "cors.html",
)
def cors_names_writers(configuration: Resource) -> Iterator[Finding]:
    """With a wildcard any page that has a signed URL writes into the bucket. Reading from anywhere is fine."""
    for each in configuration.blocks("corsRules"):
        if not each.contains("allowedMethods", *_WRITING):
            continue
        for origin in each.list("allowedOrigins"):
            if "*" in str(origin).removeprefix("https://*."):
                yield Finding(f"lets pages of {origin} write", each.path("allowedOrigins"))


@rule(
    "s3-no-website-endpoint",
    title="Buckets serve no web site by themselves",
    severity=Severity.MEDIUM,
    types=[WEBSITE, BUCKET],
    frameworks={"cdk-nag": "AwsSolutions-S5", "Well-Architected": "SEC09-BP02"},
    remedy="Serve the bucket through CloudFront with origin access control and without a website configuration.",
    link=_LINK + "WebsiteEndpoints.html",
)
def no_website_endpoint(holder: Resource) -> Iterator[Finding]:
    """Website endpoints speak HTTP only and need a public bucket. One that only redirects to HTTPS holds nothing."""
    if holder.type == WEBSITE:
        if holder.lacks("redirectAllRequestsTo.protocol", "https"):
            yield Finding("serves a web site without TLS")
    elif holder.has("website"):
        yield Finding("serves a web site without TLS", "website")

"""Type tokens that the AWS provider offers under several names, read as one."""

# The provider's own aliases of one and the same Terraform resource: https://github.com/pulumi/pulumi-aws
_SYNONYMS = {
    "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket",
    "aws:s3/bucketAclV2:BucketAclV2": "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    ),
    "aws:s3/bucketLoggingV2:BucketLoggingV2": "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ),
    "aws:s3/bucketVersioningV2:BucketVersioningV2": "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2": (
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"
    ),
}
_BALANCER_MODULES = ("alb", "applicationloadbalancing", "elasticloadbalancingv2")


def canonical(token: str) -> str:
    """The token that rules name for this type."""
    if token in _SYNONYMS:
        return _SYNONYMS[token]
    provider, _, rest = token.partition(":")
    module, slash, member = rest.partition("/")
    if provider == "aws" and slash and module in _BALANCER_MODULES:
        return f"aws:lb/{member}"
    return token

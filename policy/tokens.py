"""Type tokens that the providers offer under several names, read as one."""

from functools import lru_cache

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
PATCH = "Patch"  # what the Kubernetes provider calls a type that changes an object that others made
_BALANCER_MODULES = ("alb", "applicationloadbalancing", "elasticloadbalancingv2")


@lru_cache(maxsize=4096)
def canonical(token: str) -> str:
    """The token that rules name for this type."""
    if token in _SYNONYMS:
        return _SYNONYMS[token]
    if is_patch(token):
        return token.removesuffix(PATCH)
    provider, _, rest = token.partition(":")
    module, slash, member = rest.partition("/")
    if provider == "aws" and slash and module in _BALANCER_MODULES:
        return f"aws:lb/{member}"
    return token


def is_patch(token: str) -> bool:
    """Whether resources of the type only change some fields of an object: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"""
    return token.endswith(PATCH) and token.startswith("kubernetes:")

"""ECR repositories."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

REPOSITORY = "aws:ecr/repository:Repository"
_LINK = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"


@rule(
    "ecr-scan-on-push",
    title="Images are scanned when pushed",
    severity=Severity.HIGH,
    types=[REPOSITORY],
    frameworks={"FSBP": "ECR.1", "Checkov": "CKV_AWS_163"},
    remedy="Set imageScanningConfiguration.scanOnPush.",
    link=_LINK + "image-scanning.html",
)
def scan_on_push(repository: Resource) -> Iterator[Finding]:
    """Known flaws are cheapest to find before the image runs."""
    path = "imageScanningConfiguration.scanOnPush"
    if repository.lacks(path, True):
        yield Finding("does not scan images", path)


@rule(
    "ecr-immutable-tags",
    title="Image tags cannot be overwritten",
    severity=Severity.MEDIUM,
    types=[REPOSITORY],
    frameworks={"FSBP": "ECR.2", "Checkov": "CKV_AWS_51"},
    remedy="Set imageTagMutability to IMMUTABLE.",
    link=_LINK + "image-tag-mutability.html",
)
def immutable_tags(repository: Resource) -> Iterator[Finding]:
    """What was tested under a tag must be what runs under it."""
    if repository.lacks("imageTagMutability", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"):
        yield Finding("lets tags be overwritten", "imageTagMutability")


@rule(
    "ecr-customer-key",
    title="Repositories are encrypted with a customer key",
    severity=Severity.LOW,
    types=[REPOSITORY],
    frameworks={"Security Hub": "ECR.5", "Checkov": "CKV_AWS_136"},
    remedy="Set encryptionConfigurations with encryptionType KMS and kmsKey. It can only be chosen at creation.",
    link=_LINK + "encryption-at-rest.html",
)
def customer_key(repository: Resource) -> Iterator[Finding]:
    """Images often carry more than code; a key of one's own makes pulling them a second permission."""
    if repository.lacks("encryptionConfigurations"):
        yield Finding("is not encrypted with KMS", "encryptionConfigurations")
    for config in repository.blocks("encryptionConfigurations"):
        if config.lacks("encryptionType", "KMS", "KMS_DSSE"):
            yield Finding("is not encrypted with KMS", config.path("encryptionType"))
        elif config.lacks("kmsKey"):
            yield Finding("is encrypted with the key that AWS manages", config.path("kmsKey"))

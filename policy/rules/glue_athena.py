"""Glue and Athena: what analyses write down."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

SECURITY = "aws:glue/securityConfiguration:SecurityConfiguration"
CATALOG = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"
JOB = "aws:glue/job:Job"
CRAWLER = "aws:glue/crawler:Crawler"
WORKGROUP = "aws:athena/workgroup:Workgroup"
_LINK = "https://docs.aws.amazon.com/glue/latest/dg/"
# Part of a security configuration -> its input for the mode, and the mode that encrypts with KMS.
_PARTS = {
    "cloudwatchEncryption": ("cloudwatchEncryptionMode", "SSE-KMS"),
    "jobBookmarksEncryption": ("jobBookmarksEncryptionMode", "CSE-KMS"),
    "s3Encryption": ("s3EncryptionMode", "SSE-KMS"),
}


@rule(
    "glue-security-configuration-encrypts",
    title="Glue security configurations encrypt data, logs and bookmarks with KMS",
    severity=Severity.MEDIUM,
    types=[SECURITY],
    frameworks={"cdk-nag": ("AwsSolutions-GL1", "AwsSolutions-GL3"), "Checkov": "CKV_AWS_99"},
    remedy="Set the mode of all three parts (SSE-KMS, CSE-KMS, SSE-KMS), each with a kmsKeyArn.",
    link=_LINK + "encryption-security-configuration.html",
)
def security_configuration_encrypts(configuration: Resource) -> Iterator[Finding]:
    """Bookmarks and logs hold keys and rows of the data they are about."""
    for part, (mode, wanted) in _PARTS.items():
        path = f"encryptionConfiguration.{part}"
        if configuration.lacks(f"{path}.{mode}", wanted):
            yield Finding("does not encrypt with KMS", f"{path}.{mode}")
        elif configuration.lacks(f"{path}.kmsKeyArn"):
            yield Finding("names no key", f"{path}.kmsKeyArn")


@rule(
    "glue-has-security-configuration",
    title="Glue jobs and crawlers have a security configuration",
    severity=Severity.MEDIUM,
    types=[JOB, CRAWLER, "aws:glue/devEndpoint:DevEndpoint"],
    frameworks={"cdk-nag": "AwsSolutions-GL1", "Checkov": "CKV_AWS_195"},
    remedy="Set securityConfiguration.",
    link=_LINK + "set-up-encryption.html",
)
def has_security_configuration(work: Resource) -> Iterator[Finding]:
    """Without one, results, logs and bookmarks are not encrypted with a key of one's own."""
    if work.lacks("securityConfiguration"):
        yield Finding("has no security configuration", "securityConfiguration")


@rule(
    "glue-catalog-encrypted",
    title="The data catalog encrypts metadata and passwords of connections",
    severity=Severity.MEDIUM,
    types=[CATALOG],
    frameworks={"Checkov": "CKV_AWS_94"},
    remedy="Set encryptionAtRest.catalogEncryptionMode to SSE-KMS and returnConnectionPasswordEncrypted to true.",
    link=_LINK + "encrypt-glue-data-catalog.html",
)
def catalog_encrypted(settings: Resource) -> Iterator[Finding]:
    """Connections keep the passwords of databases in the catalog."""
    at_rest = "dataCatalogEncryptionSettings.encryptionAtRest"
    passwords = "dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted"
    if settings.lacks(f"{at_rest}.catalogEncryptionMode", "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"):
        yield Finding("does not encrypt metadata", f"{at_rest}.catalogEncryptionMode")
    elif settings.lacks(f"{at_rest}.sseAwsKmsKeyId"):
        yield Finding("encrypts metadata with the key that AWS manages", f"{at_rest}.sseAwsKmsKeyId")
    if settings.lacks(passwords, True):
        yield Finding("hands out passwords of connections in clear", passwords)


@rule(
    "athena-workgroup-encrypted",
    title="Athena workgroups encrypt results with KMS, whatever the client says",
    severity=Severity.MEDIUM,
    types=[WORKGROUP],
    frameworks={"Checkov": ("CKV_AWS_82", "CKV_AWS_159")},
    remedy="Set encryptionConfiguration of the results to SSE_KMS with a key; leave enforceWorkgroupConfiguration on.",
    link="https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html",
)
def workgroup_encrypted(group: Resource) -> Iterator[Finding]:
    """A result is a copy of the rows, in a bucket that the client chooses unless the workgroup does."""
    managed = "configuration.managedQueryResultsConfiguration"
    encryption = "configuration.resultConfiguration.encryptionConfiguration"
    if group.has(f"{managed}.enabled", True):
        if group.lacks(f"{managed}.encryptionConfiguration.kmsKey"):
            yield Finding("encrypts results with a key of AWS", f"{managed}.encryptionConfiguration.kmsKey")
        return
    if group.unknown(f"{managed}.enabled"):
        return
    if group.lacks(f"{encryption}.encryptionOption", "SSE_KMS", "CSE_KMS"):
        yield Finding("does not encrypt results with KMS", f"{encryption}.encryptionOption")
    elif group.lacks(f"{encryption}.kmsKeyArn"):
        yield Finding("names no key for results", f"{encryption}.kmsKeyArn")
    if group.has("configuration.enforceWorkgroupConfiguration", False):
        yield Finding("leaves encryption to clients", "configuration.enforceWorkgroupConfiguration")

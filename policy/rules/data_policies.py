"""Policies of stores and streams: nobody gets in whom they do not name."""

from collections.abc import Iterator

from policy.iam import open_to_everybody
from policy.model import Finding, Graph, Resource, Severity, rule, stack_rule

BUCKETS = (
    "aws:s3/accessPoint:AccessPoint",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
    "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
    "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
    "aws:s3control/accessPointPolicy:AccessPointPolicy",
    "aws:s3control/bucketPolicy:BucketPolicy",
    "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
)
TABLE_POLICY = "aws:dynamodb/resourcePolicy:ResourcePolicy"
FILE_SYSTEM_POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"
KAFKA_POLICY = "aws:msk/clusterPolicy:ClusterPolicy"
STREAM_POLICY = "aws:kinesis/resourcePolicy:ResourcePolicy"
VAULT_POLICY = "aws:backup/vaultPolicy:VaultPolicy"
SECRETS = ("aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy")
REPOSITORIES = (
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
)
# Search domains, each with the resource that holds its policy apart.
DOMAINS = {
    "aws:opensearch/domain:Domain": "aws:opensearch/domainPolicy:DomainPolicy",
    "aws:elasticsearch/domain:Domain": "aws:elasticsearch/domainPolicy:DomainPolicy",
}
_AWS = "https://docs.aws.amazon.com/"
_NAME = "Name principals, or limit `*` by aws:PrincipalOrgID or aws:PrincipalAccount."
_SHARED = "SEC03-BP07"


@rule(
    "s3-policy-not-public",
    title="Bucket and access point policies name who may come in",
    severity=Severity.CRITICAL,
    types=BUCKETS,
    frameworks={
        "FSBP": ("S3.2", "S3.3"),
        "CIS": "2.21",
        "cdk-nag": "AwsSolutions-S5",
        "Checkov": "CKV_AWS_70",
    },
    remedy="Name principals, or limit `*` by aws:SourceVpce, aws:PrincipalOrgID or aws:SourceArn. "
    "To publish a site, let CloudFront in by its service principal and aws:SourceArn.",
    link=_AWS + "AmazonS3/latest/userguide/access-control-block-public-access.html",
)
def bucket(holder: Resource) -> Iterator[Finding]:
    """A referer or user agent is what the caller says it is, and no limit."""
    return open_to_everybody(holder)


@rule(
    "dynamodb-policy-not-public",
    title="Table policies name who may come in",
    severity=Severity.CRITICAL,
    types=[TABLE_POLICY],
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy=_NAME,
    link=_AWS + "amazondynamodb/latest/developerguide/access-control-resource-based.html",
)
def table(holder: Resource) -> Iterator[Finding]:
    """`*` gives the items to every AWS account."""
    return open_to_everybody(holder)


@rule(
    "efs-policy-not-public",
    title="File system policies name who may mount",
    severity=Severity.HIGH,
    types=[FILE_SYSTEM_POLICY],
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy="Name principals, or limit `*` by elasticfilesystem:AccessedViaMountTarget.",
    link=_AWS + "efs/latest/ug/access-control-block-public-access.html",
)
def file_system(holder: Resource) -> Iterator[Finding]:
    """Whoever has the network for it mounts the file system, of whatever account."""
    return open_to_everybody(holder)


@rule(
    "msk-policy-not-public",
    title="Kafka cluster policies name who may connect",
    severity=Severity.CRITICAL,
    types=[KAFKA_POLICY],
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy="Name the accounts or services that connect.",
    link=_AWS + "msk/latest/developerguide/mvpc-cross-account-permissions.html",
)
def kafka(holder: Resource) -> Iterator[Finding]:
    """`*` lets every AWS account open private connections to the brokers."""
    return open_to_everybody(holder)


@rule(
    "kinesis-policy-not-public",
    title="Stream policies name who may come in",
    severity=Severity.CRITICAL,
    types=[STREAM_POLICY],
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy=_NAME,
    link=_AWS + "streams/latest/dev/resource-based-policy-examples.html",
)
def stream(holder: Resource) -> Iterator[Finding]:
    """`*` lets every AWS account read the records or forge them."""
    return open_to_everybody(holder)


@rule(
    "backup-vault-not-public",
    title="Vault policies name who may come in",
    severity=Severity.CRITICAL,
    types=[VAULT_POLICY],
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy="Name accounts, or limit `*` by aws:PrincipalOrgID.",
    link=_AWS + "aws-backup/latest/devguide/create-a-vault-access-policy.html",
)
def vault(holder: Resource) -> Iterator[Finding]:
    """Whoever may copy a recovery point restores it at home and reads everything."""
    return open_to_everybody(holder)


@rule(
    "secretsmanager-not-public",
    title="Secret policies name who may read",
    severity=Severity.CRITICAL,
    types=SECRETS,
    frameworks={"CIS": "2.21", "Well-Architected": _SHARED},
    remedy="Name principals, and set blockPublicPolicy.",
    link=_AWS + "secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
)
def secret(holder: Resource) -> Iterator[Finding]:
    """`*` gives the secret to every AWS account, together with whatever it opens."""
    return open_to_everybody(holder)


@rule(
    "ecr-not-public",
    title="Repository and registry policies name who may pull and push",
    severity=Severity.CRITICAL,
    types=REPOSITORIES,
    frameworks={"CIS": "2.21", "cdk-nag": "AwsSolutions-ECR1", "Checkov": "CKV_AWS_32"},
    remedy="Name accounts or roles, or limit `*` by aws:PrincipalOrgID.",
    link=_AWS + "AmazonECR/latest/userguide/repository-policies.html",
)
def repository(holder: Resource) -> Iterator[Finding]:
    """Whoever may pull reads the code; whoever may push runs theirs."""
    return open_to_everybody(holder)


@stack_rule(
    "opensearch-policy-not-public",
    title="Search domains name who may come in",
    severity=Severity.CRITICAL,
    types=DOMAINS,
    frameworks={"CIS": "2.21", "cdk-nag": "AwsSolutions-OS5", "Well-Architected": _SHARED},
    remedy="Name principals in accessPolicies; `*` only within a VPC and with fine-grained access control.",
    link=_AWS + "opensearch-service/latest/developerguide/ac.html",
)
def domain(holder: Resource, graph: Graph) -> Iterator[Finding]:
    """Within a VPC and with fine-grained access control `*` is AWS's own advice: users sign in to the domain."""
    outside = holder.lacks("vpcOptions.subnetIds")
    if not outside and not holder.lacks("advancedSecurityOptions.enabled", True):
        return
    for each in (holder, *graph.companions(holder, DOMAINS[holder.type], by="domainName")):
        yield from open_to_everybody(each)

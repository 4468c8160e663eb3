"""Managed services that hold data: encrypted at rest, and under a key of one's own. One table a question."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

_LINK = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/"
# Inputs without which a type keeps its data in clear. aws-native types have CloudFormation's properties.
ENCRYPTED = {
    "aws:appsync/apiCache:ApiCache": ("atRestEncryptionEnabled",),
    "aws:docdb/globalCluster:GlobalCluster": ("storageEncrypted",),
    "aws:neptune/globalCluster:GlobalCluster": ("storageEncrypted",),
    "aws:workspaces/workspace:Workspace": ("rootVolumeEncryptionEnabled", "userVolumeEncryptionEnabled"),
    "aws-native:docdb:DbCluster": ("storageEncrypted",),
    "aws-native:efs:FileSystem": ("encrypted",),
    "aws-native:neptune:DbCluster": ("storageEncrypted",),
    "aws-native:rds:DbCluster": ("storageEncrypted",),
    "aws-native:rds:DbInstance": ("storageEncrypted",),
    "aws-native:redshift:Cluster": ("encrypted",),
}
# What takes encryption from another resource that it names; nothing is said of it here.
_FROM = ("sourceDbClusterIdentifier", "dbClusterIdentifier", "snapshotIdentifier", "dbSnapshotIdentifier")
# Types that AWS encrypts anyway, and the input that names a key of one's own.
KEYS = {
    "aws:apprunner/service:Service": "encryptionConfiguration.kmsKey",
    "aws:bedrock/agentAgent:AgentAgent": "customerEncryptionKeyArn",
    "aws:bedrock/agentDataSource:AgentDataSource": "serverSideEncryptionConfiguration.kmsKeyArn",
    "aws:bedrock/agentFlow:AgentFlow": "customerEncryptionKeyArn",
    "aws:bedrock/agentPrompt:AgentPrompt": "customerEncryptionKeyArn",
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": "kmsKeyArn",
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": "encryptionKeyArn",
    "aws:bedrock/customModel:CustomModel": "customModelKmsKeyId",
    "aws:bedrock/guardrail:Guardrail": "kmsKeyArn",
    "aws:dms/endpoint:Endpoint": "kmsKeyArn",
    "aws:dms/instanceProfile:InstanceProfile": "kmsKeyArn",
    "aws:dms/replicationConfig:ReplicationConfig": "computeConfig.kmsKeyId",
    "aws:dms/replicationInstance:ReplicationInstance": "kmsKeyArn",
    "aws:docdb/elasticCluster:ElasticCluster": "kmsKeyId",
    "aws:emr/cluster:Cluster": "logEncryptionKmsKeyId",
    "aws:emr/studio:Studio": "encryptionKeyArn",
    "aws:emrcontainers/jobTemplate:JobTemplate": "kmsKeyArn",
    "aws:fsx/fileCache:FileCache": "kmsKeyId",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "kmsKeyId",
    "aws:fsx/ontapFileSystem:OntapFileSystem": "kmsKeyId",
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": "kmsKeyId",
    "aws:fsx/windowsFileSystem:WindowsFileSystem": "kmsKeyId",
    "aws:memorydb/cluster:Cluster": "kmsKeyArn",
    "aws:memorydb/snapshot:Snapshot": "kmsKeyArn",
    "aws:mwaa/environment:Environment": "kmsKey",
    "aws:neptunegraph/graph:Graph": "kmsKeyIdentifier",
    "aws:sagemaker/domain:Domain": "kmsKeyId",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "kmsKeyArn",
    "aws:sagemaker/notebookInstance:NotebookInstance": "kmsKeyId",
    "aws:timestreamwrite/database:Database": "kmsKeyId",
}
# A cluster whose logs go nowhere has none to encrypt.
_ONLY_WITH = {"aws:emr/cluster:Cluster": "logUri"}


@rule(
    "managed-encrypted",
    title="Managed services keep their data encrypted",
    severity=Severity.HIGH,
    types=ENCRYPTED,
    frameworks={
        "FSBP": ("WorkSpaces.1", "WorkSpaces.2", "RDS.3", "EFS.1", "DocumentDB.1", "Neptune.1", "Redshift.10"),
        "Well-Architected": "SEC08-BP02",
    },
    remedy="Set the input that is named. It can only be chosen at creation.",
    link=_LINK + "sec_protect_data_rest_encrypt.html",
)
def encrypted(store: Resource) -> Iterator[Finding]:
    """Whoever gets hold of a volume, a snapshot or a backup reads what is not encrypted."""
    if any(not store.lacks(source) for source in _FROM):
        return
    for path in ENCRYPTED[store.type]:
        if store.lacks(path, True):
            yield Finding("is not encrypted at rest", path)


@rule(
    "managed-customer-key",
    title="Managed services encrypt under a customer key",
    severity=Severity.MEDIUM,
    types=KEYS,
    frameworks={"Well-Architected": "SEC08-BP01", "Checkov": ("CKV_AWS_201", "CKV_AWS_212", "CKV_AWS_187")},
    remedy="Name a KMS key in the input that is named; most services take it at creation only.",
    link=_LINK + "sec_protect_data_rest_key_mgmt.html",
)
def customer_key(store: Resource) -> Iterator[Finding]:
    """A key of one's own makes reading a second permission, which can be taken back and is logged."""
    needed = _ONLY_WITH.get(store.type)
    if (needed is None or store.has(needed)) and store.lacks(KEYS[store.type]):
        yield Finding("is encrypted with a key that AWS owns or manages", KEYS[store.type])

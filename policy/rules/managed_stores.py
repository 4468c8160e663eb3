"""Managed services that hold data: encrypted at rest, and under a key of one's own. One table a question."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule
from policy.rules import managed_native as native
from policy.rules.managed import Input, Table, judged

_LINK = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/"
_STORAGE = (Input("storageEncrypted", right=(True,)),)
# Inputs without which a type keeps its data in clear.
ENCRYPTED: Table = {
    "aws:appsync/apiCache:ApiCache": (Input("atRestEncryptionEnabled", right=(True,)),),
    "aws:docdb/globalCluster:GlobalCluster": _STORAGE,
    "aws:imagebuilder/containerRecipe:ContainerRecipe": (
        Input("instanceConfiguration.blockDeviceMappings[].ebs.encrypted", wrong=(False,)),
    ),
    "aws:imagebuilder/imageRecipe:ImageRecipe": (Input("blockDeviceMappings[].ebs.encrypted", wrong=(False,)),),
    "aws:neptune/globalCluster:GlobalCluster": _STORAGE,
    "aws:rds/globalCluster:GlobalCluster": _STORAGE,
    "aws:workspaces/workspace:Workspace": (
        Input("rootVolumeEncryptionEnabled", right=(True,)),
        Input("userVolumeEncryptionEnabled", right=(True,)),
    ),
    **native.ENCRYPTED,
}
# What takes encryption from another resource that it names; nothing is said of it here.
_FROM = (
    *("sourceDbClusterIdentifier", "sourceDbInstanceIdentifier", "dbClusterIdentifier"),
    *("snapshotIdentifier", "dbSnapshotIdentifier", "dbClusterSnapshotIdentifier"),
)


def _key(path: str) -> tuple[Input, ...]:
    return (Input(path),)


# Types that AWS encrypts anyway, and the input that names a key of one's own.
KEYS: Table = {
    "aws:amp/workspace:Workspace": _key("kmsKeyArn"),
    "aws:apprunner/service:Service": _key("encryptionConfiguration.kmsKey"),
    "aws:bedrock/agentAgent:AgentAgent": _key("customerEncryptionKeyArn"),
    "aws:bedrock/agentDataSource:AgentDataSource": _key("serverSideEncryptionConfiguration.kmsKeyArn"),
    "aws:bedrock/agentFlow:AgentFlow": _key("customerEncryptionKeyArn"),
    "aws:bedrock/agentPrompt:AgentPrompt": _key("customerEncryptionKeyArn"),
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": _key("kmsKeyArn"),
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": _key("encryptionKeyArn"),
    "aws:bedrock/customModel:CustomModel": _key("customModelKmsKeyId"),
    "aws:bedrock/guardrail:Guardrail": _key("kmsKeyArn"),
    "aws:cloudtrail/eventDataStore:EventDataStore": _key("kmsKeyId"),
    "aws:codeartifact/domain:Domain": _key("encryptionKey"),
    "aws:comprehend/documentClassifier:DocumentClassifier": (Input("modelKmsKeyId"), Input("volumeKmsKeyId")),
    "aws:comprehend/entityRecognizer:EntityRecognizer": (Input("modelKmsKeyId"), Input("volumeKmsKeyId")),
    "aws:connect/instanceStorageConfig:InstanceStorageConfig": (
        Input("storageConfig.s3Config.encryptionConfig.keyId", when=("storageConfig.storageType", ("S3",))),
        Input(
            "storageConfig.kinesisVideoStreamConfig.encryptionConfig.keyId",
            when=("storageConfig.storageType", ("KINESIS_VIDEO_STREAM",)),
        ),
    ),
    "aws:customerprofiles/domain:Domain": _key("defaultEncryptionKey"),
    "aws:datazone/domain:Domain": _key("kmsKeyIdentifier"),
    "aws:dms/endpoint:Endpoint": _key("kmsKeyArn"),
    "aws:dms/instanceProfile:InstanceProfile": _key("kmsKeyArn"),
    "aws:dms/replicationConfig:ReplicationConfig": _key("computeConfig.kmsKeyId"),
    "aws:dms/replicationInstance:ReplicationInstance": _key("kmsKeyArn"),
    "aws:docdb/elasticCluster:ElasticCluster": _key("kmsKeyId"),
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": _key("ebsEncryptionKeyArn"),
    "aws:dsql/cluster:Cluster": _key("kmsEncryptionKey"),
    # A cluster whose logs go nowhere has none to encrypt.
    "aws:emr/cluster:Cluster": (Input("logEncryptionKmsKeyId", when=("logUri", ())),),
    "aws:emr/studio:Studio": _key("encryptionKeyArn"),
    "aws:emrcontainers/jobTemplate:JobTemplate": _key("kmsKeyArn"),
    "aws:fsx/fileCache:FileCache": _key("kmsKeyId"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": _key("kmsKeyId"),
    "aws:fsx/ontapFileSystem:OntapFileSystem": _key("kmsKeyId"),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": _key("kmsKeyId"),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": _key("kmsKeyId"),
    "aws:kendra/index:Index": _key("serverSideEncryptionConfiguration.kmsKeyId"),
    "aws:keyspaces/table:Table": _key("encryptionSpecification.kmsKeyIdentifier"),
    "aws:kinesis/videoStream:VideoStream": _key("kmsKeyId"),
    "aws:location/geofenceCollection:GeofenceCollection": _key("kmsKeyId"),
    "aws:location/tracker:Tracker": _key("kmsKeyId"),
    "aws:m2/application:Application": _key("kmsKeyId"),
    "aws:m2/environment:Environment": _key("kmsKeyId"),
    "aws:memorydb/cluster:Cluster": _key("kmsKeyArn"),
    "aws:memorydb/snapshot:Snapshot": _key("kmsKeyArn"),
    "aws:mq/broker:Broker": (
        Input("encryptionOptions.kmsKeyId"),
        Input("encryptionOptions.useAwsOwnedKey", wrong=(True,)),
    ),
    "aws:mwaa/environment:Environment": _key("kmsKey"),
    "aws:neptunegraph/graph:Graph": _key("kmsKeyIdentifier"),
    "aws:opensearchingest/pipeline:Pipeline": _key("encryptionAtRestOptions.kmsKeyArn"),
    "aws:qbusiness/application:Application": _key("encryptionConfiguration.kmsKeyId"),
    "aws:qldb/ledger:Ledger": _key("kmsKey"),
    "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": _key("kmsKeyId"),
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket": (Input("encryptionConfigurations.kmsKeyArn"),),
    "aws:s3tables/tableBucket:TableBucket": _key("encryptionConfiguration.kmsKeyArn"),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": (
        Input("dataQualityJobOutputConfig.kmsKeyId"),
        Input("jobResources.clusterConfig.volumeKmsKeyId"),
    ),
    "aws:sagemaker/domain:Domain": _key("kmsKeyId"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _key("kmsKeyArn"),
    "aws:sagemaker/featureGroup:FeatureGroup": (
        Input("onlineStoreConfig.securityConfig.kmsKeyId", when=("onlineStoreConfig.enableOnlineStore", (True,))),
        Input("offlineStoreConfig.s3StorageConfig.kmsKeyId", when=("offlineStoreConfig", ())),
    ),
    "aws:sagemaker/notebookInstance:NotebookInstance": _key("kmsKeyId"),
    "aws:storagegateway/cachesIscsiVolume:CachesIscsiVolume": _key("kmsKey"),
    "aws:storagegateway/storedIscsiVolume:StoredIscsiVolume": _key("kmsKey"),
    "aws:timestreamwrite/database:Database": _key("kmsKeyId"),
    **native.KEYS,
}
# The same of what holds settings, and what it sends on or leaves elsewhere.
SETTINGS: Table = {
    "aws:appflow/connectorProfile:ConnectorProfile": _key("kmsArn"),
    "aws:appflow/flow:Flow": _key("kmsArn"),
    "aws:athena/database:Database": _key("encryptionConfiguration.kmsKey"),
    "aws:codegurureviewer/repositoryAssociation:RepositoryAssociation": _key("kmsKeyDetails.kmsKeyId"),
    "aws:dms/s3Endpoint:S3Endpoint": _key("kmsKeyArn"),
    "aws:imagebuilder/component:Component": _key("kmsKeyId"),
    "aws:networkfirewall/firewall:Firewall": _key("encryptionConfiguration.keyId"),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _key("encryptionConfiguration.keyId"),
    "aws:networkfirewall/ruleGroup:RuleGroup": _key("encryptionConfiguration.keyId"),
    "aws:scheduler/schedule:Schedule": _key("kmsKeyArn"),
    "aws:timestreamquery/scheduledQuery:ScheduledQuery": _key("kmsKeyId"),
}


@rule(
    "managed-encrypted",
    title="Managed services keep their data encrypted",
    severity=Severity.HIGH,
    types=ENCRYPTED,
    frameworks={
        "FSBP": (
            *("DocumentDB.1", "EFS.1", "Neptune.1", "RDS.3", "RDS.27", "Redshift.10"),
            *("WorkSpaces.1", "WorkSpaces.2"),
        ),
        "Checkov": ("CKV_AWS_140", "CKV_AWS_155", "CKV_AWS_156", "CKV_AWS_200", "CKV_AWS_214", "CKV_AWS_292"),
        "Well-Architected": "SEC08-BP02",
    },
    remedy="Set the input that is named. It can only be chosen at creation.",
    link=_LINK + "sec_protect_data_rest_encrypt.html",
)
def encrypted(store: Resource) -> Iterator[Finding]:
    """Whoever gets hold of a volume, a snapshot or a backup reads what is not encrypted."""
    if all(store.lacks(source) for source in _FROM):
        yield from judged(store, ENCRYPTED, "is not encrypted at rest")


@rule(
    "managed-customer-key",
    title="Managed services encrypt under a customer key",
    severity=Severity.MEDIUM,
    types=KEYS,
    frameworks={
        "Well-Architected": "SEC08-BP01",
        "Checkov": (
            *("CKV_AWS_22", "CKV_AWS_98", "CKV_AWS_160", "CKV_AWS_177", "CKV_AWS_178", "CKV_AWS_179"),
            *("CKV_AWS_187", "CKV_AWS_190", "CKV_AWS_201", "CKV_AWS_203", "CKV_AWS_209", "CKV_AWS_212"),
            *("CKV_AWS_221", "CKV_AWS_262", "CKV_AWS_265", "CKV_AWS_267", "CKV_AWS_268"),
            *("CKV_AWS_269", "CKV_AWS_270", "CKV_AWS_278", "CKV_AWS_281", "CKV_AWS_294", "CKV_AWS_296"),
            *("CKV_AWS_367", "CKV_AWS_368", "CKV_AWS_373"),
        ),
    },
    remedy="Name a KMS key in the input that is named; most services take it at creation only.",
    link=_LINK + "sec_protect_data_rest_key_mgmt.html",
)
def customer_key(store: Resource) -> Iterator[Finding]:
    """A key of one's own makes reading a second permission, which can be taken back and is logged."""
    return judged(store, KEYS, "is encrypted with a key that AWS owns or manages")


@rule(
    "managed-settings-customer-key",
    title="Managed services encrypt settings under a customer key",
    severity=Severity.LOW,
    types=SETTINGS,
    frameworks={
        "Well-Architected": "SEC08-BP01",
        "Checkov": (
            *("CKV_AWS_77", "CKV_AWS_180", "CKV_AWS_263", "CKV_AWS_264", "CKV_AWS_297"),
            *("CKV_AWS_298", "CKV_AWS_345", "CKV_AWS_346", "CKV_AWS_381"),
        ),
    },
    remedy="Name a KMS key in the input that is named.",
    link=_LINK + "sec_protect_data_rest_key_mgmt.html",
    level=Level.ADVISORY,
)
def settings_key(subject: Resource) -> Iterator[Finding]:
    """Settings, rules and schedules tell how things are arranged. Advisory: the data itself lies elsewhere."""
    return judged(subject, SETTINGS, "is encrypted with a key that AWS owns or manages")

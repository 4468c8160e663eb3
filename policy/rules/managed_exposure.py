"""Managed services that answer: who reaches them, by what, and whom they ask. One table a question."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule
from policy.rules import managed_native as native
from policy.rules.managed import Input, Table, judged

_AWS = "https://docs.aws.amazon.com/"
_PILLAR = _AWS + "wellarchitected/latest/security-pillar/"
_PUBLIC = (Input("publiclyAccessible", wrong=(True,)),)
_INTERNET = (Input("enableDefaultInternetAccess", wrong=(True,)),)
# What is not said is wrong where the service's own default is (`right`): https://www.pulumi.com/registry/packages/aws/
PUBLIC: Table = {
    "aws:appstream/fleet:Fleet": _INTERNET,
    "aws:appstream/imageBuilder:ImageBuilder": _INTERNET,
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": (
        Input("networkConfiguration.networkMode", wrong=("PUBLIC",)),
    ),
    "aws:dms/instanceProfile:InstanceProfile": _PUBLIC,
    "aws:dms/replicationInstance:ReplicationInstance": _PUBLIC,
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": (
        Input("createPublicIp", wrong=(True,)),
        Input("dataPlaneRouting", wrong=("PUBLIC_IP",)),
    ),
    "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": (
        Input("blockPublicSecurityGroupRules", wrong=(False,)),
    ),
    "aws:lightsail/database:Database": _PUBLIC,
    "aws:m2/environment:Environment": _PUBLIC,
    "aws:mq/broker:Broker": _PUBLIC,
    "aws:mwaa/environment:Environment": (Input("webserverAccessMode", wrong=("PUBLIC_ONLY", "PUBLIC_AND_PRIVATE")),),
    "aws:neptunegraph/graph:Graph": (Input("publicConnectivity", wrong=(True,)),),
    "aws:rds/shardGroup:ShardGroup": _PUBLIC,
    "aws:sagemaker/domain:Domain": (Input("appNetworkAccessType", right=("VpcOnly",)),),
    "aws:sagemaker/notebookInstance:NotebookInstance": (
        Input("directInternetAccess", right=("Disabled",)),
        Input("subnetId"),
    ),
    "aws:storagegateway/nfsFileShare:NfsFileShare": (Input("clientLists", wrong=("0.0.0.0/0",)),),
    "aws:timestreaminfluxdb/dbCluster:DbCluster": _PUBLIC,
    "aws:timestreaminfluxdb/dbInstance:DbInstance": _PUBLIC,
    "aws:transfer/server:Server": (Input("endpointType", right=("VPC", "VPC_ENDPOINT")),),
    **native.PUBLIC,
}
CLEAR: Table = {
    "aws:apigateway/integration:Integration": (Input("tlsConfig.insecureSkipVerification", wrong=(True,)),),
    "aws:apigatewayv2/integration:Integration": (
        Input("tlsConfig.serverNameToVerify", when=("connectionType", ("VPC_LINK",))),
    ),
    "aws:appsync/apiCache:ApiCache": (Input("transitEncryptionEnabled", right=(True,)),),
    "aws:chime/voiceConnector:VoiceConnector": (Input("requireEncryption", right=(True,)),),
    "aws:cloudsearch/domain:Domain": (
        Input("endpointOptions.enforceHttps", right=(True,)),
        Input("endpointOptions.tlsSecurityPolicy", wrong=("Policy-Min-TLS-1-0-2019-07",)),
    ),
    "aws:datasync/efsLocation:EfsLocation": (Input("inTransitEncryption", wrong=("NONE",)),),
    "aws:datasync/locationHdfs:LocationHdfs": (
        Input("qopConfiguration.dataTransferProtection", wrong=("DISABLED", "AUTHENTICATION", "INTEGRITY")),
        Input("qopConfiguration.rpcProtection", wrong=("DISABLED", "AUTHENTICATION", "INTEGRITY")),
    ),
    "aws:datasync/locationObjectStorage:LocationObjectStorage": (Input("serverProtocol", wrong=("HTTP",)),),
    "aws:mailmanager/ingressPoint:IngressPoint": (Input("tlsPolicy", wrong=("OPTIONAL",)),),
    "aws:memorydb/cluster:Cluster": (Input("tlsEnabled", wrong=(False,)),),
    "aws:memorydb/multiRegionCluster:MultiRegionCluster": (Input("tlsEnabled", wrong=(False,)),),
    "aws:quicksight/dataSource:DataSource": (Input("sslProperties.disableSsl", wrong=(True,)),),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": (
        Input("networkConfig.enableInterContainerTrafficEncryption", right=(True,)),
    ),
    "aws:sagemaker/trainingJob:TrainingJob": (Input("enableInterContainerTrafficEncryption", wrong=(False,)),),
    "aws:ses/receiptRule:ReceiptRule": (Input("tlsPolicy", right=("Require",)),),
    "aws:storagegateway/gateway:Gateway": (Input("smbSecurityStrategy", wrong=("ClientSpecified",)),),
    **native.CLEAR,
}
UNASKED: Table = {
    "aws:appsync/api:Api": (Input("eventConfig.authProviders[].authType", wrong=("API_KEY",)),),
    "aws:appsync/graphQLApi:GraphQLApi": (
        Input("authenticationType", wrong=("API_KEY",)),
        Input("additionalAuthenticationProviders[].authenticationType", wrong=("API_KEY",)),
    ),
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": (Input("authorizerType", wrong=("NONE",)),),
    "aws:datasync/locationHdfs:LocationHdfs": (Input("authenticationType", wrong=("SIMPLE",)),),
    "aws:dms/endpoint:Endpoint": (Input("mongodbSettings.authType", wrong=("no",)),),
    "aws:lakeformation/permissions:Permissions": (Input("principal", wrong=("IAM_ALLOWED_PRINCIPALS", "EVERYONE")),),
    "aws:memorydb/cluster:Cluster": (Input("aclName", wrong=("open-access",)),),
    "aws:msk/serverlessCluster:ServerlessCluster": (Input("clientAuthentication.sasl.iam.enabled", right=(True,)),),
    "aws:storagegateway/smbFileShare:SmbFileShare": (Input("authentication", wrong=("GuestAccess",)),),
    **native.UNASKED,
}

# What answers requests for a role's credentials without a token.
METADATA: Table = {
    "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration": (
        Input("instanceMetadataOptions.httpTokens", right=("required",)),
    ),
    "aws:sagemaker/notebookInstance:NotebookInstance": (
        Input("instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion", wrong=("1",)),
    ),
    **native.METADATA,
}


@rule(
    "managed-not-public",
    title="Managed services are reached from their VPC",
    severity=Severity.CRITICAL,
    types=PUBLIC,
    frameworks={
        "FSBP": ("BedrockAgentCore.1", "DMS.1", "EMR.2", "RDS.2", "Redshift.1", "SageMaker.1", "SageMaker.2"),
        "Checkov": ("CKV_AWS_69", "CKV_AWS_89", "CKV_AWS_122", "CKV_AWS_164", "CKV_AWS_306", "CKV_AWS_390"),
    },
    remedy="Set the input that is named so that the service stands in private subnets alone.",
    link=_PILLAR + "sec_network_protection_create_layers.html",
)
def not_public(service: Resource) -> Iterator[Finding]:
    """What is reached from the internet is found by everybody who scans it, and a password is all it has."""
    return judged(service, PUBLIC, "is reached from the internet")


@rule(
    "managed-encrypted-in-transit",
    title="Managed services speak TLS only",
    severity=Severity.HIGH,
    types=CLEAR,
    frameworks={
        "FSBP": ("APIGateway.10", "SageMaker.9"),
        "Checkov": ("CKV_AWS_202", "CKV_AWS_215", "CKV_AWS_218", "CKV_AWS_220", "CKV_AWS_369"),
        "Well-Architected": "SEC09-BP02",
    },
    remedy="Set the input that is named. Most services take it at creation only.",
    link=_PILLAR + "sec_protect_data_transit_encrypt.html",
)
def encrypted_in_transit(service: Resource) -> Iterator[Finding]:
    """Whoever is on the way reads what passes in clear, the password first."""
    return judged(service, CLEAR, "lets connections be in clear, or be answered by anybody")


@rule(
    "managed-signs-in",
    title="Managed services ask who is calling",
    severity=Severity.CRITICAL,
    types=UNASKED,
    frameworks={
        "FSBP": ("AppSync.5", "BedrockAgentCore.2", "DMS.11"),
        "Well-Architected": "SEC02-BP02",
    },
    remedy="Use IAM, a user pool or an access list of named users.",
    link=_PILLAR + "sec_identities_enforce_mechanisms.html",
)
def signs_in(service: Resource) -> Iterator[Finding]:
    """An API key that is the same for all, or none at all, tells nobody apart and ends up in every client."""
    return judged(service, UNASKED, "asks no caller who it is")


@rule(
    "managed-imdsv2",
    title="Machines of managed services give out credentials by IMDSv2 only",
    severity=Severity.HIGH,
    types=METADATA,
    frameworks={"FSBP": "EC2.8", "Checkov": "CKV_AWS_371"},
    remedy="Set the input that is named.",
    link=_AWS + "AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
)
def metadata(service: Resource) -> Iterator[Finding]:
    """With version 1 one request that a program is talked into gives away the role's credentials."""
    return judged(service, METADATA, "answers metadata requests without a token")

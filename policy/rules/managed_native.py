"""The same of aws-native's types, whose inputs are CloudFormation's properties.

As in the SDK of pulumi-aws-native at 7 August 2026: https://github.com/pulumi/pulumi-aws-native/tree/master/sdk/python
"""

from policy.rules.managed import Input, Table

_PUBLIC = (Input("publiclyAccessible", wrong=(True,)),)
_STORAGE = (Input("storageEncrypted", right=(True,)),)
_ENCRYPTED = (Input("encrypted", right=(True,)),)


def _blocked(switch: str) -> Input:
    """Without any block S3 blocks everything; in one that is given, what is not said is off."""
    block = "publicAccessBlockConfiguration"
    return Input(f"{block}.{switch}", right=(True,), when=(block, ()))


PUBLIC: Table = {
    "aws-native:amazonmq:Broker": _PUBLIC,
    "aws-native:bedrockagentcore:Runtime": (Input("networkConfiguration.networkMode", wrong=("PUBLIC",)),),
    "aws-native:dms:InstanceProfile": _PUBLIC,
    "aws-native:msk:Cluster": (
        Input("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", wrong=("SERVICE_PROVIDED_EIPS",)),
    ),
    "aws-native:mwaa:Environment": (Input("webserverAccessMode", wrong=("PUBLIC_ONLY", "PUBLIC_AND_PRIVATE")),),
    "aws-native:neptune:DbInstance": _PUBLIC,
    "aws-native:neptunegraph:Graph": (Input("publicConnectivity", wrong=(True,)),),
    "aws-native:rds:DbCluster": _PUBLIC,
    "aws-native:rds:DbInstance": _PUBLIC,
    "aws-native:redshift:Cluster": _PUBLIC,
    "aws-native:redshiftserverless:Workgroup": _PUBLIC,
    "aws-native:s3:AccessPoint": (
        Input("publicAccessBlockConfiguration.blockPublicPolicy", wrong=(False,)),
        Input("publicAccessBlockConfiguration.restrictPublicBuckets", wrong=(False,)),
    ),
    "aws-native:s3:Bucket": (
        Input("accessControl", wrong=("PublicRead", "PublicReadWrite", "AuthenticatedRead")),
        *map(_blocked, ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")),
    ),
    "aws-native:sagemaker:Domain": (Input("appNetworkAccessType", right=("VpcOnly",)),),
    "aws-native:timestream:InfluxDbInstance": _PUBLIC,
    "aws-native:transfer:Server": (Input("endpointType", right=("VPC", "VPC_ENDPOINT")),),
}
CLEAR: Table = {
    "aws-native:elasticache:ReplicationGroup": (Input("transitEncryptionEnabled", right=(True,)),),
    "aws-native:memorydb:Cluster": (Input("tlsEnabled", wrong=(False,)),),
    "aws-native:msk:Cluster": (
        Input("encryptionInfo.encryptionInTransit.clientBroker", wrong=("PLAINTEXT", "TLS_PLAINTEXT")),
        Input("encryptionInfo.encryptionInTransit.inCluster", wrong=(False,)),
    ),
    "aws-native:opensearchservice:Domain": (
        Input("domainEndpointOptions.enforceHttps", right=(True,)),
        Input("nodeToNodeEncryptionOptions.enabled", right=(True,)),
    ),
    "aws-native:rds:DbProxy": (Input("requireTls", right=(True,)),),
    "aws-native:transfer:Server": (Input("protocols", wrong=("FTP",)),),
}
UNASKED: Table = {
    "aws-native:appsync:GraphQlApi": (
        Input("authenticationType", wrong=("API_KEY",)),
        Input("additionalAuthenticationProviders[].authenticationType", wrong=("API_KEY",)),
    ),
    "aws-native:bedrockagentcore:Gateway": (Input("authorizerType", wrong=("NONE",)),),
    "aws-native:cognito:IdentityPool": (Input("allowUnauthenticatedIdentities", wrong=(True,)),),
    "aws-native:lambda:Url": (Input("authType", wrong=("NONE",)),),
    "aws-native:memorydb:Cluster": (Input("aclName", wrong=("open-access",)),),
    "aws-native:msk:Cluster": (Input("clientAuthentication.unauthenticated.enabled", wrong=(True,)),),
    "aws-native:msk:ServerlessCluster": (Input("clientAuthentication.sasl.iam.enabled", right=(True,)),),
}
ENCRYPTED: Table = {
    "aws-native:docdb:GlobalCluster": _STORAGE,
    "aws-native:ec2:Volume": _ENCRYPTED,
    "aws-native:efs:FileSystem": _ENCRYPTED,
    "aws-native:elasticache:ReplicationGroup": (Input("atRestEncryptionEnabled", right=(True,)),),
    "aws-native:kinesis:Stream": (Input("streamEncryption.keyId"),),
    "aws-native:neptune:DbCluster": _STORAGE,
    "aws-native:opensearchservice:Domain": (Input("encryptionAtRestOptions.enabled", right=(True,)),),
    "aws-native:rds:DbCluster": _STORAGE,
    "aws-native:rds:DbInstance": _STORAGE,
    "aws-native:rds:GlobalCluster": _STORAGE,
    "aws-native:redshift:Cluster": _ENCRYPTED,
    "aws-native:sqs:Queue": (Input("sqsManagedSseEnabled", wrong=(False,), unless=("kmsMasterKeyId",)),),
    "aws-native:workspaces:Workspace": (
        Input("rootVolumeEncryptionEnabled", right=(True,)),
        Input("userVolumeEncryptionEnabled", right=(True,)),
    ),
}
KEYS: Table = {
    "aws-native:backup:BackupVault": (Input("encryptionKeyArn"),),
    "aws-native:bedrock:Agent": (Input("customerEncryptionKeyArn"),),
    "aws-native:cloudtrail:Trail": (Input("kmsKeyId"),),
    "aws-native:docdbelastic:Cluster": (Input("kmsKeyId"),),
    "aws-native:elasticache:ServerlessCache": (Input("kmsKeyId"),),
    "aws-native:logs:LogGroup": (Input("kmsKeyId"),),
    "aws-native:memorydb:Cluster": (Input("kmsKeyId"),),
    "aws-native:mwaa:Environment": (Input("kmsKey"),),
    "aws-native:redshiftserverless:Namespace": (Input("kmsKeyId"),),
    "aws-native:s3:Bucket": (
        Input(
            "bucketEncryption.serverSideEncryptionConfiguration[].serverSideEncryptionByDefault.sseAlgorithm",
            wrong=("AES256",),
        ),
    ),
    "aws-native:sagemaker:Domain": (Input("kmsKeyId"),),
    "aws-native:secretsmanager:Secret": (Input("kmsKeyId"),),
    "aws-native:sns:Topic": (Input("kmsMasterKeyId"),),
}
METADATA: Table = {
    "aws-native:ec2:Instance": (Input("metadataOptions.httpTokens", right=("required",), unless=("launchTemplate",)),),
    "aws-native:ec2:LaunchTemplate": (Input("launchTemplateData.metadataOptions.httpTokens", right=("required",)),),
}

"""Where IAM policy documents stand in resources, and of which kind they are there."""

from collections.abc import Iterator
from functools import lru_cache

from policy.iam import native
from policy.iam.document import Document, parse
from policy.resources import Resource
from policy.tokens import canonical

IDENTITY = "identity"
TRUST = "trust"
RESOURCE = "resource"
ENDPOINT = "endpoint"

# Resources that hold a resource policy in their input `policy`.
_POLICY_INPUTS = (
    "aws:acmpca/policy:Policy",
    "aws:apigateway/domainName:DomainName",
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/restApiPolicy:RestApiPolicy",
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    "aws:codebuild/resourcePolicy:ResourcePolicy",
    "aws:dsql/clusterPolicy:ClusterPolicy",
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    "aws:glacier/vaultLock:VaultLock",
    "aws:glue/resourcePolicy:ResourcePolicy",
    "aws:kinesis/resourcePolicy:ResourcePolicy",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:lambda/resourcePolicy:ResourcePolicy",
    "aws:mediastore/containerPolicy:ContainerPolicy",
    "aws:msk/clusterPolicy:ClusterPolicy",
    "aws:networkfirewall/resourcePolicy:ResourcePolicy",
    "aws:oam/sinkPolicy:SinkPolicy",
    "aws:opensearchingest/resourcePolicy:ResourcePolicy",
    "aws:pinpoint/smsvoicev2ResourcePolicy:Smsvoicev2ResourcePolicy",
    "aws:redshift/resourcePolicy:ResourcePolicy",
    "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
    "aws:s3/accessPoint:AccessPoint",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
    "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
    "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
    "aws:s3control/accessPointPolicy:AccessPointPolicy",
    "aws:s3control/bucketPolicy:BucketPolicy",
    "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
    "aws:schemas/registryPolicy:RegistryPolicy",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:ses/identityPolicy:IdentityPolicy",
    "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:vpclattice/authPolicy:AuthPolicy",
    "aws:vpclattice/resourcePolicy:ResourcePolicy",
)

# Type token -> (input, kind). Inputs as in the schema of pulumi-aws 7: https://www.pulumi.com/registry/packages/aws/
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(_POLICY_INPUTS, (("policy", RESOURCE),)),
    "aws:iam/policy:Policy": (("policy", IDENTITY),),
    "aws:iam/rolePolicy:RolePolicy": (("policy", IDENTITY),),
    "aws:iam/userPolicy:UserPolicy": (("policy", IDENTITY),),
    "aws:iam/groupPolicy:GroupPolicy": (("policy", IDENTITY),),
    "aws:iam/role:Role": (("assumeRolePolicy", TRUST), ("inlinePolicies[].policy", IDENTITY)),
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": (("inlinePolicy", IDENTITY),),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (("policy", IDENTITY),),
    "aws:rolesanywhere/profile:Profile": (("sessionPolicy", IDENTITY),),
    "aws:transfer/user:User": (("policy", IDENTITY),),
    "aws:transfer/access:Access": (("policy", IDENTITY),),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (("policy", ENDPOINT),),
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": (("policy", ENDPOINT),),
    "aws:opensearch/domain:Domain": (("accessPolicies", RESOURCE),),
    "aws:opensearch/domainPolicy:DomainPolicy": (("accessPolicies", RESOURCE),),
    "aws:elasticsearch/domain:Domain": (("accessPolicies", RESOURCE),),
    "aws:elasticsearch/domainPolicy:DomainPolicy": (("accessPolicies", RESOURCE),),
    "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy": (("accessPolicy", RESOURCE),),
    "aws:glacier/vault:Vault": (("accessPolicy", RESOURCE),),
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": (("accessPolicy", RESOURCE),),
    "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy": (
        ("deliveryDestinationPolicy", RESOURCE),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (("policyDocument", RESOURCE),),
    "aws:codeartifact/domainPermissions:DomainPermissions": (("policyDocument", RESOURCE),),
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": (("policyDocument", RESOURCE),),
    "aws:xray/resourcePolicy:ResourcePolicy": (("policyDocument", RESOURCE),),
    "aws:amp/resourcePolicy:ResourcePolicy": (("policyDocument", RESOURCE),),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (("repositoryPolicy", RESOURCE),),
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy": (("resourcePolicy", RESOURCE),),
    "aws:s3tables/tablePolicy:TablePolicy": (("resourcePolicy", RESOURCE),),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (("resourcePolicy", RESOURCE),),
    **{token: ((place, RESOURCE),) for token, place in native.RESOURCES.items()},
    **{token: ((place, ENDPOINT),) for token, place in native.ENDPOINTS.items()},
    **{token: ((place, IDENTITY),) for token, place in native.IDENTITIES.items()},
    **{token: ((trust, TRUST), (native.IDENTITIES[token], IDENTITY)) for token, trust in native.TRUSTS.items()},
}


def types_with(*kinds: str) -> tuple[str, ...]:
    """The resource types whose documents are of one of these kinds, for a rule's `types`."""
    return tuple(token for token, places in PLACES.items() if any(kind in kinds for _, kind in places))


def documents(resource: Resource, *kinds: str) -> tuple[Document, ...]:
    """The known policy documents of a resource, of these kinds (all, when none is given)."""
    return _documents(resource, kinds)


@lru_cache(maxsize=256)
def _documents(resource: Resource, kinds: tuple[str, ...]) -> tuple[Document, ...]:
    # Rules are asked one after another about the same resource, and forty of them read its documents.
    found: list[Document] = []
    for place, kind in PLACES.get(canonical(resource.type), ()):
        if kinds and kind not in kinds:
            continue
        for path, value in _values(resource, place):
            document = _parsed(value, kind, path) if isinstance(value, str) else parse(value, kind, path)
            if document is not None:
                found.append(document)
    return tuple(found)


def _values(resource: Resource, place: str) -> Iterator[tuple[str, object]]:
    head, several, tail = place.partition("[].")
    if not several:
        yield head, resource.get(head)
        return
    for block in resource.blocks(head):
        yield block.path(tail), block.get(tail)


@lru_cache(maxsize=2048)
def _parsed(text: str, kind: str, path: str) -> Document | None:
    # Many rules read the same document.
    return parse(text, kind, path)

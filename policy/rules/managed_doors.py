"""Managed services that answer: who reaches them, by what, and whom they ask. One table a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policy.model import Finding, Resource, Severity, rule

_AWS = "https://docs.aws.amazon.com/"
_PILLAR = _AWS + "wellarchitected/latest/security-pillar/"


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a type: what it must be, so that not to say it is wrong too, or what it must not be."""

    path: str
    right: tuple[Any, ...] = ()
    wrong: tuple[Any, ...] = ()

    def broken(self, resource: Resource) -> bool:
        """Whether what is known of the input is wrong."""
        return resource.lacks(self.path, *self.right) if self.right else resource.has(self.path, *self.wrong)


_PUBLIC = Input("publiclyAccessible", wrong=(True,))
PUBLIC = {
    "aws:dms/instanceProfile:InstanceProfile": _PUBLIC,
    "aws:dms/replicationInstance:ReplicationInstance": _PUBLIC,
    "aws:lightsail/database:Database": _PUBLIC,
    "aws:mq/broker:Broker": _PUBLIC,
    "aws:timestreaminfluxdb/dbCluster:DbCluster": _PUBLIC,
    "aws:timestreaminfluxdb/dbInstance:DbInstance": _PUBLIC,
    "aws-native:amazonmq:Broker": _PUBLIC,
    "aws-native:dms:ReplicationInstance": _PUBLIC,
    "aws-native:rds:DbInstance": _PUBLIC,
    "aws-native:redshift:Cluster": _PUBLIC,
    "aws-native:redshiftserverless:Workgroup": _PUBLIC,
    "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": Input(
        "blockPublicSecurityGroupRules", wrong=(False,)
    ),
    "aws:mwaa/environment:Environment": Input("webserverAccessMode", wrong=("PUBLIC_ONLY",)),
    "aws:neptunegraph/graph:Graph": Input("publicConnectivity", wrong=(True,)),
    # The services' own defaults: Enabled, PublicInternetOnly, PUBLIC.
    "aws:sagemaker/notebookInstance:NotebookInstance": Input("directInternetAccess", right=("Disabled",)),
    "aws:sagemaker/domain:Domain": Input("appNetworkAccessType", right=("VpcOnly",)),
    "aws:transfer/server:Server": Input("endpointType", right=("VPC", "VPC_ENDPOINT")),
}
CLEAR = {
    "aws:appsync/apiCache:ApiCache": Input("transitEncryptionEnabled", right=(True,)),
    "aws:memorydb/cluster:Cluster": Input("tlsEnabled", wrong=(False,)),
    "aws:memorydb/multiRegionCluster:MultiRegionCluster": Input("tlsEnabled", wrong=(False,)),
    "aws:sagemaker/trainingJob:TrainingJob": Input("enableInterContainerTrafficEncryption", wrong=(False,)),
}
UNASKED = {
    "aws:appsync/graphQLApi:GraphQLApi": Input("authenticationType", wrong=("API_KEY",)),
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": Input("authorizerType", wrong=("NONE",)),
    "aws:memorydb/cluster:Cluster": Input("aclName", wrong=("open-access",)),
    "aws:msk/serverlessCluster:ServerlessCluster": Input("clientAuthentication.sasl.iam.enabled", right=(True,)),
}


@rule(
    "managed-not-public",
    title="Managed services are reached from their VPC",
    severity=Severity.CRITICAL,
    types=PUBLIC,
    frameworks={
        "FSBP": ("DMS.1", "EMR.2", "SageMaker.1", "RDS.2", "Redshift.1"),
        "Checkov": ("CKV_AWS_69", "CKV_AWS_89", "CKV_AWS_122", "CKV_AWS_164"),
    },
    remedy="Set the input that is named so that the service stands in private subnets alone.",
    link=_PILLAR + "sec_network_protection_create_layers.html",
)
def not_public(service: Resource) -> Iterator[Finding]:
    """What is reached from the internet is found by everybody who scans it, and a password is all it has."""
    if PUBLIC[service.type].broken(service):
        yield Finding("is reached from the internet", PUBLIC[service.type].path)


@rule(
    "managed-encrypted-in-transit",
    title="Managed services speak TLS only",
    severity=Severity.HIGH,
    types=CLEAR,
    frameworks={"Checkov": "CKV_AWS_202", "Well-Architected": "SEC09-BP02"},
    remedy="Set the input that is named. Most services take it at creation only.",
    link=_PILLAR + "sec_protect_data_transit_encrypt.html",
)
def encrypted_in_transit(service: Resource) -> Iterator[Finding]:
    """Whoever is on the way reads what passes in clear, the password first."""
    if CLEAR[service.type].broken(service):
        yield Finding("answers in clear", CLEAR[service.type].path)


@rule(
    "managed-signs-in",
    title="Managed services ask who is calling",
    severity=Severity.CRITICAL,
    types=UNASKED,
    frameworks={"FSBP": "AppSync.5", "Well-Architected": "SEC02-BP02"},
    remedy="Use IAM, a user pool or an access list of named users.",
    link=_PILLAR + "sec_identities_enforce_mechanisms.html",
)
def signs_in(service: Resource) -> Iterator[Finding]:
    """An API key that is the same for all, or none at all, tells nobody apart and ends up in every client."""
    if UNASKED[service.type].broken(service):
        yield Finding("asks no caller who it is", UNASKED[service.type].path)
    for provider in service.blocks("additionalAuthenticationProviders"):
        if provider.has("authenticationType", "API_KEY"):
            yield Finding("asks no caller who it is", provider.path("authenticationType"))

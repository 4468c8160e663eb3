"""VPC endpoints, whose data may be reached through them and by whom, and endpoint services."""

from collections.abc import Iterator

from policy.exposure import VPC
from policy.iam import ENDPOINT, Statement, documents
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
VPC_ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
ENDPOINT_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
_LINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/"
# Services whose endpoints take a policy and through which data can leave for somebody else's account:
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_CARRIES_DATA = (
    *(".dynamodb", ".ecr.api", ".ecr.dkr", ".kms", ".logs", ".s3"),
    *(".secretsmanager", ".sns", ".sqs", ".ssm", ".sts"),
)
_OWN = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
)


@stack_rule(
    "vpc-endpoint-policy",
    title="VPC endpoints admit own identities or own resources only",
    severity=Severity.MEDIUM,
    types=[VPC_ENDPOINT, VPC_ENDPOINT_POLICY],
    frameworks={"Well-Architected": ("SEC03-BP05", "SEC03-BP07")},
    remedy="Set policy with conditions on aws:PrincipalAccount or aws:PrincipalOrgID and on aws:ResourceAccount, or "
    "name the resources.",
    link=_LINK + "vpc-endpoints-access.html",
)
def endpoint_policy(endpoint: Resource, graph: Graph) -> Iterator[Finding]:
    """Through an open endpoint stolen credentials of any account carry data to any bucket, past every firewall."""
    for document in documents(endpoint, ENDPOINT):
        for statement in document.allowing():
            if statement.any_principal and statement.any_resource and not _bound(statement):
                yield Finding(f"{statement.label} lets everybody reach everything", document.path)
    if endpoint.type == VPC_ENDPOINT and endpoint.lacks("policy") and _service(endpoint).endswith(_CARRIES_DATA):
        apart = graph.companions(endpoint, VPC_ENDPOINT_POLICY, by="vpcEndpointId")
        if not apart and not graph.unresolved(VPC_ENDPOINT_POLICY, "vpcEndpointId"):
            yield Finding("has no policy and lets everybody reach everything", "policy")


def _bound(statement: Statement) -> bool:
    return not statement.wholly_known_conditions or any(each.binds for each in statement.values_of(*_OWN))


def _service(endpoint: Resource) -> str:
    name = endpoint.get("serviceName", "")
    return str(name) if known(name) else ""


@rule(
    "vpc-endpoint-private-dns",
    title="Interface endpoints of AWS services answer under the services' own names",
    severity=Severity.LOW,
    types=[VPC_ENDPOINT],
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Set privateDnsEnabled.",
    link=_LINK + "create-interface-endpoint.html",
    level=Level.ADVISORY,
)
def private_dns(endpoint: Resource) -> Iterator[Finding]:
    """Without it clients go on through the internet and the endpoint is paid for and unused."""
    service = _service(endpoint)
    aws = service.startswith("com.amazonaws.") and ".vpce." not in service
    if aws and endpoint.has("vpcEndpointType", "Interface") and endpoint.lacks("privateDnsEnabled", True):
        yield Finding("is passed by, as names still lead to the internet", "privateDnsEnabled")


@stack_rule(
    "vpc-endpoints",
    title="VPCs reach AWS services through VPC endpoints",
    severity=Severity.LOW,
    types=[VPC],
    frameworks={"FSBP": ("EC2.10", "EC2.55", "EC2.56"), "CIS": "6.8"},
    remedy="Add a gateway endpoint for S3 at least (it costs nothing), and interface endpoints for what is used most.",
    link=_LINK + "aws-services-privatelink-support.html",
    level=Level.ADVISORY,
)
def endpoints(vpc: Resource, graph: Graph) -> Iterator[Finding]:
    """Traffic that stays inside AWS needs no way out, and an endpoint policy can say whose data it may carry."""
    if not graph.may_have(vpc, VPC_ENDPOINT, by="vpcId"):
        yield Finding("has no VPC endpoint")


@rule(
    "vpc-endpoint-service-acceptance",
    title="Endpoint services accept each consumer by hand and name who may ask",
    severity=Severity.HIGH,
    types=[ENDPOINT_SERVICE],
    frameworks={"Checkov": "CKV_AWS_123"},
    remedy="Set acceptanceRequired, and list accounts in allowedPrincipals instead of *.",
    link=_LINK + "configure-endpoint-service.html",
)
def endpoint_service(service: Resource) -> Iterator[Finding]:
    """Whoever is accepted stands at the service's load balancer, past every internet-facing defence."""
    if service.lacks("acceptanceRequired", True):
        yield Finding("accepts consumers unseen", "acceptanceRequired")
    if service.contains("allowedPrincipals", "*"):
        yield Finding("may be asked for by every account", "allowedPrincipals")

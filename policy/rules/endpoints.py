"""VPC endpoints and endpoint services. What endpoint policies may say is in vpc_endpoints.py."""

from collections.abc import Iterator

from policy.exposure import VPC
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
VPC_ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
ENDPOINT_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
_LINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/"
# Services whose endpoints take a policy and through which data can leave for somebody else's account:
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_CARRIES_DATA = (
    *(".s3", ".dynamodb", ".sqs", ".sns", ".kms", ".secretsmanager", ".ssm", ".sts", ".logs"),
    *(".ecr.api", ".ecr.dkr"),
)


@stack_rule(
    "vpc-interface-endpoint-has-policy",
    title="Interface endpoints of services that carry data have a policy",
    severity=Severity.MEDIUM,
    types=[VPC_ENDPOINT],
    frameworks={"Well-Architected": "SEC03-BP05"},
    remedy="Set policy with conditions on aws:PrincipalAccount or aws:PrincipalOrgID, or name the resources.",
    link=_LINK + "vpc-endpoints-access.html",
)
def interface_has_policy(endpoint: Resource, graph: Graph) -> Iterator[Finding]:
    """The policy that AWS sets when none is given lets stolen credentials of any account carry data out."""
    if not endpoint.has("vpcEndpointType", "Interface") or not _service(endpoint).endswith(_CARRIES_DATA):
        return
    apart = graph.companions(endpoint, VPC_ENDPOINT_POLICY, by="vpcEndpointId")
    if endpoint.lacks("policy") and not apart and not graph.unresolved(VPC_ENDPOINT_POLICY, "vpcEndpointId"):
        yield Finding("has no policy and admits everything", "policy")


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
    if not graph.companions(vpc, VPC_ENDPOINT, by="vpcId") and not graph.unresolved(VPC_ENDPOINT, "vpcId"):
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

"""Policies of VPC endpoints: whose data may be reached through them, and by whom."""

from collections.abc import Iterator

from policy.iam import ENDPOINT, Statement, documents
from policy.model import Finding, Graph, Resource, Severity, known, stack_rule

VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
VPC_ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
_LINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
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
    link=_LINK,
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

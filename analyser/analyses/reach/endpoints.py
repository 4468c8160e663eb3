"""VPC endpoints, which stand in for AWS's public addresses, and their policies."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.place import Check, untold
from analyser.analyses.reach.view import View, names, text, texts
from policy.iam import ENDPOINT, documents
from policy.model import Resource

ENDPOINT_TYPE = "aws:ec2/vpcEndpoint:VpcEndpoint"
_TABLE_ASSOCIATION = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
_SUBNET_ASSOCIATION = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
_GROUP_ASSOCIATION = "aws:ec2/vpcEndpointSecurityGroupAssociation:VpcEndpointSecurityGroupAssociation"
_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint for one AWS service."""

    name: str
    urn: str
    service: str
    vpc: str
    gateway: bool
    tables: tuple[str, ...]
    prefix_list: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    answers_public_name: bool
    """Whether the service's usual host name leads to it inside the VPC."""


class Endpoints:
    """The endpoints of a stack."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._endpoints = [self._endpoint(found) for found in view.of(ENDPOINT_TYPE)]

    def find(self, vpc: str, service: str, tables: set[str]) -> Endpoint | None:
        """The endpoint that the service's usual name or addresses lead to from within a VPC; None for no such one.

        A private name wins: it decides which address a client even asks for.
        """
        mine = [found for found in self._endpoints if found.vpc == vpc and found.service == service]
        by_name = (found for found in mine if not found.gateway and found.answers_public_name)
        by_route = (found for found in mine if found.gateway and tables & set(found.tables))
        return next(by_name, None) or next(by_route, None)

    def policy(self, endpoint: Endpoint) -> Iterator[Check]:
        """A policy under which nobody gets anything shuts the endpoint; none given lets everything through.

        Whom one lets do what is for rights to say.
        """
        found = self._view.resources.by_urn[endpoint.urn]
        holders = [found, *self._view.resources.companions(found, _POLICY, by="vpcEndpointId")]
        for holder in holders:
            if holder.unknown("policy"):
                yield untold(f"the policy of endpoint {endpoint.name} is not known yet")
            for document in documents(holder, ENDPOINT):
                if document.complete and not list(document.allowing()):
                    yield Check(ok=False, says=f"the policy of endpoint {endpoint.name} allows nothing")

    def _endpoint(self, found: Resource) -> Endpoint:
        # Services are named com.amazonaws.<region>.<service>; the service may hold a dot, as ecr.api does.
        service = text(found.get("serviceName")).split(".", 3)[-1]
        gateway = not found.has("vpcEndpointType", "Interface")
        return Endpoint(
            name=found.name,
            urn=found.urn,
            service=service,
            vpc=text(found.get("vpcId")),
            gateway=gateway,
            tables=texts(found.list("routeTableIds")) + self._more(found, _TABLE_ASSOCIATION, "routeTableId"),
            prefix_list=text(found.outputs.get("prefixListId")),
            subnets=texts(found.list("subnetIds")) + self._more(found, _SUBNET_ASSOCIATION, "subnetId"),
            groups=texts(found.list("securityGroupIds")) + self._more(found, _GROUP_ASSOCIATION, "securityGroupId"),
            answers_public_name=found.has("privateDnsEnabled", True),
        )

    def _more(self, found: Resource, token: str, key: str) -> tuple[str, ...]:
        apart = self._view.resources.companions(found, token, by="vpcEndpointId")
        return tuple(name for one in apart for name in names(one, key))

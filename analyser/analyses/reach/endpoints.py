"""VPC endpoints, which stand in for AWS's public addresses, and their policies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyser.analyses.reach.data_planes import policies_of
from analyser.analyses.reach.graph_view import View, names, text, texts
from analyser.analyses.reach.place import Check, Place, not_known
from analyser.analyses.reach.requesters import Requester
from analyser.analyses.reach.requests import admitted
from policy.iam import ENDPOINT, Document, documents
from policy.model import Resource

ENDPOINT_TYPE = "aws:ec2/vpcEndpoint:VpcEndpoint"
_TABLE_ASSOCIATION = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
_SUBNET_ASSOCIATION = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
_GROUP_ASSOCIATION = "aws:ec2/vpcEndpointSecurityGroupAssociation:VpcEndpointSecurityGroupAssociation"
_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint for one AWS service."""

    id: str
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

    def policy(self, endpoint: Endpoint, target: Place) -> Iterator[Check]:
        """What the policies on the way say of somebody in the endpoint's VPC who asks for the target.

        A request needs what the endpoint's policy allows, with the target among its resources, besides what the
        service itself asks for; no policy given lets everything through. Whom of the account they let do what is for
        rights to say: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
        """
        found = self._view.resources.by_urn[endpoint.urn]
        apart = self._view.resources.companions(found, _POLICY, by="vpcEndpointId")
        holders = [one for one in (found, *apart) if one.given("policy")]
        if any(holder.unknown("policy") for holder in holders):
            yield not_known(f"the policy of endpoint {endpoint.name} is not known yet")
            return
        held = [document for holder in holders for document in documents(holder, ENDPOINT)]
        if holders:
            yield from self._allowed(endpoint, target, held, own=False)
        for urn in target.urns if target.private_service else ():
            yield from self._by_private_api(endpoint, target, self._view.resources.by_urn[urn])

    def _by_private_api(self, endpoint: Endpoint, target: Place, api: Resource) -> Iterator[Check]:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html"""
        held, unread = policies_of(self._view, api)
        if unread:
            yield not_known(f"the policy of {target.name} is not known yet")
        elif not held:
            yield Check(ok=False, says=f"{target.name} is a private API and has no policy, so that it answers nobody")
        else:
            yield from self._allowed(endpoint, target, held, own=True)

    def _allowed(self, endpoint: Endpoint, target: Place, held: list[Document], *, own: bool) -> Iterator[Check]:
        resources = [self._view.resources.by_urn[urn] for urn in target.urns]
        things = [arn for one in resources if (arn := text(one.outputs.get("arn")))]
        account = min(self._view.home)
        standing = Requester(endpoint.name, account, org=None, thing_of=account, vpc=endpoint.vpc, endpoint=endpoint.id)
        judged = [admitted(held, who, things, own=own) for who in (standing, replace(standing, account=None))]
        whose = target.name if own else f"endpoint {endpoint.name}"
        if not all(document.complete for document in held):
            yield not_known(f"the policy of {whose} is not known yet")
        elif why := [reason for found in judged if found.possible for reason in found.why]:
            yield from () if any(found.certain for found in judged) else (not_known(f"{why[0]} ({whose})"),)
        elif not any(found.certain for found in judged):
            yield Check(ok=False, says=f"the policy of {whose} lets no request for {target.name} through")

    def _endpoint(self, found: Resource) -> Endpoint:
        # Services are named com.amazonaws.<region>.<service>; the service may hold a dot, as ecr.api does.
        service = text(found.get("serviceName")).split(".", 3)[-1]
        gateway = not found.has("vpcEndpointType", "Interface")
        return Endpoint(
            id=self._view.id_of(found),
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

"""Client access to a VPC: Client VPN, and EC2 Instance Connect endpoints.

Who may sign in is not modelled, so that the way in is never more than not known; what lies behind is.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html
https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/how-it-works.html
"""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, names
from analyser.analyses.reach.place import Interface, Kind, Place
from policy.model import Resource

CONNECT = "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint"
CLIENT_VPN = "aws:ec2clientvpn/endpoint:Endpoint"
VPN_NETWORK = "aws:ec2clientvpn/networkAssociation:NetworkAssociation"
VPN_RULE = "aws:ec2clientvpn/authorizationRule:AuthorizationRule"
_WEB = (443,)
_ANY_PORT = (0,)
_LOGINS = (22, 3389)


def doors(view: View) -> Iterator[Place]:
    """One place for each Client VPN and Instance Connect endpoint, the source of its clients' connections."""
    for found in view.of(CONNECT):
        interface = Interface(names(found, "subnetId"), names(found, "securityGroupIds"))
        yield _door(view, found, interface, _LOGINS, "instance-connect")
    for found in view.of(CLIENT_VPN):
        networks = view.resources.companions(found, VPN_NETWORK, by="clientVpnEndpointId")
        rules = view.resources.companions(found, VPN_RULE, by="clientVpnEndpointId")
        subnets = tuple(one for network in networks for one in names(network, "subnetId"))
        interface = Interface(subnets, names(found, "securityGroupIds"))
        yield _door(view, found, interface, _ANY_PORT if subnets and rules else (), "client-vpn")


def _door(view: View, found: Resource, interface: Interface, dials: tuple[int, ...], word: str) -> Place:
    return Place(
        name=view.owner(found),
        kind=Kind.API,
        urns=(found.urn,),
        interfaces=(interface,),
        ports=_WEB,
        words=frozenset({word}),
        region=view.region_of(found),
        closed=f"who may sign in to {view.owner(found)} is not modelled",
        unsure=True,
        dials=dials,
    )

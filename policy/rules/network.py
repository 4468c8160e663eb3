"""Subnets, routes, network ACLs and the ways to other networks."""

from collections.abc import Iterator

from policy.exposure import (
    DEFAULT_ROUTE_TABLE,
    ROUTE,
    ROUTE_TABLE,
    SUBNET,
    any_protocol,
    internet,
    is_tcp,
    open_cidrs,
    width,
)
from policy.model import Block, Finding, Graph, Level, Resource, Severity, rule, stack_rule

NETWORK_ACL = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_NETWORK_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
NETWORK_ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"
VPN_CONNECTION = "aws:ec2/vpnConnection:VpnConnection"
CLIENT_VPN = "aws:ec2clientvpn/endpoint:Endpoint"
CLIENT_VPN_AUTHORIZATION = "aws:ec2clientvpn/authorizationRule:AuthorizationRule"
_VPC = "https://docs.aws.amazon.com/vpc/latest/"
_VPN = "https://docs.aws.amazon.com/vpn/latest/"
_ADMIN_PORTS = (22, 3389)


@rule(
    "vpc-subnet-public-address",
    title="Subnets assign no public addresses by themselves",
    severity=Severity.MEDIUM,
    types=[SUBNET, "aws:ec2/defaultSubnet:DefaultSubnet", "aws-native:ec2:Subnet"],
    frameworks={"FSBP": ("EC2.15", "EFS.6"), "Checkov": "CKV_AWS_130"},
    remedy="Leave mapPublicIpOnLaunch off, also in public subnets: load balancers and NAT gateways bring their own.",
    link=_VPC + "userguide/subnet-public-ip.html",
)
def subnet_public_address(subnet: Resource) -> Iterator[Finding]:
    """Whatever is started there stands on the internet, whether its owner thought of it or not."""
    if subnet.has("mapPublicIpOnLaunch", True):
        yield Finding("gives public addresses to what is started in it", "mapPublicIpOnLaunch")


@stack_rule(
    "vpc-network-acl-admin-ports",
    title="Network ACLs keep the internet from SSH and RDP",
    severity=Severity.MEDIUM,
    types=[NETWORK_ACL, DEFAULT_NETWORK_ACL, NETWORK_ACL_RULE],
    frameworks={"FSBP": "EC2.21", "CIS": "6.2", "Checkov": ("CKV_AWS_231", "CKV_AWS_232")},
    remedy="Deny ports 22 and 3389 from 0.0.0.0/0 and ::/0 with a lower rule number, or allow only the ports served.",
    link=_VPC + "userguide/vpc-network-acls.html",
)
def network_acl_admin_ports(acl: Resource, graph: Graph) -> Iterator[Finding]:
    """The ACL is the second lock, for the day when a security group is opened by mistake."""
    if acl.type == NETWORK_ACL_RULE:
        if graph.refers(acl, "networkAclId", NETWORK_ACL, DEFAULT_NETWORK_ACL):
            return  # judged with its ACL, where an earlier rule may deny
        entries: list[Block | Resource] = [acl]
    else:
        entries = [*acl.blocks("ingress"), *graph.companions(acl, NETWORK_ACL_RULE, by="networkAclId")]
    arriving = sorted((entry for entry in entries if not entry.has("egress", True)), key=_number)
    for port in _ADMIN_PORTS:
        for family in (4, 6):
            first = next((entry for entry in arriving if _concerns(entry, port, family)), None)
            if first is not None and (first.has("action", "allow") or first.has("ruleAction", "allow")):
                yield Finding(f"admits the internet (IPv{family}) to port {port}", first.path("fromPort"))


def _number(entry: Block | Resource) -> int:
    number = entry.get("ruleNo", entry.get("ruleNumber", 0))
    return number if isinstance(number, int) else 0


def _concerns(entry: Block | Resource, port: int, family: int) -> bool:
    if not any((width(cidr) or (0, 0))[0] == family for cidr in open_cidrs(entry)):
        return False
    if any_protocol(entry):
        return True
    start, end = entry.get("fromPort"), entry.get("toPort")
    ports_known = isinstance(start, int) and isinstance(end, int)
    return is_tcp(entry) and ports_known and start <= port <= end


@rule(
    "vpc-peering-route",
    title="Routes to peered VPCs name the peer's own range",
    severity=Severity.MEDIUM,
    types=[ROUTE, ROUTE_TABLE, DEFAULT_ROUTE_TABLE],
    frameworks={"CIS": "6.6", "Checkov": "CKV2_AWS_44"},
    remedy="Route only the subnets that are needed on the other side through the peering connection.",
    link=_VPC + "peering/vpc-peering-routing.html",
)
def peering_route(subject: Resource) -> Iterator[Finding]:
    """A route for everything hands the other VPC all traffic that has no better way."""
    entries: list[Block | Resource] = [subject] if subject.type == ROUTE else list(subject.blocks("routes"))
    for entry in entries:
        if entry.lacks("vpcPeeringConnectionId"):
            continue
        for key in ("destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"):
            if internet(entry.get(key)):
                yield Finding("sends everything to a peered VPC", entry.path(key))


@rule(
    "vpc-transit-gateway-accept",
    title="Transit gateways do not accept attachments by themselves",
    severity=Severity.HIGH,
    types=[TRANSIT_GATEWAY],
    frameworks={"FSBP": "EC2.23", "Checkov": "CKV_AWS_331"},
    remedy="Leave autoAcceptSharedAttachments disabled.",
    link=_VPC + "tgw/tgw-transit-gateways.html",
)
def transit_gateway_accept(gateway: Resource) -> Iterator[Finding]:
    """Any account that the gateway is shared with could join its VPCs to the network."""
    if gateway.has("autoAcceptSharedAttachments", "enable"):
        yield Finding("accepts the attachments of other accounts unseen", "autoAcceptSharedAttachments")


@rule(
    "vpc-vpn-ikev2",
    title="VPN tunnels negotiate with IKEv2 only",
    severity=Severity.MEDIUM,
    types=[VPN_CONNECTION],
    frameworks={"FSBP": "EC2.183", "Well-Architected": "SEC09-BP02"},
    remedy="Set tunnel1IkeVersions and tunnel2IkeVersions to ikev2.",
    link=_VPN + "s2svpn/VPNTunnels.html",
)
def vpn_ikev2(connection: Resource) -> Iterator[Finding]:
    """IKEv1 in aggressive mode gives away what the pre-shared key can be guessed from; both are on by default."""
    for path in ("tunnel1IkeVersions", "tunnel2IkeVersions"):
        if connection.lacks(path) or connection.contains(path, "ikev1"):
            yield Finding("accepts IKEv1", path)


@rule(
    "vpc-vpn-logs",
    title="VPN tunnels and client VPN endpoints write connection logs",
    severity=Severity.LOW,
    types=[VPN_CONNECTION, CLIENT_VPN],
    frameworks={"FSBP": ("EC2.51", "EC2.171")},
    remedy="Set cloudwatchLogOptions of both tunnels, and connectionLogOptions of a client VPN endpoint.",
    link=_VPN + "s2svpn/monitoring-logs.html",
    level=Level.ADVISORY,
)
def vpn_logs(subject: Resource) -> Iterator[Finding]:
    """Who came into the network, and why a tunnel would not come up, is answered by nothing else."""
    paths = ["connectionLogOptions.enabled"]
    if subject.type == VPN_CONNECTION:
        paths = [f"tunnel{number}LogOptions.cloudwatchLogOptions.logEnabled" for number in (1, 2)]
    for path in paths:
        if subject.lacks(path, True):
            yield Finding("writes no connection log", path)


@rule(
    "vpc-client-vpn-authorization",
    title="Client VPNs let named groups into named networks",
    severity=Severity.MEDIUM,
    types=[CLIENT_VPN_AUTHORIZATION],
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Name the network, or the group that may reach everything (accessGroupId).",
    link=_VPN + "clientvpn-admin/cvpn-working-rules.html",
)
def client_vpn_authorization(entry: Resource) -> Iterator[Finding]:
    """One stolen certificate or password is otherwise inside every network that the VPN reaches."""
    if entry.has("authorizeAllGroups", True) and internet(entry.get("targetNetworkCidr")):
        yield Finding("lets every client into every network", "targetNetworkCidr")

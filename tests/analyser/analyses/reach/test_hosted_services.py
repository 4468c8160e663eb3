"""Small graphs with doors of AWS's own: hosted things, PrivateLink, accelerators, translation, what nobody models."""

from collections.abc import Callable
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from tests.analyser.analyses.reach.made import Made, public

YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
Asked = tuple[str, str, int | None]
WEB: Asked = ("internet", "vm", 8080)


def inside(cidr: str = "10.0.0.0/16", port: int = 8080) -> tuple[Made, str, str]:
    """A machine ``vm`` in a subnet without a way to the internet: what is made, the VPC and the subnet."""
    made, vpc, _ = public()
    home = made.subnet(vpc, "home", "10.0.2.0/24")
    made.add("Instance", "vm", subnetId=home, vpcSecurityGroupIds=[made.group(vpc, "mine", port, cidr)])
    return made, vpc, home


def balancer(made: Made, vpc: str, subnet: str, *, port: int = 80, kind: str = "application", **more: Any) -> str:
    """One in front of ``vm``; its ARN."""
    groups = {"securityGroups": [made.group(vpc, "front", port, more.pop("cidr", "0.0.0.0/0"))]}
    made.add(
        "LoadBalancer", "lb", module="lb", loadBalancerType=kind, subnets=[subnet],
        **({} if kind == "network" else groups), **more,
    )  # fmt: skip
    made.add("TargetGroup", "tg", module="lb", port=8080, protocol="HTTP" if kind == "application" else "TCP",
             targetType="ip" if kind == "network" else "instance")  # fmt: skip
    made.add("TargetGroupAttachment", "at", module="lb", targetGroupArn=made.arn("tg"), targetId="i-vm", port=8080)
    forward = [{"type": "forward", "targetGroupArn": made.arn("tg")}]
    made.add("Listener", "li", module="lb", loadBalancerArn=made.arn("lb"), port=port, defaultActions=forward)
    return made.arn("lb")


def app(**more: Any) -> Made:
    made = Made()
    made.add("Service", "svc", module="apprunner", **more)
    return made


def runner(public_too: bool) -> Made:
    return app(networkConfiguration={"ingressConfiguration": {"isPubliclyAccessible": public_too}})


def graphql(*kinds: str, **more: Any) -> Made:
    made = Made()
    others = [{"authenticationType": one} for one in kinds[1:]]
    made.any(
        "aws:appsync/graphQLApi:GraphQLApi", "svc", authenticationType=kinds[0],
        additionalAuthenticationProviders=others, **more,
    )  # fmt: skip
    return made


def transfer(kind: str, **details: Any) -> Made:
    made, vpc, subnet = public()
    more = {"endpointDetails": {"vpcId": vpc, "subnetIds": [subnet], "securityGroupIds": [made.group(vpc)], **details}}
    made.add("Server", "svc", module="transfer", endpointType=kind, **(more if kind == "VPC" else {}))
    return made


def private_link(*, shut: bool = False, asked: bool = False, groups: bool = False) -> Made:
    """A service offered in one VPC, and an endpoint of it in another, in which ``client`` is."""
    made, vpc, home = inside()
    own: dict[str, Any] = {"securityGroups": ["sg-front"]} if groups else {}
    lb = balancer(made, vpc, home, port=443, kind="network", internal=True, **own)
    name = {"serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1"}
    made.add("VpcEndpointService", "offer", outputs=name, acceptanceRequired=asked, networkLoadBalancerArns=[lb])
    other = made.vpc("other", "10.9.0.0/16")
    near = made.subnet(other, "near", "10.9.1.0/24")
    made.add("Instance", "client", subnetId=near, vpcSecurityGroupIds=[made.group(other, "client-g", None)])
    door = made.group(other, "door", 22 if shut else 443, "10.9.0.0/16")
    made.add("VpcEndpoint", "link", vpcId=other, vpcEndpointType="Interface", subnetIds=[near],
             securityGroupIds=[door], **name)  # fmt: skip
    return made


def accelerator(to: str = "lb", *, cidr: str = "0.0.0.0/0", port: int = 80, block: str = "", **group: Any) -> Made:
    made, vpc, home = inside(cidr if to == "vm" else "10.0.0.0/16")
    named = "i-vm" if to == "vm" else balancer(made, vpc, home, internal=True, cidr=cidr)
    made.add("Accelerator", "fast", module="globalaccelerator", enabled=True)
    made.add("Listener", "ear", module="globalaccelerator", acceleratorArn=made.arn("fast"), protocol="TCP",
             portRanges=[{"fromPort": port, "toPort": port}])  # fmt: skip
    configured = [{"endpointId": named, "weight": group.pop("weight", 100)}]
    made.add("EndpointGroup", "there", module="globalaccelerator", listenerArn=made.arn("ear"),
             endpointConfigurations=configured, **group)  # fmt: skip
    if block:
        made.add("VpcBlockPublicAccessOptions", "bpa", internetGatewayBlockMode=block)
    return made


def overridden(made: Made) -> Made:
    made.nodes[-1].inputs["portOverrides"] = [{"listenerPort": 443, "endpointPort": 80}]
    return made


def connect(port: int = 22) -> Made:
    made, vpc, home = inside(port=port)
    made.any(
        "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint", "door", subnetId=home,
        securityGroupIds=[made.group(vpc, "door-g", None)],
    )  # fmt: skip
    return made


def vpn(*, allowed: bool = True) -> Made:
    made, vpc, home = inside()
    door = made.add("Endpoint", "door", module="ec2clientvpn", securityGroupIds=[made.group(vpc, "door-g", None)])
    made.add("NetworkAssociation", "in", module="ec2clientvpn", clientVpnEndpointId=door, subnetId=home)
    if allowed:
        made.add("AuthorizationRule", "may", module="ec2clientvpn", clientVpnEndpointId=door, authorizeAllGroups=True)
    return made


def lattice(*, associated: bool = True) -> Made:
    """A function behind a service of VPC Lattice, and a machine in a VPC."""
    made, vpc, _ = inside()
    made.any("aws:lambda/function:Function", "fn")
    net = made.any("aws:vpclattice/serviceNetwork:ServiceNetwork", "net")
    if associated:
        made.any("aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation", "va", vpcIdentifier=vpc,
                 serviceNetworkIdentifier=net)  # fmt: skip
    made.any("aws:vpclattice/targetGroup:TargetGroup", "to", config={"vpcIdentifier": net})
    made.any("aws:vpclattice/targetGroupAttachment:TargetGroupAttachment", "at", targetGroupIdentifier="id-to",
             target={"id": made.arn("fn")})  # fmt: skip
    return made


def translated(*, dns: bool = True, rule: str = "::/0") -> Made:
    """A machine of version 6 alone, whose packets a NAT gateway translates."""
    made, vpc, outside = public()
    home = made.subnet(
        vpc, "six", "", ipv6CidrBlock="2600:1f18::/64", assignIpv6AddressOnCreation=True, enableDns64=dns
    )
    nat = made.add("NatGateway", "nat", subnetId=outside)
    made.route(home, "64:ff9b::/96", natGatewayId=nat)
    egress = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": [rule]}]
    made.add("Instance", "vm", subnetId=home, vpcSecurityGroupIds=[made.add("SecurityGroup", "g", egress=egress)])
    return made


def rabbit() -> Made:
    made = Made()
    made.add("Broker", "svc", module="mq", engineType="RabbitMQ", publiclyAccessible=True)
    return made


def cluster_proxy() -> Made:
    made, vpc, home = inside()
    front = made.group(vpc, "front", 5432, "10.0.0.0/16")
    own = made.add("SecurityGroup", "own", vpcId=vpc, ingress=[
        {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "securityGroups": [front]}])  # fmt: skip
    group = made.add("SubnetGroup", "rooms", module="rds", subnetIds=[home])
    made.add("Proxy", "px", module="rds", engineFamily="POSTGRESQL", vpcSubnetIds=[home], vpcSecurityGroupIds=[front])
    made.add("Cluster", "db", module="rds", engine="aurora-postgresql", dbSubnetGroupName=group,
             vpcSecurityGroupIds=[own])  # fmt: skip
    made.add("ProxyTarget", "pt", module="rds", dbProxyName="id-px", dbClusterIdentifier="id-db")
    return made


def kafka() -> Made:
    made, vpc, home = inside()
    made.add("ServerlessCluster", "logs", module="msk", vpcConfigs=[
        {"subnetIds": [home], "securityGroupIds": [made.group(vpc, "k", 9098, "10.0.0.0/16")]}])  # fmt: skip
    return made


def front_of_six(cidr: str) -> Made:
    """A load balancer without public addresses of version 4."""
    made, vpc, _ = inside()
    outer = made.subnet(vpc, "outer", "10.0.9.0/24", ipv6CidrBlock="2600:1f18::/64")
    made.route(outer, "0.0.0.0/0", gatewayId="igw-gateway")
    made.route(outer, "::/0", gatewayId="igw-gateway")
    balancer(made, vpc, outer, cidr=cidr, ipAddressType="dualstack-without-public-ipv4")
    rule = made.nodes[-5].inputs["ingress"][0]
    made.nodes[-5].inputs["ingress"] = [{**rule, "cidrBlocks": [], "ipv6CidrBlocks": [cidr]} if ":" in cidr else rule]
    return made


def verified(port: int = 80) -> Made:
    """A balancer that nobody but Verified Access lets strangers to."""
    made, vpc, home = inside()
    options = {"loadBalancerArn": balancer(made, vpc, home, internal=True, port=port), "port": port}
    made.any("aws:verifiedaccess/endpoint:Endpoint", "va", endpointType="load-balancer", loadBalancerOptions=options)
    return made


def scaled() -> Made:
    """Machines that come and go, which name the target group of a balancer as a source of traffic."""
    made, vpc, outer = public()
    home = made.subnet(vpc, "home", "10.0.2.0/24")
    template = made.add("LaunchTemplate", "lt", vpcSecurityGroupIds=[made.group(vpc, "mine", 8080, "10.0.0.0/16")])
    balancer(made, vpc, outer)
    sources = [{"identifier": made.arn("tg"), "type": "elbv2"}]
    made.add("Group", "fleet", module="autoscaling", vpcZoneIdentifiers=[home], launchTemplate={"id": template},
             trafficSources=sources)  # fmt: skip
    return made


def peers(account: str = "123456789012/") -> Made:
    """Two machines in VPCs that are peered, the second's group naming the first's."""
    made = Made()
    one, other = made.vpc("one", "10.0.0.0/16"), made.vpc("two", "10.1.0.0/16")
    here, there = made.subnet(one, "here", "10.0.1.0/24"), made.subnet(other, "there", "10.1.1.0/24")
    peering = made.add("VpcPeeringConnection", "pc", vpcId=one, peerVpcId=other, autoAccept=True)
    made.route(here, "10.1.0.0/16", vpcPeeringConnectionId=peering)
    made.route(there, "10.0.0.0/16", vpcPeeringConnectionId=peering)
    first = made.group(one, "first", None)
    rule = {"protocol": "tcp", "fromPort": 8080, "toPort": 8080, "securityGroups": [account + first]}
    made.add("Instance", "a", subnetId=here, vpcSecurityGroupIds=[first])
    second = made.add("SecurityGroup", "second", vpcId=other, ingress=[rule], egress=[])
    made.add("Instance", "b", subnetId=there, vpcSecurityGroupIds=[second])
    return made


CASES: dict[str, tuple[Callable[[], Made], Asked, Verdict]] = {
    # https://docs.aws.amazon.com/apprunner/latest/dg/network-pl.html
    "an application of App Runner": (app, ("internet", "svc", None), YES),
    "one that is public": (lambda: runner(True), ("internet", "svc", None), YES),
    "one for its VPC alone": (lambda: runner(False), ("internet", "svc", None), NO),
    "what it reaches itself": (app, ("svc", "internet", None), UNSURE),
    "a GraphQL API with a key": (lambda: graphql("API_KEY"), ("internet", "svc", None), YES),
    "one that asks for signatures": (lambda: graphql("AWS_IAM"), ("internet", "svc", None), NO),
    "one that asks some for signatures": (lambda: graphql("AWS_IAM", "API_KEY"), ("internet", "svc", None), YES),
    "a private one": (lambda: graphql("API_KEY", visibility="PRIVATE"), ("internet", "svc", None), NO),
    "a server for file transfer": (lambda: transfer("PUBLIC"), ("internet", "svc", 22), YES),
    "one in a VPC": (lambda: transfer("VPC"), ("internet", "svc", 22), NO),
    "one in a VPC with an address": (
        lambda: transfer("VPC", addressAllocationIds=["eipalloc-1"]), ("internet", "svc", 22), YES),
    "a public broker of RabbitMQ": (rabbit, ("internet", "svc", None), YES),
    # https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html
    "PrivateLink": (private_link, ("client", "vm", 8080), YES),
    "PrivateLink to the balancer": (private_link, ("client", "lb", 443), YES),
    "PrivateLink behind a shut group": (lambda: private_link(shut=True), ("client", "vm", 8080), NO),
    "PrivateLink that waits for somebody": (lambda: private_link(asked=True), ("client", "vm", 8080), UNSURE),
    "PrivateLink to a balancer with groups": (lambda: private_link(groups=True), ("client", "vm", 8080), UNSURE),
    "PrivateLink from the internet": (private_link, WEB, NO),
    # https://docs.aws.amazon.com/global-accelerator/latest/dg/preserve-client-ip-address.html
    "an accelerator to an internal balancer": (accelerator, WEB, YES),
    "an accelerator to a machine": (lambda: accelerator("vm", port=8080), WEB, YES),
    "an accelerator to a machine on another port": (lambda: accelerator("vm"), WEB, NO),
    "an accelerator to a shut machine": (lambda: accelerator("vm", cidr="10.0.0.0/8", port=8080), WEB, NO),
    "an accelerator to a shut balancer": (lambda: accelerator(cidr="10.0.0.0/8"), WEB, NO),
    "an accelerator without weight": (lambda: accelerator(weight=0), WEB, NO),
    "an accelerator that is dialled down": (lambda: accelerator(trafficDialPercentage=0), WEB, NO),
    "an accelerator with another port": (lambda: overridden(accelerator(port=443)), WEB, YES),
    "an accelerator into a VPC that is blocked": (lambda: accelerator(block="block-ingress"), WEB, NO),
    "the accelerator itself": (accelerator, ("internet", "fast", 80), YES),
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html
    "who signs in by EC2 Instance Connect": (connect, ("internet", "vm", 22), UNSURE),
    "who finds no port there": (connect, ("internet", "vm", 80), NO),
    "Instance Connect itself": (connect, ("door", "vm", 22), YES),
    "who signs in to a VPN": (vpn, WEB, UNSURE),
    "a VPN that lets nobody on": (lambda: vpn(allowed=False), WEB, NO),
    # https://docs.aws.amazon.com/vpc-lattice/latest/ug/how-it-works.html
    "from a VPC to what Lattice names": (lattice, ("vm", "fn", None), UNSURE),
    "from a VPC that Lattice does not know": (lambda: lattice(associated=False), ("vm", "fn", None), NO),
    "from a VPC to Lattice itself": (lattice, ("vm", "net", None), UNSURE),
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
    "by NAT64": (translated, ("vm", "internet", 443), YES),
    "by NAT64 without DNS64": (lambda: translated(dns=False), ("vm", "internet", 443), UNSURE),
    "by NAT64 through a shut group": (lambda: translated(rule="2000::/3"), ("vm", "internet", 443), NO),
    # https://docs.aws.amazon.com/verified-access/latest/ug/verified-access-endpoints.html
    "through Verified Access and a balancer": (verified, WEB, UNSURE),
    "through Verified Access to a port that is shut": (verified, ("internet", "vm", 22), NO),
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TrafficSourceIdentifier.html
    "a group of machines by its sources of traffic": (scaled, ("internet", "fleet", 8080), YES),
    # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    "a peer's group with its account": (peers, ("a", "b", 8080), YES),
    "a peer's group": (lambda: peers(""), ("a", "b", 8080), YES),
    "a peer's group the other way": (peers, ("b", "a", 8080), NO),
    "a proxy of a cluster": (cluster_proxy, ("vm", "db", 5432), YES),
    "serverless brokers": (kafka, ("vm", "logs", None), YES),
    "serverless brokers from the internet": (kafka, ("internet", "logs", None), NO),
    "a balancer of version 6 alone": (lambda: front_of_six("::/0"), WEB, YES),
    "one whose group knows version 4": (lambda: front_of_six("0.0.0.0/0"), WEB, NO),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_aws_documents(name: str) -> None:
    make, (source, target, port), expected = CASES[name]
    answer = ask(Reach(make().graph()), source, target, port)[0]
    assert answer.verdict is expected, (answer.missing, answer.not_known)

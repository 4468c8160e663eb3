"""Random small networks as plain data, and the graphs that make them."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from analyser.graph import Graph
from tests.analyser.analyses.reach.made import Made

PORTS = (22, 443)
_RANGES = ((22, 22), (443, 443), (0, 65535), (1, 1023), (1024, 65535), (32768, 60999), (32768, 65535))
_PROTOCOLS = ("tcp", "TCP", "6", "-1", "udp")
_PUBLIC = ("0.0.0.0/0", "8.8.8.0/24", "0.0.0.0/1", "203.0.113.7/32")
_PUBLIC6 = ("::/0", "2001:4860::/32", "2600:1f18::/32", "2600:1f18:0::/48", "2600:1f18:1::/48")

STORE = "arn:aws:s3:::store"
ENDPOINT_POLICIES = ("", "all", "store", "other", "denied", "all but store")

Rule = tuple[str, int, int, str]
"""Protocol, first and last port, and a range or the name of a group or prefix list."""
AclRule = tuple[int, bool, str, int, int, str]
"""Number, whether it allows, protocol, first and last port, range."""


@dataclass
class Subnet:
    vpc: str
    cidr: str
    routes: list[tuple[str, str, str]] = field(default_factory=list)
    """Range or prefix list, what takes the packets (igw, nat, peering, hub, egress) and its name."""
    cidr6: str = ""
    gives_six: bool = False
    maps_public: bool = False
    acl: tuple[list[AclRule], list[AclRule]] | None = None


@dataclass
class Machine:
    subnet: str
    address: str
    groups: list[str]
    asks_public: bool | None
    elastic: bool
    forwards: bool = False
    """Whether it takes packets that are not for itself."""


@dataclass
class Net:
    vpcs: dict[str, str] = field(default_factory=dict)
    gateways: dict[str, bool] = field(default_factory=dict)
    """Internet gateways by the VPC they are for: whether they are attached."""
    subnets: dict[str, Subnet] = field(default_factory=dict)
    nats: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, list[Rule], list[Rule]]] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    peerings: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    """The VPCs that the transit gateway is attached to, in their first subnet."""
    attached_six: list[str] = field(default_factory=list)
    """Those of them whose attachment takes version 6 too."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    """The ranges of each prefix list."""
    block: str = ""
    """The mode of VPC Block Public Access; empty for none."""
    spared: dict[str, str] = field(default_factory=dict)
    """What is excluded from it: VPCs and subnets by the mode of the exclusion."""
    endpoints: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    """Gateway endpoints for S3 by their VPC: the subnets whose tables have it, and what its policy says."""


def random_net(seed: int) -> Net:
    """One network; the same for the same seed."""
    r, net = Random(seed), Net()
    _vpcs(r, net)
    net.lists = {"p0": r.sample(_PUBLIC[1:], 2), "p1": ["0.0.0.0/1", "128.0.0.0/1"], "p2": r.sample(_PUBLIC6[1:], 2)}
    for one, other in (("v0", "v1"), ("v1", "v2"), ("v0", "v2")):
        if one in net.vpcs and other in net.vpcs and r.random() < 0.6:
            net.peerings[f"{one}{other}"] = (one, other, r.random() < 0.85)
    for name, subnet in net.subnets.items():
        subnet.routes = _routes(r, net, subnet)
        subnet.acl = (_acl(r), _acl(r)) if r.random() < 0.35 else None
        net.machines[f"m{name}"] = _machine(r, net, subnet, name)
    for name, subnet in net.subnets.items():
        _by_machine(r, net, name, subnet)
    _around(r, net)
    for vpc, ingress, egress in net.groups.values():
        ingress += [_rule(r, net, vpc) for _ in range(r.choice((0, 1, 2, 3)))]
        egress += [("-1", 0, 0, "0.0.0.0/0")] if r.random() < 0.7 else [_rule(r, net, vpc) for _ in range(2)]
        egress += [("-1", 0, 0, "::/0")] if r.random() < 0.5 else []
    return net


def _vpcs(r: Random, net: Net) -> None:
    for number in range(r.choice((1, 2, 2, 3))):
        vpc = f"v{number}"
        net.vpcs[vpc] = f"10.{number}.0.0/16"
        net.gateways[vpc] = r.random() < 0.9
        net.attached += [vpc] if r.random() < 0.6 else []
        net.attached_six += [vpc] if net.attached[-1:] == [vpc] and r.random() < 0.6 else []
        for place in range(r.choice((1, 2, 2))):
            net.subnets[f"{vpc}s{place}"] = _subnet(r, vpc, number, place)
        for group in range(2):
            net.groups[f"{vpc}g{group}"] = (vpc, [], [])
        net.nats[f"{vpc}n"] = r.choice([name for name, one in net.subnets.items() if one.vpc == vpc])


def _by_machine(r: Random, net: Net, name: str, subnet: Subnet) -> None:
    """Lets a machine of another subnet of the VPC forward what goes out."""
    others = [one for one, machine in net.machines.items() if machine.subnet != name]
    mine = [one for one in others if net.subnets[net.machines[one].subnet].vpc == subnet.vpc]
    if not mine or r.random() > 0.25:
        return
    machine = r.choice(mine)
    net.machines[machine].forwards = r.random() < 0.8
    cidr = r.choice(("0.0.0.0/0", "8.8.8.0/24"))
    subnet.routes = [one for one in subnet.routes if one[0] != cidr] + [(cidr, "machine", machine)]


def _around(r: Random, net: Net) -> None:
    """What a region and its endpoints add to the routes."""
    if r.random() < 0.15:
        net.block = r.choice(("block-bidirectional", "block-ingress"))
        for name in r.sample([*net.vpcs, *net.subnets], r.choice((0, 1, 2))):
            net.spared[name] = r.choice(("allow-bidirectional", "allow-egress"))
    for vpc in net.vpcs:
        mine = [name for name, one in net.subnets.items() if one.vpc == vpc]
        if r.random() < 0.4:
            net.endpoints[vpc] = (r.sample(mine, r.choice((0, 1))) or mine, r.choice(ENDPOINT_POLICIES))


def six_of(vpc: str) -> str:
    """The range of version 6 of a VPC."""
    return f"2600:1f18:{vpc[1:]}::/48"


def _subnet(r: Random, vpc: str, number: int, place: int) -> Subnet:
    found = Subnet(vpc, f"10.{number}.{place}.0/24", maps_public=r.random() < 0.5)
    if r.random() < 0.6:
        found.cidr6, found.gives_six = f"2600:1f18:{number}:{place}::/64", r.random() < 0.7
    return found


def _routes(r: Random, net: Net, subnet: Subnet) -> list[tuple[str, str, str]]:
    found = {}
    for cidr in r.sample(("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.0/24"), r.choice((1, 1, 2, 3))):
        found[cidr] = r.choice((("igw", subnet.vpc), ("igw", subnet.vpc), ("nat", f"{subnet.vpc}n")))
    if r.random() < 0.1:
        found = {"p1": ("igw", subnet.vpc)}
    for cidr in r.sample(("::/0", "2000::/4", "2001:4860::/32"), r.choice((0, 1, 2))) if subnet.cidr6 else ():
        found[cidr] = r.choice((("igw", subnet.vpc), ("igw", subnet.vpc), ("egress", subnet.vpc)))
    for other, cidr in net.vpcs.items():
        if other == subnet.vpc or r.random() < 0.2:
            continue
        ways = [("peering", name) for name, ends in net.peerings.items() if subnet.vpc in ends[:2]]
        ways += [("hub", "hub")] if subnet.vpc in net.attached else []
        if ways and subnet.cidr6 and r.random() < 0.6:
            found[six_of(other)] = r.choice(ways)
        if ways:
            found[r.choice((cidr, cidr, cidr.replace("/16", "/24"), "10.0.0.0/8"))] = r.choice(ways)
    return [(cidr, *way) for cidr, way in found.items()]


def _acl(r: Random) -> list[AclRule]:
    rules = []
    for number in sorted(r.sample(range(1, 98), r.choice((1, 2, 3, 4)))):
        cidr = r.choice((*_PUBLIC, *_PUBLIC6, "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/24"))
        rules.append((number, r.random() < 0.75, r.choice(_PROTOCOLS), *r.choice(_RANGES), cidr))
    rules += [(98, True, "-1", 0, 0, "::/0")] if r.random() < 0.6 else []
    return rules + ([(99, True, "-1", 0, 0, "0.0.0.0/0")] if r.random() < 0.6 else [])


def _rule(r: Random, net: Net, vpc: str) -> Rule:
    peers = [*_PUBLIC, *_PUBLIC6, *net.lists, "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/24"]
    peers += [name for name, (home, *_) in net.groups.items() if home == vpc or r.random() < 0.4]
    return (r.choice(_PROTOCOLS), *r.choice(_RANGES), r.choice(peers))


def _machine(r: Random, net: Net, subnet: Subnet, name: str) -> Machine:
    own = [group for group, (home, *_) in net.groups.items() if home == subnet.vpc]
    groups = r.sample(own, r.choice((0, 1, 1, 2)))
    address = subnet.cidr.replace(".0/24", f".{r.randrange(10, 250)}")
    return Machine(name, address, groups, r.choice((None, None, True, False)), r.random() < 0.2)


def graph(net: Net) -> Graph:
    """The resources that make the network."""
    made = Made()
    _add_vpcs(made, net)
    _add_ways(made, net)
    for name, subnet in net.subnets.items():
        _fill(made, name, subnet)
    for name, (vpc, ingress, egress) in net.groups.items():
        blocks: dict[str, Any] = {
            "ingress": [_block(net, one) for one in ingress],
            "egress": [_block(net, one) for one in egress],
        }
        made.add("SecurityGroup", name, vpcId=f"vpc-{vpc}", **blocks)
    for name, machine in net.machines.items():
        _add_machine(made, name, machine)
    _add_around(made, net)
    return made.graph()


def _add_vpcs(made: Made, net: Net) -> None:
    for vpc, cidr in net.vpcs.items():
        made.vpc(vpc, cidr, ipv6CidrBlock=six_of(vpc))
        attached: dict[str, Any] = {"vpcId": f"vpc-{vpc}"} if net.gateways[vpc] else {}
        made.add("InternetGateway", f"{vpc}i", **attached)
        made.add("EgressOnlyInternetGateway", f"{vpc}e", vpcId=f"vpc-{vpc}")
    for name, cidrs in net.lists.items():
        listed = made.add("ManagedPrefixList", name, entries=[{"cidr": cidr} for cidr in cidrs[:1]])
        for at, cidr in enumerate(cidrs[1:]):
            made.add("ManagedPrefixListEntry", f"{name}-{at}", prefixListId=listed, cidr=cidr)
    for name, subnet in net.subnets.items():
        six: dict[str, Any] = (
            {"ipv6CidrBlock": subnet.cidr6, "assignIpv6AddressOnCreation": subnet.gives_six} if subnet.cidr6 else {}
        )
        made.subnet(f"vpc-{subnet.vpc}", name, subnet.cidr, mapPublicIpOnLaunch=subnet.maps_public, **six)


def _add_ways(made: Made, net: Net) -> None:
    for name, (one, other, accepted) in net.peerings.items():
        made.add("VpcPeeringConnection", name, vpcId=f"vpc-{one}", peerVpcId=f"vpc-{other}", autoAccept=accepted)
    for name, home in net.nats.items():
        made.add("NatGateway", name, subnetId=f"subnet-{home}")
    hub = made.add("TransitGateway", "hub", module="ec2transitgateway")
    for vpc in net.attached:
        first = next(f"subnet-{name}" for name, one in net.subnets.items() if one.vpc == vpc)
        inputs: dict[str, Any] = {"transitGatewayId": hub, "vpcId": f"vpc-{vpc}", "subnetIds": [first]}
        inputs["ipv6Support"] = "enable" if vpc in net.attached_six else "disable"
        made.add("VpcAttachment", f"a{vpc}", module="ec2transitgateway", **inputs)


def _add_around(made: Made, net: Net) -> None:
    if net.block:
        made.add("VpcBlockPublicAccessOptions", "block", internetGatewayBlockMode=net.block)
    for name, mode in net.spared.items():
        key = {"vpcId": f"vpc-{name}"} if name in net.vpcs else {"subnetId": f"subnet-{name}"}
        made.add("VpcBlockPublicAccessExclusion", f"spare-{name}", internetGatewayExclusionMode=mode, **key)
    made.any("aws:s3/bucket:Bucket", "store", outputs={"arn": STORE}, bucket="store")
    for vpc, (subnets, says) in net.endpoints.items():
        tables = [f"rtb-{name}-routes" for name in subnets]
        inputs: dict[str, Any] = {"routeTableIds": tables[:1]} | ({"policy": _policy(says)} if says else {})
        made.add("VpcEndpoint", f"s3-{vpc}", vpcId=f"vpc-{vpc}", serviceName="com.amazonaws.us-east-1.s3",
                 outputs={"prefixListId": "pl-of-s3"}, vpcEndpointType="Gateway", **inputs)  # fmt: skip
        for table in tables[1:]:
            made.add(
                "VpcEndpointRouteTableAssociation", f"s3-{table}", vpcEndpointId=f"id-s3-{vpc}", routeTableId=table
            )


def _policy(says: str) -> str:
    things = [STORE, f"{STORE}/*"]
    allow: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    statements = {
        "all": [allow],
        "store": [{**allow, "Action": "s3:*", "Resource": things}],
        "other": [{**allow, "Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]}],
        "denied": [allow, {**allow, "Effect": "Deny", "Action": "s3:*"}],
        "all but store": [allow, {**allow, "Effect": "Deny", "Resource": things}],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statements[says]})


def _fill(made: Made, name: str, subnet: Subnet) -> None:
    for cidr, way, via in subnet.routes:
        if cidr.startswith("p"):
            table = {"routeTableId": f"rtb-{name}-routes", "destinationPrefixListId": f"pl-{cidr}"}
            made.add("Route", f"{name}-{cidr}", **table, **_to(way, via))
        else:
            made.route(f"subnet-{name}", cidr, **_to(way, via))
    if subnet.acl:
        ingress, egress = ([_acl_block(one) for one in side] for side in subnet.acl)
        own: dict[str, Any] = {"vpcId": f"vpc-{subnet.vpc}", "subnetIds": [f"subnet-{name}"]}
        made.add("NetworkAcl", f"acl-{name}", ingress=ingress, egress=egress, **own)


def _add_machine(made: Made, name: str, machine: Machine) -> None:
    asked: dict[str, Any] = {} if machine.asks_public is None else {"associatePublicIpAddress": machine.asks_public}
    groups: dict[str, Any] = {"vpcSecurityGroupIds": [f"sg-{one}" for one in machine.groups]} if machine.groups else {}
    asked |= {"sourceDestCheck": False} if machine.forwards else {}
    vm = made.add("Instance", name, subnetId=f"subnet-{machine.subnet}", privateIp=machine.address, **asked, **groups)
    if machine.elastic:
        made.add("Eip", f"e{name}", instance=vm)


def _to(way: str, via: str) -> dict[str, str]:
    return {
        "igw": {"gatewayId": f"igw-{via}i"},
        "nat": {"natGatewayId": f"nat-{via}"},
        "peering": {"vpcPeeringConnectionId": f"pcx-{via}"},
        "hub": {"transitGatewayId": "tgw-hub"},
        "machine": {"instanceId": f"i-{via}"},
        "egress": {"egressOnlyGatewayId": f"id-{via}e"},
    }[way]


def _acl_block(rule: AclRule) -> dict[str, Any]:
    number, allows, protocol, first, last, cidr = rule
    action = "allow" if allows else "deny"
    return {
        "ruleNo": number, "action": action, "protocol": protocol, "fromPort": first, "toPort": last,
        "ipv6CidrBlock" if ":" in cidr else "cidrBlock": cidr,
    }  # fmt: skip


def _block(net: Net, rule: Rule) -> dict[str, Any]:
    protocol, first, last, peer = rule
    key = "ipv6CidrBlocks" if ":" in peer else "cidrBlocks"
    who = {"securityGroups": [f"sg-{peer}"]} if peer in net.groups else {key: [peer]}
    who = {"prefixListIds": [f"pl-{peer}"]} if peer in net.lists else who
    return {"protocol": protocol, "fromPort": first, "toPort": last, **who}

"""Small graphs made by hand: resources with the ids that AWS would give them."""

from typing import Any

from analyser.graph import Graph, Node

EC2 = "aws:ec2/"
PREFIXES = {
    "Vpc": "vpc", "Subnet": "subnet", "SecurityGroup": "sg", "RouteTable": "rtb", "InternetGateway": "igw",
    "NatGateway": "nat", "NetworkAcl": "acl", "Instance": "i", "VpcPeeringConnection": "pcx", "NetworkInterface": "eni",
    "TransitGateway": "tgw", "VpcAttachment": "tgw-attach", "Eip": "eipalloc", "ManagedPrefixList": "pl",
}  # fmt: skip


def token(kind: str, module: str = "ec2") -> str:
    """The type token of a kind of a module."""
    return f"aws:{module}/{kind[0].lower()}{kind[1:]}:{kind}"


class Made:
    """A graph in the making."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def add(self, kind: str, name: str, *, module: str = "ec2", **inputs: Any) -> str:
        """Adds a resource of AWS and returns its id. Inputs by their camelCase names."""
        return self.any(token(kind, module), name, **inputs)

    def any(self, of: str, name: str, *, outputs: dict[str, Any] | None = None, **inputs: Any) -> str:
        """Adds a resource of any type."""
        identifier = f"{PREFIXES.get(of.rpartition(':')[2], 'id')}-{name}"
        out = {"arn": f"arn:aws:x:us-east-1:123456789012:{name}", **inputs, **(outputs or {})}
        urn = f"urn:pulumi:small::strata::{of}::{name}"
        self.nodes.append(Node(urn=urn, type=of, name=name, inputs=inputs, outputs=out, id=identifier))
        return identifier

    def arn(self, name: str) -> str:
        """The ARN of the resource of this name."""
        return f"arn:aws:x:us-east-1:123456789012:{name}"

    def graph(self) -> Graph:
        """All of it."""
        return Graph("strata", "small", self.nodes, {}, region="us-east-1")

    def vpc(self, name: str = "net", cidr: str = "10.0.0.0/16", **more: Any) -> str:
        """A VPC with the ids of what AWS puts into it."""
        defaults = {
            "defaultSecurityGroupId": f"sg-default-{name}",
            "mainRouteTableId": f"rtb-main-{name}",
            "defaultRouteTableId": f"rtb-main-{name}",
            "defaultNetworkAclId": f"acl-default-{name}",
        }
        return self.add("Vpc", name, outputs=defaults, cidrBlock=cidr, **more)

    def subnet(self, vpc: str, name: str = "public", cidr: str = "10.0.1.0/24", **more: Any) -> str:
        """A subnet with a table of its own."""
        subnet = self.add("Subnet", name, vpcId=vpc, cidrBlock=cidr, **more)
        table = self.add("RouteTable", f"{name}-routes", vpcId=vpc)
        self.add("RouteTableAssociation", f"{name}-table", subnetId=subnet, routeTableId=table)
        return subnet

    def route(self, subnet: str, cidr: str, name: str = "", **to: str) -> None:
        """A route of the table of a subnet."""
        table = f"rtb-{subnet.removeprefix('subnet-')}-routes"
        key = "destinationIpv6CidrBlock" if ":" in cidr else "destinationCidrBlock"
        self.add("Route", name or f"{subnet}-{cidr}", routeTableId=table, **{key: cidr}, **to)

    def group(self, vpc: str, name: str = "open", port: int | None = 22, cidr: str = "0.0.0.0/0", **more: Any) -> str:
        """A security group that lets a port in, and everything out."""
        rule = {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": [cidr], **more}
        out = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
        return self.add("SecurityGroup", name, vpcId=vpc, ingress=[rule] if port else [], egress=[out])


def public(**subnet: Any) -> tuple[Made, str, str]:
    """A VPC with one subnet that leads to the internet: what is made, the VPC and the subnet."""
    made = Made()
    vpc = made.vpc()
    gateway = made.add("InternetGateway", "gateway", vpcId=vpc)
    inside = made.subnet(vpc, **subnet)
    made.route(inside, "0.0.0.0/0", gatewayId=gateway)
    return made, vpc, inside

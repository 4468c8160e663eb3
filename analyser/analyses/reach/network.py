"""VPCs and subnets, and where a packet that leaves a subnet goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from analyser.analyses.reach.addresses import NOWHERE, Addresses, of, of_all, union
from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.network_acls import NetworkAcls
from analyser.analyses.reach.routes import DEFAULT_VPC, VPC, Hop, Route, RouteTables, Way, longest
from policy.model import Resource, known

SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"
_MORE = (
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
)


@dataclass(frozen=True)
class Subnet:
    """One subnet. What is not known yet of its own settings is None."""

    id: str
    name: str
    vpc: str
    cidr: str
    table: str
    """The id of its route table; empty when the stack names none."""
    zone: str
    gives_public_addresses: bool | None
    gives_ipv6: bool | None
    translates: bool | None = False
    """Whether its resolver gives names of version 4 an address of version 6 (DNS64)."""
    cidr6: str = ""
    """Its range of version 6; empty for none, and a question mark where it is not known yet."""

    @property
    def addresses(self) -> Addresses:
        """The IPv4 addresses."""
        return of(self.cidr) or NOWHERE

    @property
    def addresses6(self) -> Addresses:
        """Those of version 6 that are known."""
        return of(self.cidr6) or NOWHERE

    @property
    def only_six(self) -> bool:
        """Whether it has no addresses of version 4 at all."""
        return bool(self.cidr6) and not self.cidr


class Network:
    """The networks of a stack, in whatever regions they are."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.tables = RouteTables(view)
        self.acls = NetworkAcls(view)
        self.subnets = {subnet.id: subnet for subnet in map(self._subnet, view.of(SUBNET, DEFAULT_SUBNET))}
        self._hops: dict[tuple[str, Addresses], list[Hop]] = {}
        self._local = {view.id_of(vpc): list(self._local_routes(vpc)) for vpc in view.of(VPC, DEFAULT_VPC)}

    def hops(self, subnet: Subnet, wanted: Addresses) -> list[Hop]:
        """Where the packets of a subnet to some addresses go."""
        found = self._hops.get((subnet.id, wanted))
        if found is None:
            found = longest([*self.tables.routes(subnet.table), *self._local.get(subnet.vpc, ())], wanted)
            self._hops[subnet.id, wanted] = found
        return found

    def not_known(self, subnet: Subnet) -> str:
        """Why the routes of a subnet are not all known; empty where they are."""
        return self.tables.not_known(subnet.table)

    def vpc_name(self, vpc: str) -> str:
        """The user-visible name of a VPC."""
        return self._view.named(vpc)

    def cidrs(self, subnets: tuple[str, ...]) -> tuple[str, ...]:
        """The CIDR ranges of subnets."""
        return tuple(self.subnets[subnet].cidr for subnet in subnets if subnet in self.subnets)

    @cached_property
    def addresses(self) -> Addresses:
        """Those of all VPCs of the stack that are known."""
        return union(map(self.addresses_of, self._local))

    def addresses_of(self, vpc: str) -> Addresses:
        """The addresses of a VPC that are known."""
        return of_all(cidr for route in self._local.get(vpc, ()) for cidr in route.destination.cidrs())

    def _local_routes(self, vpc: Resource) -> Iterator[Route]:
        identifier = self._view.id_of(vpc)
        apart = [one for token in _MORE for one in self._view.resources.companions(vpc, token, by="vpcId")]
        cidrs = {text(found.get(key)) for found in (vpc, *apart) for key in ("cidrBlock", "ipv6CidrBlock")}
        # A range that is not known yet holds the VPC's subnets at least.
        mine = [subnet for subnet in self.subnets.values() if subnet.vpc == identifier]
        cidrs |= {cidr for subnet in mine for cidr in (subnet.cidr, subnet.cidr6)}
        for cidr in sorted(filter(None, cidrs)):
            addresses = of(cidr)
            if addresses:
                length = int(cidr.partition("/")[2] or 32)
                yield Route("local", addresses, length, Way.LOCAL, "local", None, vpc.urn)

    def _subnet(self, found: Resource) -> Subnet:
        identifier, vpc = self._view.id_of(found), text(found.get("vpcId"))
        default = found.type == DEFAULT_SUBNET
        if not vpc:
            named = self._view.refers(found, "vpcId", VPC, DEFAULT_VPC)
            vpc = next((self._view.id_of(one) for one in named or self._view.of(DEFAULT_VPC) if named or default), "")
        return Subnet(
            id=identifier,
            name=found.name,
            vpc=vpc,
            cidr=text(found.get("cidrBlock")) or ("172.31.0.0/20" if default else ""),
            table=self.tables.table_of(identifier, vpc),
            zone=text(found.get("availabilityZone")) or text(found.get("availabilityZoneId")),
            gives_public_addresses=flag(found, "mapPublicIpOnLaunch", default),
            gives_ipv6=flag(found, "assignIpv6AddressOnCreation", False),
            translates=flag(found, "enableDns64", False),
            cidr6=next(iter(names(found, "ipv6CidrBlock")), ""),
        )


def flag(found: Resource, path: str, default: bool | None) -> bool | None:
    """A setting that is on or off; None where it is not known yet."""
    value = found.get(path)
    if not known(value):
        return None
    return default if value is None else str(value).lower() == "true"

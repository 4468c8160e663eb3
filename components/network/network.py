"""A VPC with three tiers of subnets: public, private and data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field, ValidationInfo, field_validator

from components.account import Account
from components.component import Component
from components.network.endpoints import Endpoints, GatewayService, InterfaceService
from components.network.flow_logs import FlowLogs
from components.network.layout import default_layout, misfits
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.network.tier import Tier
from components.security.key import Key
from settings import Cidr, Environment, Problem, Settings, refuse
from settings.services.ec2 import ZoneLetter

Nat = Literal["none", "single", "perAz"]


def _from_cidr() -> Any:
    """Stands for a tier that is not given; a validator, which knows ``cidr``, puts the ranges in."""


class NetworkSettings(Settings):
    """The address ranges of a VPC, by tier and zone, and its ways out.

    A tier that is not given takes its part of ``cidr``. Without ``nat``, the environment decides.
    """

    cidr: Cidr = "10.1.0.0/16"
    """The VPC's range; another one replaces the VPC with everything in it."""
    public: dict[ZoneLetter, Cidr] = Field(default_factory=_from_cidr)
    """The ranges of the public subnets, by zone: load balancers and NAT gateways."""
    private: dict[ZoneLetter, Cidr] = Field(default_factory=_from_cidr)
    """The ranges of the private subnets, by zone: whatever runs code."""
    data: dict[ZoneLetter, Cidr] = Field(default_factory=_from_cidr)
    """The ranges of the data subnets, by zone, which have no way out."""
    zone_order: tuple[ZoneLetter, ...] = ()
    """Which zones come first for what stands in fewer than all of them: Kafka's brokers, nodes of OpenSearch, replicas
    of PostgreSQL, the one NAT gateway of ``nat: single``. Zones that are not named follow by their letters. Whoever
    adds a zone names those here that were there before, or one of an earlier letter moves what stands in the others."""
    nat: Nat | None = None
    """NAT gateways: one in each zone, or a single one. Left out, the environment decides."""
    public_addresses: bool = False
    """Whether what is launched into the public tier gets a public address; the policy pack asks for a reason."""
    gateway_endpoints: tuple[GatewayService, ...] = ("s3", "dynamodb")
    """Services that are reached from within by a route, at no cost."""
    interface_endpoints: tuple[InterfaceService, ...] = ()
    """Services that are reached from within by an address, paid for by the hour and zone."""
    data_gateways: bool = False
    """Gateway endpoints serve the data tier as well, for functions that run in it."""

    @field_validator("public", "private", "data", mode="before")
    @classmethod
    def _own_part(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            return default_layout(info.data["cidr"], str(info.field_name)) if "cidr" in info.data else {}
        return value

    @field_validator("public", "private", "data")
    @classmethod
    def _fits(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        earlier = {name: info.data[name] for name in ("public", "private", "data") if name in info.data}
        problems = [*misfits(info.data.get("cidr"), value, earlier), *_unlike(value, earlier)]
        if len(value) < 2 and "cidr" in info.data:
            problems.append(Problem("", "names fewer than 2 zones; load balancers and databases need 2"))
        refuse(problems)
        return dict(sorted(value.items()))

    @field_validator("zone_order")
    @classmethod
    def _of_the_network(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "private" in info.data and (strange := set(value) - set(info.data["private"])):
            raise ValueError(f"names {_listed(strange)}, of which the network has no subnets")
        return value

    @property
    def zones(self) -> tuple[str, ...]:
        """Its zones, in their order."""
        return (*self.zone_order, *(zone for zone in self.private if zone not in self.zone_order))

    @field_validator("nat")
    @classmethod
    def _nat_of_environment(cls, value: Nat | None, info: ValidationInfo) -> Nat | None:
        if value == "single" and (info.context or {}).get("environment") is Environment.PROD:
            raise ValueError("'single' is refused in prod, where one zone must not cut off the others; perAz or none")
        return value

    @field_validator("gateway_endpoints", "interface_endpoints", "zone_order")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        repeated = {service for service in value if value.count(service) > 1}
        if repeated:
            raise ValueError(f"names {_listed(repeated)} more than once")
        return value


def _unlike(given: Mapping[str, str], earlier: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    for name, zones in earlier.items():
        if given and zones and set(given) != set(zones):
            said = f"has zones {_listed(given)} where {name} has {_listed(zones)}; they must be the same"
            yield Problem("", said)


class Network(Component):
    """A VPC with DNS: its public tier meets the internet, its private tier only calls out, its data tier does neither.

    Its default security group and main route table are adopted and emptied, so that nothing works by omission. Network
    ACLs stay AWS's own: rules live in security groups. Flow logs go to a log group under ``key``. With
    ``cluster_name``, subnets carry the tags by which the Load Balancer Controller and Karpenter of that EKS cluster
    find them:
    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
    """

    def __init__(
        self,
        name: str,
        settings: NetworkSettings,
        *,
        account: Account,
        key: Key,
        cluster_name: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self.cidr = settings.cidr
        self.zones = settings.zones
        """In their order: what needs fewer than all takes the first ones."""
        vpc = aws.ec2.Vpc(
            self.child("vpc"),
            cidr_block=settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
            opts=self.child_options(),
        )
        self.vpc_id = vpc.id
        self._close_defaults(vpc)
        self._public = self._tier(
            "public", settings.public, _role("elb", cluster_name), addresses=settings.public_addresses
        )
        self._private = self._tier("private", settings.private, _role("internal-elb", cluster_name, nodes=True))
        self._data = self._tier("data", settings.data, {})
        self.internet = aws.ec2.InternetGateway(
            self.child("internet"), vpc_id=self.vpc_id, tags={"Name": self.name}, opts=self.child_options()
        )
        """What has a public address waits for it: it is attached first, and detached when the last one is gone."""
        self._connect(settings.nat or ("perAz" if account.safeguards.nat_per_az else "single"))
        FlowLogs(self.child("flow"), account=account, vpc_id=vpc.id, key=key, opts=self.child_options())
        self._endpoints = Endpoints(
            self.child("endpoints"),
            account=account,
            vpc_id=vpc.id,
            private=self._private,
            private_cidrs=settings.private,
            gateways=settings.gateway_endpoints,
            interfaces=settings.interface_endpoints,
            data=self._data if settings.data_gateways else None,
            opts=self.child_options(),
        )
        self.register_outputs({"vpcId": self.vpc_id, "privateSubnetIds": self.private_subnet_ids})

    @property
    def public_subnet_ids(self) -> dict[str, pulumi.Output[str]]:
        """Subnets of load balancers and NAT gateways, by zone."""
        return self._public.subnet_ids

    @property
    def private_subnet_ids(self) -> dict[str, pulumi.Output[str]]:
        """Subnets of what computes, by zone."""
        return self._private.subnet_ids

    @property
    def data_subnet_ids(self) -> dict[str, pulumi.Output[str]]:
        """Subnets of what stores, by zone."""
        return self._data.subnet_ids

    @property
    def endpoints(self) -> SecurityGroup:
        """The interface endpoints' security group, which clients without general egress are allowed to on port 443."""
        return self._endpoints.security_group

    def allow_gateway(self, client: HasSecurityGroup, service: GatewayService) -> None:
        """Lets a client with a closed group open connections to DynamoDB or S3, by the gateway endpoint.

        In the data tier that takes ``data_gateways`` as well. Raises ValueError when there is no such gateway.
        """
        self._endpoints.allow_gateway(client, service)

    def _tier(self, tier: str, cidrs: dict[str, str], tags: dict[str, str], *, addresses: bool = False) -> Tier:
        return Tier(
            self.child(tier),
            account=self._account,
            vpc_id=self.vpc_id,
            cidrs=cidrs,
            table_per_zone=tier == "private",
            public_addresses=addresses,
            tags=tags,
            opts=self.child_options(),
        )

    def _close_defaults(self, vpc: aws.ec2.Vpc) -> None:
        tags = {"Name": self.child("default", "closed")}
        aws.ec2.DefaultSecurityGroup(
            self.child("default-group"), vpc_id=vpc.id, ingress=[], egress=[], tags=tags, opts=self.child_options()
        )
        aws.ec2.DefaultRouteTable(
            self.child("default-routes"),
            default_route_table_id=vpc.default_route_table_id,
            routes=[],
            tags=tags,
            opts=self.child_options(),
        )

    def _connect(self, nat: Nat) -> None:
        self._public.route_to_gateway(self.internet.id)
        exits = {"none": (), "single": self.zones[:1], "perAz": self.zones}[nat]
        gateways = {zone: self._nat_gateway(zone) for zone in exits}
        for zone in self.zones if gateways else ():
            self._private.route_to_nat(zone, gateways.get(zone, gateways[exits[0]]).id)

    def _nat_gateway(self, zone: str) -> aws.ec2.NatGateway:
        tags = {"Name": self.child("nat", zone)}
        # AWS gives a VPC public addresses only once an internet gateway is attached to it.
        after = self.child_options(depends_on=[self.internet])
        address = aws.ec2.Eip(self.child("nat-address", zone), domain="vpc", tags=tags, opts=after)
        return aws.ec2.NatGateway(
            self.child("nat", zone),
            subnet_id=self.public_subnet_ids[zone],
            allocation_id=address.allocation_id,
            tags=tags,
            # An address is that of one gateway, so that a new one cannot stand beside the old.
            opts=self.child_options(depends_on=[self.internet], delete_before_replace=True),
        )


def _role(role: str, cluster_name: str | None, *, nodes: bool = False) -> dict[str, str]:
    """Tags that say what a cluster may do with a subnet: place load balancers, launch nodes."""
    if cluster_name is None:
        return {}
    launch = {"karpenter.sh/discovery": cluster_name} if nodes else {}
    return {f"kubernetes.io/role/{role}": "1", **launch}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))

"""Who stands open to the internet, resolved through the graph: subnets, security groups, data stores, CloudFront."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from policy.model import Block, Graph, Resource, known

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
DEFAULT_ROUTE_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RECORD = "aws:route53/record:Record"
ACCELERATOR = "aws:globalaccelerator/accelerator:Accelerator"
ACCELERATOR_LISTENER = "aws:globalaccelerator/listener:Listener"
ENDPOINT_GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
NATIVE_SECURITY_GROUP = "aws-native:ec2:SecurityGroup"
NATIVE_INGRESS_RULE = "aws-native:ec2:SecurityGroupIngress"
INGRESS = (INGRESS_RULE, SECURITY_GROUP_RULE, SECURITY_GROUP, NATIVE_SECURITY_GROUP, NATIVE_INGRESS_RULE)
"""What lets connections in: groups with rules of their own, and rules that stand alone."""
_PREFIX_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
_PREFIX_LISTS = ("prefixListId", "prefixListIds", "sourcePrefixListId")
_INLINE = {SECURITY_GROUP: "ingress", NATIVE_SECURITY_GROUP: "securityGroupIngress"}
_CIDRS = ("cidrIp", "cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock", "cidrBlocks", "ipv6CidrBlocks")
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock")
# 0.0.0.0/1 and 128.0.0.0/1 together are the internet too, and one in 256 public addresses is a large part of it: wider
# than any company's own range, and than all of CloudFront's.
_WIDEST_PREFIX = {4: 7, 6: 15}
_UNIQUE_LOCAL = IPv6Network("fc00::/7")
_MOST_ADDRESSES = {4: 2**24, 6: 2**113}
# Data stores in a VPC: the inputs that name their subnets (or subnet group) and their security groups.
ANSWERING_STORES = {
    "aws:docdb/cluster:Cluster": ("dbSubnetGroupName", "vpcSecurityGroupIds"),
    "aws:efs/mountTarget:MountTarget": ("subnetId", "securityGroups"),
    "aws:elasticache/cluster:Cluster": ("subnetGroupName", "securityGroupIds"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("subnetGroupName", "securityGroupIds"),
    "aws:elasticache/serverlessCache:ServerlessCache": ("subnetIds", "securityGroupIds"),
    "aws:memorydb/cluster:Cluster": ("subnetGroupName", "securityGroupIds"),
    "aws:mq/broker:Broker": ("subnetIds", "securityGroups"),
    "aws:msk/cluster:Cluster": ("brokerNodeGroupInfo.clientSubnets", "brokerNodeGroupInfo.securityGroups"),
    "aws:neptune/cluster:Cluster": ("neptuneSubnetGroupName", "vpcSecurityGroupIds"),
    "aws:opensearch/domain:Domain": ("vpcOptions.subnetIds", "vpcOptions.securityGroupIds"),
    "aws:rds/cluster:Cluster": ("dbSubnetGroupName", "vpcSecurityGroupIds"),
    "aws:rds/instance:Instance": ("dbSubnetGroupName", "vpcSecurityGroupIds"),
    "aws:redshift/cluster:Cluster": ("clusterSubnetGroupName", "vpcSecurityGroupIds"),
}
"""Those whose ports `strata can` knows."""
DATA_STORES = {
    **ANSWERING_STORES,
    "aws:dax/cluster:Cluster": ("subnetGroupName", "securityGroupIds"),
    "aws:dms/replicationInstance:ReplicationInstance": ("replicationSubnetGroupId", "vpcSecurityGroupIds"),
    "aws:docdb/elasticCluster:ElasticCluster": ("subnetIds", "vpcSecurityGroupIds"),
    "aws:elasticsearch/domain:Domain": ("vpcOptions.subnetIds", "vpcOptions.securityGroupIds"),
    "aws:emr/cluster:Cluster": ("ec2Attributes.subnetId", "ec2Attributes.emrManagedMasterSecurityGroup"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": ("subnetIds", "securityGroupIds"),
    "aws:fsx/ontapFileSystem:OntapFileSystem": ("subnetIds", "securityGroupIds"),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": ("subnetIds", "securityGroupIds"),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": ("subnetIds", "securityGroupIds"),
    "aws:redshiftserverless/workgroup:Workgroup": ("subnetIds", "securityGroupIds"),
    "aws:timestreaminfluxdb/dbCluster:DbCluster": ("vpcSubnetIds", "vpcSecurityGroupIds"),
    "aws:timestreaminfluxdb/dbInstance:DbInstance": ("vpcSubnetIds", "vpcSecurityGroupIds"),
}


def width(cidr: object) -> tuple[int, int] | None:
    """IP version and prefix length of a known CIDR; None for anything else."""
    return _width(cidr) if isinstance(cidr, str) and cidr else None


@lru_cache(maxsize=4096)
def _width(cidr: str) -> tuple[int, int] | None:
    # Many rules read the same ranges.
    try:
        network = ip_network(cidr, strict=False)
    except ValueError:
        return None
    return network.version, network.prefixlen


def internet(cidr: object) -> bool:
    """Whether a known CIDR stands for the internet or a large part of it."""
    found = width(cidr)
    if found is None:
        return False
    wide = found[1] <= _WIDEST_PREFIX[found[0]] and not _local(cidr)
    return wide or _public(cidr) >= _MOST_ADDRESSES[found[0]]


@lru_cache(maxsize=4096)
def _local(cidr: Any) -> bool:
    """Whether a known range is of IPv6's unique local addresses: the widest private ranges there are."""
    network = ip_network(cidr, strict=False)
    return isinstance(network, IPv6Network) and network.subnet_of(_UNIQUE_LOCAL)


@lru_cache(maxsize=4096)
def _public(cidr: Any) -> int:
    """How many addresses of the internet a known range holds: none where it is private, reserved or documentation's."""
    network = ip_network(cidr, strict=False)
    return network.num_addresses if network.is_global else 0


def parts_of_internet(ranges: Iterable[str]) -> list[str]:
    """Those of some ranges that stand for the internet; all public ones, where they do together."""
    named = list(dict.fromkeys(cidr for cidr in ranges if width(cidr)))
    wide = [cidr for cidr in named if internet(cidr)]
    if wide or len(named) < 2:
        return wide
    public = [ip_network(cidr, strict=False) for cidr in named if _public(cidr)]
    older = [network for network in public if isinstance(network, IPv4Network)]
    newer = [network for network in public if isinstance(network, IPv6Network)]
    many = _addresses(collapse_addresses(older)) >= _MOST_ADDRESSES[4]
    many_newer = _addresses(collapse_addresses(newer)) >= _MOST_ADDRESSES[6]
    return [str(network) for network in (*(older if many else ()), *(newer if many_newer else ()))]


def _addresses(networks: Iterable[IPv4Network | IPv6Network]) -> int:
    return sum(network.num_addresses for network in networks)


def cidrs(entry: Block | Resource) -> list[str]:
    """The known address ranges that a rule of a security group or network ACL names."""
    return [cidr for key in _CIDRS for cidr in entry.list(key)]


def open_cidrs(entry: Block | Resource) -> list[str]:
    """Those of them that stand for the internet, alone or together."""
    return parts_of_internet(cidrs(entry))


def open_ranges(entry: Block | Resource, subject: Resource, graph: Graph) -> list[str]:
    """The same of a rule of `subject`, with what the stack's prefix lists hold that it names."""
    return parts_of_internet([*cidrs(entry), *_listed(entry, subject, graph)])


def _listed(entry: Block | Resource, subject: Resource, graph: Graph) -> Iterator[str]:
    for key in _PREFIX_LISTS:
        for found in graph.refers(subject, entry.path(key), PREFIX_LIST) if entry.given(key) else ():
            members = [*found.blocks("entries"), *graph.companions(found, _PREFIX_LIST_ENTRY, by="prefixListId")]
            yield from (cidr for member in members for cidr in member.list("cidr"))


def _protocol(entry: Block | Resource) -> str:
    known_ones = [entry.get(key) for key in ("ipProtocol", "protocol")]
    return next((str(each).lower() for each in known_ones if known(each) and each is not None), "")


def any_protocol(entry: Block | Resource) -> bool:
    """Whether a rule is known to hold for every protocol, and so for every port."""
    return _protocol(entry) in ("-1", "all")


def is_tcp(entry: Block | Resource) -> bool:
    """Whether a rule is known to hold for TCP alone."""
    return _protocol(entry) in ("tcp", "6")


def covers(entry: Block | Resource, *ports: int) -> bool:
    """Whether a rule is known to hold for one of the TCP ports."""
    if any_protocol(entry):
        return True
    start, end = entry.get("fromPort"), entry.get("toPort")
    if not isinstance(start, int) or not isinstance(end, int):
        return False
    return is_tcp(entry) and any(start <= port <= end for port in ports)


def groups_of_rule(subject: Resource, graph: Graph) -> list[Resource]:
    """The security groups that a standalone rule belongs to."""
    return graph.refers(subject, "securityGroupId" if subject.type != NATIVE_INGRESS_RULE else "groupId", *_INLINE)


def own_ingress(subject: Resource) -> list[Block | Resource]:
    """The ingress rules that stand in one of `INGRESS`."""
    if subject.type in _INLINE:
        return list(subject.blocks(_INLINE[subject.type]))
    return [] if subject.type == SECURITY_GROUP_RULE and not subject.has("type", "ingress") else [subject]


def ingress_of(group: Resource, graph: Graph) -> Iterator[Block | Resource]:
    """Every ingress rule of a group, inline and standalone."""
    yield from group.blocks("ingress")
    yield from graph.companions(group, INGRESS_RULE, by="securityGroupId")
    for entry in graph.companions(group, SECURITY_GROUP_RULE, by="securityGroupId"):
        if entry.has("type", "ingress"):
            yield entry


def admitted_groups(group: Resource, graph: Graph) -> list[Resource]:
    """The other groups of the stack whose members may connect to members of this one."""
    found = list(graph.refers(group, "ingress", SECURITY_GROUP))
    for entry in graph.companions(group, INGRESS_RULE, by="securityGroupId"):
        found += graph.refers(entry, "referencedSecurityGroupId", SECURITY_GROUP)
    for entry in graph.companions(group, SECURITY_GROUP_RULE, by="securityGroupId"):
        if entry.has("type", "ingress"):
            found += graph.refers(entry, "sourceSecurityGroupId", SECURITY_GROUP)
    return [other for other in dict.fromkeys(found) if other is not group]


def admits_internet(group: Resource, graph: Graph) -> bool:
    """Whether some ingress rule of the group is known to name the internet."""
    return any(
        open_ranges(entry, entry if isinstance(entry, Resource) else group, graph) for entry in ingress_of(group, graph)
    )


def public_subnet(subnet: Resource, graph: Graph) -> bool:
    """Whether the subnet's route table, its own or the VPC's main one, is known to lead to an internet gateway."""
    associations = graph.companions(subnet, _ASSOCIATION, by="subnetId")
    tables = [table for entry in associations for table in graph.refers(entry, "routeTableId", ROUTE_TABLE)]
    if not associations and not graph.unresolved(_ASSOCIATION, "subnetId"):
        for vpc in graph.refers(subnet, "vpcId", VPC):
            tables += graph.companions(vpc, DEFAULT_ROUTE_TABLE, by="defaultRouteTableId")
            for entry in graph.companions(vpc, _MAIN_ASSOCIATION, by="vpcId"):
                tables += graph.refers(entry, "routeTableId", ROUTE_TABLE)
    return any(_leads_out(table, graph) for table in tables)


def _leads_out(table: Resource, graph: Graph) -> bool:
    inline = any(str(route.get("gatewayId", "")).startswith("igw-") for route in table.blocks("routes"))
    if inline or graph.refers(table, "routes", INTERNET_GATEWAY):
        return True
    for route in graph.companions(table, ROUTE, by="routeTableId"):
        gateway = graph.refers(route, "gatewayId", INTERNET_GATEWAY) or route.has("gatewayId")
        named = not known(route.get("gatewayId")) or str(route.get("gatewayId")).startswith("igw-")
        if gateway and named and any(internet(route.get(key)) for key in _DESTINATIONS):
            return True
    return False


def subnets_of(store: Resource, graph: Graph) -> list[Resource]:
    """The subnets of a data store, directly or through its subnet group."""
    path = DATA_STORES[store.type][0]
    found = graph.refers(store, path, SUBNET)
    for group in graph.refers(store, path):
        if group.type.endswith("SubnetGroup"):
            found += graph.refers(group, "subnetIds", SUBNET)
    return list(dict.fromkeys(found))


def security_groups_of(store: Resource, graph: Graph) -> list[Resource]:
    """The security groups of a data store that the stack makes."""
    return graph.refers(store, DATA_STORES[store.type][1], SECURITY_GROUP)


def behind_cloudfront(target: Resource, graph: Graph) -> bool:
    """Whether a distribution has this as an origin, by its own name, an alias record or a VPC origin, or may have."""
    distributions = graph.of(DISTRIBUTION)
    if distributions and any(graph.unresolved(RECORD, by) for by in ("aliases", "records")):
        return True
    fronts = [target, *_accelerators(target, graph)]
    records = [
        one for front in fronts for by in ("aliases", "records") for one in graph.companions(front, RECORD, by=by)
    ]
    names = [record.get("name") for record in [*records, *_names_of(records, graph)]]
    for distribution in distributions:
        direct = graph.refers(distribution, "origins")
        if target in direct or any(target in graph.refers(other, "vpcOriginEndpointConfig") for other in direct):
            return True
        if distribution.partly_unknown("origins", "domainName"):
            return True
        for origin in distribution.blocks("origins"):
            if any(not known(name) or origin.has("domainName", name) for name in names):
                return True
    return False


def _names_of(records: list[Resource], graph: Graph) -> list[Resource]:
    """Records that stand for the names of others, of the same zone: one failover behind another."""
    found: list[Resource] = []
    while records:
        records = [one for record in records for one in graph.companions(record, RECORD, by="aliases")]
        records = [one for one in records if one not in found]
        found += records
    return found


def _accelerators(target: Resource, graph: Graph) -> Iterator[Resource]:
    """The accelerators that hand connections to a load balancer."""
    for group in graph.companions(target, ENDPOINT_GROUP, by="endpointConfigurations"):
        for listener in graph.refers(group, "listenerArn", ACCELERATOR_LISTENER):
            yield from graph.refers(listener, "acceleratorArn", ACCELERATOR)

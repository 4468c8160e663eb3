"""Ways from the internet to data, through routes, subnets, security groups and load balancers."""

from collections.abc import Iterator

from policy.exposure import DATA_STORES, admits_internet, admitted_groups, public_subnet, security_groups_of, subnets_of
from policy.model import Finding, Graph, Resource, Severity, stack_rule

_LINK = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html"


@stack_rule(
    "reach-data-subnet",
    title="Data stores live in subnets without a route to the internet gateway",
    severity=Severity.HIGH,
    types=list(DATA_STORES),
    frameworks={"FSBP": "RDS.46", "Well-Architected": "SEC05-BP01"},
    remedy="Give the data store subnets of a tier of its own, whose route table has no internet gateway.",
    link=_LINK,
)
def data_subnet(store: Resource, graph: Graph) -> Iterator[Finding]:
    """In a public subnet one wrong flag or security group rule is all that is between the data and the internet."""
    public = sorted(subnet.name for subnet in subnets_of(store, graph) if public_subnet(subnet, graph))
    if public:
        yield Finding(f"stands in public subnets: {', '.join(public)}", DATA_STORES[store.type][0])


@stack_rule(
    "reach-data-group",
    title="No security group leads from the internet to a data store in one step",
    severity=Severity.CRITICAL,
    types=list(DATA_STORES),
    frameworks={"FSBP": "EC2.19", "Well-Architected": ("SEC05-BP01", "SEC05-BP02")},
    remedy="Admit only the group of the application tier, and let no group that is open to the internet be admitted.",
    link=_LINK,
)
def data_group(store: Resource, graph: Graph) -> Iterator[Finding]:
    """Who takes over what faces the internet (a proxy, a bastion, a public node) must not stand at the data at once."""
    for group in security_groups_of(store, graph):
        if admits_internet(group, graph):
            yield Finding(f"is open to the internet through {group.name}", DATA_STORES[store.type][1])
        for other in admitted_groups(group, graph):
            if admits_internet(other, graph):
                message = f"admits {other.name}, which is open to the internet, through {group.name}"
                yield Finding(message, DATA_STORES[store.type][1])

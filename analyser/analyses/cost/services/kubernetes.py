"""What Kubernetes has AWS make: volumes and load balancers that no resource of the program stands for."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.elb import NETWORK_CONNECTIONS_A_SECOND, capacity_units

_BALANCED = "LoadBalancer"
_GIB = {"Gi": 1.0, "Ti": 1024.0, "Mi": 1 / 1024}


def claim(item: Item) -> Iterator[Line]:
    """A gp3 volume of the size asked for; a claim of a volume that is there already is free."""
    if item.read("spec", "volumeName") is not None:
        return
    size = str(item.read("spec", "resources", "requests", "storage", default="0Gi"))
    yield item.fixed("gp3 volume", "ebs.gp3", float(size[:-2]) * _GIB[size[-2:]])


def service(item: Item) -> Iterator[Line]:
    """Only a service of type LoadBalancer costs something."""
    if item.read("spec", "type") != _BALANCED:
        return
    balanced = [n for n in item.graph.of_type(item.node.type) if (n.inputs.get("spec") or {}).get("type") == _BALANCED]
    yield item.hours("Load balancer of a service", "nlb.hours")
    yield capacity_units(item, "nlb.lcu", NETWORK_CONNECTIONS_A_SECOND, 1 / len(balanced))


PRICERS: dict[str, Pricer] = {
    "kubernetes:core/v1:PersistentVolumeClaim": claim,
    "kubernetes:core/v1:Service": service,
}

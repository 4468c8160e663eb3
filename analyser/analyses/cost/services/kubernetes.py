"""What Kubernetes has AWS make: volumes and load balancers that no resource of the program stands for."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

_GIB = {"Gi": 1.0, "Ti": 1024.0, "Mi": 1 / 1024}


def claim(item: Item) -> Iterator[Line]:
    """A gp3 volume of the size asked for; a claim of a volume that is there already is free."""
    if item.read("spec", "volumeName") is not None:
        return
    size = str(item.read("spec", "resources", "requests", "storage", default="0Gi"))
    yield item.fixed("gp3 volume", "ebs.gp3", float(size[:-2]) * _GIB[size[-2:]])


def service(item: Item) -> Iterator[Line]:
    """Only a service of type LoadBalancer costs something."""
    if item.read("spec", "type") == "LoadBalancer":
        yield item.hours("Load balancer of a service", "nlb.hours")


PRICERS: dict[str, Pricer] = {
    "kubernetes:core/v1:PersistentVolumeClaim": claim,
    "kubernetes:core/v1:Service": service,
}

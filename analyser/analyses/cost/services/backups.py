"""AWS Backup, and exports of snapshots."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.cloudwatch import DAYS_A_MONTH

_INSTANCE, _SELECTION = "aws:rds/instance:Instance", "aws:backup/selection:Selection"
_STORES = {"dynamodb": "dynamodb", "ec2": "ebs", "eks": "ebs", "elasticfilesystem": "efs", "rds": "rds", "s3": "s3"}
"""Service of a resource -> whose backups it has; of a cluster of EKS the volumes are what is large."""


def plan(item: Item) -> Iterator[Line]:
    """What AWS Backup keeps, as much of each resource as of the others, at the price of its store."""
    stores = [store for arn in _selected(item) for store in _store(arn)] or ["rds"]
    for store in dict.fromkeys(stores):
        share = stores.count(store) / len(stores) / item.of_same_type()
        yield item.used(f"Backups in the store of {store}", f"backup.{store}", "backup_gb", share=share)


def _selected(item: Item) -> Iterator[str]:
    for node in item.graph.of_type(_SELECTION):
        if node.inputs.get("planId") == item.node.id:
            yield from map(str, node.inputs.get("resources") or ())


def _store(arn: str) -> Iterator[str]:
    service = (*arn.split(":"), "", "", "")[2]
    if service == "rds" and ":cluster:" in arn:
        yield "aurora"
    elif service in _STORES:
        yield _STORES[service]


def state_machine(item: Item) -> Iterator[Line]:
    """Steps of a standard workflow; where it exports snapshots, a whole database every day."""
    share = 1 / item.of_same_type()
    yield item.used("Transitions", "states.transitions", "state_transition_thousands", share=share)
    if "rds:startExportTask" in str(item.read("definition", default="")):
        sizes = [
            float(node.inputs.get("allocatedStorage") or 0)
            for node in item.graph.of_type(_INSTANCE)
            if not node.inputs.get("replicateSourceDb")
        ]
        yield item.fixed("Exports of daily snapshots", "rds.export", sum(sizes), factor=round(DAYS_A_MONTH, 1))


PRICERS: dict[str, Pricer] = {
    "aws:backup/plan:Plan": plan,
    "aws:sfn/stateMachine:StateMachine": state_machine,
}

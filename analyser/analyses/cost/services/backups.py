"""AWS Backup, and exports of snapshots."""

from collections.abc import Iterator
from dataclasses import replace

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.cloudwatch import DAYS_A_MONTH, FOREVER_DAYS

_INSTANCE, _SELECTION = "aws:rds/instance:Instance", "aws:backup/selection:Selection"
_VAULT, _TABLE = "aws:backup/vault:Vault", "aws:dynamodb/table:Table"
WEEKS_A_MONTH = DAYS_A_MONTH / 7
_TEST_HOURS = 2
"""An hour in which somebody may look into it, and one for coming and going."""
_BY_THE_GB = {"DynamoDB": ("dynamodb", "table_gb"), "EFS": ("efs", "file_gb"), "S3": ("s3", "bucket_gb")}
_STORES = {"dynamodb": "dynamodb", "ec2": "ebs", "eks": "ebs", "elasticfilesystem": "efs", "rds": "rds", "s3": "s3"}
"""Service of a resource -> whose backups it has; of a cluster of EKS the volumes are what is large."""


def plan(item: Item) -> Iterator[Line]:
    """What AWS Backup keeps, as much of each resource as of the others, at the price of its store; and as much again in
    each region that has copies, with the way there.

    Copies of a store whose backups build upon one another do so as well, those of tables with their history and of
    Aurora are whole each day, as their backups are. All that is kept has gone over once in the days that it is kept:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
    """
    stores = [store for arn in _selected(item) for store in _store(arn)] or ["rds"]
    places = [(item, "Backups")]
    for region, days in _copies(item):
        share = DAYS_A_MONTH / days / item.of_same_type()
        yield item.used(f"Copies sent to {region}", "transfer.region", "backup_gb", share=share)
        places.append((replace(item, region=region), f"Copies in {region}"))
    for store in dict.fromkeys(stores):
        share = stores.count(store) / len(stores) / item.of_same_type()
        for place, what in places:
            yield place.used(f"{what} in the store of {store}", f"backup.{store}", "backup_gb", share=share)


def _copies(item: Item) -> Iterator[tuple[str, float]]:
    """The regions of a plan's copies, with the days that these are kept, or for ever."""
    regions = {node.outputs.get("arn"): node.inputs.get("region") or item.region for node in item.graph.of_type(_VAULT)}
    for rule in item.read("rules", default=()):
        for copy in rule.get("copyActions") or ():
            region = regions.get(copy.get("destinationVaultArn"))
            if region is not None:
                yield region, (copy.get("lifecycle") or {}).get("deleteAfter") or FOREVER_DAYS


def restore_test(item: Item) -> Iterator[Line]:
    """Each test, and what is restored: by the GB, or for an hour as an instance of the class that it was."""
    kind = str(item.read("protectedResourceType", default=""))
    arns = item.read("protectedResourceArns", default=())
    tests = len(arns) * WEEKS_A_MONTH
    yield item.fixed("Restore tests", "backup.restore-test", tests)
    if kind in _BY_THE_GB:
        store, basis = _BY_THE_GB[kind]
        yield item.used("What they restore", f"backup.restore-{store}", basis, share=tests / _stored(item, kind))
    for node in item.graph.of_type(_INSTANCE):
        if node.outputs.get("arn") in arns:
            size = str(node.inputs.get("instanceClass", "")).removeprefix("db.")
            yield item.fixed(f"Hours of a restored db.{size}", f"rds.{size}", WEEKS_A_MONTH * _TEST_HOURS)


def _stored(item: Item, kind: str) -> int:
    """Among how many an assumption is shared: that of tables is one for all of them, the others are of each."""
    return max(1, len(item.graph.of_type(_TABLE))) if kind == "DynamoDB" else 1


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
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": restore_test,
    "aws:sfn/stateMachine:StateMachine": state_machine,
}

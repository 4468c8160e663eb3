"""AWS Config, CloudTrail, AWS Backup, snapshots of volumes."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

EVALUATIONS = 3
"""Rules that judge a recorded change on average."""


def recorder(item: Item) -> Iterator[Line]:
    """Changes recorded."""
    yield item.used("Recorded changes", "config.items", "config_items")


def rule(item: Item) -> Iterator[Line]:
    """Its part of the evaluations."""
    share = EVALUATIONS / item.of_same_type()
    yield item.used("Evaluations", "config.evaluations", "config_items", share=share)


def trail(item: Item) -> Iterator[Line]:
    """The first trail's management events are free; data events are not."""
    selectors = [*item.read("eventSelectors", default=[]), *item.read("advancedEventSelectors", default=[])]
    if any(selector.get("dataResources") or "Data" in str(selector.get("fieldSelectors")) for selector in selectors):
        yield item.used("Data events", "cloudtrail.data-events", "bucket_request_millions")


def plan(item: Item) -> Iterator[Line]:
    """Backups kept, at the price of RDS snapshots, the dearest."""
    yield item.used("Backups", "backup.rds", "backup_gb", share=1 / item.of_same_type())


def snapshots(item: Item) -> Iterator[Line]:
    """Snapshots of volumes, as far as blocks differ."""
    yield item.used("EBS snapshots", "ebs.snapshot", "snapshot_gb", share=1 / item.of_same_type())


PRICERS: dict[str, Pricer] = {
    "aws:cfg/recorder:Recorder": recorder,
    "aws:cfg/rule:Rule": rule,
    "aws:cloudtrail/trail:Trail": trail,
    "aws:backup/plan:Plan": plan,
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": snapshots,
}

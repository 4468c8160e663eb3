"""S3: what buckets hold, by the storage classes that their lifecycle leads through."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

LIFETIME_DAYS = 365
"""How long an object is kept where nothing expires it."""
WRITES = 0.1
"""How many requests of ten are writes."""
SOURCES_GB = 1
"""What sources and artifacts of builds amount to: a month of archives of some MB, whatever users store elsewhere."""
_BUILDS = ("aws:codebuild/project:Project", "aws:codepipeline/pipeline:Pipeline")
_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def bucket(item: Item) -> Iterator[Line]:
    """Storage by class, as many GB in each as objects spend days in it; requests; transitions between the classes."""
    if _serves_builds(item):
        yield item.fixed("Sources and artifacts of builds", "s3.STANDARD", SOURCES_GB)
        return
    for storage_class, part in _parts(item):
        yield item.used(f"Storage {storage_class}", f"s3.{storage_class}", "bucket_gb", share=part)
    for storage_class, _ in list(_parts(item))[1:]:
        label, sku = f"Transitions to {storage_class}", f"s3.transition-{storage_class}"
        yield item.used(label, sku, "bucket_request_millions", share=1000 * WRITES)
    yield item.used("Writes", "s3.writes", "bucket_request_millions", share=1000 * WRITES)
    yield item.used("Reads", "s3.reads", "bucket_request_millions", share=1000 * (1 - WRITES))


def replication(item: Item) -> Iterator[Line]:
    """Each object is written once more where it is copied to; what the copies hold is the other bucket's."""
    rules = [rule for rule in item.read("rules", default=[]) if rule.get("status") == "Enabled"]
    if rules:
        yield item.used("Writes of copies", "s3.writes", "bucket_request_millions", share=1000 * WRITES * len(rules))


def _parts(item: Item) -> Iterator[tuple[str, float]]:
    rules = _rules(item)
    ages = [rule["expiration"]["days"] for rule in rules if (rule.get("expiration") or {}).get("days")]
    life = max(ages, default=LIFETIME_DAYS)
    steps = [(t["days"], t["storageClass"]) for rule in rules for t in rule.get("transitions") or () if "days" in t]
    since, current = 0, "STANDARD"
    for day, storage_class in [*sorted(step for step in steps if step[0] < life), (life, "")]:
        if day > since:
            yield current, (day - since) / life
        since, current = day, storage_class


def _serves_builds(item: Item) -> bool:
    """Whether a build takes its source from the bucket, or a pipeline hands on through it."""
    for node in (node for token in _BUILDS for node in item.graph.of_type(token)):
        stores = node.inputs.get("artifactStores") or []
        places = [*(store.get("location") for store in stores), (node.inputs.get("source") or {}).get("location")]
        if item.node.inputs.get("bucket") in [str(place).partition("/")[0] for place in places if place]:
            return True
    return False


def _rules(item: Item) -> list[Mapping[str, Any]]:
    for node in item.graph.of_type(_LIFECYCLE):
        if item.node.urn in node.property_dependencies.get("bucket", ()) or node.inputs.get("bucket") == item.node.id:
            rules = node.inputs.get("rules")
            return [r for r in rules if r.get("status") == "Enabled"] if isinstance(rules, list) else []
    return []


PRICERS: dict[str, Pricer] = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
}

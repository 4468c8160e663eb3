"""Versions whose support ends."""

from collections.abc import Iterator

from policy.dates import Dates
from policy.model import Finding, Level, Resource, Severity, known, rule
from policy.version_support import read_support

# Which input says the version of which service, and by which engines: these types run others too, and ElastiCache takes
# Redis where nothing is said.
_REDIS = ("engineVersion", "Redis on ElastiCache", ("redis", None))
_ASKED: dict[str, tuple[str, str, tuple[str | None, ...]]] = {
    "aws:eks/cluster:Cluster": ("version", "Kubernetes on EKS", ()),
    "aws:elasticache/cluster:Cluster": _REDIS,
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": _REDIS,
    "aws:elasticache/replicationGroup:ReplicationGroup": _REDIS,
    "aws:lambda/function:Function": ("runtime", "Lambda", ()),
    "aws:msk/cluster:Cluster": ("kafkaVersion", "Kafka on MSK", ()),
    "aws:opensearch/domain:Domain": ("engineVersion", "OpenSearch Service", ()),
    "aws:rds/cluster:Cluster": ("engineVersion", "PostgreSQL on Aurora", ("aurora-postgresql",)),
    "aws:rds/instance:Instance": ("engineVersion", "PostgreSQL on RDS", ("postgres",)),
}


@rule(
    "version-support",
    title="Versions are supported for another half a year",
    severity=Severity.LOW,
    types=_ASKED,
    frameworks={"Well-Architected": "SEC06-BP01"},
    remedy="Upgrade one kind at a time; docs/upgrading.md has the order.",
    link="https://docs.aws.amazon.com/health/latest/ug/aws-health-planned-lifecycle-events.html",
    level=Level.ADVISORY,
    config=Dates,
)
def support(resource: Resource, config: Dates) -> Iterator[Finding]:
    """After its end of support a version gets no fixes or costs more, and AWS upgrades it on a day of its own choosing.
    Ends are those of policy/support.yaml; a version whose end is not announced passes."""
    path, name, engines = _ASKED[resource.type]
    asked, engine = resource.get(path), resource.get("engine")
    if not isinstance(asked, str) or not known(engine) or (engines and engine not in engines):
        return
    service = read_support()[name]
    version = service.key(asked)
    end = service.ends.get(version)
    left = None if end is None else config.left(end)
    if left is not None:
        said = f"ended on {end}" if left < 0 else f"ends on {end}, in {left} days"
        yield Finding(f"asks for {name} {version}, whose support {said}", path)

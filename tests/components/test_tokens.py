"""Type tokens are identity: one that changes orphans what users have deployed, unless an alias is added."""

import importlib
import pkgutil

import components
from components.component import Component


def _subclasses(cls: type[Component]) -> set[type[Component]]:
    return {cls, *(found for sub in cls.__subclasses__() for found in _subclasses(sub))}


def _tokens() -> list[str]:
    for module in pkgutil.walk_packages(components.__path__, "components."):
        importlib.import_module(module.name)
    own = {cls for cls in _subclasses(Component) if cls.__module__.startswith("components.")}
    return sorted(cls.token for cls in own if hasattr(cls, "token"))


def test_no_token_changes_without_notice() -> None:
    assert _tokens() == RELEASED


RELEASED = [
    "strata:compute:Addons",
    "strata:compute:Cluster",
    "strata:compute:ContainerInsights",
    "strata:compute:Function",
    "strata:compute:NodeAddons",
    "strata:compute:NodeGroup",
    "strata:data:ApplicationSecret",
    "strata:data:Bucket",
    "strata:data:DeadLetters",
    "strata:data:Kafka",
    "strata:data:LogBucket",
    "strata:data:MasterSecret",
    "strata:data:Postgres",
    "strata:data:PrivateBucket",
    "strata:data:Queue",
    "strata:data:Redis",
    "strata:data:Registry",
    "strata:data:SnapshotExport",
    "strata:edge:Cdn",
    "strata:edge:Certificate",
    "strata:edge:Email",
    "strata:edge:Firewall",
    "strata:edge:HealthCheck",
    "strata:edge:LoadBalancer",
    "strata:edge:OriginSecret",
    "strata:edge:StaticPage",
    "strata:edge:Zone",
    "strata:network:Endpoints",
    "strata:network:FlowLogs",
    "strata:network:Network",
    "strata:network:SecurityGroup",
    "strata:network:Tier",
    "strata:operations:Alarms",
    "strata:operations:Backup",
    "strata:operations:Budget",
    "strata:operations:Dashboard",
    "strata:operations:LogGroup",
    "strata:operations:Notices",
    "strata:operations:Snapshots",
    "strata:operations:Tracing",
    "strata:security:ConfigRecorder",
    "strata:security:GeneratedSecret",
    "strata:security:HumanAccess",
    "strata:security:Key",
    "strata:security:PodRole",
    "strata:security:Role",
    "strata:security:RotatedSecret",
    "strata:security:Trail",
    "strata:workloads:ClusterAutoscaler",
    "strata:workloads:ExternalSecrets",
    "strata:workloads:InCluster",
    "strata:workloads:InterruptionQueue",
    "strata:workloads:Karpenter",
    "strata:workloads:LoadBalancerController",
    "strata:workloads:LoadTest",
    "strata:workloads:LogForwarder",
    "strata:workloads:Migration",
    "strata:workloads:Namespace",
    "strata:workloads:StorageClass",
    "strata:workloads:SyncedSecret",
    "strata:workloads:Workload",
]

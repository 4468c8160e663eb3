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
    "strata:compute:Canary",
    "strata:compute:Cluster",
    "strata:compute:ContainerInsights",
    "strata:compute:FargateCluster",
    "strata:compute:FargateService",
    "strata:compute:Function",
    "strata:compute:Layer",
    "strata:compute:Live",
    "strata:compute:NodeAddons",
    "strata:compute:NodeGroup",
    "strata:compute:ServiceRestart",
    "strata:compute:ServiceScaling",
    "strata:compute:StreamConsumer",
    "strata:compute:TaskDefinition",
    "strata:data:Accelerator",
    "strata:data:ApplicationSecret",
    "strata:data:BackupReplication",
    "strata:data:Bucket",
    "strata:data:BucketReplication",
    "strata:data:CacheSecret",
    "strata:data:DatabaseProxy",
    "strata:data:DeadLetters",
    "strata:data:FileSystem",
    "strata:data:GlobalCache",
    "strata:data:Kafka",
    "strata:data:LogBucket",
    "strata:data:MasterSecret",
    "strata:data:Postgres",
    "strata:data:PostgresInstances",
    "strata:data:PostgresReplica",
    "strata:data:PrivateBucket",
    "strata:data:Queue",
    "strata:data:Redis",
    "strata:data:RedisMember",
    "strata:data:Registry",
    "strata:data:SearchDomain",
    "strata:data:SearchLogs",
    "strata:data:SnapshotExport",
    "strata:data:Table",
    "strata:data:TableCapacity",
    "strata:edge:AmplifyApp",
    "strata:edge:ApiGatewayLogging",
    "strata:edge:Cdn",
    "strata:edge:Certificate",
    "strata:edge:Email",
    "strata:edge:Firewall",
    "strata:edge:HealthCheck",
    "strata:edge:LoadBalancer",
    "strata:edge:OriginSecret",
    "strata:edge:RestApi",
    "strata:edge:RestRoutes",
    "strata:edge:StaticPage",
    "strata:edge:WebSocketApi",
    "strata:edge:Zone",
    "strata:network:Endpoints",
    "strata:network:FlowLogs",
    "strata:network:Network",
    "strata:network:SecurityGroup",
    "strata:network:Tier",
    "strata:operations:Alarms",
    "strata:operations:Backup",
    "strata:operations:Budget",
    "strata:operations:BuildProject",
    "strata:operations:CostAnomaly",
    "strata:operations:Dashboard",
    "strata:operations:DeploymentFailures",
    "strata:operations:DeploymentRunner",
    "strata:operations:LogGroup",
    "strata:operations:LogMetric",
    "strata:operations:Notices",
    "strata:operations:Pipeline",
    "strata:operations:SavedQueries",
    "strata:operations:Snapshots",
    "strata:operations:Tracing",
    "strata:security:ConfigRecorder",
    "strata:security:GeneratedSecret",
    "strata:security:GithubRole",
    "strata:security:HumanAccess",
    "strata:security:IdentityPool",
    "strata:security:IdentityProviders",
    "strata:security:Key",
    "strata:security:ManualSecret",
    "strata:security:PodRole",
    "strata:security:Role",
    "strata:security:RotatedSecret",
    "strata:security:Trail",
    "strata:security:UserPool",
    "strata:security:UserPoolClient",
    "strata:security:UserPoolDomain",
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
    "strata:workloads:SharedVolume",
    "strata:workloads:StorageClass",
    "strata:workloads:SyncedSecret",
    "strata:workloads:VerticalAutoscaler",
    "strata:workloads:Workload",
]

"""Alarms of an OpenSearch Service domain."""

from collections.abc import Mapping

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

_HEAP_PERCENT = 95
_OLD_GENERATION_PERCENT = 80
_MASTER_CPU_PERCENT = 50
_MIB_PER_GIB = 1024


def domain(
    domain_name: pulumi.Input[str],
    account_id: str,
    settings: AlarmSettings,
    *,
    nodes: int,
    volume_gib: int,
    has_masters: bool = False,
) -> dict[str, Alarm]:
    """Lost shards and nodes, storage, memory, CPU, snapshots and the key of a domain.

    Periods and thresholds are AWS's advice, but for CPU and free storage, which have settings; ``nodes`` counts data
    nodes, ``volume_gib`` is the storage of one. The key's two metrics exist only while there is something wrong.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
    """
    of = {"DomainName": domain_name, "ClientId": account_id}
    free = volume_gib * _MIB_PER_GIB * settings.free_storage_percent // 100
    alarms = {
        "search-red": Alarm(_es("ClusterStatus.red", of), 0, "Search has lost primary shards", periods=1),
        "search-yellow": Alarm(_es("ClusterStatus.yellow", of), 0, "Search lacks replicas of shards", periods=5),
        "search-storage": Alarm(
            _es("FreeStorageSpace", of, "Minimum"),
            free,
            f"A search node has less than {settings.free_storage_percent} % of its storage free",
            below=True,
            periods=1,
            missing="missing",
        ),
        "search-writes-blocked": Alarm(
            _es("ClusterIndexWritesBlocked", of, period=300), 0, "Search refuses writes", periods=1
        ),
        "search-nodes": Alarm(
            _es("Nodes", of, "Minimum", period=3600),
            nodes + (3 if has_masters else 0),
            "Search lacks a node",
            below=True,
            periods=1,
            missing="breaching",
        ),
        "search-snapshot": Alarm(_es("AutomatedSnapshotFailure", of), 0, "Search could not be backed up", periods=1),
        "search-cpu": Alarm(
            _es("CPUUtilization", of, period=900), settings.cpu_percent, "Search is busy", periods=3, missing="missing"
        ),
        "search-errors": Alarm(
            _es("5xx", of, "Sum", period=300), settings.server_errors, "Search answers with errors", periods=1
        ),
        "search-key-error": Alarm(_es("KMSKeyError", of), 0, "Search cannot use its key", periods=1),
        "search-key-inaccessible": Alarm(_es("KMSKeyInaccessible", of), 0, "Search has lost its key", periods=1),
        **_memory(of),
    }
    return {**alarms, **_masters(of)} if has_masters else alarms


def _memory(of: Mapping[str, pulumi.Input[str]]) -> dict[str, Alarm]:
    return {
        "search-heap": Alarm(
            _es("JVMMemoryPressure", of), _HEAP_PERCENT, "Search runs out of memory", periods=3, missing="missing"
        ),
        "search-old-generation": Alarm(
            _es("OldGenJVMMemoryPressure", of),
            _OLD_GENERATION_PERCENT,
            "Search spends its time collecting garbage",
            periods=3,
            missing="missing",
        ),
    }


def _masters(of: Mapping[str, pulumi.Input[str]]) -> dict[str, Alarm]:
    return {
        "search-master-cpu": Alarm(
            _es("MasterCPUUtilization", of, period=900),
            _MASTER_CPU_PERCENT,
            "The masters of search are busy",
            periods=3,
            missing="missing",
        ),
        "search-master-heap": Alarm(
            _es("MasterJVMMemoryPressure", of),
            _HEAP_PERCENT,
            "The masters of search run out of memory",
            periods=3,
            missing="missing",
        ),
        "search-master-unreachable": Alarm(
            _es("MasterReachableFromNode", of, "Minimum", period=300),
            1,
            "Nodes of search do not reach their master",
            below=True,
            periods=1,
            missing="missing",
        ),
    }


def panels(domain_name: pulumi.Input[str], account_id: str) -> dict[str, list[Metric]]:
    """What no alarm watches and an operator asks for first: how much is searched and written, and how fast.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html
    """
    of = {"DomainName": domain_name, "ClientId": account_id}
    average = [_es(name, of, "Average", period=300) for name in ("SearchLatency", "IndexingLatency")]
    return {
        "Search requests": [_es(name, of, "Sum", period=300) for name in ("SearchRate", "IndexingRate")],
        "Search latency (ms)": average,
    }


def _es(
    name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str = "Maximum", *, period: int = 60
) -> Metric:
    return Metric("AWS/ES", name, dimensions, statistic, period=period)

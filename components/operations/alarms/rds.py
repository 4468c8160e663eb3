"""Alarms of RDS instances, Aurora clusters, and exports of their snapshots."""

from collections.abc import Collection, Mapping

import pulumi

from components.data.postgres_connections import max_connections, max_connections_serverless
from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

_GIB = 1024**3


def database(
    instances: Mapping[str, pulumi.Input[str]],
    settings: AlarmSettings,
    *,
    instance_class: str,
    storage_gib: int,
    replicas: Collection[str] = (),
) -> dict[str, Alarm]:
    """CPU, connections and storage of every RDS instance, and the lag of those that are ``replicas``.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html
    """
    connections = max_connections(instance_class) * settings.connections_percent // 100
    free = storage_gib * _GIB * settings.free_storage_percent // 100
    alarms = {}
    for key, identifier in instances.items():
        alarms |= {
            f"{key}-cpu": Alarm(
                _rds("CPUUtilization", identifier), settings.cpu_percent, f"Database {key} is busy", missing="missing"
            ),
            f"{key}-connections": Alarm(
                _rds("DatabaseConnections", identifier, "Maximum"),
                connections,
                f"Database {key} has used {settings.connections_percent} % of its connections",
                missing="missing",
            ),
            f"{key}-storage": Alarm(
                _rds("FreeStorageSpace", identifier, "Minimum"),
                free,
                f"Database {key} has less than {settings.free_storage_percent} % of its storage free",
                below=True,
                missing="missing",
            ),
        }
        if key in replicas:
            alarms[f"{key}-lag"] = Alarm(
                # While nobody writes, the lag grows for up to five minutes until the next segment of the log; what is
                # least in ten minutes is small as long as replication works.
                Metric("AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": identifier}, "Minimum", period=600),
                settings.replica_lag_seconds,
                f"Replica {key} is behind by more than {settings.replica_lag_seconds} s",
                periods=1,
                # RDS stops publishing the lag when replication has stopped.
                missing="breaching",
            )
    return alarms


def aurora(
    instances: Mapping[str, pulumi.Input[str]],
    settings: AlarmSettings,
    *,
    minimum_capacity: float,
    maximum_capacity: float,
    follows: bool,
) -> dict[str, Alarm]:
    """Capacity, CPU, connections and lag of every serverless instance of Aurora PostgreSQL: behind the instance of RDS
    that it ``follows``, or behind the cluster's writer. Storage grows by itself.

    CPU and capacity are shares of what the maximum gives.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
    """
    most = max_connections_serverless(minimum_capacity, maximum_capacity)
    alarms = {}
    for key, identifier in instances.items():
        alarms |= {
            f"{key}-capacity": Alarm(
                _rds("ACUUtilization", identifier),
                settings.cpu_percent,
                f"Aurora {key} has used {settings.cpu_percent} % of its maximum capacity",
                missing="missing",
            ),
            f"{key}-cpu": Alarm(
                _rds("CPUUtilization", identifier), settings.cpu_percent, f"Aurora {key} is busy", missing="missing"
            ),
            f"{key}-connections": Alarm(
                _rds("DatabaseConnections", identifier, "Maximum"),
                most * settings.connections_percent // 100,
                f"Aurora {key} has used {settings.connections_percent} % of its connections",
                missing="missing",
            ),
        }
        if follows:
            alarms[f"{key}-lag"] = Alarm(
                _rds("RDSToAuroraPostgreSQLReplicaLag", identifier, "Maximum"),
                settings.replica_lag_seconds,
                f"Aurora {key} is behind the database by more than {settings.replica_lag_seconds} s, or has stopped",
                missing="breaching",
            )
        elif len(instances) > 1:
            # In milliseconds, and of readers only: which instance writes changes by failover.
            alarms[f"{key}-lag"] = Alarm(
                _rds("AuroraReplicaLag", identifier, "Maximum"),
                settings.replica_lag_seconds * 1000,
                f"Aurora {key} is behind its writer by more than {settings.replica_lag_seconds} s",
                missing="missing",
            )
    return alarms


def snapshot_export(state_machine_arn: pulumi.Input[str], failures: pulumi.Input[str]) -> dict[str, Alarm]:
    """Exports of database snapshots that could not be started, and of those that were, what the rule ``failures``
    told of."""
    metric = Metric("AWS/States", "ExecutionsFailed", {"StateMachineArn": state_machine_arn}, "Sum")
    failed = Metric("AWS/Events", "TriggeredRules", {"RuleName": failures}, "Sum")
    return {
        "snapshot-export": Alarm(metric, 0, "The export of a database snapshot did not start", periods=1),
        "snapshot-export-failed": Alarm(failed, 0, "The export of a database snapshot failed", periods=1),
    }


def _rds(name: str, identifier: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric("AWS/RDS", name, {"DBInstanceIdentifier": identifier}, statistic)

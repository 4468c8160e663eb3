"""Parameters of PostgreSQL for many short indexed requests, each with its reason.

All of them are dynamic: RDS applies a change within minutes and restarts nothing, and instances that share the group
change together. What is left as RDS has it stands, with why, in docs/decisions/0042-who-connects-how.md.
"""

from components.data.postgres_settings import PostgresSettings

PLANS = {
    # Every disk of RDS is solid state; at 4 the planner would rather read a partition than its index.
    # https://www.postgresql.org/docs/15/runtime-config-query.html#GUC-RANDOM-PAGE-COST
    # https://docs.aws.amazon.com/prescriptive-guidance/latest/tuning-postgresql-parameters/random-page-cost.html
    "random_page_cost": "1.1",
    # A plan over many partitions looks dear enough to be compiled, which takes longer than to run it.
    # https://www.postgresql.org/docs/15/jit-decision.html
    "jit": "0",
}
"""What the planner goes by, of instances and of clusters of Aurora."""

LOGS = {
    # What takes half a second has broken the promise.
    "log_min_duration_statement": "500",
    # A sort or a batch that did not fit into work_mem, in KiB: no path has any.
    "log_temp_files": "1024",
    # How much of a statement's time was waiting for disks.
    # https://www.postgresql.org/docs/15/runtime-config-statistics.html#GUC-TRACK-IO-TIMING
    "track_io_timing": "1",
}
"""What is written down, of instances and of clusters of Aurora."""

_LEAST_WAL_MIB, _MOST_WAL_MIB, _SHARE_OF_STORAGE = 4_096, 16_384, 50


def for_requests(settings: PostgresSettings) -> dict[str, str]:
    """The parameters of an instance, by name."""
    return {
        **PLANS,
        **LOGS,
        # https://www.postgresql.org/docs/15/runtime-config-resource.html#GUC-EFFECTIVE-IO-CONCURRENCY
        "effective_io_concurrency": "200",
        # MiB. Checkpoints come by time, every five minutes, and not because the log is full: each makes every page
        # that changes next be logged whole. Not rarer, since a failover replays what was logged since the last one.
        # https://www.postgresql.org/docs/15/wal-configuration.html
        "max_wal_size": str(_wal_mib(settings.storage_gib)),
    }


def _wal_mib(storage_gib: int) -> int:
    """A fiftieth of the disk, within bounds."""
    return max(_LEAST_WAL_MIB, min(_MOST_WAL_MIB, storage_gib * 1024 // _SHARE_OF_STORAGE))

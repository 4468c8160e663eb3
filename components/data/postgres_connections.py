"""The default of PostgreSQL's ``max_connections`` on RDS, by the memory of the instance class."""

from resource_types.machine_sizes import machine_size

_MIB, _GIB = 1024**2, 1024**3
_BYTES_EACH, _MOST = 9_531_392, 5_000
_GIB_PER_UNIT = 2
"""Of a unit of Aurora's capacity."""
_PAUSABLE, _CONNECTIONS_OF_PAUSABLE = 0.5, 2_000
"""Up to this minimum Aurora PostgreSQL takes no more connections, whatever its maximum."""


def max_connections(instance_class: str) -> int:
    """How many connections PostgreSQL on RDS takes by default: the memory's bytes over 9,531,392, 5,000 at most.

    RDS takes what it needs itself off the memory first, some percent of it, and does not say how much.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
    Raises LookupError for a class whose memory nobody has said.
    """
    size = machine_size(instance_class)
    if size is None:
        raise LookupError(f"{instance_class} is not in resource_types/machine_sizes.toml")
    return _by_memory(size.memory_mib * _MIB)


def max_connections_serverless(minimum_capacity: float, maximum_capacity: float) -> int:
    """The same of a serverless instance of Aurora, between these capacities.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """
    most = _by_memory(int(maximum_capacity * _GIB_PER_UNIT * _GIB))
    return most if minimum_capacity > _PAUSABLE else min(most, _CONNECTIONS_OF_PAUSABLE)


def _by_memory(size: int) -> int:
    return min(size // _BYTES_EACH, _MOST)

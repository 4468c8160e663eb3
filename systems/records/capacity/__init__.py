"""What the settings of a records stack can carry: storage, disk, processors, connections, memory, brokers and pods.

Each limit is a demand that follows from the load against what the settings provide, with the arithmetic in words.
Figures of the service are measured (``measured``), figures of AWS have their source; what is neither is part of the
load, with its default. A machine whose size nobody has said has no limit here: it is not known.
"""

from typing import TYPE_CHECKING

from resource_types.machine_sizes import machine_size
from systems.records.capacity.database import connections, disks, processors, storage
from systems.records.capacity.limit import Limit
from systems.records.capacity.other_services import brokers, brokers_storage, cache, pods
from systems.records.load import LoadSettings

if TYPE_CHECKING:
    from systems.records.settings import SystemSettings

__all__ = ["Limit", "limits", "unknown"]


def limits(settings: "SystemSettings", load: LoadSettings) -> list[Limit]:
    """All that are known, the one that gives out first at the top."""
    parts = (storage, disks, processors, connections, cache, brokers, brokers_storage, pods)
    return sorted((limit for part in parts for limit in part(settings, load)), key=lambda limit: -limit.used)


def unknown(settings: "SystemSettings") -> list[str]:
    """The instance types whose sizes are unknown, by setting."""
    named = {
        "database.instanceClass": settings.database.instance_class,
        "cache.nodeType": settings.cache.node_type,
        "stream.instanceType": settings.stream.instance_type,
    }
    return [f"{setting}: {name}" for setting, name in named.items() if machine_size(name) is None]

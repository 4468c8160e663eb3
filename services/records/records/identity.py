"""What records are called: UUIDs of version 7, whose first 48 bits are the milliseconds since 1970.

https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
"""

import secrets
from datetime import UTC, datetime
from uuid import UUID

_RANDOM_BITS = 74
_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_MILLISECONDS_BITS = 48


def new_id(moment: int) -> UUID:
    """An id of this moment, in milliseconds since 1970; those of one millisecond are in no order."""
    noise = secrets.randbits(_RANDOM_BITS)
    middle, low = noise >> 62, noise & ((1 << 62) - 1)
    return UUID(int=_moment(moment) | _VERSION | (middle << 64) | _VARIANT | low)


def first_id(moment: datetime) -> UUID:
    """The lowest id of a moment, as ``records.first_id`` has it in SQL."""
    return UUID(int=_moment(round(moment.timestamp() * 1000)))


def milliseconds(record_id: UUID) -> int:
    """When a record was made, since 1970; of any id, whether there is such a record or not."""
    return record_id.int >> 80


def made_at(record_id: UUID) -> datetime:
    """When a record was made."""
    return datetime.fromtimestamp(milliseconds(record_id) / 1000, UTC)


def _moment(moment: int) -> int:
    """Raises ValueError for what no id can say: before 1970, or after the year 10889."""
    if not 0 <= moment < 1 << _MILLISECONDS_BITS:
        raise ValueError("no id has this time in it")
    return moment << 80

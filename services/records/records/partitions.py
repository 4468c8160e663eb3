"""Makes the partitions that rows of the months to come go to; every pod looks, and whoever is first makes them."""

import asyncio

from . import statements
from .database import AwayError, Host

_SECONDS = 6 * 3600.0
_PATIENCE_SECONDS = 60.0


async def stay_ahead(primary: Host) -> None:
    """Looks every six hours, for ever; a minute later where the database was away."""
    while True:
        await asyncio.sleep(_SECONDS if await ahead(primary) else _PATIENCE_SECONDS)


async def ahead(primary: Host) -> bool:
    """Makes what lacks; False when the database is away, or somebody else is at it."""
    try:
        async with primary.connection() as connection:
            if made := await connection.fetchval(statements.AHEAD):
                print(f"partitions made: {made}", flush=True)
    except AwayError as error:
        print(f"no partitions were made: {error}", flush=True)
        return False
    return True

"""Fair shares of one host's connections: a tenant may hold half of them, so that the others find the rest.

Whoever has more to ask waits its turn, and is told to come again when there is none: one tenant that asks for a
thousand things at once is turned away, and nobody else.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Turns:
    """The turns of each tenant, of whom only those that are asking now are remembered."""

    def __init__(self, connections: int) -> None:
        self._most = -(-connections // 2)
        self._turns: dict[int, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def of(self, tenant: int | None) -> AsyncGenerator[None]:
        """A turn of the tenant's; without one, there is nothing to share. It is the caller who sets a limit."""
        if tenant is None:
            yield
            return
        turns, asking = self._turns.get(tenant, (asyncio.Semaphore(self._most), 0))
        self._turns[tenant] = (turns, asking + 1)
        try:
            async with turns:
                yield
        finally:
            turns, asking = self._turns.pop(tenant)
            if asking > 1:
                self._turns[tenant] = (turns, asking - 1)

"""Whose records are asked for, and whether whoever asks may: a tenant's programs show its key as a bearer token.

The table knows the SHA-256 of a key alone. Keys are long and made by chance (docs/systems/records.md says how), so that
one round of SHA-256 is enough: nobody guesses them. What is known of a tenant is asked for again every minute.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import statements
from .database import Databases

_KNOWN_SECONDS = 60.0
_MOST_KNOWN = 100_000
"""Tenants that one pod remembers, some 20 MB; then it begins anew."""


class UnknownError(Exception):
    """There is no such tenant, or the key is not its own: which of them is not told."""


@dataclass(frozen=True)
class Tenant:
    """Whose records they are."""

    tenant_id: int
    name: str
    public: bool
    """Whether anybody may read, and caches may keep what was read."""
    key: bytes | None


class Tenants:
    """Finds tenants, and judges keys."""

    def __init__(self, databases: Databases, clock: Callable[[], float] = time.monotonic) -> None:
        self._databases = databases
        self._clock = clock
        self._known: dict[str, tuple[float, Tenant | None]] = {}

    async def reader(self, name: str, authorization: str | None) -> Tenant:
        """The tenant, for whoever may read its records. Raises UnknownError and AwayError."""
        tenant = await self._find(name)
        if tenant is not None and tenant.public and authorization is None:
            return tenant
        return await self.writer(name, authorization)

    async def writer(self, name: str, authorization: str | None) -> Tenant:
        """The tenant, for whoever may change its records. Raises UnknownError and AwayError."""
        tenant = await self._find(name)
        if tenant is None or not _signed_in(tenant, authorization):
            raise UnknownError
        return tenant

    async def _find(self, name: str) -> Tenant | None:
        until, tenant = self._known.get(name, (float("-inf"), None))
        if self._clock() < until:
            return tenant
        rows = await self._databases.fetch(statements.TENANT, name)
        tenant = Tenant(rows[0]["tenant_id"], rows[0]["name"], rows[0]["public"], rows[0]["key"]) if rows else None
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[name] = (self._clock() + _KNOWN_SECONDS, tenant)
        return tenant


def _signed_in(tenant: Tenant, authorization: str | None) -> bool:
    kind, _, key = (authorization or "").partition(" ")
    shown = hashlib.sha256(key.strip().encode()).digest()
    return kind.lower() == "bearer" and tenant.key is not None and hmac.compare_digest(shown, tenant.key)

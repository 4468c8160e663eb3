"""HTTP: paths, what they take and what they answer. docs/systems/records.md is the contract.

Answers of a public tenant may be kept by caches for ``cached_seconds``, with nothing that depends on who asks; whatever
was asked for with a key is ``private, no-store``. What cannot be done now is 503 with Retry-After, never a wait.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, FastAPI, Header, HTTPException, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from .cursors import CursorError, Cursors
from .database import AwayError
from .identity import first_id
from .store import ConflictError, New, Record, ReusedError, Store
from .tenants import Tenant, Tenants, UnknownError

_MOST_BODY_BYTES = 64 * 1024
_MOST_IN_BATCH = 500
MOST_REQUEST_BYTES = 1024 * 1024
_MOST_IN_PAGE = 200
_LAST = UUID(int=(1 << 128) - 1)
_FIRST = UUID(int=0)
_JSON = "application/json"
_RETRY = {"Retry-After": "1"}

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Authorization = Annotated[str | None, Header()]


class RecordBody(BaseModel):
    """A record as it is sent."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    body: dict[str, Any]

    def new(self) -> New:
        """Raises HTTPException for a body that is too large, or holds what PostgreSQL keeps in no text."""
        try:
            text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            size = len(text.encode())
        except (UnicodeEncodeError, ValueError):
            raise HTTPException(422, "a body is JSON: no lone surrogates, no NaN, no infinity") from None
        if size > _MOST_BODY_BYTES:
            raise HTTPException(413, f"a body may have {_MOST_BODY_BYTES} bytes")
        if "\\u0000" in text:
            raise HTTPException(422, "PostgreSQL keeps no text with the character NUL")
        return New(self.kind, text)


class Batch(BaseModel):
    """Records that are made together."""

    model_config = ConfigDict(extra="forbid")
    records: Annotated[list[RecordBody], Field(min_length=1, max_length=_MOST_IN_BATCH)]


@dataclass(frozen=True)
class Parts:
    """What the paths are made of."""

    store: Store
    tenants: Tenants
    cursors: Callable[[], Cursors]
    """The cursors of the keys that are good now."""
    ready: Callable[[], str | None]
    """Why no requests should come here now, or None."""
    cached_seconds: int


def application(parts: Parts, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """The paths over their parts, which ``lifespan`` opens and closes."""
    app = FastAPI(title="records", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(_health(parts))
    app.include_router(_reads(parts))
    app.include_router(_writes(parts))
    app.add_exception_handler(AwayError, _away)
    app.add_exception_handler(UnknownError, _unknown)
    return app


def _health(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> Response:
        """Whether the process lives; what it needs is no reason to start it anew."""
        return Response("ok\n", media_type="text/plain")

    @router.get("/ready")
    async def ready() -> Response:
        """Whether requests should come here."""
        reason = parts.ready()
        return Response(f"{reason or 'ok'}\n", 503 if reason else 200, media_type="text/plain")

    return router


def _reads(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/v1/tenants/{tenant}")

    @router.get("/records/{record_id}")
    async def read(tenant: Name, record_id: UUID, authorization: Authorization = None) -> Response:
        """One record."""
        whose = await parts.tenants.reader(tenant, authorization)
        found = await parts.store.read(whose.tenant_id, record_id)
        if found is None:
            raise HTTPException(404, "there is no such record", _kept(parts, whose, authorization, 5))
        return Response(found, media_type=_JSON, headers=_kept(parts, whose, authorization))

    @router.get("/records")
    async def page(
        tenant: Name,
        limit: Annotated[int, Query(ge=1, le=_MOST_IN_PAGE)] = 50,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        authorization: Authorization = None,
    ) -> Response:
        """A tenant's records, the newest first; ``next`` is the cursor of the page after, if there is one."""
        whose = await parts.tenants.reader(tenant, authorization)
        before = _id(until, _LAST)
        if cursor is not None:
            before = min(before, _read(parts.cursors(), tenant, cursor))
        found = await parts.store.page(whose.tenant_id, before, _id(since, _FIRST), limit)
        more = parts.cursors().after(tenant, found[-1].record_id) if len(found) == limit else None
        return Response(_page(found, more), media_type=_JSON, headers=_kept(parts, whose, authorization, 5))

    return router


def _writes(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/v1/tenants/{tenant}")

    @router.post("/records")
    async def write(tenant: Name, sent: RecordBody, authorization: Authorization = None) -> Response:
        """Makes a record."""
        whose = await parts.tenants.writer(tenant, authorization)
        made = await parts.store.write(whose.tenant_id, whose.name, [sent.new()])
        return Response(made[0].text, 201, media_type=_JSON, headers=_PRIVATE)

    @router.put("/records/{record_id}")
    async def replace(
        tenant: Name,
        record_id: UUID,
        sent: RecordBody,
        if_match: Annotated[str, Header()],
        authorization: Authorization = None,
    ) -> Response:
        """Replaces the version of a record that If-Match names."""
        whose = await parts.tenants.writer(tenant, authorization)
        try:
            made = await parts.store.replace(whose.tenant_id, whose.name, record_id, _version(if_match), sent.new())
        except ConflictError:
            raise HTTPException(412, "the record has another version by now", _PRIVATE) from None
        if made is None:
            raise HTTPException(404, "there is no such record", _PRIVATE)
        return Response(made.text, media_type=_JSON, headers=_PRIVATE)

    @router.post("/records:batch")
    async def batch(
        tenant: Name,
        request: Request,
        sent: Batch,
        idempotency_key: Annotated[str, Header(pattern=r"^[\x21-\x7e]{1,128}$")],
        authorization: Authorization = None,
    ) -> Response:
        """Makes all of the records or none; the same key and records again change nothing and are answered alike."""
        whose = await parts.tenants.writer(tenant, authorization)
        new = [one.new() for one in sent.records]
        digest = hashlib.sha256(await request.body()).digest()
        try:
            answer = await parts.store.batch(whose.tenant_id, whose.name, idempotency_key, digest, new)
        except ReusedError:
            raise HTTPException(422, "this Idempotency-Key was another batch's", _PRIVATE) from None
        return Response(answer, 201, media_type=_JSON, headers=_PRIVATE)

    return router


_PRIVATE = {"Cache-Control": "private, no-store"}


def _kept(parts: Parts, tenant: Tenant, authorization: str | None, most: int | None = None) -> dict[str, str]:
    """For how long caches may keep an answer: never what was asked for with a key."""
    if not tenant.public or authorization is not None:
        return _PRIVATE
    seconds = parts.cached_seconds if most is None else min(most, parts.cached_seconds)
    return {"Cache-Control": f"public, max-age={seconds}", "Vary": "Authorization"}


def _page(found: Sequence[Record], more: str | None) -> bytes:
    records = b",".join(record.text for record in found)
    return b'{"records": [%s], "next": %s}' % (records, json.dumps(more).encode())


def _id(moment: datetime | None, otherwise: UUID) -> UUID:
    if moment is None:
        return otherwise
    try:
        return first_id(moment)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None


def _read(cursors: Cursors, tenant: str, cursor: str) -> UUID:
    try:
        return cursors.read(tenant, cursor)
    except CursorError as error:
        raise HTTPException(422, str(error)) from None


def _version(header: str) -> int:
    """An entity tag such as "3"."""
    text = header.strip().strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise HTTPException(422, 'If-Match names a version, such as "3"')
    return int(text)


async def _away(_request: Request, error: Exception) -> Response:
    print(f"not done: {error}", flush=True)
    return Response('{"detail": "not done; try again"}', 503, {**_RETRY, **_PRIVATE}, _JSON)


async def _unknown(_request: Request, _error: Exception) -> Response:
    text = '{"detail": "the tenant\'s key is needed"}'
    return Response(text, 401, {"WWW-Authenticate": "Bearer", **_PRIVATE}, _JSON)

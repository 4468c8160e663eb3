"""Cursors: where a page of records ended, signed, so that nobody makes one up or takes it to another tenant."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

_SIGNED_BYTES = 16
_ID_BYTES = 16


class CursorError(ValueError):
    """What was sent is no cursor of this tenant's."""


class Cursors:
    """Signs with the first of ``keys`` and believes all of them: the one before is good until its pages are read."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def after(self, tenant: str, record_id: UUID) -> str:
        """The cursor of the page that begins behind a record."""
        signed = record_id.bytes + _signature(self._keys[0], tenant, record_id.bytes)
        return base64.urlsafe_b64encode(signed).decode().rstrip("=")

    def read(self, tenant: str, cursor: str) -> UUID:
        """The record that the page before ended with. Raises CursorError."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise CursorError("this is no cursor") from None
        record, signature = raw[:_ID_BYTES], raw[_ID_BYTES:]
        if len(raw) != _ID_BYTES + _SIGNED_BYTES or not any(
            hmac.compare_digest(signature, _signature(key, tenant, record)) for key in self._keys
        ):
            raise CursorError("this is no cursor of this tenant's, or too old a one")
        return UUID(bytes=record)


def _signature(key: bytes, tenant: str, record: bytes) -> bytes:
    return hmac.digest(key, tenant.encode() + b"\0" + record, hashlib.sha256)[:_SIGNED_BYTES]

"""What Redis keeps of pages, as bytes: states in base64, operations as JSON."""

import base64
import hashlib
import json

from . import documents


def hashed(stored: bytes) -> str:
    """Not a secret: it only tells whether the state is still the one that was read."""
    return hashlib.sha1(stored, usedforsecurity=False).hexdigest()


def encoded(state: bytes) -> bytes:
    """A state as it is kept."""
    return base64.b64encode(state)


def decoded(stored: bytes | None) -> bytes:
    """The state that is kept; nothing is an empty one."""
    return base64.b64decode(stored) if stored else documents.EMPTY


def update_of(operation: bytes) -> bytes:
    """The update in an operation that is kept."""
    return base64.b64decode(json.loads(operation)["update"])

"""Names derived from other names within AWS's limits of length."""

import hashlib

_DIGITS = 6


def fitted(name: str, limit: int) -> str:
    """``name`` where it fits into ``limit`` characters; else its beginning and a digest of the whole.

    Two long names with one beginning stay apart, and a name is always shortened in the same way.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{name[: limit - _DIGITS - 1].rstrip('-')}-{digest}"

"""Inputs that are JSON in a text, as AWS takes many."""

import json
from functools import lru_cache
from typing import Any


def decoded(value: Any) -> Any:
    """What a JSON text holds; None for a text that is none, a value that is no text or one that is not known.

    The content is shared by all who ask for the same text: nobody changes it.
    """
    return _decoded(value) if isinstance(value, str) else None


@lru_cache(maxsize=2048)
def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None

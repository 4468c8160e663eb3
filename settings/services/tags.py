"""Tags, as AWS takes them of every service.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown

MOST = 50
LONGEST_KEY, LONGEST_VALUE = 128, 256
_TEXT = re.compile(r"[\w .:/=+@-]*")
_TAKEN = "letters, digits, spaces and _ . : / = + - @"


def _key(value: str) -> str:
    if value.lower().startswith("aws:"):
        raise ValueError("tags that begin with aws: are AWS's own")
    if not 1 <= len(value) <= LONGEST_KEY:
        raise ValueError(f"has {len(value)} characters; the key of a tag has 1 to {LONGEST_KEY}")
    return _text(value)


def _value(value: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"has {len(value)} characters; the value of a tag has {LONGEST_VALUE} at most")
    return _text(value)


def _text(value: str) -> str:
    if not _TEXT.fullmatch(value):
        raise ValueError(f"{shown(value)}: a tag has {_TAKEN}")
    return value


def wrong(key: str, value: str) -> str | None:
    """Why AWS refuses a tag, or None."""
    try:
        _key(key)
        _value(value)
    except ValueError as error:
        return str(error)
    return None


TagKey = Annotated[str, AfterValidator(_key), Field(examples=["project"])]
TagValue = Annotated[str, AfterValidator(_value), Field(examples=["records"])]

"""Formats of text settings, each with the sentence that explains it where a value does not match."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from settings.errors import shown


@dataclass(frozen=True)
class Form:
    """Text that the whole of ``pattern`` fits, and at most ``most`` characters of it.

    ``words`` end the sentence "'x' is not …", and ``example`` is one that is taken; nobody is shown the pattern.
    Editors get all four.
    """

    pattern: str
    words: str
    example: str
    most: int | None = None

    def fits(self, value: str) -> bool:
        """Whether the text matches the format."""
        return (self.most is None or len(value) <= self.most) and re.fullmatch(self.pattern, value) is not None

    def taken(self, value: str) -> str:
        """The text itself. Raises ValueError for one of another form."""
        if self.most is not None and len(value) > self.most:
            raise ValueError(f"has {len(value)} characters; at most {self.most}")
        if not self.fits(value):
            raise ValueError(f"{shown(value)} is not {self.words}, such as {self.example.splitlines()[0]}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A check after that of the type."""
        return core_schema.no_info_after_validator_function(self.taken, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What editors check and say by it; ``patternErrorMessage`` is a word of theirs."""
        bound = {} if self.most is None else {"maxLength": self.most}
        said = {"patternErrorMessage": f"is not {self.words}", "examples": [self.example]}
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", **said, **bound}

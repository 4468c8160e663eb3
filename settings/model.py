"""The base of every settings class."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Settings(BaseModel):
    """Plain values of one component or system: frozen, strict, unknown keys refused.

    Python spells a field ``storage_gib``; a stack file spells it ``storageGib`` and nothing else.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
        validate_by_name=True,
        validate_default=True,
    )

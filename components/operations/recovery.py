"""Where copies go that must outlive the home region."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from settings import Region


def _elsewhere(value: str, info: ValidationInfo) -> str:
    if info.context and value == info.context.get("region"):
        raise ValueError(f"{value} is the home region; copies in it are lost together with it")
    return value


RecoveryRegion = Annotated[Region, AfterValidator(_elsewhere)]
"""A region other than the stack's own."""

"""What a type costs: nothing, lines that its file in ``resource_types`` says, or lines by a rule of its service."""

from collections.abc import Mapping
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services import PRICERS
from resource_types import fact
from settings import Usage

_ASSUMPTIONS = {field.alias or name: name for name, field in Usage.model_fields.items()}
"""A stack file's spelling of an assumption -> the name of the field."""


def pricer(token: str) -> Pricer | None:
    """The function that yields a type's bill lines; None for a type that is free or not priced."""
    if token in PRICERS:
        return PRICERS[token]
    lines = (fact(token, "cost") or {}).get("lines")
    return None if lines is None else lambda item: (_line(item, line) for line in lines)


def is_free(token: str) -> bool:
    """Whether a type is explicitly recorded as free; a type without a record is not."""
    return "free" in (fact(token, "cost") or {})


def note_of(token: str) -> str:
    """What a type's lines rest on or leave out; empty where nothing is said of them."""
    return str((fact(token, "cost") or {}).get("note", ""))


def _line(item: Item, said: Mapping[str, Any]) -> Line:
    """A line by the month (``quantity``), by the hour (``hours``: so many things), or of an assumption."""
    label, sku = said["label"], said["sku"]
    if "hours" in said:
        return item.hours(label, sku, said["hours"])
    if "quantity" in said:
        return item.fixed(label, sku, said["quantity"])
    share = 1 / item.of_same_type() if said.get("shared") else 1.0
    return item.used(label, sku, _ASSUMPTIONS[said["assumed"]], share=share)

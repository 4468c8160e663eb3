"""The sizes that docs/systems/records.md states settings for, and what the model says of each."""

import re
from typing import Any

import yaml

from resource_types.machine_sizes import machine_size
from systems.records.capacity import limits, measured, trees
from systems.records.capacity.database import not_in_memory, row_bytes
from systems.records.load import LoadSettings
from tests.stacks import ROOT

PAGE = ROOT / "docs/systems/records.md"
_SMALL = 0.001
"""Of all records, what a tenant has whose page the table speaks of."""
_LINE = re.compile(r"^\| `(?P<load>\{.*?\})` \| `(?P<settings>\{.*?\})` \| (?P<said>.*) \|$", re.MULTILINE)


def stated() -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """Load, settings beside prod's own, and the cells that follow from them."""
    found = [match.groupdict() for match in _LINE.finditer(PAGE.read_text(encoding="utf-8"))]
    return [(yaml.safe_load(one["load"]), yaml.safe_load(one["settings"]), one["said"]) for one in found]


def computed(settings: Any, load: LoadSettings) -> str:
    """The same cells, from the model."""
    each = load.rows / load.months
    laid = trees.Laid(load.months, each, trees.PAGE_BYTES / (load.body_bytes + measured.ROW_BYTES), empty=3)
    size = machine_size(settings.database.instance_class)
    assert size is not None
    found = {limit.name: limit for limit in limits(settings, load)}
    first = next(iter(found.values()))
    read = found["disks that are read"]
    cells = [
        f"{each / 1e6:,.0f}",
        f"{trees.BY_ID.height(each)} and {trees.BY_TENANT.height(each)}",
        f"{trees.pages_of_read(each):.0f} and {trees.pages_of_page(50, _SMALL, laid):.0f}",
        f"{load.rows * row_bytes(load) / 2**30:,.0f} GiB",
        f"{1 - not_in_memory(load, size):.0%}",
        f"{read.needed:,.0f} of {read.available:,.0f}",
        f"{first.name}, {first.used:.0%}",
    ]
    return " | ".join(cells)

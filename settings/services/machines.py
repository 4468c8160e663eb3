"""What AWS runs things on: instance types, classes and node types, by service."""

import difflib
import functools
import tomllib
from pathlib import Path
from typing import Any, Literal

from settings.errors import shown

_LISTS = Path(__file__).with_suffix(".toml")
Service = Literal["ec2", "opensearch", "rds", "elasticache", "dax", "msk"]


@functools.cache
def machines(service: Service) -> tuple[str, ...]:
    """Every name that a service has for what it runs on, such as ``db.r5.2xlarge``."""
    table = _tables()[service]
    return tuple(
        f"{table['prefix']}{family}.{size}{table['suffix']}"
        for family, sizes in table["sizes"].items()
        for size in sizes.split()
    )


def known(name: str, service: Service) -> str:
    """The name itself. Raises ValueError for one that the service does not have; it says which may have been meant."""
    names = machines(service)
    if name in names:
        return name
    called = _tables()[service]["called"]
    if close := difflib.get_close_matches(name, names, n=1):
        raise ValueError(f"there is no {called} {shown(name)}; did you mean {close[0]}?")
    raise ValueError(f"there is no {called} {shown(name)}; for example {names[0]}")


@functools.cache
def _tables() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(_LISTS.read_text(encoding="utf-8"))
    return found

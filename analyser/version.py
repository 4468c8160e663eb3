"""Which Strata this is, from the one place that says so: ``pyproject.toml``."""

import tomllib
from importlib import metadata
from pathlib import Path


def version() -> str:
    """The version in the checkout that this runs from; installed from a wheel, the wheel's own.

    The checkout is asked first: what an editable install remembers is the version of the day it was installed.
    """
    file = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if file.is_file():
        return tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"]
    return metadata.version("strata")

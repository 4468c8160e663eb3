"""Files and folders of the project, as a stack file names them."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

PROJECT = "strata"
"""What Pulumi.yaml calls it; the namespace of its own configuration."""
ROOT = Path(__file__).resolve().parents[1]
_LONGEST = 200
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_PATH = re.compile(rf"{_PART}(/{_PART})*")


def below_root(path: str) -> Path:
    """The place in the project that ``path`` names from its root.

    Raises ValueError for what is no such name: one that is absolute, leaves the project or is hidden in it.
    """
    if len(path) > _LONGEST or not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no file or folder of the project, named from its root")
    return ROOT / path


def _in_project(path: str) -> str:
    below_root(path)
    return path


ProjectPath = Annotated[str, AfterValidator(_in_project), Field(examples=["dist/backend.zip"])]
"""A file or folder named from the project's root; whoever reads it says whether it has to be there."""

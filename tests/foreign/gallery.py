"""The programs of the gallery, each run once; what is expected of one was written beside it before it was run."""

import functools
import os
import tomllib
from pathlib import Path
from typing import Any

from analyser.graph import Graph
from analyser.run.foreign.project import read_project
from analyser.run.foreign.start import run_foreign
from tests.stacks import shared

FOLDER = Path(__file__).parent / "programs"
STAND_INS = Path(__file__).parent / "stand_ins"
PROGRAMS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def expected(name: str) -> dict[str, Any]:
    """What is expected of a program."""
    return tomllib.loads((FOLDER / name / "expected.toml").read_text(encoding="utf-8"))


@functools.cache
def graph(name: str) -> Graph:
    """What a program registers. Tests only read it."""
    return shared(f"foreign.{name}", lambda: _run(name))


def _run(name: str) -> Graph:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(STAND_INS)
    try:
        return run_foreign(read_project(FOLDER / name), "dev")
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before

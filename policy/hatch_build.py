"""How hatchling makes the wheel `strata-policy` of this folder: the same source, as the package `strata_policy`.

Inside a wheel the package cannot be called `policy`, which is many a program's own. So its modules import each other
by the wheel's name there, and nothing else differs.
"""

import atexit
import re
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PACKAGE = "strata_policy"
_DATA = ("*.yaml", "*.gz")
_STAYS = frozenset({"__main__.py", "catalogue.py", "hatch_build.py", "iam/generate.py"})
"""Modules that are about the folder: its start under the engine, its RULES.md, its wheel, its table of actions."""
_IMPORT = re.compile(r"^(\s*(?:from|import) )policy(?=[ .])", re.MULTILINE)


def members(folder: Path) -> dict[Path, bytes]:
    """Each file of the package by its path in it, and what it holds in the wheel."""
    modules = [path for path in sorted(folder.rglob("*.py")) if path.relative_to(folder).as_posix() not in _STAYS]
    data = [path for pattern in _DATA for path in sorted(folder.rglob(pattern))]
    renamed = {path: _IMPORT.sub(rf"\1{PACKAGE}", path.read_text(encoding="utf-8")).encode() for path in modules}
    return {path.relative_to(folder): held for path, held in {**renamed, **{p: p.read_bytes() for p in data}}.items()}


class Requirements(MetadataHookInterface):
    """What the wheel requires is what a copy of the folder requires: requirements.txt."""

    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements.txt").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]


class Package(BuildHookInterface):
    """Puts the package into the wheel under its name there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            raise ValueError("strata-policy is installed from its wheel; an editable one would be called policy")
        made = Path(mkdtemp(prefix=PACKAGE))
        atexit.register(shutil.rmtree, made)  # hatchling reads it when this has returned
        for path, held in members(Path(self.root)).items():
            file = made / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(held)
        build_data["force_include"][str(made)] = PACKAGE
        build_data["pure_python"] = True

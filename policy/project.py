"""The project that is judged, and what it says to the pack: one file beside its Pulumi.yaml."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FILE_NAME = "strata-policy.yaml"
NAMED_BY = "STRATA_POLICY"
"""The variable that names the file where it is elsewhere, or where the engine was started from another folder."""
_KEYS = ("rules", "exemptions")


def project_file() -> Path | None:
    """The project's file, whether or not there is one yet; None where no project is found.

    Pulumi starts a Python pack in the pack's own folder (`RunPlugin` in its pulumi-language-python) and says the
    project's name, never where it is. So the folder is sought from where the engine was started, which is what PWD
    still says, and then from the working directory upward; a Pulumi.yaml of another name is another project's. Raises
    ValueError where STRATA_POLICY names a file that is not there.
    """
    named = os.environ.get(NAMED_BY)
    if named:
        if not Path(named).is_file():
            raise ValueError(f"{NAMED_BY}: {named}: there is no such file")
        return Path(named)
    asked = os.environ.get("PULUMI_PROJECT", "")
    return next((folder / FILE_NAME for folder in _folders() if _is_project(folder, asked)), None)


def read_project(path: Path | None) -> Mapping[str, Any]:
    """What the file says: `rules`, a policy configuration, and `exemptions`; a missing file says nothing.

    Raises ValueError where it is no mapping of these.
    """
    if path is None or not path.exists():
        return {}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(said, dict):
        raise ValueError(f"{path.name}: a mapping with the keys {' and '.join(_KEYS)} is expected")
    extra = sorted(str(key) for key in said if key not in _KEYS)
    if extra:
        raise ValueError(f"{path.name}: unknown keys {', '.join(extra)}; {' and '.join(_KEYS)} are known")
    if not isinstance(said.get("rules") or {}, dict):
        raise ValueError(f"{path.name}: rules: a mapping of rule ids to levels or thresholds is expected")
    return said


def _folders() -> Iterator[Path]:
    for start in (Path(os.environ.get("PWD") or "."), Path.cwd()):
        yield from (start, *start.parents)


def _is_project(folder: Path, asked: str) -> bool:
    for name in ("Pulumi.yaml", "Pulumi.yml"):
        try:
            said = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError):
            continue
        return not asked or (isinstance(said, dict) and said.get("name") == asked)
    return False

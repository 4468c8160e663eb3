"""The project that is judged, and what it says to the pack: one file beside its Pulumi.yaml."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

FILE_NAME = "strata-policy.yaml"
NAMED_BY = "STRATA_POLICY"
"""The variable that names the file where it is elsewhere."""
_KEYS = ("frameworks", "rules", "exemptions")


def project_file() -> Path | None:
    """The project's file, whether or not there is one yet; None where no project is found.

    Pulumi starts a Python pack in the pack's own folder and says the project's name, never where it is. So the folder
    is sought upward from where the engine works, and a Pulumi.yaml of another name is another project's
    (docs/decisions/0037-a-pack-of-its-own.md). Raises ValueError where STRATA_POLICY names a file that is not there.
    """
    named = os.environ.get(NAMED_BY)
    if named:
        if not Path(named).is_file():
            raise ValueError(f"{NAMED_BY}: {named}: there is no such file")
        return Path(named)
    asked = os.environ.get("PULUMI_PROJECT", "")
    above = ((start, *start.parents) for start in _starts())
    return next((folder / FILE_NAME for folder in chain.from_iterable(above) if _is_project(folder, asked)), None)


def not_found() -> str | None:
    """A line for who runs the engine, where it names a project that lies nowhere around; None where all is well."""
    asked = os.environ.get("PULUMI_PROJECT")
    if not asked or project_file() is not None:
        return None
    return (
        f"the project {asked} is in none of the folders from which the engine works, so its {FILE_NAME} is not read; "
        f"name it: {NAMED_BY}=/path/{FILE_NAME}"
    )


def read_project(path: Path | None) -> Mapping[str, Any]:
    """What the file says: `frameworks`, `rules`, a policy configuration, and `exemptions`; a missing one says nothing.

    Raises ValueError where it is no mapping of these.
    """
    if path is None or not path.exists():
        return {}
    try:
        said = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(said, dict):
        raise ValueError(f"{path.name}: a mapping with keys of {', '.join(_KEYS)} is expected")
    extra = sorted(str(key) for key in said if key not in _KEYS)
    if extra:
        raise ValueError(f"{path.name}: unknown keys {', '.join(extra)}; {', '.join(_KEYS)} are known")
    if not isinstance(said.get("rules") or {}, dict):
        raise ValueError(f"{path.name}: rules: a mapping of rule ids to levels or thresholds is expected")
    return said


def _starts() -> Iterator[Path]:
    """Where to look from: what started this process, which under the engine works in the project, then this process.

    The language host that starts a pack has the engine's working directory, also after `pulumi -C`; Linux tells it.
    PWD, handed down from the shell, tells it elsewhere.
    """
    if os.environ.get("PULUMI_PROJECT"):
        with suppress(OSError):
            yield Path(f"/proc/{os.getppid()}/cwd").readlink()
        yield Path(os.environ.get("PWD") or ".")
    yield Path.cwd()


def _is_project(folder: Path, asked: str) -> bool:
    for name in ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml"):  # Pulumi looks for them in this order
        try:
            said = yaml.load((folder / name).read_text(encoding="utf-8"), yaml.CSafeLoader)
        except (OSError, yaml.YAMLError):
            continue
        return not asked or (isinstance(said, dict) and said.get("name") == asked)
    return False

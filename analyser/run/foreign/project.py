"""A Pulumi project as its file (Pulumi.yaml, .yml or .json) describes it, and what one of its stacks is given.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/ and, for how configuration of the project and of the
stack come together, https://github.com/pulumi/pulumi/blob/v3.272.0/pkg/resource/stack/config.go
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import stackfile
from settings.errors import Problem, SettingsError, shown
from settings.project_files import PROJECT

_REGION_KEY = "aws:region"
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")


@dataclass(frozen=True)
class Project:
    """What is known of a project before any of its stacks is run."""

    file: Path
    """What describes it."""
    name: str
    language: str
    main: str
    """The program, from the root; empty for the root itself."""
    virtualenv: str
    stack_files: Path
    """The folder of the stacks' files."""
    config: Mapping[str, Any]
    """What it says of configuration, by key."""

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.file.parent

    def stack_file(self, stack: str) -> Path:
        """The file of a stack, whether or not it is there."""
        return self.stack_files / f"Pulumi.{stack}{self.file.suffix}"

    def stack_names(self) -> list[str]:
        """The stacks that have a file."""
        return stackfile.stack_names(self.stack_files, self.file.suffix)

    @property
    def own(self) -> bool:
        """Whether this is Strata itself, whose program the analyser runs in its own process."""
        return self.name == PROJECT

    @property
    def program(self) -> tuple[Path, Path]:
        """The working directory of the program, and what is run in it: a folder or a file, as the engine has it.

        Raises SettingsError where there is none.
        """
        place = (self.root / self.main).resolve()
        if place.is_dir() and (place / "__main__.py").is_file():
            return place, place
        if place.is_file():
            return place.parent, place
        what = f"{self.main or '.'}: there is no __main__.py in it" if place.is_dir() else f"{self.main}: is not there"
        raise SettingsError(self.file.name, [Problem("main", what)])

    @property
    def interpreter(self) -> Path | None:
        """The Python of its virtualenv; None for a project that names none, or has not made it."""
        if not self.virtualenv:
            return None
        place = self.root / self.virtualenv
        return next((each for each in (place / "bin/python", place / "Scripts/python.exe") if each.is_file()), None)


def read_project(root: Path) -> Project:
    """The project of a folder. Raises SettingsError for what is no description of one."""
    path = stackfile.project_file(root) or root / "Pulumi.yaml"
    document = stackfile.document(path.name, path, "is not a mapping with name and runtime")
    runtime = document.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    config = document.get("config")
    problems = [
        Problem(key, "is required" if value is None else f"is no {kind}")
        for key, value, kind in (
            ("name", document.get("name"), "text"),
            ("runtime", language, "text"),
            ("main", document.get("main", ""), "text"),
            ("stackConfigDir", document.get("stackConfigDir") or "", "text"),
            ("runtime.options.virtualenv", _named(options), "text"),
        )
        if not isinstance(value, str)
    ]
    if not (config is None or isinstance(config, dict | str)):
        problems.append(Problem("config", "is no mapping"))
    if problems:
        raise SettingsError(path.name, problems)
    folder = document.get("stackConfigDir") or (config if isinstance(config, str) else "")
    return Project(
        file=path,
        name=document["name"],
        language=str(language),
        main=document.get("main", ""),
        virtualenv=_virtualenv(options),
        stack_files=root / str(folder or ""),
        config=config if isinstance(config, dict) else {},
    )


def _named(options: Any) -> Any:
    """The virtualenv that the options of the runtime name; empty where they name none."""
    return (options.get("virtualenv") if isinstance(options, dict) else options) or ""


def _virtualenv(options: Any) -> str:
    """The folder of the virtualenv: what is named, or where Poetry (in the project) and uv make theirs."""
    toolchain = options.get("toolchain") if isinstance(options, dict) else ""
    return str(_named(options)) or (".venv" if toolchain in ("uv", "poetry") else "")


def read_stack(project: Project, stack: str) -> stackfile.StackFile:
    """The configuration of a stack: its own file over what the project gives to all of them.

    Raises SettingsError for a stack without a file, and where something is missing that the project asks for.
    """
    own = stackfile.read(project.stack_files, stack, project.name, project.file.suffix)
    given = {_qualified(project, key): value for key, value in project.config.items()}
    common = {key: stackfile.text(said) for key, value in given.items() if (said := _value(value)) is not None}
    missing = sorted(key for key in given if key not in own.config and key not in common)
    if missing:
        problems = [Problem(f"config.{key}", f"is missing; {project.file.name} asks for it") for key in missing]
        raise SettingsError(project.stack_file(stack).name, problems)
    secret = [key for key, value in given.items() if isinstance(value, dict) and value.get("secret") is True]
    return stackfile.StackFile(
        stack, {**common, **own.config}, sorted({*own.secret_keys, *secret}), environments=own.environments
    )


def _qualified(project: Project, key: str) -> str:
    return key if ":" in key else f"{project.name}:{key}"


def _value(said: Any) -> Any:
    """The value that a project gives to all stacks; None where it only says that there has to be one."""
    if not isinstance(said, dict):
        return said
    if {"type", "description", "secret", "default", "value", "items"} & said.keys() or not said:
        return said.get("value", said.get("default"))
    return said


def region_of(config: Mapping[str, str], file: str) -> str:
    """The region of the default AWS provider as configuration or the environment says it; empty if neither does.

    Raises SettingsError for one in the stack's file that is none.
    """
    said = config.get(_REGION_KEY, "")
    if said and said != stackfile.HIDDEN and not _REGION.fullmatch(said):
        raise SettingsError(file, [Problem(f"config.{_REGION_KEY}", f"{shown(said)} is no region, such as eu-west-1")])
    known = said if said != stackfile.HIDDEN else ""
    return known or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""

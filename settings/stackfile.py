"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the Pulumi CLI would."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from settings import yaml_reader
from settings.errors import Problem, SettingsError, shown, unknown_key
from settings.project_files import PROJECT
from settings.yaml_reader import YamlError

# https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
_KEYS = ("config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider")
# https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/go/common/resource/config/key.go
_CONFIG_KEY = re.compile(r"[^:]+(?::[^:]+|:config:[^:]+)?")
# https://www.pulumi.com/docs/iac/concepts/stacks/#stack-naming-requirements
_PROJECT_FILE = "Pulumi.yaml"
_ENDINGS = (".json", ".yaml", ".yml")
"""In the order in which Pulumi looks for a project; a stack's file ends as its project's does, and no other is read.

https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/go/common/encoding/marshal.go and .../workspace/paths.go
"""
_MOST_BYTES = 1024 * 1024
HIDDEN = "[secret]"
"""What a secret value is read as."""
_STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class StackFile:
    """A stack's configuration as the engine would hand it to the program."""

    stack: str
    config: dict[str, str]
    secret_keys: list[str]
    environments: tuple[str, ...] = ()
    """Environments of Pulumi ESC that would add to it: https://www.pulumi.com/docs/esc/"""


def project_file(directory: Path) -> Path | None:
    """The file that makes a folder a project; None where there is none."""
    files = (directory / f"Pulumi{ending}" for ending in _ENDINGS)
    return next((path for path in files if path.is_file()), None)


def stack_names(directory: Path, ending: str = ".yaml") -> list[str]:
    """The stacks that have a file in ``directory``."""
    files = (path for path in directory.glob(f"Pulumi.*{ending}") if path.is_file())
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(ending) for path in files)


def read(directory: Path, stack: str, project: str = PROJECT, ending: str = ".yaml") -> StackFile:
    """The flat config map of a stack of a project, whose file ends in ``ending``.

    Raises SettingsError when there is no such file, when it is no YAML, or when it is not shaped like a stack file.
    """
    file = f"Pulumi.{stack}{ending}"
    path = directory / file
    if not _STACK_NAME.fullmatch(stack) or not path.is_file():
        raise SettingsError(file, [Problem("", _no_such_file(directory, stack, ending))])
    if project == PROJECT:
        _check_project(directory)
    read = _stack_file(stack, file, project, _content(file, path))
    return replace(read, config=dict(read.config), secret_keys=list(read.secret_keys))


@lru_cache(maxsize=64)
def _stack_file(stack: str, file: str, project: str, content: str) -> StackFile:
    """What a stack's file says, which nobody changes: checking one stack reads the files of all others."""
    found = _mapping(file, content, "is not a mapping with a config key")
    config = found.get("config") or {}
    if not isinstance(config, dict):
        raise SettingsError(file, [Problem("config", "is not a mapping")])
    if problems := [*_wrong_keys(found), *_wrong_entries(config, project)]:
        raise SettingsError(file, problems)
    entries = {_qualified(key, project): value for key, value in config.items()}
    # A secret can only be decrypted with the stack's key; the preview gives it a placeholder.
    plain = {key: _without_secrets(value) for key, value in entries.items()}
    texts = {key: text(value) for key, value in plain.items()}
    secret = [key for key, value in entries.items() if plain[key] != value]
    return StackFile(stack, texts, secret, tuple(_environments(found.get("environment"))))


def _no_such_file(directory: Path, stack: str, ending: str) -> str:
    for other in _ENDINGS:
        if stack in stack_names(directory, other):
            return f"is not there; a stack's file ends as Pulumi{ending} does, and Pulumi.{stack}{other} does not"
    names = stack_names(directory, ending)
    close = difflib.get_close_matches(stack, names, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"there is no such stack file; {hint}stacks here: {', '.join(names) or 'none'}"


def _environments(said: Any) -> Iterator[str]:
    """Names of a list, as text or with settings, or of an environment that is written out in the file."""
    listed = said.get("imports") or ["(in the file)"] if isinstance(said, dict) else said or ()
    return (str(next(iter(each), "")) if isinstance(each, dict) else str(each) for each in listed)


def mapping(config: Mapping[str, str], key: str) -> dict[str, Any]:
    """A key of a flat configuration that holds an object; empty where it is not there or holds something else."""
    try:
        given = json.loads(config.get(key, "{}"))
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _check_project(directory: Path) -> None:
    """Raises SettingsError for a Pulumi.yaml of another project or of none; what is not there is not looked at."""
    path = directory / _PROJECT_FILE
    if not path.exists():
        return
    found = document(_PROJECT_FILE, path, "is not a mapping with name and runtime")
    runtime = found.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    for key, value, wanted in (("name", found.get("name"), PROJECT), ("runtime", language, "python")):
        if value != wanted:
            said = "is required" if value is None else f"{shown(value)} is not this project's"
            raise SettingsError(_PROJECT_FILE, [Problem(key, f"{said}; {wanted}")])


def _wrong_keys(document: dict[str, Any]) -> Iterator[Problem]:
    return (Problem(key, unknown_key(key, _KEYS)) for key in document if key not in _KEYS)


def _wrong_entries(config: dict[str, Any], project: str) -> Iterator[Problem]:
    """Entries that Pulumi's CLI refuses, or of which it keeps one of two."""
    seen: dict[str, str] = {}
    for key, value in config.items():
        if not _CONFIG_KEY.fullmatch(key):
            yield Problem(f"config.{key}", "is no key of a configuration; namespace:name is one")
        elif (same := seen.setdefault(_qualified(key, project), key)) != key:
            yield Problem(f"config.{key}", f"is given twice, also as {same}")
        elif value is None:
            yield Problem(f"config.{key}", "has no value")


def document(file: str, path: Path, shape: str) -> dict[str, Any]:
    """The mapping that a file of a project holds, called ``file`` in what is raised: a SettingsError for any other."""
    return _mapping(file, _content(file, path), shape)


def _content(file: str, path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SettingsError(file, [Problem("", f"is larger than {_MOST_BYTES // 1024} KiB")])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(file, [Problem("", f"is not UTF-8 text: {error.reason}")]) from None
    except OSError as error:
        raise SettingsError(file, [Problem("", f"cannot be read: {error.strerror}")]) from None


def _mapping(file: str, content: str, shape: str) -> dict[str, Any]:
    try:
        found = _parsed(content)
    except YamlError as error:
        raise SettingsError(file, [Problem(error.path, error.what)]) from None
    if not isinstance(found, dict):
        raise SettingsError(file, [Problem("", shape)])
    return found


@lru_cache(maxsize=64)
def _parsed(content: str) -> Any:
    """What a file says, which nobody changes: each reading of a stack reads the project's."""
    return yaml_reader.load(content)


def _qualified(key: str, project: str) -> str:
    namespace, _, name = key.replace(":config:", ":").rpartition(":")
    return f"{namespace or project}:{name}"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"secure"}:
        return HIDDEN
    if isinstance(value, dict):
        return {key: _without_secrets(each) for key, each in value.items()}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value


def text(value: object) -> str:
    """A value of configuration as the engine hands it over: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)

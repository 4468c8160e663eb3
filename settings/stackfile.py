"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the Pulumi CLI would."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from settings.errors import Problem, SettingsError
from settings.stack import PROJECT


@dataclass(frozen=True)
class StackFile:
    """A stack's configuration as the engine would hand it to the program."""

    stack: str
    config: dict[str, str]
    secret_keys: list[str]


def stack_names(directory: Path) -> list[str]:
    """The stacks that have a file in ``directory``."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in directory.glob("Pulumi.*.yaml"))


def read(directory: Path, stack: str) -> StackFile:
    """The flat config map of a stack.

    Raises SettingsError when the file is missing, is no YAML, or is not shaped like a stack file.
    """
    file = f"Pulumi.{stack}.yaml"
    path = directory / file
    if not path.is_file():
        known = ", ".join(stack_names(directory)) or "none"
        raise SettingsError(file, [Problem("", f"there is no such stack file; stacks here: {known}")])
    document = _document(file, path)
    config = document.get("config") or {}
    if not isinstance(config, dict):
        raise SettingsError(file, [Problem("config", "is not a mapping")])
    secrets = [_qualified(key) for key, value in config.items() if _is_secret(value)]
    # A secret can only be decrypted with the stack's key; the preview gives it a placeholder.
    texts = {_qualified(key): "[secret]" if _is_secret(value) else _text(value) for key, value in config.items()}
    return StackFile(stack, texts, secrets)


def _document(file: str, path: Path) -> dict[str, Any]:
    try:
        # A subclass of CSafeLoader: it makes plain data only.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - see above
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise SettingsError(file, [Problem("", f"is not valid YAML: {where}{what}")]) from None
    except UnicodeDecodeError as error:
        raise SettingsError(file, [Problem("", f"is not UTF-8 text: {error.reason}")]) from None
    if not isinstance(document, dict):
        raise SettingsError(file, [Problem("", "is not a mapping with a config key")])
    return document


# Scalars of YAML 1.2, as Pulumi's reader takes them: https://github.com/go-yaml/yaml#compatibility
_SCALARS = {
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:int": (r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)",
        "-+0123456789.",
    ),
}


class _Loader(yaml.CSafeLoader):
    """To whom neither ``yes`` nor ``on`` is a truth value, and ``13:30`` is no number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _SCALARS]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
for _tag, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def _qualified(key: object) -> str:
    return str(key) if ":" in str(key) else f"{PROJECT}:{key}"


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)

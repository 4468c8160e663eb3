"""Files that the CLI wrote, in place of a stack: a state, a preview, a plan."""

import functools
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK) is imported where it is used.

_FROM = "--from"
_PARAMETER = "from_file"
_OPTION = Annotated[
    str, typer.Option(_FROM, metavar="FILE", help="Of a file of the CLI: stack export, preview --json, a saved plan.")
]


class OfFile(TyperCommand):
    """A stack argument that also takes ``--from FILE``: a saved state, preview or plan in place of the stack."""

    both = False
    """Whether the file is one of two, so that a stack is named beside it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the file where the stack stands, over the name of its own stack."""
        file, rest = _taken(list(args))
        if file and not self.both and rest and rest[0] == graph_of_file(file).stack:
            rest = rest[1:]
        return super().parse_args(ctx, [*([file] if file else []), *rest])


class OfFileToo(OfFile):
    """A command that compares a file with a stack."""

    both = True


def with_from(command: Callable[..., int]) -> Callable[..., int]:
    """The same command with the option among those that its help shows; ``OfFile`` is what reads it."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> int:
        options.pop(_PARAMETER)
        return command(*arguments, **options)

    own = inspect.signature(command)
    more = inspect.Parameter(_PARAMETER, inspect.Parameter.KEYWORD_ONLY, default="", annotation=_OPTION)
    run.__dict__["__signature__"] = own.replace(parameters=[*own.parameters.values(), more])
    run.__annotations__ = {**command.__annotations__, _PARAMETER: _OPTION}
    return run


def _taken(args: list[str]) -> tuple[str, list[str]]:
    """The file that is named, and the other arguments."""
    for place, said in enumerate(args):
        if said == _FROM and place + 1 < len(args):
            return _json(args[place + 1]), [*args[:place], *args[place + 2 :]]
        if said.startswith(f"{_FROM}="):
            return _json(said.partition("=")[2]), [*args[:place], *args[place + 1 :]]
    return "", args


def _json(file: str) -> str:
    if not file.endswith(".json"):
        raise UsageError(f"strata: --from {file} is no file whose name ends in .json")
    return file


def read_json(name: str) -> Any:
    """What a file holds. Raises UsageError for what cannot be read, or is no JSON."""
    try:
        return json.loads(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: is no JSON: {error}") from error


def graph_in(name: str, data: Any) -> Any:
    """The graph in what the CLI wrote; None for anything else. Raises UsageError for what cannot be read wholly."""
    from analyser.run.deployed import ExportError
    from analyser.run.previewed import graph_of_data

    try:
        return graph_of_data(data)
    except ExportError as error:
        raise UsageError(f"{name}: {error}") from error


def graph_of_file(name: str) -> Any:
    """The graph of a file. Raises UsageError for one that the CLI did not write."""
    from analyser.run.previewed import FORMATS

    found = graph_in(name, read_json(name))
    if found is None:
        raise UsageError(f"{name}: is nothing that the CLI wrote; {FORMATS} do")
    return found

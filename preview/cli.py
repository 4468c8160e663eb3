"""The ``strata`` command. Exit codes: 0 clean, 1 a mandatory violation, 2 bad input or a program error."""

import gc
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT = 1, 2

app = typer.Typer(
    help="Shows what a stack would create and whether it passes the policy pack, with no cloud account.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class UsageError(Exception):
    """The command cannot do what was asked; one line a problem."""


def main() -> None:
    """Entry point of the ``strata`` command."""
    # Everything lives until the end; looking for garbage in a million objects of the SDK would take a third of the time,
    # and so would taking them apart at exit.
    gc.disable()
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; problems go to stderr, one line each."""
    from pydantic import ValidationError

    try:
        result: Any = app(list(arguments), prog_name="strata", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except Exception as error:
        lines = _lines(error)
        if lines is None or isinstance(error, ValidationError):
            raise
        for line in lines:
            print(line, file=sys.stderr)
        return BAD_INPUT
    return result if isinstance(result, int) else 0


def _lines(error: Exception) -> list[str] | None:
    return None


if __name__ == "__main__":
    main()

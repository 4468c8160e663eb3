"""Where a command writes to, and in which form."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import typer

from analyser.analyses.report import Report
from analyser.faces.commands.usage_error import UsageError, near
from analyser.faces.formats import Form, FormError, write


def form_named(name: str) -> Form:
    """The form of that name. Raises UsageError for none."""
    if name not in list(Form):
        raise UsageError(f"strata: --format {name} is none of {', '.join(Form)}{near(name, Form)}")
    return Form(name)


def write_reports(reports: Sequence[Report], form: Form, output: Path | None, folder: Path) -> None:
    """Writes previews of stacks whose files are in a folder. Raises UsageError for several in a form that holds one."""
    try:
        text = write(reports, form, folder)
    except FormError as error:
        raise UsageError(f"strata: {error}") from error
    with written_to(output) as file:
        file.write(text)


@contextmanager
def written_to(output: Path | None) -> Generator[IO[str]]:
    """The file to write to, and a line on stdout that it was: stdout itself unless one is named.

    A folder that is missing is made. Raises UsageError where no file can be written.
    """
    if output is None:
        yield sys.stdout
        return
    try:
        with suppress(FileExistsError):  # which opening it tells better
            output.parent.mkdir(parents=True, exist_ok=True)
        file = output.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    with file:
        yield file
    typer.echo(f"wrote {_told(output)}")


def _told(output: Path) -> Path:
    """As one would name it from here."""
    return output.relative_to(Path.cwd()) if output.is_relative_to(Path.cwd()) else output

"""The ``strata`` command.

Exit codes: 0 clean, 1 a mandatory violation, 2 bad input or a program error, 70 a fault of Strata itself.
"""

import gc
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from analyser.faces.commands import delivery, new, policies, project, questions, review
from analyser.faces.commands.entry import INTERRUPTED
from analyser.faces.commands.files import OfFile, OfFileToo, with_from
from analyser.faces.commands.stack import complain, outputs_of
from analyser.faces.commands.streams import FULL, prepare
from analyser.faces.commands.usage_error import UsageError
from analyser.run import sdk
from analyser.version import version

FAULT = 70
_WIDEST = 100
"""Columns of help, whose sentences are harder to read in longer lines."""

_EXAMPLES = {
    "preview": "prod",
    "report": "prod",
    "cost": "prod",
    "capacity": "prod",
    "recovery": "prod",
    "drill": "prod restore",
    "teardown": "prod",
    "diff": "dev prod",
    "timeline": "prod",
    "reach": "prod internet postgres",
    "can": "prod microservice-pods s3:GetObject archives",
    "rights-for": "prod",
    "trace": "prod",
    "diagram": "prod --format mermaid",
    "policies": "s3",
    "check": "prod",
    "deploy-plan": "prod",
    "delivery": "prod",
    "inventory": "prod",
    "new": "system shop",
    "help": "reach",
}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"strata {version()}")
        raise typer.Exit


@app.callback()
def _options(
    directory: Annotated[
        Path | None, typer.Option("-C", metavar="DIR", help="Work as if started in this folder: of any Pulumi project.")
    ] = None,
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "--outputs", metavar="STACK=FILE", help="What a stack that the program reads has put out, as JSON."
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Tell which Strata this is.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Shows what a stack would create and whether it passes the policy pack, with no cloud account."""
    if directory is not None:
        try:
            os.chdir(directory)
        except OSError as error:
            raise UsageError(f"strata: -C {directory}: {error.strerror}") from None
    outputs_of.clear()
    for said in outputs or ():
        name, given, file = said.partition("=")
        if not (name and given and file):
            raise UsageError(f"strata: --outputs {said} is no STACK=FILE, such as acme/network/prod=outputs.json")
        if not Path(file).is_file():
            raise UsageError(f"strata: --outputs {said}: there is no file {file}")
        outputs_of[name] = Path(file)


_FROM_FILES: dict[Any, type[OfFile]] = {
    **dict.fromkeys((review.preview, review.report, project.inventory, policies.policies), OfFile),
    **dict.fromkeys(
        (questions.cost, questions.timeline, questions.reach, questions.can, questions.diagram, questions.teardown),
        OfFile,
    ),
    questions.diff: OfFileToo,
}

for command in (
    *(review.preview, review.report),
    *(
        questions.cost,
        questions.capacity,
        questions.recovery,
        questions.drill,
        questions.teardown,
        questions.diff,
        questions.timeline,
        questions.reach,
        questions.can,
        questions.rights_for,
        questions.trace,
        questions.diagram,
    ),
    *(
        project.stacks,
        policies.policies,
        project.check,
        project.deploy_plan,
        delivery.delivery,
        project.inventory,
        project.schema,
        new.new,
    ),
):
    kind = _FROM_FILES.get(command)
    app.command(cls=kind)(with_from(command) if kind else command)


@app.command("help")
def show_help(
    command: Annotated[str, typer.Argument(help="Of this one; of all if left out.")] = "",
) -> None:
    """Say what a command takes, as COMMAND --help does."""
    raise typer.Exit(run([*([command] if command else []), "--help"]))


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    prepare()
    # Everything lives until the end: looking for garbage among a million objects of the SDK, and taking them apart at
    # exit, would each take as long as the stack's own program.
    gc.disable()
    sdk.install()
    code = FAULT
    try:
        if callable(signal.getsignal(signal.SIGINT)):
            signal.signal(signal.SIGINT, _interrupt)
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        code = _failed(error)
    sys.stderr.flush()
    os._exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Breaks off there and then: in place of Python's own handler asyncio puts one that waits for what is running."""
    raise KeyboardInterrupt


def _failed(error: Exception) -> int:
    """Tells of what nobody expected, and of a stream that takes no more; the exit code for it."""
    if isinstance(error, OSError) and error.errno in FULL:
        return complain(f"strata: what was asked for cannot be written: {error.strerror}")
    traceback.print_exc()
    return FAULT


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; problems go to stderr, one line each."""
    try:
        # What is left alone fills no wide terminal, and takes a narrow one for one of fifty columns.
        wide = min(shutil.get_terminal_size().columns, _WIDEST)
        result: Any = app(list(arguments), prog_name="strata", standalone_mode=False, terminal_width=wide)
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:
        message = getattr(error, "format_message", None)  # of a wrong command line; other errors have only their text
        said = str(message() if message else error)
        if not arguments:
            return complain(said)  # how to use it
        return complain(f"strata: {said.rstrip('.')}{_example(arguments)}")
    except UsageError as error:
        return complain(str(error))
    return result if isinstance(result, int) else 0


def _example(arguments: Sequence[str]) -> str:
    """A whole command, for whoever gave half of one."""
    asked = next((each for each in arguments if each in _EXAMPLES), None)
    return f"; for example strata {asked} {_EXAMPLES[asked]}" if asked else "; strata --help lists the commands"


if __name__ == "__main__":
    main()

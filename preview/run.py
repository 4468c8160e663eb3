"""One in-process run of a program under the recorder."""

import asyncio
import contextvars
import gc
import logging
import os
import runpy
import sys
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pulumi
from pulumi.runtime import config as runtime_config
from pulumi.runtime import mocks, stack as runtime_stack
from pulumi.runtime import settings as runtime_settings

from preview.graph import Graph
from preview.recorder import Recorder
from settings import SettingsError, stackfile
from settings.stack import PROJECT, REGION_KEY

Program = Callable[[], Awaitable[None] | None]


class ProgramError(Exception):
    """The program did not run cleanly; the message says what happened, one problem a line."""


def run_stack(directory: Path, stack: str, *, known: bool = True) -> Graph:
    """Runs ``__main__.py`` for a real stack file.

    Raises SettingsError for configuration that cannot be used and ProgramError for a program that fails.
    """
    file = stackfile.read(directory, stack)

    def program() -> None:
        runpy.run_path(str(directory / "__main__.py"), run_name="__main__")

    return run_program(program, stack=stack, config=file.config, secret_keys=file.secret_keys, known=known)


def run_program(
    program: Program,
    *,
    stack: str,
    config: Mapping[str, str],
    secret_keys: Sequence[str] = (),
    known: bool = True,
) -> Graph:
    """Runs a program to its end under the recorder, in a context of its own, and returns what it registered."""
    region = config.get(REGION_KEY, "us-east-1")
    recorder = Recorder(region, known=known)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        contextvars.copy_context().run(_run, program, recorder, stack, dict(config), list(secret_keys), known)
        gc.collect(0)
    problems = [*recorder.problems, *(str(w.message) for w in caught if "never awaited" in str(w.message))]
    if problems:
        raise ProgramError("\n".join(problems))
    return Graph(PROJECT, stack, recorder.nodes.values(), recorder.exports, region)


def _run(
    program: Program, recorder: Recorder, stack: str, config: dict[str, str], secret_keys: list[str], known: bool
) -> None:
    runtime_config.set_all_config(config, secret_keys)
    logger = logging.getLogger("strata.program")
    errors = _Errors()
    logger.addHandler(errors)
    logger.propagate = False
    runtime_settings.configure(
        mocks.MockSettings(
            monitor=recorder,
            engine=mocks.MockEngine(logger),
            project=PROJECT,
            stack=stack,
            dry_run=not known,
            organization="organization",
            monitor_features=set(recorder.GetDeploymentInfo(None).supportedFeatures),
            root_directory=str(Path.cwd()),
            callbacks=None,
        )
    )
    outside = os.environ.pop("PULUMI_CONFIG", None)
    path = list(sys.path)
    try:
        asyncio.run(runtime_stack.run_in_stack(program))
    except (SettingsError, ProgramError):
        raise
    except pulumi.RunError as error:
        raise ProgramError(str(error)) from error
    except Exception as error:
        raise ProgramError(f"{type(error).__name__}: {error}") from error
    finally:
        sys.path[:] = path
        logger.removeHandler(errors)
        if outside is not None:
            os.environ["PULUMI_CONFIG"] = outside
    if errors.lines:
        raise ProgramError("\n".join(errors.lines))


class _Errors(logging.Handler):
    """Keeps what the program reported to the engine as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

"""One in-process run of a program under the recorder."""

import asyncio
import contextvars
import gc
import inspect
import logging
import os
import runpy
import sys
import types
import warnings
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pulumi
from pulumi.runtime import config as runtime_config
from pulumi.runtime import mocks
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime import stack as runtime_stack

from analyser.graph import Graph
from analyser.run.deployed import Deployed
from analyser.run.event_loop import Loop
from analyser.run.recorder import Recorder
from analyser.run.references import ORGANIZATION, Read, Standby, references
from analyser.run.sdk_shortcuts import shortcuts
from analyser.run.tasks import Work
from settings import SettingsError, stackfile
from settings.project_files import PROJECT
from settings.provider import REGION_KEY
from settings.recovery import with_promotion

Program = Callable[[], Awaitable[None] | None]
Progress = Callable[[int], None]


class ProgramError(Exception):
    """The program did not run cleanly; the message says what happened, one problem a line."""


def run_stack(
    directory: Path,
    stack: str,
    *,
    known: bool = True,
    progress: Progress | None = None,
    deployed: Deployed | None = None,
    promoted: bool | None = None,
    standby: Standby | None = None,
) -> Graph:
    """Runs ``__main__.py`` for a real stack file; with ``deployed``, as an update of what is there.

    ``promoted`` says it of a recovery stack in place of its file. What such a stack reads of another is answered from
    ``standby``, by a preview of that one if left out. Raises SettingsError for configuration that cannot be used and
    ProgramError for a program that fails.
    """
    file = stackfile.read(directory, stack)
    if promoted is not None:
        file = replace(file, config=with_promotion(file.config, promoted))
    computed = known and deployed is None
    answers = references(
        directory,
        file,
        standby or (lambda other: run_stack(directory, other, promoted=False)),
        known=computed,
        held=deployed.held if deployed else None,
    )

    def program() -> None:
        runpy.run_path(str(directory / "__main__.py"), run_name="__main__")

    return run_program(
        program,
        stack=stack,
        config=file.config,
        secret_keys=file.secret_keys,
        known=computed,
        progress=progress,
        deployed=deployed,
        answers=answers,
        root=directory,
    )


def run_program(
    program: Program,
    *,
    stack: str,
    config: Mapping[str, str],
    secret_keys: Sequence[str] = (),
    known: bool = True,
    progress: Progress | None = None,
    deployed: Deployed | None = None,
    answers: Mapping[str, Read] | None = None,
    root: Path | None = None,
) -> Graph:
    """Runs a program to its end under the recorder, in a context of its own, and returns what it registered.

    ``progress`` is called with the number of registrations so far. ``answers`` are other stacks' outputs, by the full
    names of those. ``root`` is the project's folder, from which paths of assets are; the working directory if left out.
    """
    region = config.get(REGION_KEY, "us-east-1")
    work = Work()
    recorder = Recorder(
        stack,
        region,
        known=known,
        turn=work.turn,
        progress=progress,
        deployed=deployed,
        answers=answers or {},
        root=root,
    )
    with warnings.catch_warnings(record=True) as caught, _only_new_objects():
        warnings.simplefilter("always", RuntimeWarning)
        try:
            contextvars.copy_context().run(_run, program, recorder, work, stack, dict(config), list(secret_keys), known)
        except ProgramError as error:
            _never_started()
            # What the recorder found is why the program went wrong, if it found something.
            raise ProgramError("\n".join([*recorder.problems, str(error)])) from error
        held = _never_started()
    dropped = [str(warning.message) for warning in caught if "never awaited" in str(warning.message)]
    if problems := dict.fromkeys([*recorder.problems, *dropped, *held]):
        raise ProgramError("\n".join(problems))
    public = {key: value for key, value in config.items() if key not in secret_keys}
    return Graph(
        PROJECT,
        stack,
        recorder.in_order(),
        recorder.exports,
        region=region,
        config=public,
        secret_exports=recorder.secret_exports,
        reads=tuple(dict.fromkeys(recorder.reads)),
    )


def _run(
    program: Program,
    recorder: Recorder,
    work: Work,
    stack: str,
    config: dict[str, str],
    secret_keys: list[str],
    known: bool,
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
            organization=ORGANIZATION,
            monitor_features=set(recorder.GetDeploymentInfo(None).supportedFeatures),
            root_directory=str(Path.cwd()),
            callbacks=recorder.transforms,
            outputs=set(),  # Pulumi would go on waiting for what a failed run left behind
        )
    )
    outside = os.environ.pop("PULUMI_CONFIG", None)
    path = list(sys.path)
    try:
        with shortcuts(), asyncio.Runner(loop_factory=Loop) as runner:
            # Not the runner's own run, in which Ctrl-C waits until a program that blocks gives the loop a turn.
            runner.get_loop().run_until_complete(_in_stack(program, recorder, work))
    except (SettingsError, ProgramError):
        raise
    except pulumi.RunError as error:
        raise ProgramError(str(error)) from error
    except SystemExit as error:
        raise ProgramError(f"{work.place(error)}the program exited by itself ({error.code})") from error
    except Exception as error:
        raise ProgramError(f"{work.place(error)}{type(error).__name__}: {' '.join(str(error).split())}") from error
    finally:
        sys.path[:] = path
        logger.removeHandler(errors)
        if outside is not None:
            os.environ["PULUMI_CONFIG"] = outside
    if errors.lines:
        raise ProgramError("\n".join(errors.lines))


async def _in_stack(program: Program, recorder: Recorder, work: Work) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(work.begin)
    # Whoever waited for what failed, and is not heard any more, says nothing that ``work`` does not know.
    loop.set_exception_handler(lambda *_: None)
    await runtime_stack.run_in_stack(lambda: _to_the_end(program))
    root = runtime_settings.get_root_resource()
    empty = sorted(getattr(root, "outputs", {}).keys() - recorder.exports.keys())
    recorder.problems += [f"stack output {key} is empty" for key in empty]
    recorder.problems += work.problems()


async def _to_the_end(program: Program) -> None:
    """Runs a program and waits for its outputs at once, unless one fails; the SDK would go through all for each."""
    going = program()
    if going is not None:
        await going
    outputs = runtime_settings.SETTINGS.outputs
    while outputs:
        done = {output for output in outputs if output.done()}
        if any(output.cancelled() or output.exception() for output in done):
            return
        outputs.difference_update(done)
        if outputs:
            await asyncio.wait(set(outputs), return_when=asyncio.FIRST_EXCEPTION)


class _Errors(logging.Handler):
    """Keeps what the program reported to the engine as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _only_new_objects() -> Generator[None]:
    """Spares ``_never_started`` the million objects of the SDK and of earlier runs, and keeps this run's together."""
    collects = gc.isenabled()
    gc.disable()  # a collection would move what it leaves out of the youngest generation
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if collects:
            gc.enable()


def _never_started() -> list[str]:
    """Coroutines that something still holds; the interpreter itself warns of those that it has freed."""
    coroutines = [item for item in gc.get_objects(generation=0) if type(item) is types.CoroutineType]
    held = [item for item in coroutines if inspect.getcoroutinestate(item) == inspect.CORO_CREATED]
    for item in held:
        item.close()
    return [f"coroutine '{item.__qualname__}' was never awaited" for item in held]

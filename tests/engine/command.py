"""Runs Pulumi's CLI in a workspace, and follows what the engine says."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.engine.events import Operation, read
from tests.engine.workspace import Workspace, pulumi_cli

_EVERY = 0.5  # seconds between looks at the log
_PATIENCE = 30.0  # seconds that an interrupted engine has to end by itself


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    seconds: float
    operation: Operation
    output: str

    @property
    def why(self) -> str:
        """What went wrong, in a line."""
        said = [line.strip() for line in self.output.splitlines() if line.strip()]
        return next(iter([*self.operation.problems, *said[-1:]]), f"exit status {self.code}")


def operate(workspace: Workspace, *arguments: str, watch: Callable[[int], None] = lambda _: None) -> Outcome:
    """Runs preview, up or destroy; `watch` hears how many resources the engine is through with."""
    workspace.events.write_text("", encoding="utf-8")
    given = ("--config-file", str(workspace.stack_file), "--event-log", str(workspace.events), "--suppress-progress")
    code, seconds, output = _run(workspace, (*arguments, *given), lambda: watch(_operation(workspace).resources))
    return Outcome(code, seconds, _operation(workspace), output)


def prepare(workspace: Workspace, *arguments: str) -> Outcome:
    """Runs a command that deploys nothing, where it finds the copy of the stack file."""
    code, seconds, output = _run(workspace, (*arguments, "--cwd", str(workspace.stack_file.parent)), lambda: None)
    return Outcome(code, seconds, Operation(), output)


def _operation(workspace: Workspace) -> Operation:
    with workspace.events.open(encoding="utf-8") as log:
        return read(log)


def _run(workspace: Workspace, arguments: tuple[str, ...], look: Callable[[], None]) -> tuple[int, float, str]:
    begun = time.monotonic()
    said = workspace.folder / "output"
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [pulumi_cli(), *arguments, "--stack", workspace.stack, "--non-interactive", "--color", "never"],
            cwd=workspace.root,
            env=workspace.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that an interrupt reaches it once, from here
        )
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_EVERY)
                look()
                if process.returncode is not None:
                    break
        finally:
            _end(process)
    return process.returncode, time.monotonic() - begun, said.read_text(encoding="utf-8")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends what still runs: as with Ctrl-C first, so that the engine stops its plugins."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

"""What stops ``make local`` is one line, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stacks import ROOT, stack_graph
from tools.local import command
from tools.programs import MissingProgramError
from tools.redis_server import PATIENCE, until


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MissingProgramError("redis-server is not on the path"), 2),
        (RuntimeError("the emulator does not answer: no room left"), 1),
        (AssertionError("redis-server ended 10 times: no room left"), 1),
    ],
)
def test_what_cannot_be_had_is_one_line(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def running(*_: object) -> Generator[None]:
        raise error
        yield

    monkeypatch.setattr(command, "run_stack", lambda _root, stack: stack_graph(stack))
    monkeypatch.setattr(command, "running", running)
    assert command.run("local") == status
    assert capsys.readouterr().err == f"local: {error}\n"


def test_two_interrupts_while_all_of_it_starts(tmp_path: Path) -> None:
    """The first ends what has started, which the second does not break off."""
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.local"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as started:  # fmt: skip
        try:
            until(lambda: any(tmp_path.glob("strata-emulator-*/log")) or started.poll() is not None)
            started.send_signal(signal.SIGINT)
            started.send_signal(signal.SIGTERM)
            _, said = started.communicate(timeout=PATIENCE)
        finally:
            started.kill()
    assert (said, started.returncode) == ("local: stopped; nothing is kept\n", 130)
    assert _of(tmp_path) == []
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("strata-")] == []


def _of(folder: Path) -> list[str]:
    """The processes that have the folder in their arguments or environment, from ps."""
    done = subprocess.run(["ps", "axeww", "-o", "command="], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if str(folder) in line and "tools.local" not in line]

"""The command as a process: what it is started with, and what is done to it while it runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analyser.faces.commands import cli
from tests.analyser.project import write_project

_START = "from analyser.faces.commands.entry import main; import sys; sys.argv[0] = 'strata'; main()"


def _started(
    project: Path, *arguments: str, env: Mapping[str, str] = {}, stdout: int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **env}
    return subprocess.Popen(
        [sys.executable, "-c", _START, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=project,
        env=told,
        text=True,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path, "import pulumi\npulumi.export('answer', 'größer · 42')\n")


def test_a_terminal_without_the_letters_is_told_in_those_it_has(project: Path) -> None:
    plain = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    process = _started(project, "preview", "shop", env=plain)
    said, problems = process.communicate()
    assert (process.returncode, problems) == (0, "")
    assert said.startswith("strata shop  records - prod - us-east-1")
    assert "gr??er - 42" in said


def test_a_stream_that_is_full_is_said_in_one_line(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = _started(project, "stacks", stdout=full.fileno())
        _, problems = process.communicate()
    assert process.returncode == 2
    assert problems == "strata: what was asked for cannot be written: No space left on device\n"


def test_whoever_closes_the_output_wants_the_exit_status_alone(project: Path) -> None:
    command = f'"$0" -c "{_START}" stacks >&-'
    process = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert (process.returncode, process.stderr) == (0, "")


def test_a_reader_that_leaves_early_does_not_make_a_failure_a_success(project: Path) -> None:
    (project / "Pulumi.broken.yaml").write_text("config: [", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    process = _started(project, "stacks", stdout=writing)
    os.close(writing)
    _, problems = process.communicate()
    assert process.returncode == 2
    assert len(problems.splitlines()) == 1


@pytest.mark.parametrize("where", ["while it imports", "while it runs"])
def test_ctrl_c_ends_it_quietly_at_any_moment(project: Path, where: str) -> None:
    # The process sends itself the signal: from within the first import that takes time, or from the stack's program.
    interrupt = "import signal; signal.raise_signal(signal.SIGINT)\n"
    if where == "while it imports":
        (project / "typer.py").write_text(interrupt)
    else:
        write_project(project, f"import pulumi\n{interrupt}open('went-on', 'w').close()\n")
    process = _started(project, "preview", "shop", env={"PYTHONPATH": os.pathsep.join([str(project), *sys.path])})
    said = process.communicate()
    assert (process.returncode, said) == (130, ("", ""))
    assert not (project / "went-on").exists()


def test_a_process_that_was_told_to_ignore_it_goes_on(project: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = _started(project, "stacks")
    finally:
        signal.signal(signal.SIGINT, before)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert (process.returncode, said.split()[0]) == (0, "shop")


@pytest.mark.parametrize("command", ["preview", "diff", "inventory", "delivery"])
def test_a_shell_completes_the_stacks_of_the_folder_that_is_named(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    line = f"strata -C {project} {command} sh"
    said = CliRunner().invoke(
        cli.app,
        prog_name="strata",
        env={
            "_STRATA_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    )
    assert said.output == "shop\n"

"""Where tests get the programs they run, and what is said when they cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import node
from tools import programs

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest
from tools.programs import MissingProgramError

@pytest.fixture
def server():
    raise MissingProgramError("widget-server is not on the path")

@pytest.mark.parametrize("number", range(3))
def test_needs_it(number, server):
    raise AssertionError

def test_asks_itself():
    raise MissingProgramError("gadget is not on the path")

def test_needs_nothing():
    pass
"""


@pytest.fixture
def widget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that is all of the path, on a machine that runs this as somebody."""
    monkeypatch.setitem(programs._SOURCES, "widget", programs._Source(None, ("widget", "widgetd"), "widget-tools"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def executable(path: Path, script: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_redis_comes_from_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = programs.program("redis-server")
    assert Path(found).is_relative_to(sys.prefix)
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("Valkey server v=9.")


def test_node_comes_from_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = node.node()
    assert Path(found).is_relative_to(sys.prefix)
    assert subprocess.run([found, "--eval", "process.stdout.write('1')"], stdout=-1, check=True).stdout == b"1"


def test_a_node_that_is_too_old_is_one_line(widget: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = executable(widget / "node", "echo v20.20.2")
    monkeypatch.setitem(programs._SOURCES, "node", programs._Source(None, ("node",), "nodejs"))
    with pytest.raises(programs.MissingProgramError) as error:
        node.node()
    assert str(error.value) == f"{old} is v20.20.2; the client needs 22.18 or newer"


def test_what_the_lock_lacks_for_a_machine_is_looked_for_on_it(widget: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks() -> Path:
        raise RuntimeError("Unsupported architecture: riscv64")

    monkeypatch.setitem(programs._SOURCES, "widget", programs._Source(lacks, ("widget", "widgetd"), "widget-tools"))
    there = executable(widget / "widgetd")
    assert programs.program("widget") == str(there)


def test_root_installs_it(widget: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", f"{widget}:/bin:/usr/bin")
    made = executable(widget / "made")
    executable(widget / "apt-get", f'[ "$1" = update ] || {{ [ "$4" = widget-tools ] && cp {made} {widget}/widget; }}')
    assert programs.program("widget") == str(widget / "widget")


def test_an_installation_that_fails_is_one_line(widget: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    executable(widget / "apt-get", "echo reading >&2; echo 'E: no network' >&2; exit 100")
    with pytest.raises(programs.MissingProgramError) as error:
        programs.program("widget")
    assert str(error.value) == "widget cannot be installed: apt-get update: E: no network"


def test_nobody_installs_anything_without_being_root(widget: Path) -> None:
    executable(widget / "apt-get", f"touch {widget}/widget")
    with pytest.raises(programs.MissingProgramError) as error:
        programs.program("widget")
    assert str(error.value) == "widget is not on the path (Debian and Ubuntu: apt-get install widget-tools)"


PLUGINS = ["-p", "tests.missing", "-p", "tests.workers", "-p", "no:cacheprovider"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_tests_that_were_not_run_are_a_line_and_an_exit_status(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.missing",
            "-p",
            "tests.workers",
            "-p",
            "no:cacheprovider",
            "--workers",
            workers,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert "3 tests not run: widget-server is not on the path" in lines
    assert "1 tests not run: gadget is not on the path" in lines
    assert "Traceback" not in done.stdout
    assert "raise MissingProgramError" not in done.stdout
    assert (done.returncode, "1 failed, 1 passed, 3 errors" in done.stdout) == (1, True)

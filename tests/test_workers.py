"""Tests that run in several processes: each once, what fails said, and what dies not passed over."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NONE = ("cacheprovider", "cov", "hypothesispytest", "randomly")
PLUGINS = ["-p", "tests.workers", *(word for name in NONE for word in ("-p", f"no:{name}"))]
FILE = """
import os, pytest

@pytest.mark.parametrize("number", range(30))
def test_each(number, tmp_path, capfd):
    print(number)
    (tmp_path / "x").write_text(str(number))
    with open(os.environ["RAN"], "a") as ran:
        ran.write(f"{__name__} {number} {os.getpid()}\\n")
    assert capfd.readouterr().out == f"{number}\\n"
"""
FAILS = """
def test_fails():
    print("what it said")
    assert 1 == 2
"""
DIES = """
import os

def test_dies():
    os._exit(0)

def test_after_it():
    pass
"""
LEFT_OVER = """
import pytest

@pytest.fixture(autouse=True, scope="session")
def _end():
    yield
    assert False, "left over"

def test_passes():
    pass
"""


def run(folder: Path, *more: str, **files: str) -> tuple[int, str, list[list[str]]]:
    """The exit status, what was printed, and each of FILE's tests that ran: its file, number and process."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    ran = folder / "ran.txt"
    ran.touch()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, "--workers", "2", *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAN": str(ran)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, [line.split() for line in ran.read_text().splitlines()]


def test_each_file_runs_once_in_one_process_and_what_fails_or_dies_is_said(tmp_path: Path) -> None:
    files = dict.fromkeys("abcdef", FILE)
    status, said, ran = run(tmp_path, **files, fails=FAILS, dies=DIES, left=LEFT_OVER)
    assert sorted((name, int(number)) for name, number, _ in ran) == [
        (f"test_{name}", number) for name in files for number in range(30)
    ]
    assert len({(name, process) for name, _, process in ran}) == len(files)
    assert (status, "2 failed, 181 passed, 1 error" in said) == (1, True)
    assert "what it said" in said
    assert "the worker ended with 0" in said
    assert "left over" in said


def test_after_the_failure_that_counts_no_file_is_begun(tmp_path: Path) -> None:
    status, said, ran = run(tmp_path, "-x", a=FAILS, **dict.fromkeys("bcdefgh", FILE))
    assert (status, "1 failed" in said) == (1, True)
    assert len(ran) < 7 * 30

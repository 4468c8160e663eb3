"""What CI runs and says it left out, and how every stack is checked; make and the checker are stand-ins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = [
    *("setup", "test", "preview", "previews", "coverage", "setups", "walks"),
    *("bench-records", "packages", "image", "lint"),
]
MAKE = """status=0
for word; do
  case $word in
    -* | *=*) ;;
    *) echo "$word" >> {made}; [ "$word" != "$BROKEN" ] || status=2 ;;
  esac
done
exit $status"""
UNBUILT = "building the images (no daemon of docker answers)"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with nothing beside it, on a machine with no terraform."""
    clone = tmp_path / "beside" / "clone"
    (clone / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", clone / ".ci" / "run")
    script(clone / ".venv" / "bin" / "strata", "exit 0")
    script(tmp_path / "bin" / "make", MAKE.format(made=tmp_path / "made"))
    for name in ("bash", "dirname", "env"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return clone


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def ci(checkout: Path, broken: str = "") -> tuple[int, list[str], str]:
    """Exit status, the targets made, and the last line."""
    done = subprocess.run(
        [checkout / ".ci" / "run"], env={**os.environ, "BROKEN": broken}, capture_output=True, text=True, check=False
    )
    made = checkout.parents[1] / "made"
    return done.returncode, made.read_text().split() if made.exists() else [], done.stdout.splitlines()[-1]


def test_a_plain_clone_passes_and_says_what_was_left_out(checkout: Path) -> None:
    missing = "make conform (no ../shared/conform/check beside this checkout)"
    assert ci(checkout) == (0, TARGETS, f"== everything passes; left out: {missing}, {UNBUILT}")


def test_a_checker_without_terraform_is_said_too(checkout: Path) -> None:
    script(checkout.parent / "shared" / "conform" / "check", "exit 0")
    assert ci(checkout)[2] == f"== everything passes; left out: make conform (no terraform on the path), {UNBUILT}"


def test_with_both_nothing_is_left_out(checkout: Path) -> None:
    script(checkout.parent / "shared" / "conform" / "check", "exit 0")
    for program in ("terraform", "docker"):
        script(checkout.parents[1] / "bin" / program, "exit 0")
    status, made, last = ci(checkout)
    assert (status, set(made), last) == (0, {*TARGETS, "conform"}, "== everything passes; left out: nothing")


@pytest.mark.parametrize("broken", [*TARGETS, "conform"])
def test_each_step_that_fails_fails_it(checkout: Path, broken: str) -> None:
    script(checkout.parent / "shared" / "conform" / "check", "exit 0")
    script(checkout.parents[1] / "bin" / "terraform", "exit 0")
    status, made, last = ci(checkout, broken)
    assert status != 0
    assert broken in made
    assert "everything passes" not in last


def test_every_stack_is_checked_and_one_finding_fails_all(tmp_path: Path) -> None:
    for stack in ("dev", "prod", "other-prod"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    script(tmp_path / "check", 'echo "found in $1"; [ "$1" != prod ]')
    command = [ROOT / "delivery" / "conform.sh", tmp_path / "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert set(done.stdout.splitlines()) == {"dev conforms", "other-prod conforms", "found in prod"}
    script(tmp_path / "check", "exit 0")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_the_program_that_a_checker_runs_has_the_sdks_in_parts(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").touch()
    python = f"import runpy, sys; runpy.run_path('{ROOT}/sitecustomize.py'); print(type(sys.meta_path[0]).__name__)"
    script(tmp_path / "check", f'{sys.executable} -c "{python}"; exit 1')
    command = [ROOT / "delivery" / "conform.sh", tmp_path / "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Finder\n"

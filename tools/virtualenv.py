"""Makes a virtualenv that holds what a lock names, unless it is there.

``python3 -m tools.virtualenv .venv requirements.txt``. It is there when its stamp says so, and the stamp is written
last: what was interrupted is made anew from what pip has kept. It is made anew as well when the lock is another, when
its folder was moved, when its Python went away and when another is asked for.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.locked import packages
from tools.pip import SetupError, install, run

_VERSIONS = ("3.14", "3.13", "3.12", "3.11")
_FIRST = ("pip", "setuptools")
"""What installs and builds the rest: from here on every machine has the same pip, whichever its Python brought."""
_VERSION = "import sys; print('{}.{}'.format(*sys.version_info))"


class Environment(NamedTuple):
    """A virtualenv's folder, its lock, and the pyproject.toml of what is installed into it, editable."""

    folder: Path
    lock: Path
    project: Path | None = None

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def log(self) -> Path:
        """What pip said, kept when it failed."""
        return self.folder.parent / f"{self.folder.name.lstrip('.')}-setup.log"

    def stamp(self, version: str) -> dict[str, str]:
        """What makes it what it is."""
        return {
            "python": version,
            "folder": str(self.folder),
            "lock": _digest(self.lock),
            "project": _digest(self.project) if self.project else "",
        }

    def found(self) -> dict[str, str]:
        """The stamp, or nothing when there is none or the Python is not the one it tells of."""
        try:
            stamp = json.loads((self.folder / ".ready").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        version = _output(self.python, "-I", "-c", _VERSION)
        return stamp if isinstance(stamp, dict) and stamp == {**stamp, "python": version} else {}


def ensure(environment: Environment, given: str | None = None) -> None:
    """Makes the virtualenv unless it is ready. Two that do so at once wait for each other. Raises SetupError.

    ``given`` is the Python that it must be of; without one, what is there may stay.
    """
    if ready(environment, given):
        return
    with _alone(environment.folder.parent):
        state = _state(environment, given)
        if state == "ready":
            return
        environment.log.write_text("", encoding="utf-8")
        version = environment.found().get("python", "")
        if state == "absent":
            python, version = choose(given)
            create(environment, python, version)
            fill(environment)
        (environment.folder / ".ready").unlink(missing_ok=True)
        if environment.project:
            arguments = ("install", "--no-index", "--no-deps", "--no-build-isolation", "--editable")
            run(environment.python, environment.log, *arguments, str(environment.project.absolute().parent))
        run(environment.python, environment.log, "check")
        (environment.folder / ".ready").write_text(json.dumps(environment.stamp(version)), encoding="utf-8")
        environment.log.unlink()


def ready(environment: Environment, given: str | None = None) -> bool:
    """Whether it is there as its lock says, and of the given Python."""
    return _state(environment, given) == "ready"


def create(environment: Environment, python: str, version: str) -> None:
    """An empty virtualenv with the pip that this Python brings. Raises SetupError."""
    locked = len(packages(environment.lock))
    print(f"{environment.folder.name}: {locked} packages, Python {version}", file=sys.stderr, flush=True)
    if environment.folder.exists():
        shutil.rmtree(environment.folder)
    made = _run(python, "-I", "-m", "venv", str(environment.folder))
    if made.returncode:
        raise SetupError(f"{python} -m venv failed: {(made.stdout.strip().splitlines() or ['it said nothing'])[-1]}")


def fill(environment: Environment) -> None:
    """Installs what the lock names: its pip, by whatever pip is there, and by that pip the rest. Raises SetupError."""
    first = [each.text for each in packages(environment.lock).values() if each.name in _FIRST]
    if first:
        with tempfile.TemporaryDirectory() as scratch:
            lock = Path(scratch) / "first.txt"
            lock.write_text("\n".join(first), encoding="utf-8")
            install(environment.python, environment.log, lock)
    install(environment.python, environment.log, environment.lock)


def choose(given: str | None) -> tuple[str, str]:
    """A Python that can make a virtualenv, and its version.

    The given one, or else the one that runs this, or else the newest on the path. Raises SetupError, with what to do.
    """
    own = getattr(sys, "_base_executable", None) or sys.executable  # not the virtualenv's that may run this
    candidates = [given] if given else [own, *(f"python{version}" for version in _VERSIONS)]
    reasons = []
    for candidate in candidates:
        version, reason = _inspect(candidate)
        if not reason:
            return candidate, version
        reasons.append(reason)
    raise SetupError(next((reason for reason in reasons if "ensurepip" in reason), reasons[0]))


def _inspect(python: str) -> tuple[str, str]:
    """The version of a Python, and why it cannot make a virtualenv, if it cannot."""
    version = _output(python, "-I", "-c", _VERSION)
    if not version:
        return "", f"{python} does not run; name another: make PYTHON=python3.13 …"
    if version not in _VERSIONS:
        return (
            version,
            f"Python 3.11 to 3.14 is needed and {python} is {version}; name another: make PYTHON=python3.13 …",
        )
    if _run(python, "-I", "-c", "import ensurepip").returncode:
        return (
            version,
            f"{python} lacks ensurepip; on Debian and Ubuntu: apt-get install python{version}-venv, then again",
        )
    return version, ""


def _state(environment: Environment, given: str | None) -> str:
    """``ready``, ``absent``, or ``project`` when only the pyproject.toml has changed."""
    found = environment.found()
    version = _output(given, "-I", "-c", _VERSION) if given else found.get("python", "")
    differs = {key for key, value in environment.stamp(version).items() if found.get(key) != value}
    return "absent" if differs - {"project"} or not found else "project" if differs else "ready"


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Waits until no other set-up of this folder runs."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(python: str | Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), *arguments]
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error))


def _output(python: str | Path, *arguments: str) -> str:
    """What it prints, or nothing when it fails."""
    answer = _run(python, *arguments)
    return "" if answer.returncode else answer.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """The command: exit status 1 and one line when the virtualenv cannot be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--project", type=Path, help="the pyproject.toml of what is installed into it, editable")
    parser.add_argument("--python", help="the Python that it must be of")
    given = parser.parse_args(arguments)
    try:
        ensure(Environment(given.folder.absolute(), given.lock, given.project), given.python)
    except SetupError as error:
        print(f"set-up stopped: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"set-up stopped: {error.filename or given.folder}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up interrupted; the next try goes on from what was fetched", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

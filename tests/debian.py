"""Programs of Debian's that some tests need, installed when they are not there."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class MissingProgramError(Exception):
    """A program is not there and cannot be installed here."""


def program(package: str, *names: str) -> str:
    """The path of the first of these programs; installs the package when there is none and this runs as root.

    Raises MissingProgramError, which names the package. Workers of one test run wait for each other.
    """
    if found := _found(names):
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise MissingProgramError(f"these tests need {names[0]}; install it with: apt-get install -y {package}")
    with (Path(tempfile.gettempdir()) / "strata-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _found(names):
            _run("apt-get", "update")
            _run("apt-get", "install", "-y", "--no-install-recommends", package)
    if found := _found(names):
        return found
    raise MissingProgramError(f"{package} brings none of {', '.join(names)}")


def _found(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingProgramError(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")

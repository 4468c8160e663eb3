"""Node and the packages of the TypeScript client: ``python -m tests.node`` checks, tests and builds it.

Node comes as tools/programs.py says, npm with it. Packages are installed beside the client, once for each lock, from
whatever registry npm is configured for; from then on nothing asks for the network.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.programs import MissingProgramError, program

CLIENT = Path(__file__).resolve().parents[1] / "functions" / "collaboration" / "client"
_OLDEST = (22, 18)
"""Runs TypeScript as it is: https://nodejs.org/api/typescript.html"""
_SAYS_NOTHING = re.compile(r"complete log|npm error (code|errno|syscall) ")


def node() -> str:
    """The path of a Node that runs TypeScript. Raises MissingProgramError."""
    found = program("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < _OLDEST:
        raise MissingProgramError(f"{found} is {version.strip()}; the client needs {_OLDEST[0]}.{_OLDEST[1]} or newer")
    return found


def modules() -> Path:
    """The client's folder with its packages installed. Raises MissingProgramError when they cannot be had."""
    wanted = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    stamp = CLIENT / "node_modules" / ".ready"
    with (Path(tempfile.gettempdir()) / f"strata-npm-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            _install()
            stamp.write_text(wanted, encoding="utf-8")
    return CLIENT


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A script of a package, or Node's own options, with its output as text."""
    folder = modules()
    script = folder / "node_modules" / ".bin" / command[0]
    whole = [node(), *([str(script), *command[1:]] if script.exists() else command)]
    return subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False)


def main() -> int:
    """Checks, tests and builds the client into its folder ``dist``; what is wrong is printed."""
    for command in (("tsc", "--noEmit"), ("--test", "tests/*.test.ts"), ("tsc", "--project", "tsconfig.build.json")):
        done = run(*command)
        sys.stdout.write(done.stdout + done.stderr)
        if done.returncode:
            return done.returncode
    sys.stdout.write(f"built: {CLIENT / 'dist'}\n")
    return 0


def _install() -> None:
    found = Path(node())
    npm = found.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(found), str(npm)] if npm.is_file() else [shutil.which("npm") or ""]
    if not command[0]:
        raise MissingProgramError("npm is not on the path (Debian and Ubuntu: apt-get install npm)")
    options = ("--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
    done = subprocess.run([*command, "ci", *options], cwd=CLIENT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip() and not _SAYS_NOTHING.search(line)]
        why = (said or ["it said nothing"])[0].removeprefix("npm error ")
        raise MissingProgramError(f"the client's packages cannot be installed: npm ci: {why}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MissingProgramError as error:
        sys.exit(f"not run: {error}")

"""Runs pip so that it can install nothing but what a lock names, and says in one line why it did not."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from tools.locked import packages
from tools.progress import Progress

_OVERRULED = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_DRY_RUN")
"""Settings of pip's that ask for other packages or other places; all else that a user set holds: mirror, proxy, CA."""

_REASONS = (
    (r"No space left on device", "the disk is full: a virtualenv needs 1 GB, beside what pip keeps"),
    (
        r"DO NOT MATCH THE HASHES",
        "{package} as the registry sends it is not what the lock names, so none of it was used; run "
        "`pip cache purge` and try again, and if it stays so ask whoever keeps that registry or mirror",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "the registry's certificate is not trusted here; name your network's: pip config set global.cert <file>",
    ),
    (
        r"\b40[137] Client Error|User for .* required|407 Proxy",
        "the registry or the proxy wants credentials, or refuses them; where pip looks: pip config debug",
    ),
    (
        r"NewConnectionError|NameResolutionError|[Tt]imed out|TimeoutError|ReadTimeout|Max retries|ProxyError"
        r"|unreachable|Connection (?:refused|reset|aborted|broken)",
        "no package registry answers; try again with a network (what was fetched is kept), or name yours: "
        "pip config set global.index-url <address>, pip config set global.proxy <address>",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "the registry or mirror does not have {package} for this Python and machine, or does not answer; "
        "where pip looks: pip config debug",
    ),
    (r"Permission denied", "the virtualenv or pip's folders may not be written; whose are they?"),
)


class SetupError(Exception):
    """Why the virtualenv is not ready and what to do, in one line."""


def install(python: Path, log: Path, lock: Path) -> None:
    """Installs what a lock names and nothing else: no dependency is looked up, so no newer release is ever seen.

    A package that comes as source is built by what is installed already; its build fetches nothing either.
    """
    site = next(python.parent.parent.glob("lib/python3*/site-packages"))
    run(
        *(python, log, "install", "--no-deps", "--require-hashes", "--no-build-isolation", "--no-compile"),
        *("--progress-bar", "off", "--requirement", str(lock)),
        progress=Progress(packages(lock), site),
    )


def run(python: Path, log: Path, *arguments: str, progress: Progress | None = None) -> None:
    """Runs ``python -m pip`` and appends what it says to ``log``. Raises SetupError when it fails."""
    command = [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in _OVERRULED}
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = []
    with process, log.open("a", encoding="utf-8") as file:
        try:
            for line in _lines(process, progress):
                file.write(line)
                said.append(line)
        finally:
            process.terminate()
            if progress:
                progress.close()
    if process.returncode:
        raise SetupError(f"{explain(''.join(said))} (what pip said: {log})")


def explain(said: str) -> str:
    """One line for what pip said when it failed."""
    for pattern, reason in _REASONS:
        if re.search(pattern, said):
            return reason.format(package=_package(said))
    errors = re.findall(r"^(?:ERROR|error): (.+)", said, re.MULTILINE) or said.split("\n")[:1]
    return f"pip failed: {errors[0]}"


def _package(said: str) -> str:
    """The package that pip stumbled over."""
    found = re.search(r"(?:distribution found for|satisfies the requirement) (\S+)", said)
    found = found or re.search(r"^ +(\S+==\S+) from ", said, re.MULTILINE)
    return found.group(1) if found else "a package"


def _lines(process: subprocess.Popen[bytes], progress: Progress | None) -> Iterator[str]:
    """The process's lines as they come until it ends; meanwhile ``progress`` looks twice a second."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for raw in process.stdout or ():
            lines.put(raw.decode("utf-8", "replace"))
        process.wait()
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    line: str | None = ""
    while line is not None:
        if line and progress:
            progress.read(line)
        if line:
            yield line
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            line = ""
        if progress:
            progress.look()

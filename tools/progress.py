"""How far pip has come: one line that is rewritten on a terminal, a line every few seconds in a log."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from tools.locked import Package

_SEEN = re.compile(r"(?:Collecting|Processing|Requirement already satisfied:?) .*\(line (\d+)\)\)")
_IGNORED = re.compile(r"Ignoring [^:]+: markers ")
_INSTALLING = re.compile(r"Installing collected packages: (.+)")
_EVERY = 2.0
"""Seconds between two lines of a log."""


class Progress:
    """Reads pip's lines, and counts what appears in the folder that pip installs to.

    ``packages`` are the lock's entries by the number of their line.
    """

    def __init__(
        self,
        packages: Mapping[int, Package],
        site: Path,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._packages, self._site, self._out, self._clock = packages, site, out or sys.stderr, clock
        self._total, self._fetched = len(packages), set()
        self._installing, self._before, self._installed = 0, self._there(), 0
        self._last = float("-inf")

    def read(self, line: str) -> None:
        """Takes one line of pip's output."""
        if _IGNORED.match(line):
            self._total -= 1
        if seen := _SEEN.match(line):
            self._fetch(int(seen.group(1)))
        if installing := _INSTALLING.match(line):
            self._installing = installing.group(1).count(",") + 1

    def look(self) -> None:
        """Looks at what has been installed since; to be called now and then."""
        new = self._there() - self._before if self._installing else frozenset()
        if len(new) > self._installed:
            self._installed = len(new)
            name = max(new, key=_changed).name[: -len(".dist-info")]
            self._say("installing", self._installed, self._installing, name.replace("-", " "))

    def close(self) -> None:
        """Clears the line of a terminal."""
        if self._out.isatty():
            self._out.write("\r\033[K")
            self._out.flush()

    def _fetch(self, number: int) -> None:
        if number in self._packages and number not in self._fetched:
            self._fetched.add(number)
            package = self._packages[number]
            self._say("fetching", len(self._fetched), self._total, f"{package.name} {package.version}")

    def _there(self) -> frozenset[Path]:
        return frozenset(self._site.glob("*.dist-info"))

    def _say(self, what: str, done: int, total: int, name: str) -> None:
        if self._out.isatty():
            self._out.write(f"\r\033[K{what} {done}/{total} {name}")
        elif done >= total or self._clock() - self._last >= _EVERY:
            self._last = self._clock()
            self._out.write(f"{what} {done}/{total} {name}\n")
        self._out.flush()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # replaced while we looked
        return 0.0

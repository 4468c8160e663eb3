"""Running the checks of a stack, which are read-only, and judging what they print."""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from analyser.analyses.entrance_checks import Check

_LONGEST = 120
"""Seconds for one command; the longest waits 60 by itself."""
_PAUSE = 15
# A program that is not there, and what the AWS CLI was asked wrongly, is not set up for or is refused by the service:
# https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
_NEVER = (126, 127, 252, 253, 254)


class State(StrEnum):
    """What came of a check."""

    OK = "ok"
    FAILED = "FAILED"
    LEFT = "not run"


@dataclass(frozen=True)
class Outcome:
    """A check, what came of it, and in a line why, where it is not well."""

    check: Check
    state: State
    why: str = ""

    @property
    def line(self) -> str:
        """For the terminal, which is told nothing by what others have answered."""
        text = f"{self.state:<8} {self.check.title}{f': {self.why}' if self.why else ''}"
        return "".join(filter(str.isprintable, text))


@dataclass(frozen=True)
class _Answer:
    well: bool
    final: bool
    """Whether asking again would say the same."""
    said: str


def asked(checks: Sequence[Check], seconds: float, pause: float = _PAUSE) -> Iterator[Outcome]:
    """The outcome of each check, as soon as it is certain.

    What is not well yet is asked again every ``pause`` seconds until it is, or until ``seconds`` after the start, when
    what is still being asked is broken off: nothing takes longer. kubectl's configuration is one of its own, so that
    the user's stays as it is.
    """
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "KUBECONFIG": str(Path(folder) / "kubeconfig"), "AWS_PAGER": ""}
        waiting: list[tuple[Check, str]] = []
        for check in checks:
            if check.adds:
                yield Outcome(check, State.LEFT, "it starts a container in a pod, which stays listed there; by hand")
            else:
                waiting.append((check, f"not asked within {seconds:g} seconds"))
        while waiting:
            again = []
            for check, before in waiting:
                left = until - time.monotonic()
                answer = _ask(check, env, min(_LONGEST, left)) if left > 0 else _Answer(False, True, before)
                if answer.well:
                    yield Outcome(check, State.OK)
                elif answer.final or time.monotonic() + pause > until:
                    yield Outcome(check, State.FAILED, answer.said)
                else:
                    again.append((check, answer.said))
            waiting = again
            if waiting:
                time.sleep(max(0, min(pause, until - time.monotonic())))


def elsewhere(accounts: Sequence[str]) -> str:
    """Why whoever calls should not ask about a stack that is in ``accounts``, in a line; empty for one of them."""
    theirs = f"is in account {' or '.join(accounts)}"
    command = ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"]
    env = {**os.environ, "AWS_PAGER": ""}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=_LONGEST)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{theirs}, and which you are in is not known: {error}"
    if done.returncode:
        return f"{theirs}, and which you are in is not known: {_said(done.stdout, done.stderr)}"
    own = done.stdout.strip()
    return "" if own in accounts else f"{theirs}, and you are in {own}"


def _ask(check: Check, env: dict[str, str], seconds: float) -> _Answer:
    # In a process group of its own, so that what the shell has started ends with it.
    with subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", check.command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            out, problems = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return _Answer(well=False, final=False, said=f"no answer in {seconds:.0f} seconds")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    well = process.returncode == 0 and re.fullmatch(check.shows, out.rstrip("\n")) is not None
    return _Answer(well, process.returncode in _NEVER, _said(out, problems))


def _said(out: str, problems: str) -> str:
    """What a person needs of it, in a line: the end of the errors, or else what was answered."""
    errors = [line.strip() for line in problems.splitlines() if line.strip()]
    answers = [line.strip().replace("\t", " ") for line in out.splitlines() if line.strip()]
    return " / ".join(errors[-2:] or answers) or "nothing is there"

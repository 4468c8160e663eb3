"""Looks longer than ``make test`` for what is rare: an hour or two.

Generated examples are drawn anew, twenty times as many; every scenario of a changed stack runs, every size is
raised and lowered, and every map and list of settings gets an entry more; what is tried with some stacks is tried
with all; a packet walks through thousands of random networks, always the same ones; 20,000 questions of rights are
decided twice; 20,000 stack files are broken;
every legal value of every setting and every pair of switches builds its stack; a stack of each system is run with an
SDK that is loaded as it is; every stack is drawn, folded and not; nine editors at what `make local` runs are cut off
and come back;
the whole suite runs ten times, each time in another order and looking through all that it left over, and the last three
times beside eight processes that keep the machine busy.
"""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

_RUNS, _BUSY_RUNS, _BUSY = 10, 3, 8
_LONGER: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "scenarios": (("tests/scenarios/every.py",), {}),
    "sizes": (("tests/scenarios/every_size.py",), {}),
    "entries of maps and lists": (("tests/scenarios/every_entry.py",), {}),
    "what is tried with some stacks": (
        (
            "tests/analyser/analyses/deployment_rights",
            "tests/policy/engine/test_five_ways.py",
            "tests/systems/test_doors.py",
            "tests/systems/test_nearest.py",
            "tests/systems/test_protection.py",
            "tests/systems/test_stack_names.py",
            "tests/systems/test_trace.py",
        ),
        {"STRATA_EVERY_STACK": "1"},
    ),
    "networks that a packet walks through": (
        ("tests/analyser/analyses/reach/test_walk.py",),
        {"STRATA_REACH_NETWORKS": "5000"},
    ),
    "questions of rights at random": (
        ("tests/analyser/analyses/rights/test_generated.py",),
        {"STRATA_RIGHTS_QUESTIONS": "20000"},
    ),
    "a long conversation on this machine": (("tests/local/long_conversation.py",), {}),
    "stacks with an SDK as it is": (("tests/analyser/run/sdk/every_stack.py",), {}),
    "broken stack files": (("tests/settings/test_broken_files.py",), {"STRATA_BROKEN_FILES": "20000"}),
    "pictures of every stack, folded and not": (("tests/analyser/faces/picture/every_stack.py",), {}),
    "legal values and pairs of switches": (("tests/settings/every_setting.py",), {}),
}


def main() -> int:
    """1 if anything failed."""
    failed = []
    if not _passes("-m", "hypothesis", "--hypothesis-profile=soak"):
        failed.append("generated examples")
    failed += [name for name, (paths, environment) in _LONGER.items() if not _passes(*paths, **environment)]
    for number in range(1, _RUNS + 1):
        beside = number > _RUNS - _BUSY_RUNS
        with _busy() if beside else nullcontext():
            if not _passes(STRATA_LEFT_OVER="1"):
                failed.append(f"run {number}{' on a busy machine' if beside else ''}")
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "nothing failed\n")
    return 1 if failed else 0


def _passes(*more: str, **environment: str) -> bool:
    command = [sys.executable, "-m", "pytest", "--workers", "2", *more]
    return subprocess.run(command, check=False, env={**os.environ, **environment}).returncode == 0


@contextmanager
def _busy() -> Generator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(_BUSY)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())

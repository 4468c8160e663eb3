"""Plays histories: ``python -m tests.functions.collaboration.soak [--short] [functions|servers|record [SEED …]]``, or
``… aimed [HISTORY …]``.

What they say goes to the terminal, what the code under test logs does not. Status 1 tells that something was lost.
"""

import contextlib
import os
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(_ROOT / "functions" / name) for name in ("authorizer", "collaboration")]

from . import aimed, aimed_functions, functions, record, servers  # noqa: E402 - the code under test is found by the line above

_MODELS = {"functions": functions.play, "servers": servers.play, "record": record.play}
_SEEDS = {"functions": range(1, 6), "servers": range(1, 4), "record": range(1, 4)}
_AIMED = "aimed"


def main(arguments: list[str]) -> int:
    """1 if an acknowledged edit was lost."""
    short = "--short" in arguments
    model, *chosen = [one for one in arguments if one != "--short"] or [""]
    failed = False
    for name in [model] if model else [*_MODELS, _AIMED]:
        for one in chosen or _all(name, short):
            begun = time.monotonic()
            faults = _played(name, one, short)
            failed = failed or bool(faults)
            sys.stdout.writelines(f"{name}, {one}: {fault}\n" for fault in faults)
            sys.stderr.write(f"{name}, {one}: {len(faults)} faults, {time.monotonic() - begun:.0f} s\n")
    sys.stdout.write("something was lost\n" if failed else "nothing was lost\n")
    return int(failed)


def _all(name: str, short: bool) -> list[str]:
    if name == _AIMED:
        return [*aimed.HISTORIES, *aimed_functions.HISTORIES]
    return [str(seed) for seed in (_SEEDS[name][:1] if short else _SEEDS[name])]


def _played(name: str, one: str, short: bool) -> list[str]:
    def say(text: str) -> None:
        sys.stderr.write(f"{name}, {one}: {text}\n")

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        if name == _AIMED:
            return (aimed if one in aimed.HISTORIES else aimed_functions).play(one)
        return _MODELS[name](int(one), short, say)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Plays histories: ``python -m tests.functions.collaboration.soak [--short] [functions|servers|record [SEED …]]``.

What they say goes to the terminal, what the code under test logs does not. Status 1 tells that something was lost.
"""

import contextlib
import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(_ROOT / "functions" / name) for name in ("authorizer", "collaboration")]

from . import functions, record, servers  # noqa: E402 - the code under test is found by the line above

_MODELS = {"functions": functions.play, "servers": servers.play, "record": record.play}
_SEEDS = {"functions": range(1, 6), "servers": range(1, 3), "record": range(1, 3)}


def main(arguments: list[str]) -> int:
    """1 if an acknowledged edit was lost."""
    short = "--short" in arguments
    model, *seeds = [one for one in arguments if one != "--short"] or [""]
    failed = False
    for name in [model] if model else list(_MODELS):
        for seed in map(int, seeds or (_SEEDS[name][:1] if short else _SEEDS[name])):
            faults = _played(name, seed, short)
            failed = failed or bool(faults)
            sys.stdout.writelines(f"{name}, seed {seed}: {fault}\n" for fault in faults)
    sys.stdout.write("something was lost\n" if failed else "nothing was lost\n")
    return int(failed)


def _played(name: str, seed: int, short: bool) -> list[str]:
    def say(text: str) -> None:
        sys.stderr.write(f"{name}, seed {seed}: {text}\n")

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        return _MODELS[name](seed, short, say)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

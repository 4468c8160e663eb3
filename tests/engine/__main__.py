"""Takes stacks through preview with the policy pack, up, no change, a documented change and destroy: Pulumi's engine.

    python -m tests.engine [STACK …]

Without names every stack. The clouds are stand-ins; the state is thrown away. Exit status: 0 when every step of every
stack did what it should, 1 when one did not, 2 when something is missing or there is no such stack, 130 interrupted.
"""

import signal
import sys
from pathlib import Path

from settings.stackfile import stack_names
from tests.engine.steps import Step, steps
from tests.engine.table import table
from tests.engine.workspace import MissingError, eks_provider, pulumi_cli

_SHOWN = 60  # lines of what Pulumi said when a step failed
ROOT = Path(__file__).resolve().parents[2]


def run(names: list[str], root: Path = ROOT) -> int:
    """Takes the stacks through one after the other, tells of each step, prints the table. The exit status."""
    known = stack_names(root)
    strange = sorted(set(names) - set(known))
    if strange:
        return _refused(f"there is no stack {', '.join(strange)}; stacks here: {', '.join(known)}")
    try:
        pulumi_cli()
        eks_provider()
    except MissingError as error:
        return _refused(str(error))
    results: dict[str, list[Step]] = {}
    try:
        for stack in names or known:
            results[stack] = []
            for step in steps(root, stack, lambda name, number, stack=stack: _watch(stack, name, number)):
                results[stack].append(step)
                _tell(stack, step)
    except KeyboardInterrupt:
        _say("\ninterrupted", "\n")
        return 130
    finally:
        sys.stdout.write(f"{table(results)}\n")
    return 0 if all(step.ok for done in results.values() for step in done) else 1


def _refused(why: str) -> int:
    _say(f"make engine: {why}", "\n")
    return 2


def _watch(stack: str, name: str, number: int) -> None:
    if sys.stderr.isatty():
        _say(f"\r\x1b[K{stack} {name}: {number} resources", "")


def _tell(stack: str, step: Step) -> None:
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    ending = "ok" if step.ok else f"failed: {step.problem}"
    _say(f"{start}{stack} {step.name}: {step.seconds:.0f} s, {step.changes or 'no changes'}, {ending}", "\n")
    _say("\n".join(f"    {line}" for line in step.output.splitlines()[-_SHOWN:]), "\n" if step.output else "")


def _say(text: str, end: str) -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupted)
    sys.exit(run(sys.argv[1:]))

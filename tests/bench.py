"""Measures a cold preview as a whole process, the same without each thing that is done to make it quick, and a picture.

    python -m tests.bench [STACK] [RUNS]

Medians over several runs each, taken in turns so that a busy machine weighs on all alike.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS = 2.5
"""Processor time of a cold preview of prod."""
MOST_MEGABYTES = 350
MOST_DRAWING = 1.0
"""Processor time of laying out and writing the picture of prod, once it is known what it shows."""
_IMPORTS = "from analyser.run import sdk; sdk.install()"
_GARBAGE = "import gc; gc.disable()"
_END = "import sys; sys.stdout.flush(); import os; os._exit(code)"
_PREVIEW = """
import sys
from analyser.faces.commands.cli import run
code = run(["preview", sys.argv[1]])
"""
_STEPS = {
    "SDK's classes built when asked for": (_GARBAGE, _PREVIEW, _END),
    "no looking for garbage": (_IMPORTS, _PREVIEW, _END),
    "no taking apart at the end": (_IMPORTS, _GARBAGE, _PREVIEW, "sys.exit(code)"),
}
"""What ``strata`` does to be quick, and a program that does all but that."""


@dataclass(frozen=True)
class Sample:
    """What one process took: seconds by the clock, seconds of processor time, peak memory in MB."""

    wall: float
    processor: float
    megabytes: float


def measure(*command: str) -> Sample:
    """Runs a command to its end."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command[:3])} … failed with {process.returncode}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(samples: list[Sample]) -> Sample:
    """The middle of each measure."""
    return Sample(*(statistics.median(column) for column in zip(*map(_row, samples), strict=True)))


def _row(sample: Sample) -> tuple[float, float, float]:
    return sample.wall, sample.processor, sample.megabytes


def drawing(stack: str, runs: int) -> float:
    """The median processor time of a picture, in seconds: places, lines, and SVG."""
    from analyser.analyses.reach.model import Reach
    from analyser.faces.picture.routes import draw
    from analyser.faces.picture.scene import scene
    from analyser.faces.picture.svg import svg
    from tests.stacks import stack_graph

    reach = Reach(stack_graph(stack))
    shown = scene(reach, reach.view)
    took = []
    for _ in range(runs):
        begun = time.process_time()
        svg(draw(shown))
        took.append(time.process_time() - begun)
    return statistics.median(took)


def main(stack: str = "prod", runs: int = 5) -> int:
    """Prints the figures; 1 when the preview or the picture costs more than it should."""
    strata = str(Path(sys.executable).with_name("strata"))
    probe = subprocess.run([strata, "preview", stack, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    if probe.returncode not in (0, 1):
        raise SystemExit(probe.stderr)
    summary = json.loads(probe.stdout)["summary"]
    whole: list[Sample] = []
    without: dict[str, list[Sample]] = {step: [] for step in _STEPS}
    for _ in range(runs):
        whole.append(measure(strata, "preview", stack))
        for step, lines in _STEPS.items():
            without[step].append(measure(sys.executable, "-c", "\n".join(lines), stack))
    preview = median(whole)
    sys.stdout.write(
        f"strata preview {stack}: {summary['resources']} resources, {summary['rules']} rules, median of {runs} runs\n"
    )
    sys.stdout.write(f"{'':<44}{'wall s':>8}{'CPU s':>8}{'brings':>8}{'peak MB':>9}\n")
    for label, sample in (("", preview), *((step, median(samples)) for step, samples in without.items())):
        name = f"without: {label}" if label else "preview, cold"
        brings = f"{sample.processor - preview.processor:.2f}" if label else ""
        sys.stdout.write(f"{name:<44}{sample.wall:>8.2f}{sample.processor:>8.2f}{brings:>8}{sample.megabytes:>9.0f}\n")
    sys.stdout.write(
        f"{preview.processor:.2f} s (aim: {MOST_SECONDS}), {preview.megabytes:.0f} MB (aim: {MOST_MEGABYTES})\n"
    )
    picture = drawing(stack, runs)
    sys.stdout.write(f"picture: {picture:.2f} s (aim: {MOST_DRAWING})\n")
    return int(preview.processor > MOST_SECONDS or preview.megabytes > MOST_MEGABYTES or picture > MOST_DRAWING)


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "prod", "5"][: max(2, len(sys.argv) - 1)]
    sys.exit(main(arguments[0], int(arguments[1])))

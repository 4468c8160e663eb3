"""Measures a cold preview as a whole process, beside the floor: a process that only imports the same SDK modules.

    python -m tests.bench [STACK] [RUNS]

Medians over several runs each, taken in turns so that a busy machine weighs on both alike.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_TIMES_FLOOR = 1.3
MOST_MEGABYTES = 350
# Runs a preview and writes which modules of Pulumi's packages it imported; what the SDK has only announced is of a lazy
# type until something of it is read.
_PROBE = """
import json, sys, types
from pathlib import Path
from analyser.faces.commands.cli import run
code = run(["preview", sys.argv[1], "--json"])
loaded = [name for name, module in sys.modules.items() if type(module) is types.ModuleType]
names = [name for name in loaded if name.split(".")[0].startswith("pulumi")]
Path(sys.argv[2]).write_text(json.dumps(names))
sys.exit(code)
"""
# Reading something of a module imports it where the SDK has only announced it.
_FLOOR = """
import importlib, json, sys
from pathlib import Path
for name in json.loads(Path(sys.argv[1]).read_text()):
    getattr(importlib.import_module(name), "__all__", None)
"""


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


def main(stack: str = "prod", runs: int = 5) -> int:
    """Prints the figures; 1 when the preview costs more than it should."""
    strata = str(Path(sys.executable).with_name("strata"))
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder) / "modules.json"
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE, stack, str(modules)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if probe.returncode not in (0, 1):
            raise SystemExit(probe.stderr)
        summary = json.loads(probe.stdout)["summary"]
        number = len(json.loads(modules.read_text()))
        previews, floors = [], []
        for _ in range(runs):
            floors.append(measure(sys.executable, "-c", _FLOOR, str(modules)))
            previews.append(measure(strata, "preview", stack))
    preview, floor = median(previews), median(floors)
    sys.stdout.write(
        f"strata preview {stack}: {summary['resources']} resources, {summary['rules']} rules, median of {runs} runs\n"
    )
    sys.stdout.write(f"{'':<28}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}\n")
    for label, sample in (("preview, cold", preview), (f"floor: {number} SDK modules", floor)):
        sys.stdout.write(f"{label:<28}{sample.wall:>8.2f}{sample.processor:>8.2f}{sample.megabytes:>9.0f}\n")
    ratio = preview.wall / floor.wall
    sys.stdout.write(
        f"{ratio:.2f} of the floor (aim: {MOST_TIMES_FLOOR}), {preview.megabytes:.0f} MB (aim: {MOST_MEGABYTES})\n"
    )
    return int(ratio > MOST_TIMES_FLOOR or preview.megabytes > MOST_MEGABYTES)


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "prod", "5"][: max(2, len(sys.argv) - 1)]
    sys.exit(main(arguments[0], int(arguments[1])))

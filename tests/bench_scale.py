"""Measures what grows: every stack in one process, and synthetic stacks of one and five thousand resources.

    python -m tests.bench_scale

Each figure is of a process of its own, without the imports for the synthetic ones, whose work must grow as their size.
"""

import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS = 25.0
"""For every stack in one process. Of processor time, which a busy machine does not stretch; it is all one thread."""
MOST_GROWTH = 1.15
"""Times the size by which five thousand resources may cost more than one thousand do, a resource."""
SMALL, LARGE = 1000, 5000
RUNS = 3


@dataclass(frozen=True)
class Sample:
    """Seconds of processor time, and megabytes beside those of the imports."""

    seconds: float
    megabytes: float


def _sample(resources: int) -> Sample:
    """A preview of a synthetic stack in this process: the run, the verdict, the timeline, the JSON form."""
    from analyser.analyses.policies.verdict import verdict
    from analyser.analyses.report import Report, document
    from analyser.run.program import run_program
    from tests.synthetic import program

    config = {"aws:region": "us-east-1", "strata:system": "synthetic", "strata:environment": "prod"}

    def preview(size: int) -> None:
        graph = run_program(program(size), stack="synthetic", config=config)
        violations, rules = verdict(graph)
        json.dumps(document(Report(graph, tuple(violations), rules)))

    gc.disable()  # as the command does
    preview(10)  # imports and fills what is kept between runs
    memory, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    preview(resources)
    seconds = time.process_time() - begun
    return Sample(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024)


def _measure(resources: int) -> Sample:
    """The medians of a few processes."""
    samples = []
    for _ in range(RUNS):
        command = [sys.executable, "-m", "tests.bench_scale", str(resources)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        samples.append(Sample(*json.loads(ended.stdout)))
    return Sample(
        *(statistics.median(column) for column in zip(*((s.seconds, s.megabytes) for s in samples), strict=True))
    )


def _synthetic() -> bool:
    small, large = _measure(SMALL), _measure(LARGE)
    for number, sample in ((SMALL, small), (LARGE, large)):
        each = f"{1000 * sample.seconds / number:.2f} ms and {1024 * sample.megabytes / number:.0f} KB a resource"
        sys.stdout.write(
            f"{number:>5} resources{'':<12}{sample.seconds:>8.2f} s CPU{sample.megabytes:>7.0f} MB  {each}\n"
        )
    size = LARGE / SMALL
    growth = large.seconds / small.seconds / size, large.megabytes / small.megabytes / size
    told = f"{growth[0]:.2f} of linear in time, {growth[1]:.2f} in memory (aim: {MOST_GROWTH})"
    sys.stdout.write(f"{told}\n")
    return max(growth) > MOST_GROWTH


def _every_stack() -> bool:
    from settings.stackfile import stack_names
    from tests.bench import measure

    strata = str(Path(sys.executable).with_name("strata"))
    names = stack_names(ROOT)
    sample = measure(strata, "preview", "--all")
    sys.stdout.write(
        f"strata preview --all: {len(names)} stacks, {sample.processor:.1f} s CPU, {sample.wall:.1f} s by the clock, "
        f"{sample.megabytes:.0f} MB at most (aim: {MOST_SECONDS:.0f} s CPU)\n"
    )
    return sample.processor > MOST_SECONDS


def main() -> int:
    """Prints the figures; 1 when one of them is worse than it should be."""
    return int(_every_stack() | _synthetic())


if __name__ == "__main__":
    if sys.argv[1:]:
        found = _sample(int(sys.argv[1]))
        sys.stdout.write(json.dumps([found.seconds, found.megabytes]))
        sys.exit(0)
    sys.exit(main())

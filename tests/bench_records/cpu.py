"""CPU time of processes, and of a yardstick, by which one machine is told from another.

Time on a processor, as Linux counts it for each thread in nanoseconds:
https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
"""

import json
import os
import resource
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

_ROUNDS = 5
Spent = dict[str, int]
"""Nanoseconds by thread."""


def of_process(pid: int) -> Spent:
    """What the threads of a process have had."""
    return _threads(Path(f"/proc/{pid}"))


def of_children(pid: int) -> Spent:
    """The same of a process and those that it started."""
    spent = of_process(pid)
    for process in Path("/proc").glob("[0-9]*"):
        if _parent(process) == pid:
            spent |= _threads(process)
    return spent


def since(before: Spent, after: Spent) -> float:
    """Milliseconds between two of them; a thread that began in between counts from its beginning."""
    return sum(nanoseconds - before.get(thread, 0) for thread, nanoseconds in after.items()) / 1e6


@contextmanager
def others() -> Generator[Callable[[], float]]:
    """Says, after the block, which part of the machine had others than this process and what it started and ended."""
    before, began = _spent_by_all() - _spent_by_us(), time.perf_counter()
    told = [0.0]
    yield lambda: told[0]
    told[0] = (_spent_by_all() - _spent_by_us() - before) / ((time.perf_counter() - began) * (os.cpu_count() or 1))


def _spent_by_us() -> float:
    """Seconds of CPU of this process and of all that it started and that has ended."""
    return sum(resource.getrusage(who)[n] for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) for n in (0, 1))


def _spent_by_all() -> float:
    """Seconds of CPU that were spent on this machine since it started; those that its host had in its stead count.
    https://man7.org/linux/man-pages/man5/proc_stat.5.html"""
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _parent(process: Path) -> int | None:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _threads(process: Path) -> Spent:
    spent = {}
    try:
        for task in (process / "task").iterdir():
            spent[task.name] = int((task / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        pass
    return spent


def yardstick() -> float:
    """Milliseconds of CPU that this machine takes for what the service does most: JSON, read and written."""
    return min(_least(_work) for _ in range(_ROUNDS))


def _work() -> None:
    record = {"id": "0" * 36, "version": 1, "kind": "reading", "body": {"note": "x" * 200, "values": list(range(20))}}
    for _ in range(1000):
        json.loads(json.dumps(record))


def _least(work: Callable[[], None]) -> float:
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1e6

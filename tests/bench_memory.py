"""Measures what a page takes while it is put together, and holds what is counted in its encoding against it.

    python -m tests.bench_memory

Each page is joined and encoded for a reader in a process of its own, whose largest memory is told. It must not be more
than ``collaboration.memory`` says, by which pages that could not be opened are kept from growing.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "functions" / "collaboration")]

from collaboration import memory
from pycrdt import Array, Doc, Map, Text

_SIZES = (100_000, 400_000)
_LIBRARIES_MIB = 120
_SCRIPT = """
import resource, sys
from collaboration import documents
from collaboration.limits import Limits
from collaboration.room import sync
state = documents.join(open(sys.argv[1], "rb").read(), [documents.EMPTY]).state
sync("docs/plan", state, None, Limits())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def main() -> int:
    """Prints the sizes; 1 when one is over what is counted."""
    over = 0
    sys.stdout.write(f"{'many':<20}{'page, MB':>10}{'memory, MiB':>13}{'counted':>9}\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in _PAGES.items():
            for size in _SIZES:
                document: Doc = Doc(client_id=1)
                with document.transaction():
                    write(document, size)
                page = document.get_update()
                path = Path(folder) / "page"
                path.write_bytes(page)
                taken, counted = _taken(path), memory.needed(page) // 2**20
                too_much = taken > _LIBRARIES_MIB + counted
                over += too_much
                line = f"{name:<20}{len(page) / 1e6:>10.1f}{taken:>13}{counted:>9}"
                sys.stdout.write(f"{line}{'  OVER' if too_much else ''}\n")
                sys.stdout.flush()
    return int(over > 0)


def _in_front(what: str) -> Callable[[Doc, int], None]:
    """Each text is put before all others, so that no two become one block."""

    def write(document: Doc, count: int) -> None:
        text = document.get("text", type=Text)
        for _ in range(count):
            text.insert(0, what)

    return write


def _entries(document: Doc, count: int) -> None:
    entries = document.get("map", type=Map)
    for number in range(count):
        entries[str(number)] = number


def _maps(document: Doc, count: int) -> None:
    """Fewer, since the library takes long to make them."""
    document.get("list", type=Array).extend([Map() for _ in range(count // 20)])


def _values(document: Doc, count: int) -> None:
    document.get("list", type=Array).append([None] * (10 * count))


_PAGES: dict[str, Callable[[Doc, int], None]] = {
    "single characters": _in_front("a"),
    "half lines": _in_front("a" * 40),
    "entries of a map": _entries,
    "maps in a list": _maps,
    "values of a list": _values,
}


def _taken(path: Path) -> int:
    # By way of a shell that starts it: Linux counts what the process was before it began with the program as its own.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", _SCRIPT, str(path)]
    folders = (str(ROOT / "functions" / name) for name in ("authorizer", "collaboration"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return int(done.stdout)


if __name__ == "__main__":
    sys.exit(main())

"""Measures what a page takes while it is put together, by its size and by how small its blocks are.

    python -m tests.bench_memory

Each page is joined and encoded for a reader in a process of its own, whose largest memory is told. It must grow with
the page's size and no faster: the bound is in bytes of memory for each byte of the page.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pycrdt import Doc, Text

ROOT = Path(__file__).resolve().parent.parent
_TEXTS = {"single characters": "a", "half a line": "a" * 40}
_BLOCKS = (100_000, 400_000)
_LIBRARIES_MIB = 120
_MOST = {"single characters": 75, "half a line": 20}
"""A block takes 0.4 KB in a document, whatever it says; encoded it has 6 bytes and its text."""
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
    """Prints the sizes; 1 when one is over its bound."""
    over = 0
    sys.stdout.write(f"{'blocks of':<20}{'page, MB':>10}{'memory, MiB':>13}\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in _TEXTS.items():
            for blocks in _BLOCKS:
                page = _page(text, blocks)
                path = Path(folder) / "page"
                path.write_bytes(page)
                taken = _taken(path)
                too_much = taken > _LIBRARIES_MIB + _MOST[name] * len(page) / 2**20
                over += too_much
                note = f"  OVER {_MOST[name]} bytes a byte" if too_much else ""
                sys.stdout.write(f"{name:<20}{len(page) / 1e6:>10.1f}{taken:>13}{note}\n")
    return int(over > 0)


def _page(text: str, blocks: int) -> bytes:
    """Each text is put before all others, so that no two become one block."""
    document: Doc = Doc(client_id=1)
    shared = document.get("text", type=Text)
    with document.transaction():
        for _ in range(blocks):
            shared.insert(0, text)
    return document.get_update()


def _taken(path: Path) -> int:
    # By way of a shell that starts it: Linux counts what the process was before it began with the program as its own.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", _SCRIPT, str(path)]
    folders = (str(ROOT / "functions" / name) for name in ("authorizer", "collaboration"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return int(done.stdout)


if __name__ == "__main__":
    sys.exit(main())

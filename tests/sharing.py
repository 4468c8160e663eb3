"""Which tests run in the same worker, so that what they share is made once: a module's, and all that ask for stacks."""

import functools
import re
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).resolve().parent.parent
_IMPORTED = re.compile(r"^from (tests(?:\.\w+)+) import", re.MULTILINE)
_GRAPHS = "tests/stacks.py"


class Scheduler(LoadScopeScheduling):
    """Hands each worker whole groups. (The marks of ``--dist loadgroup`` are lost on pytest 9.2: pytest-xdist#1386.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0])


def group(file: str) -> str:
    """The name of a test file's group, by its path from the root: its own, or one for all that run real stacks."""
    return "stacks" if _GRAPHS in _needed(file) else file


@functools.cache
def _needed(file: str) -> frozenset[str]:
    """The modules of tests that a file imports, directly or through others, and itself."""
    path = _ROOT / file
    if not path.is_file():
        return frozenset()
    imported = _IMPORTED.findall(path.read_text(encoding="utf-8"))
    files = {f"{module.replace('.', '/')}.py" for module in imported}
    return frozenset({file}).union(*map(_needed, files - {file}))

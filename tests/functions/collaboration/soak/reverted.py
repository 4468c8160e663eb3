"""Takes back one mend at a time, in a copy of the tree, and says which of them the soak does not miss.

python -m tests.functions.collaboration.soak.reverted [part of a name …]

Each is a way in which edits were lost, or would be. The text that is replaced must be there, once. ``kind`` is which
of these it is one of (a test holds that each is there):

1. events in another form than the service sends    5. pages too large for a slow reader
2. operations removed without having been folded    6. who keeps a page for good, and fills it once
3. vanished connections that are told of each other  7. a store that is away, fails over or forgets
4. updates of another version of the encoding       8. clients that compare what they have with the server
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[4]
CODE = Path("functions/collaboration/collaboration")
_SEEDS = ("1", "2", "3")


class Mend(NamedTuple):
    """A mend, by what it prevents; its kind; the history that shows it; and what stands in its place without it."""

    kind: int
    name: str
    shown_by: str
    """``functions``, where each seed shows it, or one of the histories that are aimed: no mend is noticed by luck."""
    file: str
    mended: str
    before: str


MENDS = (
    Mend(
        1,
        "binary attributes of streams are read as text",
        "functions",
        "tables.py",
        "            return {kind: base64.b64decode(held)}\n",
        "            return value\n",
    ),
    Mend(
        2,
        "removals without a userIdentity are overlooked",
        "removed elsewhere",
        "handlers.py",
        '        if record["eventName"] == "REMOVE" and int(',
        '        if record["eventName"] == "REMOVE" and "userIdentity" in record and int(',
    ),
    Mend(
        2,
        "what no snapshot holds has a time to live",
        "functions",
        "operations.py",
        '            "createdAt": int(self._clock() * 1000),\n',
        '            "createdAt": int(self._clock() * 1000),\n'
        '            "ttl": self._in(self._limits.operation_seconds),\n',
    ),
    Mend(
        3,
        "vanished connections are told of each other",
        "functions",
        "room.py",
        "                left.append((connection.page_id, connection.principal.user_id))\n",
        "                self._leave([(connection.page_id, connection.principal.user_id)])\n",
    ),
    Mend(
        4,
        "updates of version 2 are acknowledged",
        "refused by a function",
        "documents.py",
        "    if _readable(update[:-1]) or (",
        "    if False and (",
    ),
    Mend(
        2,
        "what came while a snapshot was made is removed with it",
        "came meanwhile",
        "operations.py",
        "                self._table.delete_all((page_id, order) for order in folded)\n",
        '                self._table.delete_all((page_id, item["timestamp"]) for item in self._waiting(page_id))\n',
    ),
    Mend(
        5,
        "a page is sent faster than it is read",
        "slow",
        "server.py",
        "        await connection.send(text)\n",
        "        if connection.transport.get_write_buffer_size() > _MOST_WAITING:\n"
        '            await connection.close(1013, "reading too slowly")\n'
        "        broadcast([connection], text)\n",
    ),
    Mend(
        4,
        "servers acknowledge updates of version 2",
        "refused",
        "documents.py",
        "    if _readable(update[:-1]) or (",
        "    if False and (",
    ),
    Mend(
        7,
        "a page that only Redis has ends",
        "left",
        "redis_scripts.py",
        "redis.call('SET', KEYS[1], ARGV[2])",
        "redis.call('SET', KEYS[1], ARGV[2], 'EX', 1)",
    ),
    Mend(
        7,
        "a failover of Redis is not noticed",
        "failed over",
        "server.py",
        "                if known - now:\n",
        "                if False and known - now:\n",
    ),
    Mend(
        6,
        "a page that is left is not recorded",
        "recorded",
        "redis_pages.py",
        "            kept = await self._record.add(page_id, state) if state != documents.EMPTY else state\n",
        "            kept = state\n",
    ),
    Mend(
        6,
        "everybody who finds a page empty fills it",
        "filled",
        "record.py",
        'return row is not None and row["seed"] == operation.operation_id\n',
        "return True\n",
    ),
    Mend(
        8,
        "y-websocket's clients are not asked for what they have",
        "asked",
        "yjs_clients.py",
        "        await self._socket.stream(yjs_messages.vector(vector))\n",
        "",
    ),
    Mend(
        7,
        "what is told is not kept",
        "left",
        "live.py",
        "            queued = await self._pages.append(whole, member.principal.user_id)\n",
        "            from .redis_pages import Queued\n\n            queued = Queued(1)\n",
    ),
    Mend(
        8,
        "presence of y-websocket's clients is not passed on",
        "shown",
        "hub.py",
        '            told["awareness"] = base64.b64encode(awareness).decode()\n',
        "            pass\n",
    ),
)


def main(chosen: list[str]) -> int:
    """Runs the soak without each mend whose name holds one of ``chosen`` (all, when empty); 1 if one is not missed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = _copy(Path(folder))
        for mend in MENDS:
            if chosen and not any(word in mend.name for word in chosen):
                continue
            begun = time.monotonic()
            fault = _fault_without(mend, tree)
            unnoticed += fault is None
            seconds = time.monotonic() - begun
            sys.stdout.write(
                f"{mend.name}: {'NOT NOTICED' if fault is None else f'noticed by {fault}'} ({seconds:.0f} s)\n"
            )
            sys.stdout.flush()
    return 1 if unnoticed else 0


def _copy(folder: Path) -> Path:
    ignored = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    tree = Path(shutil.copytree(ROOT, folder / "tree", ignore=ignored))
    modules = Path("functions/collaboration/client/node_modules")
    (tree / modules).symlink_to(ROOT / modules)
    return tree


def _fault_without(mend: Mend, tree: Path) -> str | None:
    """The first thing that is lost without a mend, or None."""
    path = tree / CODE / mend.file
    whole = path.read_text(encoding="utf-8")
    if whole.count(mend.mended) != 1:
        raise SystemExit(f"{mend.name}: {mend.file} holds what is to be taken back {whole.count(mend.mended)} times")
    path.write_text(whole.replace(mend.mended, mend.before), encoding="utf-8")
    histories = [["functions", seed] for seed in _SEEDS] if mend.shown_by == "functions" else [["aimed", mend.shown_by]]
    try:
        return next((fault for one in histories if (fault := _fault(one, tree)) is not None), None)
    finally:
        path.write_text(whole, encoding="utf-8")


def _fault(history: list[str], tree: Path) -> str | None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.functions.collaboration.soak", "--short", *history]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:  # a fault of the history itself
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout.splitlines()[0] if done.returncode else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A page of 16 MB in the Lambda model, within what API Gateway, DynamoDB and a function's time and memory allow.

A message is one frame of 32 KB at most (``Management`` refuses larger ones), an item of DynamoDB holds 400 KB (moto
refuses larger ones), and a reader's buffer is full until it has read.
"""

import base64
import subprocess
import sys
import threading
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from collaboration.fan_out import FanOut

from .api import Api
from .support import PAGE, Editor, LimitExceededError, Management, body, principal, text_of

pytestmark = pytest.mark.no_cover  # measuring makes sixteen megabytes slow, and other tests run the same lines

MEGABYTES = 16
_MEMORY_MIB = 1024
"""Of the function that the route ``join`` leads to (CONF-LAM-04)."""


@pytest.fixture(scope="module")
def large() -> tuple[str, bytes]:
    """A text of 16 MB, and the page that holds it."""
    text = base64.b64encode(Random(1).randbytes(MEGABYTES * 1024 * 1024 * 3 // 4)).decode()
    page = Editor(0, iter(()))
    page.insert(0, text)
    return text, page.document.get_update()


class SlowReader(Management):
    """A connection whose buffer takes so many messages; each time that somebody waits it has read some."""

    def __init__(self, buffered: int, reads: int) -> None:
        super().__init__()
        self.now = 0.0
        self._room, self._reads, self._lock = buffered, reads, threading.Lock()

    def post_to_connection(self, **call: Any) -> None:
        with self._lock:
            if not self._room:
                raise LimitExceededError
            self._room -= 1
            super().post_to_connection(**call)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self._room += self._reads

    def clock(self) -> float:
        return self.now


def shown(frames: list[dict[str, Any]]) -> str:
    """The text of what was sent in parts, in whatever order they came."""
    parts = {frame["part"]: frame["update"] for frame in frames if frame["action"] == "sync"}
    assert set(parts) == set(range(1, frames[0]["parts"] + 1))
    return text_of(b"".join(base64.b64decode(parts[part]) for part in sorted(parts)))


def test_it_opens_for_a_reader_that_is_slower_than_what_is_sent(api: Api, large: tuple[str, bytes]) -> None:
    text, update = large
    api.room.operations.fold(PAGE, [update])
    reader = SlowReader(buffered=4, reads=8)
    api.room._fan_out = FanOut(reader, 50, reader.clock, reader.sleep)
    api.join("a", principal("ada"))
    assert shown(reader.told["a"]) == text
    assert reader.hung_up == []
    assert reader.now > 20, "seconds that it was waited for"


def test_a_reader_that_reads_no_more_is_given_up(api: Api) -> None:
    """Long before a reader who goes on: it holds up whoever writes, and is paid for."""
    reader = SlowReader(buffered=0, reads=0)
    api.room._fan_out = FanOut(reader, 290, reader.clock, reader.sleep)
    api.join("a", principal("ada"))
    assert reader.told == {}
    assert set(reader.hung_up) == {"a"}
    assert 10 <= reader.now <= 80


def test_a_reader_is_not_waited_for_longer_than_the_function_has(api: Api) -> None:
    """A page of 3 MB will do: its reader takes little at a time."""
    page = Editor(0, iter(()))
    page.insert(0, "x" * (3 * 1024 * 1024))
    api.room.operations.fold(PAGE, [page.document.get_update()])
    taken = []
    for patience, hung_up in ((3, {"a"}), (50, set())):
        reader = SlowReader(buffered=4, reads=2)
        api.room._fan_out = FanOut(reader, patience, reader.clock, reader.sleep)
        api.join("a", principal("ada"))
        assert set(reader.hung_up) == hung_up
        taken.append(reader.now)
    assert taken[0] < 10 < taken[1]


def test_parts_of_one_page_that_cannot_be_sent_are_missed_together() -> None:
    management = Management()
    frames = [body("sync", part=number) for number in range(40)]
    for broken, outcome in (
        (ClientError({"Error": {"Code": "ForbiddenException"}}, "PostToConnection"), "missed"),
        (None, "delivered"),
    ):
        management.broken = {"a": broken} if broken else {}
        delivery = FanOut(management).send(["a"], frames)
        assert (delivery.delivered, delivery.missed) == ((1, ()) if outcome == "delivered" else (0, ("a",)))
    assert sorted(frame["part"] for frame in management.told["a"]) == list(range(40))
    management.closed = {"a"}
    assert FanOut(management).send(["a"], frames).gone == ("a",)


def test_it_is_put_together_in_the_memory_of_the_function(large: tuple[str, bytes], tmp_path: Any) -> None:
    """Measured in a process of its own: libraries, the page as it is loaded, and all of its messages."""
    (tmp_path / "page").write_bytes(large[1])
    script = (
        "import resource, sys\n"
        "from collaboration import documents, handlers\n"
        "from collaboration.limits import Limits\n"
        "from collaboration.room import sync\n"
        "state = documents.join(open(sys.argv[1], 'rb').read(), []).state\n"
        "frames = sync('docs/plan', state, None, Limits())\n"
        "print(len(frames), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    # By way of a shell that starts it: Linux counts what the process was before it began with the program as its own.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", script, str(tmp_path / "page")]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
    )
    frames, mebibytes = map(int, done.stdout.split())
    assert frames > MEGABYTES * 1024 // 32
    assert mebibytes < _MEMORY_MIB // 2

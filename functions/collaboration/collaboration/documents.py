"""Pages as Yjs documents: joining updates, telling what a client lacks, refusing what is none.

Everything here works on binary updates (Yjs encoding, version 1), which may be joined in any order and any number of
times with the same result: https://docs.yjs.dev/api/document-updates
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pycrdt import Decoder, Doc, get_update, merge_updates

EMPTY = b"\0\0"
"""The update of a document that nobody has touched: no blocks, nothing deleted."""


class InvalidUpdateError(ValueError):
    """Bytes that are no Yjs update, or a state vector that is none."""


class Joined(NamedTuple):
    """The state of a page, and the updates that do not fit it."""

    state: bytes
    rejected: tuple[int, ...] = ()
    """Positions, in what was joined, of updates that contradict the document; only a broken client makes such."""


def check(update: bytes) -> None:
    """Raises InvalidUpdateError unless the bytes are an update and nothing else; an empty one counts as one.

    The library overlooks what follows an update, and reads an update of version 2 as an empty one of version 1 with
    something behind it: the first byte of both says that there are no blocks. So an update must need its last byte,
    and one without blocks must delete as only version 1 says it.
    """
    _compact([update])
    if _readable(update[:-1]) or (update.startswith(b"\0") and not _deletes_in_order(update[1:])):
        raise InvalidUpdateError("bytes follow the update, or it is of another version than 1")


def only_deletes(update: bytes) -> bool:
    """Whether an update that was checked takes something away and adds nothing."""
    return update.startswith(b"\0")


def join(state: bytes, updates: Iterable[bytes]) -> Joined:
    """Adds updates to a state, whatever their order and however often they were added before."""
    added = list(updates)
    try:
        return Joined(_compact([state, *added]))
    except InvalidUpdateError:
        return _join_one_by_one(state, added)


def covers(state: bytes, updates: Iterable[bytes]) -> bool:
    """Whether a state, as ``join`` gives it, already holds all that the updates can add to it."""
    return join(state, updates).state == state


def missing(state: bytes, vector: bytes | None) -> bytes:
    """What a client with this state vector lacks; all of it for a client without one. Raises InvalidUpdateError."""
    if not vector:
        return state
    try:
        return get_update(state, vector)
    except ValueError as error:
        raise InvalidUpdateError(str(error)) from error


def vector(state: bytes) -> bytes:
    """The state vector of a page: how much of each client's writing it holds without a gap."""
    document: Doc = Doc()
    document.apply_update(state)
    return document.get_state()


def _readable(update: bytes) -> bool:
    try:
        _compact([update])
    except InvalidUpdateError:
        return False
    return True


def _deletes_in_order(deleted: bytes) -> bool:
    """Whether ranges of deleted blocks are as every encoder of version 1 writes them: merged and sorted, by client."""
    read = Decoder(deleted)
    clients = set()
    count = read.read_var_uint()
    for _ in range(count):
        clients.add(read.read_var_uint())
        end = 0
        for _ in range(read.read_var_uint()):
            start, length = read.read_var_uint(), read.read_var_uint()
            if start < end or not length:
                return False
            end = start + length
    return len(clients) == count


def _join_one_by_one(state: bytes, updates: Sequence[bytes]) -> Joined:
    """Leaves out what contradicts the rest, and sooner than others what waits for something that isn't there."""
    rejected = []
    for position in sorted(range(len(updates)), key=lambda one: _waits(state, updates[one])):
        try:
            state = _compact([state, updates[position]])
        except InvalidUpdateError:
            rejected.append(position)
    return Joined(state, tuple(sorted(rejected)))


def _waits(state: bytes, update: bytes) -> bool:
    """Whether an update builds on something that the state lacks."""
    merged = merge_updates(state, update)
    document: Doc = Doc()
    try:
        document.apply_update(merged)
    except RuntimeError:
        return True
    return get_update(merged, document.get_state())[0] > 0  # how many clients' blocks are still to be taken in


def _compact(updates: Sequence[bytes]) -> bytes:
    """One update for all of them. Raises InvalidUpdateError when one of them is none, or they contradict each other."""
    try:
        return _merged(updates)
    except (ValueError, RuntimeError) as error:
        raise InvalidUpdateError(str(error)) from error
    except BaseException as error:
        # A panic of the Rust library, whose class can't be imported; one operation must not end a process.
        if type(error).__name__ != "PanicException":
            raise
        raise InvalidUpdateError(str(error)) from error


def _merged(updates: Sequence[bytes]) -> bytes:
    """The updates as one, with what was deleted forgotten.

    A document forgets updates that wait for earlier ones when it is encoded, and updates merged without a
    document never shrink; so the document's own encoding is merged with what it could not take in yet.
    """
    merged = merge_updates(*updates)
    document: Doc = Doc()
    document.apply_update(merged)
    waiting = get_update(merged, document.get_state())
    return merge_updates(document.get_update(), waiting)

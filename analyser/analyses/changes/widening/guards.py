"""Settings that protect: less encryption, shorter retention, easier deletion, less logging, more public access.

Told by the name of an input, since AWS uses few names for these in all of its types.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analyser.analyses.changes.edits import Edit, edits, hidden
from analyser.analyses.changes.widening import guard_names as names
from analyser.analyses.changes.widening.model import Kind

_KMS = re.compile(r"[kK]ms(Encryption|Master)?Key(Id|Arn)?$")
_VERSION = re.compile(r"(?<!\d)1[-_.]([0-3])(?!\d)")


def guard(token: str) -> Kind | None:
    """What goes with a resource of a type that is removed; None for one that guards nothing by itself."""
    return names.GUARDS.get(token)


def loosened(edit: Edit, token: str = "") -> Iterator[tuple[Kind, bool]]:
    """What a changed input loosens, and whether that is certain."""
    path = edit.plain_path.split(".")
    # A switch within a block turns on what the block is called.
    name = path[-2] if len(path) > 1 and path[-1] in names.SWITCHES else path[-1]
    yield from _switched(name, edit)
    yield from _lowered(path, edit)
    yield from _shortened(token, path, edit)
    yield from _of_a_list(edit)
    yield from _of_a_block(edit, token)


def opened(edit: Edit) -> Iterator[Kind]:
    """What an input of a new resource opens from its beginning."""
    kind = names.OFF.get(edit.plain_path.rsplit(".", 1)[-1])
    if kind in ("ingress", "rights") and edit.after is not None and _is_on(edit.after):
        yield kind


def _of_a_block(edit: Edit, token: str) -> Iterator[tuple[Kind, bool]]:
    """What is in a block that came or went; of one among several only what it opens."""
    before, after = (value if isinstance(value, Mapping) else {} for value in (edit.before, edit.after))
    if hidden(before) or hidden(after) or not (before or after) or (before and after):
        return
    for inner in edits(before, after, edit.path):
        if not _is_element(edit):
            yield from loosened(inner, token)
        elif after:
            yield from ((kind, True) for kind in opened(inner))


def _switched(name: str, edit: Edit) -> Iterator[tuple[Kind, bool]]:
    before, after = (_on(name, value) for value in (edit.before, edit.after))
    guards = names.ON.get(name) or ("encryption" if _KMS.search(name) else None)
    if guards and before and not after and not _is_element(edit):
        yield guards, True
    if name in names.OFF and after and not before:
        yield names.OFF[name], True


def _is_element(edit: Edit) -> bool:
    """Whether one of several went or came, so that what they are elements of is still given."""
    return edit.path.endswith("]")


def _lowered(path: list[str], edit: Edit) -> Iterator[tuple[Kind, bool]]:
    """Of words and numbers with an order, a lower one."""
    if path[-1] in names.TLS and edit.kind == "changed":
        versions = [_version(value) for value in (edit.before, edit.after)]
        if None in versions or _falls(versions) is not False:
            yield "encryption", _falls(versions) is True
    for ends, kind, words in names.ORDERS:
        if edit.plain_path.endswith(ends) and (words[0] is None or edit.after is not None):
            ranks = [_rank(words, value) for value in (edit.before, edit.after)]
            if _falls(ranks):
                yield kind, True
    if path[-1] in names.LESS and _number(edit.after) < _number(edit.before):
        yield names.LESS[path[-1]], True


def _falls(ranks: Sequence[int | None]) -> bool | None:
    """Whether the second is lower than the first; None where they are equal or nobody knows."""
    first, last = ranks
    return None if first is None or last is None or first == last else last < first


def _version(value: Any) -> int | None:
    """The lowest version of names.TLS that a policy's name says; None where it says none."""
    found = _VERSION.findall(str(value))
    return int(found[-1]) if found else None


def _rank(words: tuple[str | None, ...], value: Any) -> int | None:
    word = None if value is None else str(value).lower()
    return words.index(word) if word in words else None


def _shortened(token: str, path: list[str], edit: Edit) -> Iterator[tuple[Kind, bool]]:
    """What is kept for a shorter time, or copied no more."""
    name = path[-1]
    kept = name in names.LONG or path[-2:] in (
        ["retainRule", "interval"],
        ["retainRule", "count"],
        ["defaultRetention", "days"],
    )
    if (kept and _shorter(name, edit.before, edit.after)) or _expires(path, edit):
        yield "retention", True
    if token == "aws:backup/plan:Plan" and edit.kind == "removed" and path[-1] in ("rules", "copyActions"):  # noqa: S105 -- a type
        yield "retention", True
    copied = token == "aws:s3/bucketReplicationConfig:BucketReplicationConfig" and path == ["rules", "status"]  # noqa: S105 -- a type
    if copied and _is_on(edit.before) and not _is_on(edit.after):
        yield "retention", True


def _expires(path: list[str], edit: Edit) -> bool:
    """Whether a lifecycle takes away what it kept for longer, or for ever."""
    if path[-2:] == ["expiration", "days"]:
        return _shorter("deleteAfter", edit.before, edit.after)
    blocks = {"expiration", "noncurrentVersionExpiration"}
    within = isinstance(edit.after, Mapping) and not blocks.isdisjoint(edit.after)
    return edit.kind == "added" and (path[-1] in blocks or within)


def _of_a_list(edit: Edit) -> Iterator[tuple[Kind, bool]]:
    for ends, kind in names.FEWER.items():
        if edit.plain_path.endswith(ends) and edit.kind in ("removed", "changed"):
            yield kind, True
    for ends, kind in names.MORE.items():
        if edit.plain_path.endswith(ends) and edit.kind in ("added", "changed"):
            yield kind, True


def _on(name: str, value: Any) -> bool:
    return name in names.ON_UNLESS_SAID if value is None else _is_on(value)


def _is_on(value: Any) -> bool:
    return value.lower() not in names.OFF_WORDS if isinstance(value, str) else bool(value)


def _shorter(name: str, before: Any, after: Any) -> bool:
    left, right = (_length(name, value) for value in (before, after))
    return right < left


def _length(name: str, value: Any) -> float:
    number = names.LENGTHS.get(name, 0) if value is None else _number(value)
    return float("inf") if not number and name in names.FOREVER else number


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0

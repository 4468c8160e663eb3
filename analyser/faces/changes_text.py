"""Changes in words: what happens to a resource, what is lost by it, and what differs in it."""

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analyser.analyses.changes.changes import Change, Kind
from analyser.analyses.changes.difference import Difference
from analyser.analyses.changes.edits import Edit
from analyser.analyses.changes.replaced import Replaced
from analyser.analyses.changes.widening import Kind as WideningKind
from analyser.analyses.changes.widening import Widening
from analyser.analyses.update_time import UpdateTime
from analyser.faces.timeline_text import in_words as in_words_of

SECTIONS: dict[Kind, str] = {"replaced": "Replaced", "removed": "Removed", "updated": "Updated", "added": "Added"}
SIGNS: dict[Kind, str] = {"replaced": "±", "removed": "-", "updated": "~", "added": "+"}
_LONGEST = 60
_NAMED = 3
TAGS = "Default tags, in place on all of AWS that takes tags"
_AFTER_UP = "known after up"

_UNPRICED = 5
"""Resources without a price that are named; in a region that nobody has prices of, none has one."""


def shown(text: str) -> str:
    """A text in one line without characters that move a cursor: names and values come from files as well."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def fate(change: Change) -> str:
    """What happens to a resource that bears data or identity, and what stops it."""
    bears = change.bearing
    sure = change.replaced is None or change.replaced.certain
    does = {"replaced": "is replaced" if sure else "may be replaced", "removed": "is removed"}[change.kind]
    lost = f": its {bears.kind} would be lost ({bears.what})" if bears else ""
    return f"{change.name} {does}{lost}{'; protected, so `pulumi up` stops' if change.protected else ''}"


def unpriced(found: Difference) -> Iterator[str]:
    """What the totals leave out, so that it is not taken for a saving: some of each side, a line each."""
    for name, lines in ((found.before, found.unpriced_before), (found.after, found.unpriced_after)):
        yield from (f"not priced in {name}: {line}" for line in lines[:_UNPRICED])
        if len(lines) > _UNPRICED:
            yield f"not priced in {name}: and {len(lines) - _UNPRICED} more, which --json says"


def takes(time: UpdateTime) -> list[str]:
    """How long an update takes, and what nobody has timed, a line each; nothing where nothing changes."""
    told = [f"about {in_words_of(time.typical)}, at worst {in_words_of(time.worst)}"] if time.path else []
    if time.not_known:
        told = [f"{told[0]}, beside what nobody has timed" if told else "not known, since nobody has timed it"]
    return [*told, *time.not_known]


def refusals(found: Difference) -> list[str]:
    """What a service will refuse, a sentence each."""
    return [f"{change.name}: {why}" for change in found.changes for why in change.refused]


def of_tags(found: Difference) -> list[str]:
    """Default tags that differ, a line each, such as ``version  v1.0.0 → v1.1.0``."""
    return [in_words(edit) for edit in found.tags]


def asides(change: Change) -> list[str]:
    """What else is to be known of a change, in short."""
    found = []
    if change.kind == "updated" and change.edits and all(edit.path.startswith("options.") for edit in change.edits):
        found.append("in Pulumi's state alone, which no preview counts")
    if change.former:
        found.append(f"was {change.former.rsplit('::', 1)[1]}, by its alias")
    if change.deleted_first:
        found.append("the old one goes before the new one comes")
    if change.retained:
        found.append("the old one stays in the cloud" if change.replaced else "stays in the cloud")
    if change.copied and change.kind in ("removed", "replaced"):
        found.append(f"nothing is lost: {change.copied}")
    if change.protected and not change.loses:
        found.append("protected, so `pulumi up` stops")
    return found


def lines(change: Change) -> list[str]:
    """What differs in a resource, a line each: what forces a replacement first."""
    again = change.replaced
    forced = again.properties if again else ()
    told = {name: [e for e in (*change.edits, *change.not_known) if _is_of(e, name)] for name in forced}
    since = _reason(again) if again else ""
    found = [f"{name}, {since}" for name, edits in told.items() if not edits]
    found += dict.fromkeys(f"{in_words(edit)}, {since}" for edits in told.values() for edit in edits)
    rest = [edit for edit in change.edits if not any(edit in edits for edits in told.values())]
    return [*found, *_in_short(rest)]


def _in_short(found: Sequence[Edit]) -> Iterator[str]:
    """A line each; but one for a number that changes in many elements, such as where widgets stand."""
    places = Counter(
        edit.plain_path
        for edit in found
        if edit.kind == "changed" and all(isinstance(side, int | float) for side in (edit.before, edit.after))
    )
    many = {path: count for path, count in places.items() if count > _NAMED}
    yield from (in_words(edit) for edit in found if edit.plain_path not in many)
    yield from (f"{path}  in {count} elements" for path, count in many.items())


def _reason(again: Replaced) -> str:
    if again.since:
        return f"since {' and '.join(again.since)} is replaced"
    if not again.asked:
        return "of which nobody knows whether it forces it"
    return "which forces it" if again.certain else "which may force it"


def in_words(edit: Edit) -> str:
    """One difference, such as ``spec.replicas  2 → 3``."""
    before, after = value(edit.before), value(edit.after)
    if edit.kind == "added":
        return f"{edit.path}  + {after}"
    if edit.kind == "removed":
        return f"{edit.path}  - {before}"
    if edit.kind == "reordered":
        return f"{edit.path}  in another order"
    if edit.kind == "unknown":
        return f"{edit.path}  {_AFTER_UP}"
    if isinstance(edit.before, str) and isinstance(edit.after, str) and "\n" in edit.before + edit.after:
        return f"{edit.path}  {_by_lines(edit.before, edit.after)}"
    return f"{edit.path}  {before} → {after}"


def value(found: Any) -> str:
    """A value in at most so many characters."""
    if isinstance(found, dict) and found.get("$secret") is True:
        return "[secret]"
    if isinstance(found, dict) and found.get("$unknown") is True:
        return f"({_AFTER_UP})"
    text = found if isinstance(found, str) and found else json.dumps(found, ensure_ascii=False)
    text = text.replace("\n", "\\n").replace('{"$unknown": true}', f"({_AFTER_UP})")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def alike(found: Iterable[Change]) -> list[list[Change]]:
    """Changes of one type that say the same share their lines, such as a tag on fifty alarms."""
    groups: dict[Any, list[Change]] = {}
    for change in found:
        groups.setdefault((change.type, *lines(change), *asides(change)), []).append(change)
    return list(groups.values())


def names(members: Sequence[Change]) -> str:
    """The names of a group; of many, the first ones."""
    return named([change.name for change in members])


def named(found: Sequence[str]) -> str:
    """Names; of many, the first ones."""
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{', '.join(found[:_NAMED])}{more}"


def widenings(found: Difference, kind: WideningKind) -> list[tuple[list[str], list[Widening]]]:
    """What widens of a kind, in words, a resource once; those of one type of which the same is said together."""
    told: dict[str, list[Widening]] = {}
    for one in found.widened:
        if one.kind == kind:
            told.setdefault(one.urn, []).append(one)
    groups: dict[tuple[str, ...], list[Widening]] = {}
    for every in told.values():
        words = [one.what if one.certain else f"{one.what} (may be)" for one in every]
        groups.setdefault((every[0].type, *words), []).append(every[0])
    return [(words, members) for (_, *words), members in groups.items()]


def _is_of(edit: Edit, name: str) -> bool:
    path = edit.plain_path
    return path == name or path.startswith(f"{name}.") or name.startswith(f"{path}.")


def _by_lines(before: str, after: str) -> str:
    told = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    come = [line[1:].strip() for line in told if line.startswith("+")]
    gone = [line[1:].strip() for line in told if line.startswith("-")]
    first = f": {value(come[0])}" if come else f": {value(gone[0])}" if gone else ""
    return f"{len(gone)} lines go, {len(come)} come{first}"

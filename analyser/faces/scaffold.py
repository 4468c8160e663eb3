"""The files that `strata new` writes for a system, component, rule or stack, from templates."""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Template

from policy import clock

TEMPLATES = Path(__file__).with_name("templates")
_SUFFIX = ".txt"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_GOES_ON = re.compile(r", promotesTo: \[[^\]]*\]")
_STACK = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_EXEMPT = timedelta(days=365)
"""For how long what a template is exempt from stays so."""
_SYSTEM_IMPORTS = re.compile(r"(?:^from systems\..+\n)+", re.MULTILINE)
"""Imports whose order depends on the system's name: `atlas` stands before `foundation`, `shop` after it."""


class BeginningError(Exception):
    """Nothing was written; the message says why."""


@dataclass(frozen=True)
class Begun:
    """Files that were written, from the project's root, and what to do next."""

    files: Sequence[str]
    next: Sequence[str]


@dataclass(frozen=True)
class _Row:
    """A line more in a file that lists what there is, after the last line that ``after`` fits."""

    file: str
    after: str
    text: str


_ROWS = {
    "system": (
        _Row("README.md", r"^\| \[\w+\]\(docs/systems/", "| [$name](docs/systems/$name.md) | `$kebab-dev` | $Title |"),
        _Row("docs/README.md", r"^\| know what ", "| | [$name](systems/$name.md) |"),
        _Row("docs/README.md", r"^\| change a stack ", "| | every setting of [$name](settings/$name.md) |"),
        _Row(
            "docs/inventory/purposes.yaml",
            r"",
            "$name:\n"
            '- store: "items-table"\n  holds: The items that users keep\n  personal: true\n'
            "  erasure: The application deletes the user's items\n"
            '- store: "users-pool"\n  holds: Users, with their e-mail addresses\n  personal: true\n'
            "  erasure: An operator deletes the user (AdminDeleteUser)\n"
            '- store: "backup-changes-*"\n  holds: What AWS Backup said of vaults and plans that were changed\n'
            "  personal: false\n  erasure: none",
        ),
        _Row(
            "strata-policy.yaml",
            r"",
            "- rule: apigateway-authorized\n"
            "  urn: urn:pulumi:*::strata::*aws:apigateway/method:Method::api-routes-health-*\n"
            "  where: {strata:system: $name}\n"
            "  reason: Who watches it has no token. The answer says that the function runs and nothing else; the stage "
            "is throttled and behind a web ACL.\n"
            "  owner: platform\n  expires: $expires",
        ),
    )
}
_NEXT: Mapping[str, Sequence[str]] = {
    "system": (
        "strata preview $kebab-dev",
        "make update, which writes its golden graph, inventory and page of settings",
        ".venv/bin/python -m pytest tests/systems tests/golden tests/docs -k '$name or page or map'",
    ),
    "component": (
        ".venv/bin/python -m pytest tests/components/$room/test_$name.py",
        "use it in a system, then make update: its resources come into the golden graph",
    ),
    "rule": (
        ".venv/bin/python -m pytest tests/policy/rules/test_$name.py tests/policy/test_every_rule.py",
        "make update, which writes it into policy/RULES.md",
        "strata preview --all, to see what it finds",
    ),
    "stack": ("strata preview $name", "make update, which writes its golden graph and inventory"),
}


def begin(root: Path, kind: str, name: str, room: str = "") -> Begun:
    """Writes the files of ``kind``. Raises BeginningError for a name that cannot be, or is there already."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise BeginningError(f"{name!r} is no name: lower-case letters, digits and single underscores, a letter first")
    if keyword.iskeyword(name):
        raise BeginningError(f"{name!r} is a keyword of Python, which no module can be called")
    if kind == "system" and (root / f"systems/{name}.py").exists():
        raise BeginningError(f"systems/{name}.py is a module that the systems share; the system needs another name")
    rooms = sorted(folder.parent.name for folder in (root / "components").glob("*/__init__.py"))
    if room and room not in rooms:
        raise BeginningError(f"components/ has no room {room!r}; one of: {', '.join(rooms)}")
    words = name.split("_")
    said = {
        "name": name,
        "Name": "".join(word.title() for word in words),
        "Title": " ".join(words).capitalize(),
        "kebab": "-".join(words),
        "room": room,
        "expires": (clock.today() + _EXEMPT).isoformat(),
    }
    texts = {root / file: text for file, text in _templates(kind, said)}
    _write(root, texts)
    for row in _ROWS.get(kind, ()):
        _add(root / row.file, row.after, Template(row.text).substitute(said))
    rows = dict.fromkeys(row.file for row in _ROWS.get(kind, ()))
    return Begun([*_relative(root, texts), *rows], [Template(line).substitute(said) for line in _NEXT[kind]])


def stack_like(root: Path, name: str, like: str) -> Begun:
    """Writes a stack file as that of ``like``, with the word that tells it apart replaced wherever it is a name's.

    Of ``collaboration-dev`` that is ``dev``. What the environment is stays as it was. No stack comes after the new one,
    so its images go on to no account.
    """
    if not _STACK.fullmatch(name) or len(name) > _LONGEST:
        raise BeginningError(f"{name!r} is no stack's name: lower-case letters, digits and single hyphens")
    source = root / f"Pulumi.{like}.yaml"
    if not source.is_file():
        raise BeginningError(f"there is no {source.name} to be like")
    old, new = like.rsplit("-", 1)[-1], name.rsplit("-", 1)[-1]
    if old == new:
        raise BeginningError(f"its last word is that of {like}, by which their names would be the same")
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])")
    lines = [
        line if re.match(r"\s*strata:environment:", line) else word.sub(new, _GOES_ON.sub("", line.replace(like, name)))
        for line in source.read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    texts = {root / f"Pulumi.{name}.yaml": "".join(lines)}
    _write(root, texts)
    return Begun(_relative(root, texts), [line.replace("$name", name) for line in _NEXT["stack"]])


def _templates(kind: str, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each file that a kind begins with, from the project's root, and its text."""
    for file in sorted((TEMPLATES / kind).rglob(f"*{_SUFFIX}")):
        path = file.relative_to(TEMPLATES / kind).as_posix().removesuffix(_SUFFIX)
        for word in ("name", "kebab", "room"):
            path = path.replace(f"__{word}__", said[word])
        text = Template(file.read_text(encoding="utf-8")).substitute(said)
        yield path, _SYSTEM_IMPORTS.sub(lambda block: "".join(sorted(block[0].splitlines(keepends=True))), text)


def _write(root: Path, texts: Mapping[Path, str]) -> None:
    """All of them or, where one is there already, none."""
    if there := [file for file in texts if file.exists()]:
        raise BeginningError(f"{', '.join(_relative(root, there))}: there already")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _add(file: Path, after: str, text: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    last = max(place for place, line in enumerate(lines) if re.match(after, line))
    file.write_text("\n".join([*lines[: last + 1], *text.splitlines(), *lines[last + 1 :], ""]), encoding="utf-8")


def _relative(root: Path, files: Mapping[Path, str] | Sequence[Path]) -> list[str]:
    return [file.relative_to(root).as_posix() for file in files]

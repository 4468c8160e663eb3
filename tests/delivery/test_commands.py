"""Every command of the delivery's scripts, build specifications and workflows: its program takes what it is given."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.aws_actions import actions
from tests.awscli import calls, problems
from tests.docs import programs
from tests.docs.code import inner, simple

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "delivery").iterdir()), *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
JUDGED = ("curl", "jq", "helm")
"""Programs whose options are known; pulumi's are judged in ``tests/docs/test_pulumi_commands.py``."""


def pieces(path: Path) -> Iterator[str]:
    """The shell of a file: a script is all of it, of YAML what stands under ``commands`` and ``run``."""
    text = path.read_text(encoding="utf-8")
    yield from _run(yaml.safe_load(text)) if path.suffix == ".yml" else [text]


def _run(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "run":
                yield value
            elif key == "commands":
                yield from value
            else:
                yield from _run(value)
    elif isinstance(document, list):
        for one in document:
            yield from _run(one)


def commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a piece of shell, and of all that it substitutes."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    yield from ([word for word in words if word != "exec"] for words in simple(lines))
    for part in inner(lines):
        yield from commands(part)


def wrong(text: str) -> list[str]:
    """What programs would not take of a piece of shell."""
    found = [problem for words in calls(text) for problem in problems(words)]
    for words in commands(text):
        if words[:1] == ["kubectl"]:
            found += programs.kubectl(words[1:])[0]
        elif words and words[0] in JUDGED:
            found += programs.unknown(programs.PROGRAMS[words[0]], words[1:], words[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_programs_take_what_they_are_given(path: Path) -> None:
    texts = list(pieces(path))
    assert texts or path.stem == "line"  # which only calls another workflow
    assert [problem for text in texts for problem in wrong(text)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_iam_knows_what_is_asked_of_aws(path: Path) -> None:
    assert all(actions(words) for text in pieces(path) for words in calls(text))


def test_commands_are_found() -> None:
    every = [words for path in FILES for text in pieces(path) for words in commands(text) if words]
    assert {"aws", "kubectl", "curl", "jq", "pulumi"} <= {words[0] for words in every}
    asked = [words for path in FILES for text in pieces(path) for words in calls(text)]
    assert len(asked) > 10
    assert len(asked) == len([words for words in every if words[0] == "aws"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x=$(aws eks describe-cluster --cluster c)", ["no option --cluster", "lacks --name"]),
        ("exec aws ssm start-sessions --target t", ["no such operation"]),
        ('a | while read -r n; do\n  kubectl rollout stat "deployment/$n" </dev/null\ndone', ["no such command"]),
        ('kubectl rollout status "deployment/$n" --time=15m', ["no option --time"]),
        ("f() {\n  curl --fail --quiet x\n}", ["curl: no option --quiet"]),
        ('y=$(jq --raw . <<<"$1")', ["jq: no option --raw"]),
        ("# kubectl frobnicate\nhelm upgrade a b --atomic", []),
    ],
)
def test_a_wrong_command_is_found(text: str, said: list[str]) -> None:
    found = wrong(f"{text} ")
    assert len(found) == len(said)
    assert all(part in line for part, line in zip(said, found, strict=True))

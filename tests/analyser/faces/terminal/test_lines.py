"""What is told fits the terminal: broken by us, between words."""

import re

import pytest
from rich.text import Text

from analyser.faces.commands import cli
from analyser.faces.terminal.lines import broken
from tests.stacks import stack_graph

STACK = "dev"
ASKED = (
    ["cost", STACK],
    ["recovery", STACK],
    ["timeline", STACK],
    ["timeline", STACK, "--destroy"],
    ["reach", STACK],
    ["reach", STACK, "pods", "postgres"],
    ["can", STACK, "microservice-pods", "s3:GetObject", "archives"],
    ["capacity", STACK],
    ["policies"],
    ["policies", "rds"],
    ["policies", STACK, "--framework", "cis"],
    ["diff", STACK, STACK],
    ["stacks"],
    ["help"],
    ["help", "preview"],
)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    def graph(_root: object, stack: str, *, promoted: bool | None = None, **_: object) -> object:
        return stack_graph(stack, promoted=bool(promoted))

    monkeypatch.setattr("analyser.run.program.run_stack", graph)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as to a terminal
    monkeypatch.delenv("NO_COLOR", raising=False)


def told(command: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    cli.run(command)
    said = capsys.readouterr()
    assert not said.err
    return _COLOURS.sub("", said.out).splitlines()


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_no_line_is_wider_than_a_narrow_terminal(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    found = told(command, capsys)
    assert len(found) > 2
    assert [line for line in found if len(line) > 40] == []


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_line_is_broken_between_words_and_loses_none(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["policies", "rds"])
    lines = [*capsys.readouterr().out.splitlines(), f"{'':>60}with its key: {'arn:aws:kms:us-east-1:1234:key/' * 5}"]
    for line in lines:
        pieces = [piece.plain for piece in broken(Text(line), width)]
        assert max(map(len, pieces)) <= width
        assert "".join("".join(pieces).split()) == "".join(line.split())
        words = set(line.split())
        cut = [word for piece in pieces for word in piece.split() if word not in words]
        assert all(any(word in whole and len(whole) > width // 2 for whole in words) for word in cut)

"""What the documentation shows is what the commands print."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from analyser.faces.commands import cli
from analyser.graph import Graph
from analyser.run import program as run
from policy.pack import all_rules
from tests.docs.samples import LEFT_OUT, PAGES, missing, renewed, samples
from tests.stacks import ROOT, STACKS, stack_graph
from tests.update import counted

_NAMED = re.compile(r"strata (?P<command>[a-z]+)(?P<rest>(?: (?:--)?[\w./\"$-]+)*)")


def shown_on_pages() -> Iterator[tuple[str, str, list[str]]]:
    for page in PAGES:
        for sample in samples((ROOT / page).read_text(encoding="utf-8")):
            yield page, sample.command, sample.shown


def commands() -> Mapping[str, Any]:
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    return group.commands


@pytest.mark.parametrize(("page", "command", "shown"), list(shown_on_pages()), ids=lambda value: str(value)[:60])
def test_samples_are_what_is_printed(
    page: str, command: str, shown: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def known(root: Path, stack: str, **_: object) -> Graph:
        return stack_graph(stack)

    monkeypatch.setattr(run, "run_stack", known)
    monkeypatch.chdir(ROOT)
    cli.run(shlex.split(command))
    said = capsys.readouterr()
    stale = missing(shown, [*said.out.splitlines(), *said.err.splitlines()])
    assert stale == "", f"{page}: strata {command} no longer prints: {stale}"


def test_there_are_samples_of_every_question() -> None:
    shown = {command.split()[0] for _, command, _ in shown_on_pages()}
    assert {"preview", "cost", "diff", "timeline", "reach", "can", "diagram"} <= shown


def test_a_line_that_is_not_printed_is_found() -> None:
    assert missing(["a", LEFT_OUT, "c 1 …"], ["a", "b", "c 1 2"]) == ""
    assert missing(["c", "a"], ["a", "c"]) == "a"
    assert missing(["c 2…"], ["c 1 2"]) == "c 2…"


def test_a_line_that_is_printed_otherwise_is_renewed_where_it_stood_and_cut_as_it_was() -> None:
    printed = ["stack  a", "total 377 resources in 2 s", "total 12 stacks, 5 s", "Postgres 24  db.r5 done"]
    shown = ["stack  a", LEFT_OUT, "total 11 stacks, …", "Postgres 23  db.r5 …"]
    assert renewed(shown, printed) == ["stack  a", LEFT_OUT, "total 12 stacks, …", "Postgres 24  db.r5 …"]
    assert missing(renewed(shown, printed), printed) == ""


def test_a_line_that_nothing_is_like_stays_for_people_to_look_at() -> None:
    assert renewed(["a", "Kafka is gone"], ["a", "x 1 y"]) == ["a", "Kafka is gone"]


@pytest.mark.parametrize("page", [*PAGES, "docs/cost.md", "docs/policies.md"])
def test_commands_and_options_that_pages_name_exist(page: str) -> None:
    known = commands()
    for found in _NAMED.finditer((ROOT / page).read_text(encoding="utf-8")):
        if found["command"] not in known:
            continue
        options = {name for parameter in known[found["command"]].params for name in parameter.opts}
        unknown = {word for word in found["rest"].split() if word.startswith("--")} - options
        assert unknown == set(), f"{page}: {found[0]}"


def test_the_pages_name_every_command() -> None:
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in commands() if f"strata {name}" not in text] == []


def test_the_front_page_names_every_stack_and_is_short() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [stack for stack in STACKS if f"`{stack}`" not in text] == []
    assert len(text.splitlines()) <= 200


def test_the_front_page_counts_the_rules() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(f"[{len(all_rules())} policy rules]") == 1, "run `make update`"
    assert counted(text.replace(f"[{len(all_rules())} policy", "[7 policy")) == text

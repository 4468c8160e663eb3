"""The ids of docs/requirements lead somewhere: what is named exists, and what is said to be met has its proof."""

import ast
import functools
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from analyser.faces.commands import cli
from settings.stackfile import read
from tests.docs.pages import (
    FOLDER,
    JUDGEMENTS,
    ROWS,
    SYSTEMS,
    Line,
    headers_of,
    ids_in,
    judgements,
    page_paths,
    requirements,
)
from tests.docs.tracked import tracked
from tests.stacks import ROOT, STACKS

STATE = re.compile(r"met|(?:in part|open|not for a program): \S.*")
ISSUE = re.compile(r"#\d|\bissue \d|\bissues/\d", re.IGNORECASE)
RESOURCE = re.compile(r"(?P<type>[a-z][\w.-]*:[\w./-]+:\w+) (?P<name>\S+)")
NODE = re.compile(r"(?P<file>tests/[\w/]+\.py)::(?P<function>\w+)(?:\[(?P<parameter>[^]]+)\])?")
PULUMI = {"about", "cancel", "config", "destroy", "import", "logs", "preview", "refresh", "stack", "state", "up"}


def told(problems: list[str]) -> str:
    return "\n".join(["", *problems])


def test_pages_have_these_tables_and_no_others() -> None:
    assert [path.name for path in page_paths()] == ["README.md", *sorted(f"{name}.md" for name in SYSTEMS.values())]
    for path in page_paths():
        page = path.relative_to(ROOT).as_posix()
        if path.stem in SYSTEMS.values():
            first = path.read_text(encoding="utf-8").splitlines()[0]
            assert first == f"# Requirements of {path.stem}", f"{page}:1: the title is “# Requirements of {path.stem}”"
            sections = headers_of(path)
            wrong = [section for section, header in sections[:-1] if header != ROWS]
            assert wrong == [], f"{page}: columns of {wrong} are not | {' | '.join(ROWS)} |"
            assert sections[-1] == ("Judgements", JUDGEMENTS), f"{page}: the last table is “## Judgements”"


def test_ids_are_unique_and_in_order_without_a_gap() -> None:
    problems = []
    for kind in (requirements(), judgements()):
        counts = Counter(line.id for line in kind)
        problems += [f"{line.place}: is there {counts[line.id]} times" for line in kind if counts[line.id] > 1]
        expected = 1
        for before, line in zip([None, *kind], kind, strict=False):
            same = before is not None and (before.page, _area(before)) == (line.page, _area(line))
            expected = expected + 1 if same else 1
            if line.id != f"{_area(line)}-{expected:02d}":
                problems.append(f"{line.place}: {_area(line)}-{expected:02d} is next")
    assert problems == [], told(problems)


def _area(line: Line) -> str:
    return line.id.rpartition("-")[0]


def test_a_row_stands_on_its_systems_page_in_its_areas_section() -> None:
    sections: dict[str, tuple[str, str]] = {}
    problems = []
    for line in requirements():
        prefix = line.id.partition("-")[0]
        if line.page != (FOLDER / f"{SYSTEMS.get(prefix)}.md").as_posix():
            problems.append(f"{line.place}: belongs on another page")
        if sections.setdefault(_area(line), (line.page, line.section)) != (line.page, line.section):
            problems.append(f"{line.place}: {_area(line)} has the section “{sections[_area(line)][1]}”")
    assert problems == [], told(problems)


def test_no_row_was_dropped() -> None:
    counts = Counter(line.id.partition("-")[0] for line in requirements())
    said = {prefix: int(number) for prefix, number in re.findall(r"^\| `([A-Z]+)` .*\| (\d+) \|$", _readme(), re.M)}
    assert set(said) == set(SYSTEMS), f"{FOLDER}/README.md: the table of systems"
    assert counts == said, f"{FOLDER}/README.md says how many rows each system has"


def _readme() -> str:
    return (ROOT / FOLDER / "README.md").read_text(encoding="utf-8")


def test_states_are_one_of_four_and_name_no_issue_by_number() -> None:
    problems = [
        f"{line.place}: state is “met”, “in part: …”, “open: …” or “not for a program: …”, not “{line.cells['state']}”"
        for line in requirements()
        if not STATE.fullmatch(line.cells["state"])
    ]
    problems += [
        f"{line.place}: names an issue by number" for line in requirements() if ISSUE.search(line.cells["state"])
    ]
    problems += [
        f"{line.place}: “{column}” is empty"
        for lines, columns in ((requirements(), ("what is asked",)), (judgements(), ("decision", "why")))
        for line in lines
        for column in columns
        if not line.cells[column]
    ]
    assert problems == [], told(problems)


def test_every_id_that_is_named_anywhere_has_its_row() -> None:
    known = {line.id for line in (*requirements(), *judgements())}
    own = Path(__file__).relative_to(ROOT).as_posix()
    problems = [
        f"{name}:{number}: {one} has no row in {FOLDER}"
        for name, text in tracked().items()
        if name != own
        for one, number in ids_in(text)
        if one not in known
    ]
    assert problems == [], told(problems)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("CONF-NET-01", ["01"]),
        ("CONF-NET-01, -03 and -05", ["01", "03", "05"]),
        ("CONF-NET-01/-02", ["01", "02"]),
        ("(CONF-NET-02 to -04)", ["02", "03", "04"]),
        ("| CONF-NET-01 … -03, -05 |", ["01", "02", "03", "05"]),
        ("CONF-NET-01-b", ["01"]),
        ("XCONF-NET-01", []),
    ],
)
def test_ids_are_found_in_the_forms_that_prose_has(text: str, named: list[str]) -> None:
    assert [one for one, _ in ids_in(text)] == [f"CONF-NET-{number}" for number in named]


def test_what_is_met_names_the_file_that_makes_it_and_its_proof() -> None:
    problems = []
    for line in requirements():
        files = [span for span in line.spans("met by") if not RESOURCE.fullmatch(span)]
        problems += [f"{line.place}: met by: there is no file {file}" for file in files if not (ROOT / file).exists()]
        problems += [f"{line.place}: proof: {why}" for span in line.spans("proof") if (why := unproven(span))]
        if line.state == "met":
            if not files:
                problems.append(f"{line.place}: is met by no file")
            if not line.spans("proof"):
                problems.append(f"{line.place}: is met without a proof")
        problems += [
            f"{line.place}: {column}: “{rest}” is not code"
            for column in ("met by", "proof")
            if (rest := re.sub(r"`[^`]+`", "", line.cells[column]).strip(", "))
        ]
    assert problems == [], told(problems)


def unproven(proof: str) -> str:
    """Why a proof is none; nothing where it is one."""
    node = NODE.fullmatch(proof)
    if node:
        return _missing_test(node["file"], node["function"], node["parameter"])
    program, command, *rest = [*shlex.split(proof), "", ""]
    known = {"strata": _strata_commands(), "make": _make_targets(), "pulumi": PULUMI}.get(program)
    if known is None:
        return f"{proof} is neither a test nor a command of strata, make or pulumi"
    if command not in known:
        return f"{program} has no {command}"
    stack = next((word for word in rest if word and not word.startswith("-")), "") if program == "strata" else ""
    return f"there is no stack {stack}" if stack and "." not in stack and stack not in STACKS else ""


def _missing_test(file: str, function: str, parameter: str | None) -> str:
    if not (ROOT / file).is_file():
        return f"there is no file {file}"
    functions, constants = _tests_of(file)
    if function not in functions:
        return f"{file} has no {function}"
    return f"{file} has no {parameter}" if parameter and parameter not in constants else ""


@functools.cache
def _tests_of(file: str) -> tuple[set[str], set[str]]:
    """The test functions of a file, and the texts that may be their parameters."""
    nodes = list(ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {name for name in functions if name.startswith("test_")}, constants


@functools.cache
def _strata_commands() -> set[str]:
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    return set(group.commands)


@functools.cache
def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def test_resources_that_a_row_names_are_in_a_graph_of_its_system() -> None:
    problems = [
        f"{line.place}: met by: no stack of {SYSTEMS[prefix]} registers {span}"
        for line in requirements()
        if (prefix := line.id.partition("-")[0]) in SYSTEMS
        for span in line.spans("met by")
        if (resource := RESOURCE.fullmatch(span)) and resource.group("type", "name") not in _registered(SYSTEMS[prefix])
    ]
    assert problems == [], told(problems)


@functools.cache
def _registered(system: str) -> set[tuple[str, str]]:
    """Type and name of what the stacks of a system register, by their golden graphs, which a test keeps true."""
    found = set()
    for stack in STACKS:
        if read(ROOT, stack).config["strata:system"] == system:
            for text in (ROOT / f"tests/golden/stacks/{stack}.txt").read_text(encoding="utf-8").splitlines():
                path, kind, *_ = [*text.split("  "), ""]
                found.add((kind, path.rpartition("/")[2]))
    return found


def test_judgements_of_a_row_are_ids() -> None:
    known = {line.id for line in judgements()}
    problems = [
        f"{line.place}: judgement: {one} has no row under “Judgements”"
        for line in requirements()
        for one in filter(None, line.cells["judgement"].split(", "))
        if one not in known
    ]
    assert problems == [], told(problems)

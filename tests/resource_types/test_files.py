"""The files of what is known: in one form, with nothing in them that nobody reads, and a source for every figure."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.changes.forcing import DIRECTIONS
from analyser.analyses.cost.price_snapshot import NoPriceError, price
from analyser.analyses.recovery import ways
from resource_types import FOLDER, PACKAGE_FILE, SECTIONS
from resource_types.writing import put, text
from settings import Usage

WAYS = {*ways.WORDS, "backup", "copy", "copy_to_account"}
FILES = sorted(FOLDER.glob("*/*.toml"))
KEYS = {
    "bears": {"data", "identity", "nothing", "unless"},
    "answers": {"port", "words"},
    "public_api": {"service"},
    "cost": {"free", "lines", "note"},
    "creation": {"quick", "typical", "worst", "timeout", "source", "seen", "variants"},
    "update": {"as_created", "changes", "source"},
    "deletion": {"typical", "worst", "source", "seen"},
    "recovery": {"within", *WAYS},
    "refused": {"changes"},
    "replacement": {"replaces", "when", "may", "may_when", "in_place", "in_place_source", "source", "read"},
}
OF_PACKAGES = {**KEYS, "replacement": {"source", "read", "every"}}
ASSUMPTIONS = {field.alias or name for name, field in Usage.model_fields.items()}
AMOUNTS = {"quantity", "hours", "assumed"}


def problems(folder: Path = FOLDER) -> Iterator[str]:
    """What is wrong in any file, a line each with file and key."""
    for path in sorted(folder.glob("*/*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        where = f"resource_types/{path.parent.name}/{path.name}"
        if path.name == PACKAGE_FILE:
            sections = {key: value for key, value in document.items() if key != "holds_for_all"}
            yield from (f"{where}: {said}" for said in _sections(sections, OF_PACKAGES))
            continue
        for token, sections in document.items():
            if (path.parent.name, path.stem) != (token.split(":")[0], token.split(":")[1].split("/")[0]):
                yield f"{where}: {token}: belongs into another file"
            yield from (f"{where}: {token}: {said}" for said in _sections(sections, KEYS))


def _sections(sections: Mapping[str, Any], keys: Mapping[str, set[str]]) -> Iterator[str]:
    for section, said in sections.items():
        if section not in keys:
            yield f"{section}: is none of {', '.join(SECTIONS)}"
            continue
        if strange := set(said) - keys[section]:
            yield f"{section}: {', '.join(sorted(strange))}: is none of {', '.join(sorted(keys[section]))}"
        check = _CHECKS.get(section)
        yield from (f"{section}: {problem}" for problem in (check(said) if check else ()))


def _cost(said: Mapping[str, Any]) -> Iterator[str]:
    if ("free" in said) is ("lines" in said):
        yield "says either free or lines"
    for line in said.get("lines", ()):
        if not line.keys() >= {"label", "sku"} or len(AMOUNTS & line.keys()) != 1:
            yield f"{line}: a line has label, sku and one of {', '.join(sorted(AMOUNTS))}"
        elif line.keys() - {"label", "sku", "shared"} - AMOUNTS or ("shared" in line and "assumed" not in line):
            yield f"{line}: what a line has beside is shared, of what is assumed"
        elif "assumed" in line and line["assumed"] not in ASSUMPTIONS:
            yield f"{line['assumed']}: is no assumption of strata:usage"
        else:
            try:
                price(line["sku"], "us-east-1")
            except NoPriceError as error:
                yield str(error)


def _creation(said: Mapping[str, Any]) -> Iterator[str]:
    if said == {"quick": True}:
        return
    for entry in (said, *said.get("variants", ())):
        if not str(entry.get("source")).startswith("https://"):
            yield "has no source"
        if not 0 <= entry.get("typical", -1) <= entry.get("worst", -1) or not entry.get("worst"):
            yield f"typical {entry.get('typical')} and worst {entry.get('worst')} do not go together"


def _update(said: Mapping[str, Any]) -> Iterator[str]:
    if ("as_created" in said) is ("changes" in said):
        yield "says either as_created or changes"
    if "as_created" in said and not str(said.get("source")).startswith("https://"):
        yield "has no source"
    for change in said.get("changes", ()):
        if change.keys() - {"inputs", "typical", "worst", "each", "source", "seen"} or not change.get("inputs"):
            yield f"{change}: a change has inputs, typical, worst and source, and each and seen"
        yield from _creation({**change, **change.get("each", {})})


def _replacement(said: Mapping[str, Any]) -> Iterator[str]:
    if "replaces" not in said and "every" not in said:
        yield "does not say what replaces it"
    for path, words in {**said.get("when", {}), **said.get("may_when", {})}.items():
        if strange := set(words) - DIRECTIONS:
            yield f"when: {path}: {', '.join(strange)}: is none of {', '.join(sorted(DIRECTIONS))}"
    if ("source" in said) is not isinstance(said.get("read"), date):
        yield "has a source without the day it was read, or a day without a source"
    if ("in_place" in said) is not str(said.get("in_place_source")).startswith("https://"):
        yield "says what is changed in place without where that was read"


def _refused(said: Mapping[str, Any]) -> Iterator[str]:
    for change in said.get("changes", ()):
        if change.keys() != {"input", "ways", "why", "source"} or not str(change["source"]).startswith("https://"):
            yield f"{change}: a change has input, ways, why and the source of it"
        elif strange := set(change["ways"]) - DIRECTIONS:
            yield f"{change['input']}: {', '.join(strange)}: is none of {', '.join(sorted(DIRECTIONS))}"


def _recovery(said: Mapping[str, Any]) -> Iterator[str]:
    for name, way in said.items():
        if name == "within" or name not in WAYS:
            continue
        if way.keys() - {"loses", "takes", "made", "source", "takes_source"} or not way.keys() >= {"loses", "takes"}:
            yield f"{name}: a way has loses, takes and source, and made and takes_source"
            continue
        sources = (way.get("source"), way.get("takes_source", "https://"))
        if not all(str(source).startswith("https://") for source in sources):
            yield f"{name}: has no source"
        for key in ("loses", "takes"):
            if len(way[key]) not in (1, 2) or sorted(way[key]) != way[key]:
                yield f"{name}: {key}: is the least, and the most where somebody has named it"


_CHECKS = {
    "recovery": _recovery,
    "cost": _cost,
    "creation": _creation,
    "update": _update,
    "deletion": _creation,
    "replacement": _replacement,
    "refused": _refused,
}


def test_there_are_many() -> None:
    assert len(FILES) > 60


def test_every_file_says_what_is_read_and_where_it_is_from() -> None:
    assert "\n".join(problems()) == ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file_is_in_the_form_that_is_written(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert text(path, tomllib.loads(written)) == written


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("bear = {}", "bear: is none of bears, cost, creation"),
        ("bears = { much = true }", "bears: much: is none of data, identity, nothing, unless"),
        ('cost = { note = "?" }', "cost: says either free or lines"),
        ('cost = { lines = [{ label = "A", sku = "eks.cluster" }] }', "a line has label, sku and one of"),
        (
            'cost = { lines = [{ label = "A", sku = "eks.cluster", hours = 1, shared = true }] }',
            "what a line has beside is shared",
        ),
        ('cost = { lines = [{ label = "A", sku = "a", assumed = "b" }] }', "b: is no assumption of strata:usage"),
        ('cost = { lines = [{ label = "A", sku = "a.b", hours = 1 }] }', "no price of a.b in us-east-1"),
        ("creation = { typical = 1, worst = 2 }", "creation: has no source"),
        ('creation = { typical = 3, worst = 2, source = "https://a" }', "typical 3 and worst 2 do not go together"),
        ('refused = { changes = [{ input = "a", ways = ["down"], why = "b" }] }', "a change has input, ways, why"),
        (
            'refused = { changes = [{ input = "a", ways = ["left"], why = "b", source = "https://a" }] }',
            "refused: a: left: is none of add",
        ),
        ("recovery = { hope = { loses = [0] } }", "recovery: hope: is none of"),
        ("recovery = { zones = { loses = [0] } }", "zones: a way has loses, takes and source"),
        ("recovery = { zones = { loses = [0], takes = [0] } }", "zones: has no source"),
        ('recovery = { zones = { loses = [2, 1], takes = [0], source = "https://a" } }', "zones: loses: is the least"),
        ("replacement = { may = [] }", "replacement: does not say what replaces it"),
        ('replacement = { replaces = [], when = { a = ["left"] } }', "when: a: left: is none of add"),
        ('replacement = { replaces = [], source = "https://a" }', "has a source without the day it was read"),
        ('replacement = { replaces = [], in_place = ["a"] }', "changed in place without where that was read"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_key(table: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "mq.toml").write_text(f'["aws:mq/broker:Broker"]\n{table}\n', encoding="utf-8")
    (said,) = problems(tmp_path)
    assert said.startswith("resource_types/aws/mq.toml: aws:mq/broker:Broker: ")
    assert problem in said


def test_a_type_in_another_service_s_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "mq.toml").write_text('["aws:rds/instance:Instance"]\n', encoding="utf-8")
    assert list(problems(tmp_path)) == [
        "resource_types/aws/mq.toml: aws:rds/instance:Instance: belongs into another file"
    ]


def test_a_script_writes_what_it_knows_and_leaves_what_has_its_own_source(tmp_path: Path) -> None:
    folder = tmp_path / "resource_types"
    own = {"replaces": ["a"], "source": "https://a", "read": date(2026, 11, 28)}
    put("replacement", {"aws:mq/broker:Broker": own}, folder)
    put("bears", {"aws:mq/broker:Broker": {"data": "messages"}}, folder)
    put("replacement", {"aws:mq/broker:Broker": {"replaces": ["b"]}, "aws:mq/user:User": {"replaces": []}}, folder)
    document = tomllib.loads((folder / "aws" / "mq.toml").read_text(encoding="utf-8"))
    assert document["aws:mq/broker:Broker"] == {"bears": {"data": "messages"}, "replacement": own}
    assert list(document) == ["aws:mq/broker:Broker", "aws:mq/user:User"]

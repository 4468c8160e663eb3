"""docs/extending.md, walked: what it writes down of a type that nobody knew is what every analysis then says of it."""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pulumi_aws as aws
import pytest

import resource_types
from analyser.analyses.changes.replaced import replaced
from analyser.analyses.cost import price_snapshot
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.coverage import missing
from analyser.analyses.report import compared
from analyser.analyses.timeline import timeline
from analyser.graph import Graph
from components.protection import protect
from resource_types.writing import text
from settings import Environment
from tests.resource_types.test_files import problems
from tests.stacks import ROOT
from tests.support import record

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
TOKEN = "aws:globalaccelerator/accelerator:Accelerator"
FILE = "aws/globalaccelerator.toml"
PRICES = ("catalogue", "global")
SKU = "globalaccelerator.hours"


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of what is known, but for the type of the page, which is read instead."""
    copy = tmp_path / "resource_types"
    shutil.copytree(resource_types.FOLDER, copy)
    (copy / FILE).unlink()
    for name in PRICES:
        _without(copy / "prices" / f"{name}.json")
    monkeypatch.setattr(resource_types, "FOLDER", copy)
    monkeypatch.setattr(price_snapshot, "FOLDER", copy / "prices")
    forget()
    yield copy
    forget()


def _without(path: Path) -> None:
    prices = json.loads(path.read_text(encoding="utf-8"))
    del prices.get("skus", prices)[SKU]
    path.write_text(json.dumps(prices), encoding="utf-8")


def test_what_the_page_shows_is_what_is_there() -> None:
    shown, there = tomllib.loads(block("toml")), tomllib.loads((resource_types.FOLDER / FILE).read_text("utf-8"))
    assert shown == {TOKEN: there[TOKEN]}


def forget() -> None:
    resource_types._read.cache_clear()
    price_snapshot.skus.cache_clear()


def walk(folder: Path) -> None:
    """What the page says, done."""
    assert f"`resource_types/{FILE}`" in PAGE
    (folder / FILE).write_text(block("toml"), encoding="utf-8")
    for number, name in enumerate(PRICES):
        assert f"`resource_types/prices/{name}.json`" in PAGE
        path = folder / "prices" / f"{name}.json"
        prices = json.loads(path.read_text(encoding="utf-8"))
        (prices if name == "catalogue" else prices["skus"]).update(json.loads(f"{{{block('json', number)}}}"))
        path.write_text(json.dumps(prices), encoding="utf-8")
    forget()


def stack(addresses: list[str] | None = None) -> Graph:
    def program() -> None:
        protect(Environment.PROD.safeguards)
        aws.globalaccelerator.Accelerator("entry", ip_addresses=addresses)

    return record(program)


def test_before_it_every_answer_says_what_it_lacks(folder: Path) -> None:
    graph = stack()
    assert [line for line in monthly_cost(graph).unpriced if TOKEN in line] == [
        f"{TOKEN}: nobody has said what it costs"
    ]
    assert timeline(graph).guessed == (TOKEN,)
    assert graph.protected == []
    assert len(list(missing([TOKEN]))) == 4


def test_after_it_every_analysis_knows_the_type(folder: Path) -> None:
    walk(folder)
    graph = stack()
    cost = monthly_cost(graph)
    assert (cost.unpriced, round(cost.total.usd, 2)) == ((), 18.25)
    found = timeline(graph)
    assert (found.guessed, found.typical, found.worst) == ((), 300, 900)
    assert [node.type for node in graph.protected] == [TOKEN]
    assert list(missing([TOKEN])) == []


def test_after_it_an_update_that_replaces_it_says_what_is_lost(folder: Path) -> None:
    walk(folder)
    before, after = (compared(stack(addresses)) for addresses in (["192.0.2.1"], ["192.0.2.2"]))
    (one,) = replaced(before, after)
    assert (one.properties, one.certain, one.protected) == (("ipAddresses",), True, True)
    assert one.bearing is not None
    assert one.bearing.what == "the addresses that clients are told"


def test_the_file_of_the_page_is_as_files_are(folder: Path) -> None:
    walk(folder)
    assert text(folder / FILE, tomllib.loads(block("toml"))) == block("toml")
    assert "\n".join(problems(folder)) == ""


def test_the_page_explains_every_section() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert rows == list(resource_types.SECTIONS)

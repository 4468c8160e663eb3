"""The way in: pages lead to every page, and what the architecture names is there."""

import re
import tomllib

from tests.stacks import ROOT

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\]\((?P<to>[^)#]+)(?:#[^)]*)?\)")
_ROOM = re.compile(r"(?:^|  )([a-z_]+)(?:/|\.py)(?= |$)")
_ROW = re.compile(r"^\| \d+ \| `(?P<file>[^:`]+): (?P<name>\w+)` \|", re.MULTILINE)


def test_the_map_leads_to_every_page_of_its_folder() -> None:
    folder = ROOT / "docs"
    found = {(folder / link["to"]).resolve() for link in _LINK.finditer((folder / "README.md").read_text("utf-8"))}
    assert {file for file in found if not file.exists()} == set()
    led_to = {*found, folder / "README.md"}
    missed = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.md")
        if not {file, *file.parents} & led_to and file.parent.name != "requirements"
    }
    assert missed == set(), "docs/README.md leads to none of them"


def test_each_step_of_the_walk_is_where_the_page_says() -> None:
    steps = [*_ROW.finditer(PAGE)]
    assert len(steps) == len(re.findall(r"^\| \d+ \|", PAGE, re.MULTILINE)) > 10
    for step in steps:
        text = (ROOT / step["file"]).read_text(encoding="utf-8")
        assert re.search(rf"^(?:class|def) {step['name']}\b", text, re.MULTILINE), step[0]


def test_files_that_the_page_names_are_there() -> None:
    named = {name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", PAGE) if "." in name or name.endswith("/")}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_rooms_are_drawn_in_the_order_in_which_they_import() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    drawn = {
        room: place for place, line in enumerate(PAGE.split("```")[1].splitlines()) for room in _ROOM.findall(line)
    }
    for contract in contracts:
        if contract["name"].startswith(("Data flows", "Rooms of")):
            layers = [[drawn[room.split(".")[-1]] for room in layer.split(" | ")] for layer in contract["layers"]]
            assert [place for layer in layers for place in layer] == sorted(
                place for layer in layers for place in layer
            )

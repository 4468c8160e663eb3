"""docs/settings/: each setting stands there with what it takes, its default, and what it means."""

import functools
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

import systems
from analyser.faces import settings_page
from analyser.faces.settings_page import Row, pages, rows, unexplained
from settings import Name, Settings
from settings.schema import stack_file_schema
from tests.stacks import ROOT


class Disk(Settings):
    """What a volume is like."""

    storage_gib: int = Field(default=20, ge=20, le=100)
    """Its size."""
    kind: str = "gp3"


class BootDisk(Disk):
    """The volume that a node starts from."""

    storage_gib: int = 8
    """What the image needs, and no more.

    Of this nobody reads in a table.
    """


class Shop(Settings):
    """A system."""

    disks: dict[Name, Disk] = Field(default_factory=dict, max_length=3)
    boot: BootDisk = BootDisk(storage_gib=9)
    zones: tuple[str, ...] = Field(min_length=1)
    """Where it stands, ``a`` or | ``b``."""


@functools.cache
def schema() -> dict[str, Any]:
    return stack_file_schema(systems.SETTINGS)


@functools.cache
def shop() -> dict[str, Any]:
    return stack_file_schema({"shop": Shop})


def rows_of(name: str) -> list[Row]:
    definitions = shop()["$defs"]
    return [*rows(definitions[name], definitions)]


def test_a_row_says_what_is_taken_and_what_it_is_without_it() -> None:
    assert rows_of("shop.Disk") == [
        Row("storageGib", "whole number, from 20, to 100", "`20`", "Its size."),
        Row("kind", "text", '`"gp3"`', ""),
    ]


def test_a_class_says_what_a_setting_means_and_a_subclass_what_is_different() -> None:
    size, kind = rows_of("shop.BootDisk")
    assert size.meaning == "What the image needs, and no more."
    assert (size.default, kind.meaning) == ("`8`", "")


def test_what_holds_settings_of_a_class_leads_there_and_means_what_that_says() -> None:
    disks, boot, zones = rows_of("shop")
    assert disks.takes == "map of names to [Disk](#disk), at most 3"
    assert disks.meaning == "What a volume is like."
    assert (boot.takes, boot.default) == ("[BootDisk](#bootdisk)", "storageGib `9`")
    assert (zones.takes, zones.default) == ("list of text, at least 1", "required")
    assert zones.meaning == r"Where it stands, `a` or \| `b`."


def test_what_nobody_has_explained_is_named() -> None:
    assert unexplained(shop(), ["shop"]) == ["BootDisk.kind", "Disk.kind"]


def test_a_page_says_where_each_class_stands() -> None:
    (_, every), (file, page) = pages(shop(), ["shop"])
    assert file == "docs/settings/shop.md"
    assert "### Disk\n\nAt `disks.*`. What a volume is like.\n" in page
    assert "| `strata:environment` | `dev`, `staging`, `prod` | required |" in every


def test_every_setting_is_explained() -> None:
    without = unexplained(schema(), systems.NAMES)
    assert without == [], "write what each means as a docstring below its field"


@pytest.mark.parametrize("name", ["stack-file", *systems.NAMES])
def test_pages_are_up_to_date(name: str) -> None:
    texts = {Path(file).stem: text for file, text in pages(schema(), systems.NAMES)}
    written = (ROOT / settings_page.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert written == texts[name], f"{settings_page.FOLDER}/{name}.md is not up to date; run: make update"


@pytest.mark.parametrize("name", ["stack-file", *systems.NAMES])
def test_each_link_leads_to_one_heading(name: str) -> None:
    page = (ROOT / settings_page.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    headings = [title.lower() for title in re.findall(r"^##+ (.+)$", page, re.MULTILINE)]
    assert len(headings) == len({*headings})
    assert {*re.findall(r"\(#([a-z]+)\)", page)} <= {*headings}

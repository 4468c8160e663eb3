"""The page in a real Chromium: it renders, asks nobody, can be searched, read aloud, used by keys and printed."""

from collections.abc import Generator
from itertools import pairwise
from pathlib import Path

import pytest

from analyser.faces.page.document import html
from tests.analyser.faces.page.browser import Page, browser
from tests.analyser.faces.page.pages import ATTACK, hostile_report, stack_page, stack_report

pytestmark = pytest.mark.long

STACK = "consulting-dev"
WIDE = "confluence-lambda"
"""Twice as large, with the longest names: what has to fit is tried with it."""
SHOWN = "document.querySelectorAll('#inventory tbody tr:not([hidden])').length"
COUNT = "document.getElementById('count').textContent"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement.textContent.trim()"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Generator[Page]:
    with browser() as page:
        yield page


@pytest.fixture(scope="module", name="files")
def _files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("page")
    for stack in (STACK, WIDE):
        (folder / f"{stack}.html").write_text(stack_page(stack), encoding="utf-8")
    return {stack: folder / f"{stack}.html" for stack in (STACK, WIDE)}


@pytest.fixture(name="opened")
def _opened(chromium: Page) -> Page:
    chromium.size(1440, 900)
    chromium.media(prefers_color_scheme="light")
    return chromium


@pytest.fixture(name="page")
def _page(opened: Page, files: dict[str, Path]) -> Page:
    return opened.open(files[STACK])


@pytest.fixture(name="wide")
def _wide(opened: Page, files: dict[str, Path]) -> Page:
    return opened.open(files[WIDE])


def test_it_renders_without_a_complaint_or_a_request(page: Page, files: dict[str, Path]) -> None:
    assert page.complaints() == []
    assert page.requests() == [files[STACK].resolve().as_uri()]
    assert page.run("document.title") == f"{STACK}: preview report"
    assert page.run("document.querySelector('.gantt rect').getBoundingClientRect().width") > 0


def test_the_policy_of_the_page_lets_nothing_else_run(page: Page) -> None:
    page.run("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://records.example.com/a.png\">')")
    page.run("document.head.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' }))")
    said = page.complaints()
    assert len([line for line in said if "Content Security Policy" in line]) == 2
    assert page.run("window.ran === undefined")


def test_a_name_that_is_code_is_shown_and_not_run(chromium: Page, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(html(hostile_report()), encoding="utf-8")
    chromium.open(path)
    assert chromium.complaints() == []
    assert chromium.requests() == [path.resolve().as_uri()]
    assert ATTACK in chromium.run("document.getElementById('inventory').textContent")
    assert chromium.run("document.scripts.length") == 1


def test_search_narrows_the_list_and_says_the_number(page: Page) -> None:
    every = len(stack_report(STACK).graph.resources)
    assert page.run(SHOWN) == every
    page.run("document.getElementById('search').focus()")
    page.type("rds-parameter-group ParameterGroup postgres15")
    assert page.run(SHOWN) == 1
    assert page.run(COUNT) == f"1 of {every} resources"
    page.type(" nothing-like-it")
    assert page.run(SHOWN) == 0
    assert page.run("document.getElementById('none').checkVisibility()")
    page.run("document.getElementById('clear').click()")
    page.run("new Promise((done) => setTimeout(done))")
    assert (page.run(SHOWN), page.run(COUNT)) == (every, f"{every} resources")


def choose(page: Page, field: str, value: str) -> None:
    """Chooses as a user would, with the event that follows."""
    page.run(f"document.getElementById({field!r}).value = {value!r}")
    page.run(f"document.getElementById({field!r}).dispatchEvent(new Event('input', {{ bubbles: true }}))")


def test_filters_by_type_and_component_work_together(page: Page) -> None:
    graph = stack_report(STACK).graph
    keys = graph.of_type("aws:kms/key:Key")
    choose(page, "type", keys[0].type)
    assert page.run(SHOWN) == len(keys)
    choose(page, "component", "data-key")
    assert page.run(SHOWN) == sum(1 for node in keys if graph.outermost(node) == "data-key")
    assert page.run(SHOWN) < len(keys)
    page.run("document.querySelector('.filters button').click()")
    page.run("new Promise((done) => setTimeout(done))")
    assert page.run(SHOWN) == len(graph.resources)


def test_the_first_key_reaches_the_skip_link(page: Page) -> None:
    page.press("Tab")
    assert page.run(FOCUSED) == "Skip to the report"
    assert page.run("document.activeElement.getBoundingClientRect().left") >= 0
    page.press("Enter")
    assert page.run("location.hash") == "#main"
    page.run("document.activeElement.blur()")


def test_focus_can_be_seen(page: Page) -> None:
    page.press("Tab")
    page.press("Tab")
    assert page.run(FOCUSED) == "Summary"
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_pointing_at_a_box_leaves_its_own_connections(page: Page) -> None:
    lit = "Array.from(document.querySelectorAll('.flow.lit'), (flow) => [flow.dataset.from, flow.dataset.to])"
    box = "document.querySelector('[data-name=\"redis\"]')"
    page.run(f"{box}.dispatchEvent(new PointerEvent('pointerover', {{ bubbles: true }}))")
    assert page.run(lit)
    assert all("redis" in ends for ends in page.run(lit))
    assert page.run("getComputedStyle(document.querySelector('.flow:not(.lit)')).opacity") == "0.12"
    page.run("document.querySelector('.architecture').dispatchEvent(new PointerEvent('pointerleave'))")
    assert page.run(lit) == []


def test_keys_move_in_the_matrix_and_open_an_answer(page: Page) -> None:
    assert page.run("document.querySelectorAll('.matrix a[tabindex=\"0\"]').length") == 1
    page.run("document.querySelector('.matrix a[tabindex=\"0\"]').focus()")
    page.press("ArrowRight")
    page.press("ArrowDown")
    assert page.run("document.activeElement.hash") == "#reach-2-2"
    page.press("Enter")
    answer = page.run("document.getElementById('answer').textContent.replace(/\\s+/g, ' ').trim()")
    entry = page.run("document.getElementById('reach-2-2').textContent.replace(/\\s+/g, ' ').trim()")
    assert answer == entry
    assert page.run("document.getElementById('answer').checkVisibility()")
    assert page.run("location.hash") == ""


def test_a_screen_reader_finds_landmarks_and_headings_in_order(wide: Page) -> None:
    tree = wide.accessible()
    roles = [role for role, _, _ in tree]
    assert [roles.count(role) for role in ("navigation", "main", "contentinfo", "search")] == [1, 1, 1, 1]
    headings = [(name, properties["level"]) for role, name, properties in tree if role == "heading"]
    assert headings[0] == (WIDE, 1)
    assert [name for name, level in headings if level == 2] == [
        *("Not in this report", "Diagram", "Cost", "Timeline", "Recovery", "Policies", "Reach"),
        *("Resources", "Outputs"),
    ]  # fmt: skip
    levels = [level for _, level in headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    images, boxes, choices = (
        {name for found, name, _ in tree if found == role} for role in ("image", "searchbox", "combobox")
    )
    assert (boxes, choices) == ({"Search"}, {"Type", "Component"})
    assert {"Cost a month by component", "Timeline of a first deployment", f"Architecture of {WIDE}"} <= images
    assert [name for role, name, _ in tree if role in ("link", "button", "DisclosureTriangle") and not name] == []
    assert sum(1 for role, _, properties in tree if role == "status" and properties.get("live") == "polite") >= 1


@pytest.mark.parametrize("width", [400, 768, 1440])
def test_nothing_is_wider_than_the_window(wide: Page, width: int) -> None:
    wide.size(width)
    assert wide.run(OVERFLOW) == 0
    wide.run("document.querySelectorAll('details:not(.inputs)').forEach((each) => { each.open = true; })")
    assert wide.run(OVERFLOW) == 0


def test_it_is_dark_where_the_reader_s_screen_is(page: Page) -> None:
    assert page.run(BACKGROUND) == "rgb(255, 255, 255)"
    page.media(prefers_color_scheme="dark")
    assert page.run(BACKGROUND) == "rgb(13, 17, 23)"
    assert page.run("getComputedStyle(document.querySelector('.architecture')).backgroundColor") == "rgb(13, 17, 23)"


def test_on_paper_it_is_light_and_open_and_within_the_edges(wide: Page) -> None:
    wide.media("print", prefers_color_scheme="dark")
    assert wide.run(BACKGROUND) == "rgb(255, 255, 255)"
    assert not wide.run("document.querySelector('nav').checkVisibility()")
    wide.run("dispatchEvent(new Event('beforeprint'))")
    assert wide.run("Array.from(document.querySelectorAll('details:not(.inputs)')).every((each) => each.open)")
    assert not wide.run("document.querySelector('.inputs').open")
    # A4 within its margins, upright and (the reach matrix) across.
    wide.size(680)
    widths = (
        "Array.from(document.querySelectorAll('main > :not(#reach-section)'), (s) => s.scrollWidth - s.clientWidth)"
    )
    assert set(wide.run(widths)) == {0}
    wide.size(1009)
    assert wide.run("document.querySelector('.matrix').getBoundingClientRect().right <= innerWidth")
    wide.run("dispatchEvent(new Event('afterprint'))")
    assert wide.run("document.querySelectorAll('details[open]').length") == 0


def test_it_prints(page: Page) -> None:
    printed = page.print()
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") > 10


def test_every_answer_is_found_without_scripts(page: Page, files: dict[str, Path]) -> None:
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(files[STACK], fragment="#reach-2-2")
        node = page.call("DOM.getDocument")["root"]["nodeId"]
        details = page.call("DOM.querySelector", nodeId=node, selector="#answers")["nodeId"]
        attributes = page.call("DOM.getAttributes", nodeId=details)["attributes"]
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "open" in attributes

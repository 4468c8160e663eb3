"""The page says what the graph holds, in one file, with nothing that is not to be seen."""

import re

import pytest

from analyser.faces.page.document import html
from analyser.faces.timeline_text import in_words
from tests.analyser.faces.page.html import Element, read
from tests.analyser.faces.page.pages import ATTACK, SECRET, hostile_report, stack_page, stack_report

SECTIONS = ["diagram", "cost", "timeline", "recovery", "policies", "reach", "resources", "outputs"]


@pytest.fixture(scope="module", name="prod")
def _prod() -> Element:
    return read(stack_page("prod"))


@pytest.fixture(scope="module", name="hostile")
def _hostile() -> Element:
    return read(html(hostile_report()))


def figures(page: Element) -> dict[str, str]:
    return {each.one("dt").text: each.one("dd").text for each in page.one("dl", class_="figures").all("div")}


def section(page: Element, name: str) -> Element:
    return page.one("section", **{"aria-labelledby": name})


def test_the_summary_holds_the_report_s_figures(prod: Element) -> None:
    report = stack_report("prod")
    cost, time = report.cost.total, report.timeline
    told = len(section(prod, "policies").all("article"))  # of rules that are violated, and of exemptions
    assert prod.one("h1").text == "prod"
    assert prod.one("p", class_="verdict").text == "Passes the policy pack"
    assert figures(prod) == {
        "Cost a month": f"${cost.usd:,.0f} ${cost.low:,.0f} to ${cost.high:,.0f} with use",
        "Deployment": f"{in_words(time.typical)} {in_words(time.worst)} at worst",
        "Resources": f"{len(report.graph.resources)} in {len(report.graph.components)} components, "
        f"{len(report.graph.protected)} protected",
        "Violations": f"0 and {len(report.advisory)} advisory, by {report.rules} rules",
        "Exemptions": f"{told - len({each.rule for each in report.advisory})} sparing {len(report.exempt)} findings",
    }


def test_sections_stand_in_order_and_are_linked(prod: Element) -> None:
    assert [each.attributes["aria-labelledby"] for each in prod.all("section")] == SECTIONS
    assert [link.attributes["href"] for link in prod.one("nav").all("a")] == ["#summary", *(f"#{s}" for s in SECTIONS)]
    ids = [each.attributes["id"] for each in prod.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = {link.attributes["href"][1:] for link in prod.all("a") if link.attributes["href"].startswith("#")}
    assert targets <= set(ids)


def test_what_is_violated_stops_and_says_how_to_mend(hostile: Element) -> None:
    assert hostile.one("p", class_="verdict").text == "Would be stopped: 1 mandatory violation"
    mandatory, advisory = section(hostile, "policies").all("article")
    assert mandatory.one("h4").text == "Topics are encrypted"
    assert mandatory.one("ul", class_="findings").text == f"{ATTACK}: is not encrypted kmsMasterKeyId"
    assert "How to mend: Set kmsMasterKeyId." in mandatory.text
    assert mandatory.one("a").attributes["href"].startswith("https://docs.aws.amazon.com/sns/")
    assert advisory.one("h4").text == "Topics have a policy"


def test_an_exemption_shows_its_reason_owner_and_last_day() -> None:
    page = read(html(hostile_report(exempt=True)))
    assert page.one("p", class_="verdict").text == "Passes the policy pack"
    (spared,) = page.all("article", class_="spared")
    assert "Exempt because: It holds | nothing." in spared.text
    assert "Owner records · until 2027-01-01" in spared.text


def test_names_are_text_and_never_code(hostile: Element) -> None:
    assert ATTACK in section(hostile, "resources").one("table").text
    assert [script.attributes for script in hostile.all("script")] == [{}]
    assert not hostile.all("img")
    assert "</main>" in section(hostile, "outputs").text
    assert "<i>open</i>" in section(hostile, "outputs").text


def test_secrets_are_masked_wherever_they_would_stand(hostile: Element) -> None:
    assert SECRET not in html(hostile_report())
    assert {row.one("th").text: row.one("td").text for row in section(hostile, "outputs").all("tr")[1:]} == {
        "<i>open</i>": "</main>", "nested": "[secret]", "password": "[secret]",
    }  # fmt: skip
    assert "value: [secret]" in section(hostile, "resources").text


def test_no_secret_input_of_a_real_stack_is_on_its_page() -> None:
    graph = stack_report("prod").graph
    secrets = {
        text
        for node in graph
        for key in node.secret_inputs
        for text in re.findall(r"[A-Za-z0-9+/=_-]{24,}", str(node.inputs[key]))
    }
    known = {text for node in graph for key in node.inputs.keys() - node.secret_inputs
             for text in re.findall(r"[A-Za-z0-9+/=_-]{24,}", str(node.inputs[key]))}  # fmt: skip
    hidden = secrets - known
    assert hidden
    assert not {text for text in hidden if text in stack_page("prod")}


@pytest.mark.parametrize("stack", ["prod", "confluence-lambda"])
def test_the_page_needs_nothing_else_and_is_small(stack: str) -> None:
    text = stack_page(stack)
    page = read(text)
    assert len(text.encode()) < 3_000_000
    assert not [e for e in page.all() if "src" in e.attributes or "srcset" in e.attributes or "style" in e.attributes]
    assert not page.all("link")
    assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttpRequest", "".join(s.text for s in page.all("style")))
    assert "default-src 'none'" in page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]


def test_the_same_report_is_the_same_page() -> None:
    assert html(hostile_report()) == html(hostile_report())
    assert html(stack_report("prod")) == stack_page("prod")


def test_every_table_has_a_caption_and_scopes(prod: Element) -> None:
    tables = prod.all("table")
    assert len(tables) > 10
    assert [table for table in tables if not table.all("caption")] == []
    assert [th.text for th in prod.all("th") if "scope" not in th.attributes] == []

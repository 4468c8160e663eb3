"""The resources section: every resource, and what it is found by."""

import pytest

from analyser.faces.page.resources import as_text, resources
from tests.analyser.faces.page.html import read
from tests.analyser.faces.page.pages import hostile_report, stack_page, stack_report


def test_every_resource_has_a_row_with_its_component() -> None:
    graph = stack_report("prod").graph
    rows = read(stack_page("prod")).one("table", id="inventory").all("tr")[1:]
    assert len(rows) == len(graph.resources)
    vpc = next(row for row in rows if "network-vpc" in row.one("th").one("summary").text)
    assert (vpc.attributes["data-type"], vpc.attributes["data-component"]) == ("aws:ec2/vpc:Vpc", "network")
    assert "10.1.0.0/16" in vpc.text


def test_choices_count_every_resource_once() -> None:
    report = stack_report("prod")
    found = resources(report.graph, report.cost)
    assert dict(found.types) == dict(report.graph.counts)
    assert sum(number for _, number in found.components) == len(report.graph.resources)


def test_a_secret_is_no_fact() -> None:
    report = hostile_report()
    store = next(e for e in resources(report.graph, report.cost).entries if e.name == "store")
    assert store.facts == ""
    assert "bucket: [secret]" in store.inputs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": {"c": True}}, "a: 1\nb:\n  c: true"),
        ({"a": [{"x": 1, "y": 2}, "z"]}, "a:\n  - x: 1\n    y: 2\n  - z"),
        ({"a": "one\ntwo", "b": "", "c": None, "d": [], "e": {}}, 'a:\n  one\n  two\nb: ""\nc: null\nd: []\ne: {}'),
        ({"a": {"$secret": True}, "b": [{"$unknown": True}]}, "a: [secret]\nb:\n  - [known after deployment]"),
        ("plain", "plain"),
    ],
)
def test_values_are_outlined(value: object, text: str) -> None:
    assert as_text(value) == text

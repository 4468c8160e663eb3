"""The timeline section: bars to scale, the critical path marked."""

import pytest

from analyser.analyses.timeline import timeline
from analyser.faces.page.gantt import gantt
from tests.analyser.analyses.timeline.nodes import CLUSTER, DATABASE, NODES, TOPIC, VPC, graph, node
from tests.analyser.faces.page.html import read
from tests.analyser.faces.page.pages import stack_page, stack_report


def test_bars_stand_to_scale_and_the_critical_ones_are_marked() -> None:
    vpc = node(VPC, "vpc")  # 13 s
    cluster = node(CLUSTER, "cluster", values=[vpc])  # 10 min
    nodes = node(NODES, "nodes", values=[cluster])  # 119 s
    database = node(DATABASE, "database", values=[vpc])  # 6 min
    section = gantt(timeline(graph(vpc, cluster, nodes, database, node(TOPIC, "topic"))))
    assert [(bar.name, bar.critical) for bar in section.bars] == [
        ("Vpc vpc", True), ("Cluster cluster", True), ("Instance database", False), ("NodeGroup nodes", True),
    ]  # fmt: skip
    assert section.left_out == "1 more take less than 12 s each and are not drawn"
    by_name = {bar.name: bar for bar in section.bars}
    whole = 13 + 10 * 60 + 119
    last = by_name["NodeGroup nodes"]
    start, end, width = (float(text.removesuffix("%")) for text in (last.x, last.after, last.width))
    left = float(by_name["Vpc vpc"].x.removesuffix("%"))
    assert (start - left) / (end - left) == pytest.approx((13 + 600) / whole, abs=0.001)
    assert width == pytest.approx(end - start, abs=0.02)
    assert section.bound == last.after


def test_a_needless_wait_is_told() -> None:
    first = node(TOPIC, "first")
    section = gantt(timeline(graph(first, node(DATABASE, "database", after=[first]))))
    assert [(wait.name, wait.imposed) for wait in section.path] == [("first", True), ("database", False)]
    assert float(section.bound.removesuffix("%")) < float(section.bars[-1].after.removesuffix("%"))


def test_nothing_to_make_takes_no_time() -> None:
    section = gantt(timeline(graph()))
    assert (section.typical, section.bars, section.left_out) == ("0 s", (), "")


def test_the_chart_of_a_stack_has_its_critical_path() -> None:
    path = [f"{link.node.kind} {link.node.name}" for link in stack_report("prod").timeline.path]
    page = read(stack_page("prod")).one("section", **{"aria-labelledby": "timeline"})
    titles = [group.one("title").text for group in page.all("g", class_="critical")]
    assert sorted(title.split(":")[0] for title in titles) == sorted(path)
    assert all(title.endswith("critical path") for title in titles)

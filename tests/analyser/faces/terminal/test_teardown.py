"""What a terminal shows of taking a stack away."""

import io

import pytest

from analyser.analyses.timeline import teardown
from analyser.faces.commands.cli import run
from analyser.faces.terminal.timeline import show_gone
from tests.analyser.analyses.timeline.nodes import DATABASE, KAFKA, VPC, graph, node


def test_it_says_what_is_waited_for_and_what_is_in_the_way() -> None:
    vpc = node(VPC, "vpc", options={"retainOnDelete": True})
    found = teardown(graph(vpc, node(DATABASE, "db", values=[vpc], protect=True), node(KAFKA, "stream", values=[vpc])))
    out = io.StringIO()
    show_gone(found, "shop", out)
    assert out.getvalue().splitlines() == [
        "shop  taking all of it away: at least 6 min, at worst not known",
        "With 16 at once, as the engine takes them on four cores: at least 6 min",
        "",
        "Critical path, by typical times",
        "    0:00    6 min  Instance db",
        "Protected, so `pulumi destroy` stops: db",
        "Stays in the cloud: vpc",
        "aws:msk/cluster:Cluster: nobody has said how long it takes to go; nothing of it is counted",
    ]


def test_what_is_timed_throughout_has_a_worst_as_well() -> None:
    out = io.StringIO()
    show_gone(teardown(graph(node(DATABASE, "db"))), "shop", out)
    assert out.getvalue().splitlines()[0] == "shop  taking all of it away: about 6 min, at worst 20 min"


def test_a_file_of_policies_that_is_none_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["can", "dev", "microservice", "s3:GetObject", "archives", "--with", "nowhere.json"]) == 2
    assert capsys.readouterr().err == "nowhere.json: cannot be read: No such file or directory\n"

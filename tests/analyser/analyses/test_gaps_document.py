"""What a run could not see goes along with the answers, in JSON and in the page."""

import json
from pathlib import Path

import jsonschema
import pytest

from analyser.analyses.report import document
from analyser.analyses.rights.unknown_name import suggest
from analyser.faces.commands.timeline import show_timeline
from analyser.faces.page.summary import summary
from analyser.graph import Gap
from tests.analyser.faces.formats.reports import report

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "schemas" / "preview.json").read_text(encoding="utf-8"))
ZONE = Gap("component", "acme:landing:Zone", "zone")


def test_a_preview_carries_them_by_its_schema() -> None:
    found = report()
    assert "gaps" not in document(found)
    found.graph.gaps = tuple(Gap(kind, "acme") for kind in Gap.KINDS)
    told = document(found)
    assert told["gaps"] == [{"kind": kind, "type": "acme", "name": ""} for kind in Gap.KINDS]
    jsonschema.validate(told, SCHEMA)


def test_an_answer_carries_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = report()
    found.graph.gaps = (ZONE,)
    show_timeline(found.graph, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["gaps"] == [{"kind": "component", "type": "acme:landing:Zone", "name": "zone"}]


def test_the_page_names_them_and_what_they_mean_for_each_answer() -> None:
    found = report()
    assert not [line for line in summary(found).lacking if "acme" in line]
    found.graph.gaps = (ZONE,)
    lines = [line for line in summary(found).lacking if "acme:landing:Zone zone" in line]
    assert len(lines) == len(set(lines)) == 8
    assert any("is not priced" in line for line in lines)


def test_a_stack_without_any_name_says_so() -> None:
    assert suggest("web", []) == "the stack has none"

"""Which form writes what; the JSON form by its schema."""

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest

from analyser.analyses.report import VERSION, Report, document
from analyser.faces.formats import Form, FormError, write
from tests.analyser.faces.formats.reports import report
from tests.stacks import ROOT, stack_graph

SCHEMA = json.loads((Path(__file__).resolve().parents[4] / "schemas" / "preview.json").read_text(encoding="utf-8"))


def test_one_stack_is_the_document_itself() -> None:
    assert json.loads(write([report()], Form.JSON, ROOT)) == document(report())


def test_several_stacks_stand_in_a_list() -> None:
    found = json.loads(write([report("prod"), report("dev")], Form.JSON, ROOT))
    assert found["version"] == VERSION
    assert [stack["stack"] for stack in found["stacks"]] == ["prod", "dev"]
    jsonschema.validate(found, SCHEMA)


def test_a_state_holds_one_stack() -> None:
    with pytest.raises(FormError, match="one stack"):
        write([report("prod"), report("dev")], Form.STATE, ROOT)


@pytest.mark.parametrize("form", Form)
def test_every_form_ends_its_last_line_and_tells_no_secret(form: Form) -> None:
    text = write([report()], form, ROOT)
    assert text.endswith("\n")
    assert "hidden" not in text
    assert text == write([report()], form, ROOT)


def test_the_schema_is_a_schema_of_this_version() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["stack"]["properties"]["version"] == {"const": VERSION}


@pytest.mark.parametrize("known", [True, False])
def test_the_document_keeps_to_its_schema(known: bool) -> None:
    jsonschema.validate(document(report(known=known, exempt=True)), SCHEMA)


def test_a_whole_stack_keeps_to_it() -> None:
    jsonschema.validate(document(Report(stack_graph("prod"), (), 0, with_reach=True)), SCHEMA)


@pytest.mark.parametrize("member", SCHEMA["$defs"]["stack"]["required"])
def test_the_schema_asks_for_every_member(member: str) -> None:
    found = document(report())
    del found[member]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, SCHEMA)


def test_the_schema_knows_every_member() -> None:
    found = document(dataclasses.replace(report(), with_reach=True))
    jsonschema.validate(found, SCHEMA)
    assert set(SCHEMA["$defs"]["stack"]["properties"]) == {*found, "gaps"}  # which this stack has none of
    assert set(SCHEMA["$defs"]["resource"]["properties"]) == set(found["resources"][0])
    assert set(SCHEMA["$defs"]["cost"]["properties"]) == set(found["cost"])

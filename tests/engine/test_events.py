"""The engine's log of events, in the form that it has: apitype.EngineEvent, one a line."""

import json

from tests.engine.events import Finding, read

URN = "urn:pulumi:dev::strata::aws:s3/bucket:Bucket::store"
EVENTS = (
    {"sequence": 0, "preludeEvent": {"config": {}}},
    {"sequence": 1, "resourcePreEvent": {"metadata": {"op": "create", "urn": URN}, "planning": True}},
    {"sequence": 2, "resOutputsEvent": {"metadata": {"op": "create", "urn": URN}, "planning": True}},
    {"sequence": 3, "policyEvent": {"resourceUrn": URN, "message": "…", "policyName": "s3-bucket-named",
                                    "policyPackName": "strata-aws", "enforcementLevel": "advisory"}},
    {"sequence": 4, "diagnosticEvent": {"urn": URN, "message": "using pulumi-resource-aws", "severity": "warning"}},
    {"sequence": 5, "diagnosticEvent": {"message": "\nout of paper\nin tray 2\n", "severity": "error"}},
    {"sequence": 6, "summaryEvent": {"maybeCorrupt": False, "durationSeconds": 3, "resourceChanges": {"create": 1}}},
)  # fmt: skip
LINES = [json.dumps(event) + "\n" for event in EVENTS]


def test_an_operation_is_counted_and_what_was_found_is_kept() -> None:
    operation = read(LINES)
    assert operation.resources == 1
    assert operation.changes == {"create": 1}
    assert operation.findings == {Finding("s3-bucket-named", URN, "advisory")}
    assert operation.problems == ["out of paper"]
    assert str(operation) == "1 create"


def test_a_log_that_is_being_written_is_read_up_to_its_last_whole_line() -> None:
    operation = read([*LINES[:3], LINES[3][:20]])
    assert (operation.resources, operation.findings, str(operation)) == (1, set(), "")


def test_an_operation_that_changed_nothing_has_no_changes() -> None:
    assert str(read([json.dumps({"summaryEvent": {"resourceChanges": None}}) + "\n"])) == ""


def test_of_a_traceback_the_last_line_is_told() -> None:
    message = (
        "Program failed with an unhandled exception:\nTraceback (most recent call last):\n  File …\nKeyError: 'a'\n"
    )
    assert read([json.dumps({"diagnosticEvent": {"message": message, "severity": "error"}}) + "\n"]).problems == [
        "KeyError: 'a'"
    ]

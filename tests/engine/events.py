"""What the engine says of an operation in its log of events.

https://github.com/pulumi/pulumi/blob/v3.260.0/sdk/go/common/apitype/events.go
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_DONE = ("resOutputsEvent", "resOpFailedEvent")


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a resource violates, and whether that stops the operation."""

    rule: str
    urn: str
    level: str


@dataclass
class Operation:
    """One operation of the engine, as far as its events go."""

    resources: int = 0
    """How many resources, components among them, the engine is through with."""
    changes: Counter[str] = field(default_factory=Counter)
    """How many resources were created, updated, left the same, …; empty when the engine came to no end."""
    findings: set[Finding] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    """The errors, one line each."""

    def __str__(self) -> str:
        return ", ".join(f"{number} {step}" for step, number in sorted(self.changes.items()) if number)


def read(lines: Iterable[str]) -> Operation:
    """The operation that a log tells of; it may still be being written, so that a line may be cut off."""
    operation = Operation()
    for line in lines:
        if line.endswith("\n"):
            _take(operation, json.loads(line))
    return operation


def _take(operation: Operation, event: dict[str, dict[str, Any]]) -> None:
    operation.resources += any(kind in event for kind in _DONE)
    if "policyEvent" in event:
        found = event["policyEvent"]
        finding = Finding(found["policyName"], found.get("resourceUrn", ""), found["enforcementLevel"])
        operation.findings.add(finding)
    if "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] == "error":
        operation.problems.append(_told(event["diagnosticEvent"]["message"].strip().splitlines()))
    if "summaryEvent" in event:
        operation.changes = Counter(event["summaryEvent"]["resourceChanges"] or {})


def _told(lines: list[str]) -> str:
    """The line of a message that says what is wrong: the last of a traceback, else the first."""
    return next(iter(lines[-1:] if any(line.startswith("Traceback") for line in lines) else lines), "")

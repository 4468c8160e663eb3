"""A deployment plan, and a list of prerequisites, as JSON data."""

from collections.abc import Iterable, Sequence
from typing import Any

from analyser.analyses.prerequisites.model import Prerequisite
from analyser.analyses.prerequisites.plan import Step
from analyser.analyses.report import VERSION


def plan_document(stack: str, steps: Sequence[Step]) -> dict[str, Any]:
    """The steps of a first deployment, numbered from one."""
    return {
        "version": VERSION,
        "stack": stack,
        "steps": [
            {
                "number": number,
                "title": step.title,
                "why": step.why,
                "commands": list(step.commands),
                "prerequisites": prerequisites_document(step.prerequisites),
            }
            for number, step in enumerate(steps, 1)
        ],
    }


def prerequisites_document(found: Iterable[Prerequisite]) -> list[dict[str, Any]]:
    """What has to be true, with the commands that show it and that bring it about."""
    return [
        {
            "kind": one.kind,
            "title": one.title,
            "when": one.when.value,
            "why": one.why,
            "check": one.check,
            "good": one.good,
            "make": list(one.make),
            "urns": list(one.urns),
        }
        for one in found
    ]

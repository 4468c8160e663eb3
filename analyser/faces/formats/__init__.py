"""Previews in the forms that other programs read."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path

from analyser.analyses.report import Report


class Form(StrEnum):
    """The output formats of a preview."""

    JSON = "json"
    """Everything, by ``schemas/preview.json``."""
    JUNIT = "junit"
    """JUnit XML: a suite a stack, a test case a resource."""
    SARIF = "sarif"
    """SARIF 2.1.0: a run a stack, a result a violation."""
    GITHUB = "github"
    """Markdown for a GitHub step summary."""
    STATE = "state"
    """A Pulumi deployment, as ``pulumi stack export`` writes it; one stack only."""


class FormError(Exception):
    """The form cannot hold what was asked for."""


def write(reports: Sequence[Report], form: Form, folder: Path) -> str:
    """Previews of stacks whose files are in a folder, as text. Raises FormError for several where a form holds one."""
    return _writer(form, folder)(reports)


def _writer(form: Form, folder: Path) -> Callable[[Sequence[Report]], str]:
    # Each form imports what only it needs.
    if form is Form.JUNIT:
        from analyser.faces.formats.junit import junit

        return junit
    if form is Form.SARIF:
        from analyser.faces.formats.sarif import sarif

        return partial(sarif, folder=folder)
    if form is Form.GITHUB:
        from analyser.faces.formats.github import github

        return github
    if form is Form.STATE:
        return _state
    return _json


def _json(reports: Sequence[Report]) -> str:
    import json

    from analyser.analyses.report import VERSION, document

    documents = [document(report) for report in reports]
    found = documents[0] if len(documents) == 1 else {"version": VERSION, "stacks": documents}
    return json.dumps(found, indent=2) + "\n"


def _state(reports: Sequence[Report]) -> str:
    import json

    from analyser.faces.formats.state import deployment

    if len(reports) != 1:
        raise FormError("a state file holds one stack; name one")
    return json.dumps(deployment(reports[0].graph), indent=2) + "\n"

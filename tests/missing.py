"""What a report says beside a traceback: which program was missing, and where a stack that fails is mended.

Tests that a missing program kept from running are counted in one line at the end, instead of a traceback each. They are
errors, so the exit status is not 0; every other test has run.
"""

from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from settings import stackfile
from settings.project_files import PROJECT
from tools.programs import MissingProgramError

ROOT = Path(__file__).resolve().parent.parent
_MARK = "not run: "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, MissingProgramError):
        report.longrepr = f"{_MARK}{call.excinfo.value}"
    elif report.failed and (stack := _stack_of(item)) is not None:
        report.sections.append((f"where {stack} is mended", where(stack, item.nodeid)))
    return report


def _stack_of(item: pytest.Item) -> str | None:
    """The stack that a test is about, of those that have a file."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    stack = given.get("stack")
    return stack if isinstance(stack, str) and stack in stackfile.stack_names(ROOT) else None


def where(stack: str, test: str) -> str:
    """The files that a stack is made of, and the commands that ask again and write anew what is written from it."""
    system = stackfile.read(ROOT, stack).config[f"{PROJECT}:system"]
    return (
        f"{stack} is what systems/{system}/ makes of Pulumi.{stack}.yaml; types of resources: resource_types/aws/\n"
        f"again: .venv/bin/python -m pytest '{test}'; then: make update"
    )


def pytest_terminal_summary(terminalreporter: Any) -> None:
    stats = terminalreporter.stats
    said = (str(report.longrepr) for kind in ("error", "failed") for report in stats.get(kind, ()))
    for reason, tests in sorted(Counter(text for text in said if text.startswith(_MARK)).items()):
        terminalreporter.write_line(f"{tests} tests {reason}", red=True)

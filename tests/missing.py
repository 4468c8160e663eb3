"""Tests that a missing program kept from running: counted in one line at the end, instead of a traceback each.

They are errors, so the exit status is not 0; every other test has run.
"""

from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from tools.programs import MissingProgramError

_MARK = "not run: "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[Any]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, MissingProgramError):
        report.longrepr = f"{_MARK}{call.excinfo.value}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    stats = terminalreporter.stats
    said = (str(report.longrepr) for kind in ("error", "failed") for report in stats.get(kind, ()))
    for reason, tests in sorted(Counter(text for text in said if text.startswith(_MARK)).items()):
        terminalreporter.write_line(f"{tests} tests {reason}", red=True)

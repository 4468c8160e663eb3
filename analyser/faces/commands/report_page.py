"""What the command does: writes the page to a file."""

from pathlib import Path

from analyser.analyses.report import Report
from analyser.faces.commands.output import written_to
from analyser.faces.page.document import html


def write_page(report: Report, output: Path) -> None:
    """Writes the page of a report. Raises UsageError where that cannot be done."""
    text = html(report)
    with written_to(output) as file:
        file.write(text)

"""What the command does: writes the page to a file."""

from pathlib import Path

from analyser.analyses.report import Report
from analyser.faces.commands.output import written_to
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.page.document import html


def write_page(report: Report, output: Path) -> None:
    """Writes the page of a report, and the folder where it is missing. Raises UsageError where that cannot be done."""
    text = html(report)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{output.parent}: cannot be made: {error.strerror}") from error
    with written_to(output) as file:
        file.write(text)

"""Markdown for a GitHub step summary.

https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions#adding-a-job-summary
"""

from collections.abc import Iterator, Sequence

from analyser.analyses.cost.result import NOT_KNOWN
from analyser.analyses.report import Report
from analyser.faces.timeline_text import in_words
from policy.model import Violation

_HEAD = (
    "Stack", "System", "Region", "Resources", "Mandatory", "Advisory", "Exempt", "USD a month", "Deployment", "Verdict"
)  # fmt: skip
_MOST_ROWS = 50
"""Violations shown a stack: a step summary is cut off at 1 MiB."""


def github(reports: Sequence[Report]) -> str:
    """A table of the stacks, and below it what would stop each."""
    lines = ["## strata preview", "", *_table(_HEAD, [_row(report) for report in reports])]
    for report in reports:
        shown = [*report.blocking, *report.advisory]
        if shown:
            lines += ["", f"### {report.graph.stack}", "", *_violations(shown)]
    return "\n".join(lines) + "\n"


def _row(report: Report) -> tuple[str, ...]:
    graph, cost, time = report.graph, report.cost.total, report.timeline
    return (
        f"`{graph.stack}`",
        report.system,
        graph.region,
        str(len(graph.resources)),
        str(len(report.blocking)),
        str(len(report.advisory)),
        str(len(report.exempt)),
        NOT_KNOWN if report.cost.unknown else f"{cost.usd:,.0f} ({cost.low:,.0f} to {cost.high:,.0f})",
        f"{in_words(time.typical)}, at worst {in_words(time.worst)}",
        "❌ would be stopped" if report.blocking else "✅ passes",
    )


def _violations(found: Sequence[Violation]) -> Iterator[str]:
    rows = [
        (str(v.level), f"[{v.rule.id}]({v.rule.link})", f"`{v.urn.rpartition('::')[2]}`", v.message, v.rule.remedy)
        for v in found[:_MOST_ROWS]
    ]
    yield from _table(("Level", "Rule", "Resource", "Finding", "Mend"), rows)
    if len(found) > _MOST_ROWS:
        yield f"\n… and {len(found) - _MOST_ROWS} more"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

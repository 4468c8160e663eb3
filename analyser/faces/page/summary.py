"""The top of the page: the verdict and the figures that a reviewer asks for first."""

from dataclasses import dataclass

from analyser.analyses.cost.result import NOT_KNOWN
from analyser.analyses.gaps import Answer, lacks
from analyser.analyses.report import Report
from analyser.faces.page.amounts import counted, usd
from analyser.faces.terminal.counts import counts
from analyser.faces.timeline_text import in_words


@dataclass(frozen=True)
class Figure:
    """One figure with its name, a line below it, and the section that explains it."""

    name: str
    value: str
    note: str
    section: str


@dataclass(frozen=True)
class Summary:
    """The verdict and key figures at the top of the page."""

    passes: bool
    verdict: str
    place: str
    figures: tuple[Figure, ...]
    services: tuple[tuple[str, str, str], ...]
    """Number of resources, service, and how many of each type."""
    lacking: tuple[str, ...] = ()
    """What the answers of the page lack, a line each."""


def summary(report: Report) -> Summary:
    """The summary of a report."""
    blocking = len(report.blocking)
    stopped = f"Would be stopped: {counted(blocking, 'mandatory violation')}"
    graph = report.graph
    return Summary(
        passes=not blocking,
        verdict=stopped if blocking else "Passes the policy pack",
        place=" · ".join(part for part in (report.system, report.environment, graph.region) if part),
        figures=tuple(_figures(report)),
        services=tuple(counts(graph)),
        lacking=tuple(dict.fromkeys(line for answer in Answer for line in lacks(graph, answer))),
    )


def _figures(report: Report) -> list[Figure]:
    graph, cost, time = report.graph, report.cost.total, report.timeline
    exact = f"{usd(cost.low)} to {usd(cost.high)} with use" if cost.low != cost.high else "all of it fixed"
    asked = usd(cost.usd)
    if report.cost.unknown:
        asked, exact = NOT_KNOWN, "nothing in it has a price"
    spared = len({(v.rule.id, v.exemption.reason) for v in report.exempt if v.exemption})
    within = f"in {counted(len(graph.components), 'component')}, {len(graph.protected)} protected"
    return [
        Figure("Cost a month", asked, exact, "cost"),
        Figure("Deployment", in_words(time.typical), f"{in_words(time.worst)} at worst", "timeline"),
        Figure("Resources", f"{len(graph.resources):,}", within, "resources"),
        Figure("Violations", f"{len(report.blocking)}", _violations(report), "policies"),
        Figure("Exemptions", f"{spared}", f"sparing {counted(len(report.exempt), 'finding')}", "policies"),
    ]


def _violations(report: Report) -> str:
    return f"and {len(report.advisory)} advisory, by {counted(report.rules, 'rule')}"

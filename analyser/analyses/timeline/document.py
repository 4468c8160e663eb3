"""A timeline as JSON data."""

from typing import Any

from analyser.analyses.timeline.parallel import PARALLEL
from analyser.analyses.timeline.schedule import Link, Step, Timeline
from analyser.analyses.timeline.teardown import Teardown


def summary(timeline: Timeline) -> dict[str, Any]:
    """What a preview says of it: totals in seconds and the chain that the end waits for."""
    return {
        "typicalSeconds": timeline.typical,
        "worstSeconds": timeline.worst,
        "leastSeconds": timeline.least,
        "leastWorstSeconds": timeline.least_worst,
        "atOnce": timeline.at_once,
        "criticalPath": [_link(link) for link in timeline.path],
    }


def document(timeline: Timeline) -> dict[str, Any]:
    """All of it."""
    return {
        **summary(timeline),
        "leastPath": [_link(link) for link in timeline.least_path],
        "steps": [_step(step) for step in sorted(timeline.steps, key=lambda step: (step.start, step.node.urn))],
        "impatient": [
            {"urn": node.urn, "waitsSeconds": limit, "worstSeconds": worst} for node, limit, worst in timeline.impatient
        ],
        "lost": [
            {"urn": wait.node.urn, "waitsFor": wait.what, "limitSeconds": wait.limit, "neededSeconds": wait.needed}
            for wait in timeline.lost
        ],
        "guessed": list(timeline.guessed),
        "parallel": PARALLEL,
        "parallelSeconds": timeline.parallel,
    }


def teardown_document(teardown: Teardown) -> dict[str, Any]:
    """How long it takes to take a stack away."""
    return {
        "typicalSeconds": teardown.typical,
        "worstSeconds": teardown.worst,
        "parallel": PARALLEL,
        "parallelSeconds": teardown.parallel,
        "criticalPath": [_link(link) for link in teardown.path],
        "protected": [node.urn for node in teardown.protected],
        "retained": [node.urn for node in teardown.retained],
        "guessed": list(teardown.guessed),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "urn": link.node.urn,
        "start": link.start,
        "finish": link.finish,
        "waitsBy": None if link.why is None else str(link.why),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "urn": step.node.urn,
        "start": step.start,
        "finish": step.finish,
        "worstStart": step.worst_start,
        "worstFinish": step.worst_finish,
        "source": step.source,
    }

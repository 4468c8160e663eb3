"""The end-to-end chains of a stack, each link of them read from the graph of a known run.

Nothing here is a list of names: chains begin at whatever fronts, code, alarms, plans, groups and rotations the graph
has, so that a new one in a system is traced without an edit. What the graph cannot show is not known, and
is said to be so.
"""

from collections.abc import Callable, Iterator

from analyser.analyses.trace.alarms import alarms
from analyser.analyses.trace.backups import backups
from analyser.analyses.trace.browser import browsers
from analyser.analyses.trace.deployer import deployers
from analyser.analyses.trace.logs import logs
from analyser.analyses.trace.model import Chain, Link, State, Story
from analyser.analyses.trace.registry import registries
from analyser.analyses.trace.rotations import rotations
from analyser.analyses.trace.spans import spans
from analyser.analyses.trace.survey import Survey
from analyser.analyses.trace.using import stores
from analyser.graph import Graph

__all__ = ["Chain", "Link", "State", "Story", "trace"]

STORIES: dict[Story, Callable[[Survey], Iterator[Chain]]] = {
    Story.BROWSER: browsers,
    Story.DEPLOYER: deployers,
    Story.REGISTRY: registries,
    Story.STORE: stores,
    Story.ALARM: alarms,
    Story.BACKUP: backups,
    Story.LOG: logs,
    Story.ROTATION: rotations,
    Story.SPAN: spans,
}


def trace(graph: Graph) -> list[Chain]:
    """Every chain of a stack, story by story, from a graph whose values are known."""
    survey = Survey(graph)
    return [chain for tell in STORIES.values() for chain in tell(survey)]

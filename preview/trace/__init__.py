"""The end-to-end chains of a stack, each link of them read from the graph of a known run.

Nothing here is a list of names: chains begin at whatever fronts, code, alarms, plans, groups and rotations the graph
has, so that a new one in a system is traced without an edit. What the graph cannot show is not known, and
is said to be so.
"""

from collections.abc import Callable, Iterator

from preview.graph import Graph
from preview.trace.alarms import alarms
from preview.trace.backups import backups
from preview.trace.browser import browsers
from preview.trace.deployer import deployers
from preview.trace.logs import logs
from preview.trace.model import Chain, Link, State, Story
from preview.trace.registry import registries
from preview.trace.rotations import rotations
from preview.trace.survey import Survey
from preview.trace.using import stores

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
}


def trace(graph: Graph) -> list[Chain]:
    """Every chain of a stack, story by story, from a graph whose values are known."""
    survey = Survey(graph)
    return [chain for tell in STORIES.values() for chain in tell(survey)]

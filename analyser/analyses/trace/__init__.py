"""The end-to-end chains of a stack, each link of them read from the graph of a known run.

Nothing here is a list of names: chains begin at whatever fronts, code, alarms, plans, groups and rotations the graph
has, so that a new one in a system is traced without an edit. What the graph cannot show is not known, and
is said to be so.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from analyser.analyses.trace.alarms import alarms
from analyser.analyses.trace.any_program import of_any_program
from analyser.analyses.trace.backups import backups
from analyser.analyses.trace.browser import browsers
from analyser.analyses.trace.deployer import deployers
from analyser.analyses.trace.logs import logs
from analyser.analyses.trace.model import Chain, Link, State, Story
from analyser.analyses.trace.registry import registries
from analyser.analyses.trace.restores import restores
from analyser.analyses.trace.rotations import rotations
from analyser.analyses.trace.spans import spans
from analyser.analyses.trace.store_access import stores
from analyser.analyses.trace.survey import Survey
from analyser.graph import Graph
from settings.project_files import PROJECT
from settings.recovery import recovery_of

__all__ = ["Chain", "Link", "State", "Story", "trace"]


def _backups(s: Survey) -> Iterator[Chain]:
    yield from backups(s)
    yield from restores(s)


STORIES: dict[Story, Callable[[Survey], Iterator[Chain]]] = {
    Story.BROWSER: browsers,
    Story.DEPLOYER: deployers,
    Story.REGISTRY: registries,
    Story.STORE: stores,
    Story.ALARM: alarms,
    Story.BACKUP: _backups,
    Story.LOG: logs,
    Story.ROTATION: rotations,
    Story.SPAN: spans,
}

BEFORE = frozenset({"dns", "certificate", "validation", "waf", "door"})
"""Links between a browser and what answers, which before a recovery stack are its home stack's, with the CDN."""
OF_HOME = {
    Story.BROWSER: (BEFORE, "browsers come by what {home} makes: strata trace {home}"),
    Story.BACKUP: (frozenset({"selected"}), "what is selected may be a copy that {home} makes: strata trace {home}"),
}
"""Links of a story that a recovery stack may lack because its home stack makes their other side, and what to say."""


def trace(graph: Graph) -> list[Chain]:
    """Every chain of a stack, story by story, from a graph whose values are known; of a recovery stack, promoted."""
    survey = Survey(graph)
    chains = [chain for tell in STORIES.values() for chain in tell(survey)]
    if graph.project != PROJECT:
        return of_any_program(chains, hidden=bool(graph.hidden))
    recovery = recovery_of(graph.config)
    return chains if recovery is None else [_behind(chain, recovery.home) for chain in chains]


def _behind(chain: Chain, home: str) -> Chain:
    """A recovery stack's chain: what it lacks that its home stack may well have."""
    kinds, said = OF_HOME.get(chain.story, (frozenset(), ""))
    links = (
        replace(link, state=State.NOT_KNOWN, because=said.format(home=home))
        if link.state is State.MISSING and link.kind in kinds
        else link
        for link in chain.links
    )
    return replace(chain, links=tuple(links))

"""All places of a stack by name, and the aliases that users may call them by."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property, lru_cache

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.edge import edge, services
from analyser.analyses.reach.graph_view import View, text, view_of
from analyser.analyses.reach.place import Check, Kind, Link, Place, not_known
from analyser.analyses.reach.relays import Relays
from analyser.analyses.reach.stores import stores
from analyser.analyses.reach.unmodelled_types import not_modelled, unmodelled
from analyser.analyses.reach.workloads import workloads
from analyser.graph import Graph

_APPLICATION = "application"
# What else people call a kind of place.
_CALLED = {
    "lambda": Kind.FUNCTION, "eks": Kind.API_SERVER, "k8s": Kind.API_SERVER, "kubernetes-api": Kind.API_SERVER,
    "lb": Kind.BALANCER, "elb": Kind.BALANCER, "ecs": Kind.TASKS, "fargate": Kind.TASKS, "container": Kind.TASKS,
    "ec2": Kind.INSTANCE, "codebuild": Kind.BUILD, "world": Kind.INTERNET, "0.0.0.0/0": Kind.INTERNET,
}  # fmt: skip
_GIVEN_NAMES = ("name", "identifier", "replicationGroupId", "clusterName", "domainName", "bucket", "metadata.name")


class UnknownPlaceError(Exception):
    """Nothing in the stack goes by the name; the message says what there is."""


class Reach:
    """Who can open a connection to what in one stack, from a graph whose values are known."""

    def __init__(self, graph: Graph, view: View | None = None) -> None:
        view = view or view_of(graph)
        self.view = view
        self.stack = graph.stack
        self.unseen = _unseen(graph)
        """What of the stack is not in the graph, in a sentence; empty where it is whole."""
        self.places = tuple(_distinct([*edge(view), *stores(view), *workloads(view), *services(view)]))
        self.connections = Connections(view)
        self.relays = Relays(view, self.places, self.connections)
        self._entered: dict[tuple[Place, Place], tuple[Link, ...]] = {}

    @cached_property
    def leading_anywhere(self) -> dict[Place, Check]:
        """The places of which nobody can tell where they lead, and why."""
        others = {place: not_known(f"what {place.name} reaches is not modelled") for place in self.not_modelled}
        return self.relays.leading_anywhere() | others

    @cached_property
    def not_modelled(self) -> tuple[Place, ...]:
        """What bears on connections and is no place that is read."""
        return tuple(not_modelled(self.view, self.places))

    def entered(self, source: Place, relay: Place) -> tuple[Link, ...]:
        """From a place to each port of what passes on what comes in; kept, wherever it is asked to lead."""
        if (source, relay) not in self._entered:
            links = (self.connections.direct(source, relay, port) for port in relay.ports)
            self._entered[source, relay] = tuple(filter(None, links))
        return self._entered[source, relay]

    def passed_on(self, place: Place) -> list[Link]:
        """What the place hands to others: requests, connections, events."""
        return self._relayed.get(place, [])

    @cached_property
    def _relayed(self) -> dict[Place, list[Link]]:
        found: dict[Place, list[Link]] = {}
        for link in (*self.relays.links(), *unmodelled(self.view, self.places, self.places[0])):
            found.setdefault(link.source, []).append(link)
        return found

    def find(self, word: str) -> list[Place]:
        """The places that a word means: one by its component, resource or id, or all of a kind.

        Raises UnknownPlaceError when it means none.
        """
        wanted = word.lower()
        for found in (
            [place for place in self.places if place.name.lower() == wanted],
            [place for place in self.places if wanted in self._names(place)],
            [place for place in self.places if _means(place, wanted)],
            [place for place in self.places if wanted == _APPLICATION and place.kind is Kind.FUNCTION],
            [place for place in self.not_modelled if wanted in self._names(place)],
        ):
            if found:
                return found
        names = sorted({place.name for place in self.places})
        close = get_close_matches(word, names, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"there is: {', '.join(names)}"
        raise UnknownPlaceError(f"{self.stack}: nothing is called {word!r}; {hint}")

    def _names(self, place: Place) -> set[str]:
        """The logical and the physical names of its resources."""
        resources = [self.view.resources.by_urn[urn] for urn in place.urns]
        given = [text(found.get(key)) for found in resources for key in _GIVEN_NAMES]
        made = [name for found in resources for name in (found.name, self.view.id_of(found))]
        return {name.lower() for name in given + made if name}


def reach_of(graph: Graph) -> Reach:
    """The model of a graph, which does not change: kept for whoever asks of the same graph next."""
    return reach_in(view_of(graph))


@lru_cache(maxsize=8)
def reach_in(view: View) -> Reach:
    """The same of a view that somebody has: resources of two views of one graph are not the same."""
    return Reach(view.graph, view)


def _unseen(graph: Graph) -> str:
    hidden = graph.hidden
    if not hidden:
        return ""
    more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
    return f"what {hidden[0].token} {hidden[0].name}{more} has or makes is not seen, and may open a way"


def _means(place: Place, word: str) -> bool:
    words = {_one(known) for known in (str(place.kind), *place.words)}
    return _one(word) in words or _CALLED.get(word, _CALLED.get(_one(word))) is place.kind


def _one(word: str) -> str:
    """A word without its plural."""
    return word.removesuffix("s")


def _distinct(places: Iterable[Place]) -> Iterator[Place]:
    """Gives what shares a name with an earlier place the name of its resource."""
    taken: set[str] = set()
    for place in places:
        name = place.name
        if name in taken:
            name = place.urns[0].rpartition("::")[2]
        if name in taken:
            name = f"{name} ({place.kind})"
        taken.add(name)
        yield place if name == place.name else replace(place, name=name)

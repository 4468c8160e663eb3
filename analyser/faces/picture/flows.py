"""Which connections and uses a picture draws, each once, and which of them are the way of a request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analyser.analyses.reach.answer import matrix
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.place import Kind, Link, Place

DNS = "dns"
"""The key of Route 53, which is no place that connections are asked of."""
_GLOBAL = frozenset({Kind.CLOUDFRONT, Kind.SITE})
_EVERYWHERE = frozenset({Kind.SERVICE})
"""AWS's own services, which whoever has a way out reaches; what may be done there is for rights to say."""
_STANDS_IN = {Kind.NODES: Kind.PODS}
"""Nodes reach what their pods reach; the pods tell more."""
_WAY = (
    frozenset({Kind.CLOUDFRONT, Kind.SITE}),
    frozenset({Kind.BALANCER, Kind.API}),
    frozenset({Kind.TASKS, Kind.PODS, Kind.FUNCTION, Kind.INSTANCE}),
    frozenset({Kind.PROXY}),
    frozenset({Kind.STORE}),
    frozenset({Kind.SERVICE}),
)
"""What a request passes, in this order; not every stack has each."""


@dataclass(frozen=True)
class Flow:
    """A connection or use between two things, once for all of its ports."""

    source: str
    target: str
    ports: tuple[int, ...] = ()
    kind: str = "connection"
    """A connection that the network lets through, a use that rights allow, a check of requests, or copies of data."""
    number: int = 0
    """Its place in the way of a request, from 1; 0 for what is not on it."""

    @property
    def label(self) -> str:
        """Its ports as people write them; nothing where any will do."""
        return ", ".join(map(str, self.ports))


def connections(reach: Reach) -> Iterator[Flow]:
    """What the network lets through, of all that is on the way of an answer."""
    hops = dict.fromkeys(link for answer in matrix(reach) for link in answer.path if link.open)
    public = {link.target for link in hops if link.source.kind is Kind.INTERNET}
    told = {(link.source.kind, link.target, link.port) for link in hops}
    for link in hops:
        instead = _STANDS_IN.get(link.source.kind)
        if _shown(link, public) and not (instead and (instead, link.target, link.port) in told):
            kind = "public" if link.source.kind is Kind.INTERNET else "connection"
            yield Flow(link.source.name, link.target.name, (link.port,) if link.port else (), kind)


def _shown(link: Link, public: set[Place]) -> bool:
    """Not what leads out of the stack, not public addresses, which everything with a way out reaches, and not those
    who answer on no port that somebody named."""
    if link.target.kind is Kind.INTERNET or link.source.kind in _EVERYWHERE:
        return False
    if link.source.kind in {Kind.CLOUDFRONT, Kind.API, Kind.BALANCER}:
        return True
    if link.source.kind is Kind.INTERNET:
        return link.target.kind not in _EVERYWHERE
    beside = {*_EVERYWHERE, *_GLOBAL, Kind.API}
    return bool(link.target.ports) and link.target not in public and link.target.kind not in beside


def merged(flows: Iterable[Flow], instead: Mapping[str, str]) -> tuple[Flow, ...]:
    """Each pair of things once for each kind, with all ports; what is folded goes by the name of its fold."""
    found: dict[tuple[str, str, str], tuple[int, ...]] = {}
    for flow in flows:
        source, target = instead.get(flow.source, flow.source), instead.get(flow.target, flow.target)
        if source != target:
            key = (source, target, flow.kind)
            found[key] = (*found.get(key, ()), *flow.ports)
    return tuple(
        Flow(source, target, tuple(sorted(set(ports))), kind) for (source, target, kind), ports in found.items()
    )


def numbered(flows: Sequence[Flow], places: Iterable[Place]) -> tuple[Flow, ...]:
    """The same, with numbers on one way of a request: from the internet as far in as it goes."""
    kinds = {place.name: place.kind for place in places}
    way = [flow for flow in flows if flow.target == DNS][:1]
    here, stage = "internet", 0
    while True:
        onward = [flow for flow in flows if flow.source == here and flow.kind in ("public", "connection", "use")]
        steps = [(at, flow) for flow in onward if (at := _stage(kinds.get(flow.target), stage)) is not None]
        if not steps:
            break
        at, flow = min(steps, key=lambda step: (step[0], -_fan(flows, step[1].target)))
        way.append(flow)
        here, stage = flow.target, at + 1
    numbers = {flow: number for number, flow in enumerate(way, 1)}
    return tuple(replace(flow, number=numbers.get(flow, 0)) for flow in flows)


def _stage(kind: Kind | None, begin: int) -> int | None:
    return next((at for at in range(begin, len(_WAY)) if kind in _WAY[at]), None)


def _fan(flows: Sequence[Flow], name: str) -> int:
    """How much goes on from a thing: of two ways the one that leads further is told."""
    return sum(flow.source == name for flow in flows)

"""What opens connections or answers them, and where in the network it stands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """What a place is; also a word by which users may ask for all of a kind."""

    INTERNET = "internet"
    CLOUDFRONT = "cloudfront"
    BALANCER = "balancer"
    API = "api"
    PODS = "pods"
    NODES = "nodes"
    TASKS = "tasks"
    INSTANCE = "instance"
    FUNCTION = "function"
    BUILD = "build"
    API_SERVER = "api-server"
    PROXY = "proxy"
    STORE = "store"
    SERVICE = "service"
    SITE = "site"


OPENERS = frozenset(
    {
        Kind.INTERNET,
        Kind.PODS,
        Kind.NODES,
        Kind.TASKS,
        Kind.INSTANCE,
        Kind.FUNCTION,
        Kind.BUILD,
        Kind.API_SERVER,
    }
)
"""What opens connections by itself. The others pass on what comes in (``relays.py``) or only answer."""


@dataclass(frozen=True)
class Interface:
    """A network interface: in one of these subnets, behind all of these security groups; behind None, unfiltered."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...] | None
    public: bool | None = False
    """Whether it has a public address of version 4; None where that is not known."""
    ipv6: bool | None = False
    """Whether it has an address of version 6, all of which are public; None where that is not known."""
    address: str = ""
    """Its private address, where one was asked for."""
    shares: bool = False
    """Whether its public address of version 4 is its node's, which takes it out and leads nobody to it."""
    forwards: bool = False
    """Whether it takes packets that are not for itself (its source and destination check is off)."""


@dataclass(frozen=True, eq=False)
class Pods:
    """What NetworkPolicies select by. ``labels`` are those of the pod template; a chart's own are not known."""

    namespace: str
    labels: Mapping[str, str]
    named_ports: Mapping[str, int] = field(default_factory=dict)
    on_fargate: bool = False


@dataclass(frozen=True, eq=False)
class Place:
    """One source or target of connections that users can ask about."""

    name: str
    kind: Kind
    urns: tuple[str, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    """Where its connections start or end; none for what is not in a VPC."""
    ports: tuple[int, ...] = ()
    """The TCP ports that it answers on."""
    public_ports: tuple[int, ...] = ()
    """Those that it answers public addresses on, where these are others."""
    words: frozenset[str] = frozenset()
    """Other words that mean it, such as the engine of a database."""
    pods: Pods | None = None
    service: str = ""
    """For a resource behind the public API of an AWS service: the service, as VPC endpoints name it."""
    region: str = ""
    closed: str = ""
    """Why the internet cannot use it whatever its network says; empty where nothing but the network decides."""
    private_service: str = ""
    """The endpoint by which alone it is reached, from inside a VPC, as VPC endpoints name it."""
    unsure: bool = False
    """Whether ``closed`` says why nobody can tell, instead."""
    dials: tuple[int, ...] = ()
    """For what opens connections on behalf of whomever it lets in: to which ports, 0 for any."""
    admits: tuple[str, ...] = ()
    """The only public addresses that its own settings let in; empty for all."""

    @property
    def opens(self) -> bool:
        """Whether it opens connections by itself."""
        return self.kind in OPENERS or bool(self.dials)


@dataclass(frozen=True)
class Check:
    """One requirement of a connection: met (``ok``), not met, or unknown."""

    ok: bool
    says: str
    urns: tuple[str, ...] = ()
    """The rule, route or policy that lets it through, where one does."""
    known: bool = True
    """What is not known is not ``ok`` and not missing either."""

    @property
    def missing(self) -> bool:
        """Whether it is known that this is not there."""
        return self.known and not self.ok


def not_known(says: str, urns: tuple[str, ...] = ()) -> Check:
    """A check of which nobody can tell how it ends."""
    return Check(ok=False, says=says, urns=urns, known=False)


@dataclass(frozen=True, eq=False)
class Link:
    """What it takes to get from one place to the next, on one port."""

    source: Place
    target: Place
    port: int | None
    checks: tuple[Check, ...]
    entered: int | None = None
    """The port of the source that this goes on from: a load balancer's listener; None where any will do."""
    again: Callable[[Place], tuple[Check, ...]] | None = None
    """For what keeps the address of its client: the checks as they are for that client."""

    @property
    def open(self) -> bool:
        """Whether all requirements are met."""
        return all(check.ok for check in self.checks)

    @property
    def missing(self) -> list[str]:
        """What is missing, in the order that a packet would meet it."""
        return [check.says for check in self.checks if check.missing]

    @property
    def not_known(self) -> list[str]:
        """What is not known, in the same order."""
        return [check.says for check in self.checks if not check.known]


def lacks(checks: Iterable[Check]) -> tuple[int, int]:
    """How much is missing, and how much is not known: of two ways the one with less of both is the better."""
    found = list(checks)
    return sum(check.missing for check in found), sum(not check.known for check in found)


def best(found: Iterable[T], checks: Callable[[T], Iterable[Check]]) -> T | None:
    """What lacks least, the first of several; nothing is asked for after what lacks nothing."""
    chosen: tuple[tuple[int, int], T] | None = None
    for one in found:
        lacking = lacks(checks(one))
        if chosen is None or lacking < chosen[0]:
            chosen = lacking, one
        if lacking == (0, 0):
            break
    return chosen[1] if chosen else None

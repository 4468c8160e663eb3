"""Links and chains: what leads from one end of a story to the other, each with what shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from policy.model import Resource


class State(StrEnum):
    """Whether a link holds. What is not modelled is not known, and never holds by not being contradicted."""

    FOUND = "found"
    MISSING = "missing"
    NOT_KNOWN = "not known"


class Story(StrEnum):
    """What a chain is about."""

    BROWSER = "browser to service"
    DEPLOYER = "deployer to Kubernetes"
    REGISTRY = "node to registry"
    STORE = "code to store"
    ALARM = "alarm to inbox"
    BACKUP = "backup to vault"
    LOG = "log to group"
    ROTATION = "rotation to consumer"
    SPAN = "span to X-Ray"


@dataclass(frozen=True)
class Link:
    """One thing that must be so for the story to go on."""

    kind: str
    """What it is about, as a word that tests and machines can rely on."""
    says: str
    state: State
    urns: tuple[str, ...] = ()
    """The resources that show it; without any one of them it might not hold."""
    because: str = ""
    """What the other side lacks, or what is not modelled; empty for what is found."""


@dataclass(frozen=True)
class Chain:
    """A story from one end to the other, in the order in which it happens."""

    story: Story
    title: str
    links: tuple[Link, ...]

    @property
    def state(self) -> State:
        """Missing where any link is, else not known where any is, else found."""
        states = {link.state for link in self.links}
        return next((one for one in (State.MISSING, State.NOT_KNOWN) if one in states), State.FOUND)


def found(kind: str, says: str, evidence: Iterable[Resource]) -> Link:
    """A link that holds, and what shows it."""
    return Link(kind, says, State.FOUND, _urns(evidence))


def missing(kind: str, says: str, because: str, evidence: Iterable[Resource] = ()) -> Link:
    """A link that does not hold, and what the other side lacks."""
    return Link(kind, says, State.MISSING, _urns(evidence), because)


def not_known(kind: str, says: str, because: str, evidence: Iterable[Resource] = ()) -> Link:
    """A link of which the graph cannot tell, and why."""
    return Link(kind, says, State.NOT_KNOWN, _urns(evidence), because)


def shown(kind: str, says: str, evidence: Iterable[Resource], because: str) -> Link:
    """Found where anything shows it, missing with the reason where nothing does."""
    resources = list(evidence)
    return found(kind, says, resources) if resources else missing(kind, says, because)


def _urns(resources: Iterable[Resource]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.urn for one in resources))

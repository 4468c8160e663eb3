"""What a program registered: every resource, whole."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from policy.unknown import UNKNOWN, wholly_known

TAGS_KEY = "aws:defaultTags"


@dataclass(frozen=True)
class Node:
    """One registered resource. Inputs are plain camelCase data with UNKNOWN where a value is not known yet."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    id: str = ""
    parent: str = ""
    custom: bool = True
    remote: bool = False
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    """URNs this resource waits for, by value or by ``depends_on``."""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Input name to the URNs that its value came from."""
    secret_inputs: frozenset[str] = frozenset()
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """The remaining options that were set, by their wire names (aliases, customTimeouts, …)."""
    within: str = ""
    """URN of the remote component that makes this resource inside the engine; empty for what the program makes."""

    def at(self, *path: str) -> Any:
        """What an input has inside, by the keys that lead there; None where there is none or it is not known."""
        return inside(self.inputs, *path)

    @property
    def is_component(self) -> bool:
        """Whether this is a component resource."""
        return not self.custom

    @property
    def is_provider(self) -> bool:
        """Whether this configures a provider rather than being a resource of one."""
        return self.type.startswith("pulumi:providers:")

    @property
    def is_resource(self) -> bool:
        """Whether a provider would create this."""
        return self.custom and not self.is_provider

    @property
    def is_wholly_known(self) -> bool:
        """Whether no input and no output is unknown."""
        return wholly_known(self.inputs) and wholly_known(self.outputs)

    @property
    def kind(self) -> str:
        """The last part of the type, such as Bucket."""
        return self.type.rsplit(":", 1)[-1]

    @property
    def package(self) -> str:
        """The Pulumi package that the type belongs to."""
        return self.type.split(":", 1)[0]


def inside(value: Any, *path: str) -> Any:
    """What plain data has at the end of a path of keys; None where there is none or it is not known."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return None if value is UNKNOWN else value


def _known(value: Any) -> Any:
    """Plain data without what is unknown in it."""
    if isinstance(value, dict):
        return {key: _known(member) for key, member in value.items() if member is not UNKNOWN}
    return [_known(item) for item in value if item is not UNKNOWN] if isinstance(value, list) else value


@dataclass(frozen=True)
class Gap:
    """Something that a run could not determine, so that answers omit it or use a placeholder."""

    kind: str
    """What it is: one of ``KINDS``."""
    token: str
    """The type of the component, function or resource; the name of a stack or an environment."""
    name: str = ""
    """The logical name, where it has one."""

    KINDS: ClassVar[Mapping[str, str]] = {
        "component": "not seen inside (component of a provider that is not known here)",
        "begun": "begun by an update that broke off, so that it may be there, changed, or not (pulumi refresh tells)",
        "read": "read from the account, so answered by a stand-in",
        "data source": "looked up in the account, so answered by a stand-in",
        "stack": "not known of another stack (name its outputs by --outputs)",
        "secret": "secret that the program takes apart, so that what it makes of it is not known",
        "environment": "of Pulumi ESC, of which nothing is known",
        "region": "assumed as region, which neither the stack's file nor AWS_REGION says",
        "interpreter": "not there, so run by Strata's own Python (virtualenv of the program)",
    }
    """Every kind, in the order of what it costs an answer, with what it means."""


def sorted_gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Each gap once, in the order of kinds and then of names."""
    rank = {kind: number for number, kind in enumerate(Gap.KINDS)}
    return tuple(sorted(set(gaps), key=lambda gap: (rank[gap.kind], gap.token, gap.name)))


class Graph:
    """All that one run of a stack's program registered, in order of registration."""

    def __init__(
        self,
        project: str,
        stack: str,
        nodes: Iterable[Node],
        exports: Mapping[str, Any],
        *,
        region: str = "",
        config: Mapping[str, str] | None = None,
        secret_exports: frozenset[str] = frozenset(),
        reads: tuple[str, ...] = (),
        gaps: tuple[Gap, ...] = (),
        file: str = "",
    ) -> None:
        self.project = project
        self.stack = stack
        self.file = file or f"Pulumi.{stack}.yaml"
        """What the stack's configuration is in, named from the project's folder."""
        self.nodes = tuple(nodes)
        self.exports = exports
        self.region = region
        self.config = config or {}
        self.secret_exports = secret_exports
        """Names of the stack outputs that Pulumi would show as [secret]."""
        self.reads = reads
        """Full names of the stacks whose outputs the program read."""
        self.gaps = gaps
        """What the run could not see, in the order of ``Gap.KINDS``; nothing of Strata's own program."""
        self._by_urn = {node.urn: node for node in self.nodes}
        self._by_type: dict[str, list[Node]] = {}
        self._children: dict[str, list[Node]] = {}
        for node in self.nodes:
            self._by_type.setdefault(node.type, []).append(node)
            self._children.setdefault(node.parent, []).append(node)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, urn: str) -> Node:
        return self._by_urn[urn]

    def get(self, urn: str) -> Node | None:
        """The node of a URN, or None."""
        return self._by_urn.get(urn)

    def of_type(self, token: str) -> list[Node]:
        """Every resource of a type, in order of registration."""
        return list(self._by_type.get(token, ()))

    def region_of(self, node: Node) -> str:
        """Where a resource is made: the provider's region, unless it names one itself that is known."""
        said = node.inputs.get("region")
        return said if isinstance(said, str) and said else self.region

    def only(self, token: str, name: str | None = None) -> Node:
        """The one resource of a type (and logical name). Raises LookupError when there is none or there are several."""
        found = [node for node in self.of_type(token) if name is None or node.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} of {token} {name or ''}: {[node.name for node in found]}")
        return found[0]

    def children(self, urn: str) -> list[Node]:
        """What a component is the parent of; the empty string asks for what has no parent."""
        return list(self._children.get(urn, ()))

    def below(self, urn: str) -> Iterator[Node]:
        """Everything that has this as its parent, directly or through others."""
        for child in self._children.get(urn, ()):
            yield child
            yield from self.below(child.urn)

    def outermost(self, node: Node) -> str:
        """The name of the outermost component around a resource; its own where there is none."""
        name = node.name
        parent = self.get(node.parent)
        while parent is not None:
            if parent.is_component:
                name = parent.name
            parent = self.get(parent.parent)
        return name

    @property
    def hidden(self) -> list[Gap]:
        """What may hold resources that are not in the graph: what is not there is not known to be missing then."""
        return [gap for gap in self.gaps if gap.kind in ("component", "begun", "read")]

    def without_unknowns(self) -> "Graph":
        """The same without unknown values: for lists of what to do, to which unknown is as good as not set."""
        nodes = [
            node if node.is_wholly_known else replace(node, inputs=_known(node.inputs), outputs=_known(node.outputs))
            for node in self.nodes
        ]
        return self.having(nodes, _known(dict(self.exports)))

    def having(self, nodes: Iterable[Node], exports: Mapping[str, Any] | None = None) -> "Graph":
        """The same run with other resources, and with other stack outputs where they are given."""
        return Graph(
            self.project,
            self.stack,
            nodes,
            self.exports if exports is None else exports,
            region=self.region,
            config=self.config,
            secret_exports=self.secret_exports,
            reads=self.reads,
            gaps=self.gaps,
            file=self.file,
        )

    @property
    def default_tags(self) -> dict[str, Any] | None:
        """What the provider tags everything with that takes tags; None where no configuration is known."""
        return dict(json.loads(self.config.get(TAGS_KEY) or "{}").get("tags") or {}) if self.config else None

    @cached_property
    def _resources(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.is_resource)

    @property
    def resources(self) -> list[Node]:
        """What the providers would create: neither components nor providers."""
        return list(self._resources)

    @property
    def protected(self) -> list[Node]:
        """What Pulumi refuses to delete or replace."""
        return [node for node in self._resources if node.protect]

    @property
    def components(self) -> list[Node]:
        """All component resources."""
        return [node for node in self.nodes if node.is_component]

    @property
    def counts(self) -> Counter[str]:
        """The number of resources of each type."""
        return Counter(node.type for node in self._resources)

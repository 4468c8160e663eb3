"""What a component that runs inside the engine registers there, put together from its own inputs."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run import mock_cloud
from analyser.run.property_bags import ResourceReference
from policy.unknown import UNKNOWN, wholly_known


class RemoteError(Exception):
    """A component was given something whose effect the preview does not know."""


class RefusedError(Exception):
    """The provider of a component would refuse what it was given; the message says why, as an ``up`` would."""


@dataclass(frozen=True)
class Traced:
    """A value and the URNs it came from."""

    value: Any
    urns: frozenset[str] = frozenset()


def traced(value: Any) -> Traced:
    """Plain data that may hold Traced values, as one Traced value; members that are None are left out."""
    if isinstance(value, Traced):
        return value
    if isinstance(value, dict):
        parts = {key: traced(member) for key, member in value.items()}
        kept = {key: part.value for key, part in parts.items() if part.value is not None}
        return Traced(kept, _union(parts.values()))
    if isinstance(value, list):
        members = [traced(member) for member in value]
        return Traced([member.value for member in members], _union(members))
    return Traced(value)


def applied(function: Callable[..., Any], *values: Traced) -> Traced:
    """A function of values, as Pulumi's apply: unknown as long as anything in them is."""
    known = all(wholly_known(value.value) for value in values)
    return Traced(function(*(value.value for value in values)) if known else UNKNOWN, _union(values))


def _union(values: Iterable[Traced]) -> frozenset[str]:
    return frozenset().union(*(value.urns for value in values))


class Expansion:
    """The resources and outputs of one remote component, as they come to be."""

    def __init__(
        self,
        component: Node,
        providers: Mapping[str, str],
        registered: Mapping[str, Node],
        make_urn: Callable[[str, str, str], str],
        answer: Callable[[str, str, dict[str, Any]], tuple[str, dict[str, Any]]],
        region: str,
    ) -> None:
        self.component = component
        self.region = region
        self.nodes: list[Node] = []
        self.looked_up: list[tuple[str, str]] = []
        """Functions whose answers only the account knows, with what was asked for: their answers are stand-ins."""
        self.outputs: dict[str, Any] = {}
        self.output_dependencies: dict[str, list[str]] = {}
        self._providers = providers
        self._registered = registered
        self._make_urn = make_urn
        self._answer = answer

    @property
    def name(self) -> str:
        """The component's logical name."""
        return self.component.name

    @property
    def stack(self) -> str:
        """The name of the stack."""
        return self.component.urn.split("::", 1)[0].rpartition(":")[2]

    def look_up(self, token: str, arguments: dict[str, Any], region: str = "") -> dict[str, Any]:
        """The answer of a data source that the component asks."""
        answer = mock_cloud.look_up(token, arguments, region or self.region)
        if answer.invented:
            self.looked_up.append((token, answer.label))
        return answer.values

    def given(self, key: str) -> Traced:
        """An input of the component; None where it was not given."""
        urns = self.component.property_dependencies.get(key, ())
        return Traced(self.component.inputs.get(key), frozenset(urns))

    def plain(self, key: str, default: Any = None) -> Any:
        """An input that decides what there is, so that pulumi-eks needs it in plain. Raises RemoteError if unknown."""
        value = self.component.inputs.get(key)
        if not wholly_known(value):
            raise RemoteError(f"{self.component.type} {self.name}: {key} decides what is made and must be known")
        return default if value is None else value

    def only(self, allowed: Iterable[str]) -> None:
        """Raises RemoteError for inputs beside those whose effect is known."""
        strange = sorted(self.component.inputs.keys() - set(allowed))
        if strange:
            raise RemoteError(
                f"{self.component.type} {self.name}: the preview does not know what {', '.join(strange)} would make"
            )

    def given_resource(self, key: str, token: str) -> Node:
        """The resource that was given as an input. Raises RemoteError if this program registered none such."""
        urns = self.component.property_dependencies.get(key, ())
        found = [self._registered[urn] for urn in urns if urn in self._registered]
        node = next((node for node in found if node.type == token), None)
        if node is None:
            raise RemoteError(f"{self.component.type} {self.name}: {key} is not a {token} of this program")
        return node

    def given_resources(self, key: str, token: str) -> list[Node]:
        """The resources that were given as a list. Raises RemoteError if this program registered none such."""
        urns = self.component.property_dependencies.get(key, ())
        found = [
            self._registered[urn] for urn in urns if urn in self._registered and self._registered[urn].type == token
        ]
        return found or [self.given_resource(key, token)]

    def registered(self, urn: str) -> Node | None:
        """A resource of this program by its URN, as the inputs name it; None for one that it did not make."""
        return self._registered.get(urn)

    def made_by(self, component: Node, token: str) -> Node:
        """The resource of a type that another remote component made."""
        node = next(iter(self.all_made_by(component, token)), None)
        if node is None:
            raise RemoteError(f"{self.component.type} {self.name}: {component.name} makes no {token}")
        return node

    def all_made_by(self, component: Node, token: str) -> list[Node]:
        """Every resource of a type that another remote component made."""
        return [node for node in self._registered.values() if node.within == component.urn and node.type == token]

    def group(self, token: str, name: str, *, parent: Node | None = None) -> Node:
        """A component inside the component."""
        return self._add(token, name, parent, custom=False, dependencies=self.component.dependencies)

    def resource(
        self,
        token: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        parent: Node | None = None,
        after: Iterable[Node] = (),
        ignore_changes: Iterable[str] = (),
    ) -> Node:
        """A resource inside the component; what the component waits for, it waits for as well."""
        parts = {key: part for key, value in inputs.items() if (part := traced(value)).value is not None}
        plain = {key: part.value for key, part in parts.items()}
        identifier, state = self._answer(token, name, plain)
        waits = {*_union(parts.values()), *(node.urn for node in after), *self.component.dependencies}
        return self._add(
            token,
            name,
            parent,
            inputs=plain,
            outputs=state,
            id=identifier,
            provider=self._providers.get(token.split(":")[0], ""),
            dependencies=tuple(sorted(waits)),
            property_dependencies={key: tuple(sorted(part.urns)) for key, part in parts.items() if part.urns},
            ignore_changes=tuple(ignore_changes),
        )

    def _add(self, token: str, name: str, parent: Node | None, **fields: Any) -> Node:
        above = (parent or self.component).urn
        urn = self._make_urn(above, token, name)
        values: dict[str, Any] = {"inputs": {}, "outputs": {}, **fields}
        node = Node(
            **values,
            urn=urn,
            type=token,
            name=name,
            parent=above,
            within=self.component.urn,
        )
        self.nodes.append(node)
        return node

    def move_to(self, parent: Node) -> None:
        """Gives the component another parent than the program did, as some components do themselves."""
        urn = self._make_urn(parent.urn, self.component.type, self.name)
        self.component = dataclasses.replace(self.component, urn=urn, parent=parent.urn)

    def output(self, key: str, value: Any) -> None:
        """Hands a value back to the program, with what it depends on. None is left out."""
        part = traced(value)
        if part.value is not None:
            self.outputs[key] = part.value
            self.output_dependencies[key] = sorted(part.urns)


def output_of(node: Node, key: str) -> Traced:
    """A property of a resource; unknown where it is not known yet."""
    return Traced(node.outputs.get(key, UNKNOWN), frozenset({node.urn}))


def id_of(node: Node) -> Traced:
    """The id of a resource; unknown where it is not known yet."""
    return Traced(node.id or UNKNOWN, frozenset({node.urn}))


def reference_to(node: Node) -> Traced:
    """The resource itself, as an output value."""
    return Traced(ResourceReference(node.urn, node.id), frozenset({node.urn}))

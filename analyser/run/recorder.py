"""A resource monitor that records every registration and answers like AWS would."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from analyser.graph import Node
from analyser.run import mock_cloud, property_bags
from analyser.run.contents import with_contents
from analyser.run.deployed import Deployed
from analyser.run.expansions import expand
from analyser.run.provider_regions import placed, provider_regions
from analyser.run.references import REFERENCE, Read
from analyser.run.registration_order import in_order
from analyser.run.remote_components import Expansion, RefusedError, RemoteError
from analyser.run.transforms import Transforms
from policy.unknown import UNKNOWN, UnknownTouchedError, wholly_known
from settings.stack import PROJECT

_STACK = "pulumi:pulumi:Stack"


class _Unused(mocks.Mocks):
    """The recorder answers everything itself."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise NotImplementedError(args.typ)


class Registered(NamedTuple):
    """RegisterResourceResponse within a process: the SDK reads little of the state, which need not be encoded whole."""

    urn: str
    id: str
    object: property_bags.Lazy
    propertyDependencies: Mapping[str, Any] = MappingProxyType({})  # noqa: N815 - the response's own name
    result: int = resource_pb2.SUCCESS
    unknown: bool = False


class Recorder(mocks.MockMonitor):
    """Records what a program registers.

    With ``known`` every computed output has a value, as after an ``up``; without, none has, as in the first preview
    on an empty account, but for what is ``deployed`` already, as in the preview of an update. ``turn`` says when the
    program asked for what is being registered: the SDK sends what waited for the same thing in any order. ``progress``
    hears the number of registrations so far. ``answers`` are outputs of other stacks, by full name. Paths of assets
    are those from ``root``. URNs are of ``project``.
    """

    _complains = True
    """Whether a component that is not known is a problem."""

    def __init__(
        self,
        stack: str,
        region: str,
        *,
        known: bool,
        turn: Callable[[], int],
        progress: Callable[[int], None] | None = None,
        deployed: Deployed | None = None,
        answers: Mapping[str, Read] = MappingProxyType({}),
        root: Path | None = None,
        project: str = PROJECT,
    ) -> None:
        super().__init__(_Unused())
        self.nodes: dict[str, Node] = {}
        self.exports: dict[str, Any] = {}
        self.secret_exports: frozenset[str] = frozenset()
        self.problems: list[str] = []
        self.reads: list[str] = []
        self.unseen: list[Node] = []
        """Components of which the preview does not know what they make."""
        self.transforms = Transforms()
        self._stack = stack
        self._project = project
        self._region = region
        self._known = known
        self._turn = turn
        self._turns: dict[str, int] = {}
        self._progress = progress
        self._deployed = deployed
        self._answers = answers
        self._root = root or Path.cwd()
        self._lock = threading.RLock()
        self._regions: dict[str, str] = {}

    def in_order(self) -> list[Node]:
        """What was registered, the same at every run of the same program."""
        return in_order(self.nodes, self._turns)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's interface
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        seen: dict[str, property_bags.Seen] = {}
        inputs = property_bags.decode(request.object, seen)
        with self._lock:
            if request.remote:
                return self._register_remote(request, urn, inputs, seen)
            inputs = self._placed(request.type, request.provider, inputs) if request.custom else inputs
            identifier, state = self._answer(request.type, request.name, inputs) if request.custom else ("", {})
            self._record(_node(request, urn, inputs, state, identifier, seen))
        return self._response(urn, identifier, state)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's interface
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = property_bags.decode(request.properties)
        if request.type == REFERENCE:
            self.reads.append(inputs["name"])
            state = self._reference(inputs["name"])
        else:
            _, state = self._answer(request.type, request.name, inputs)
        self.resources[urn] = self.ResourceRegistration(urn, request.id, state)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=property_bags.encode(state))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the monitor's interface
        if request.urn.split("::")[2] == _STACK:
            seen: dict[str, property_bags.Seen] = {}
            self.exports = property_bags.decode(request.outputs, seen)
            self.secret_exports = frozenset(key for key, found in seen.items() if found.secret)
            if self._strict:
                unknown = [key for key, value in self.exports.items() if not wholly_known(value)]
                self.problems += [f"stack output {key} is unknown" for key in unknown]
        return super().RegisterResourceOutputs(request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the monitor's interface
        arguments = property_bags.decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            found = self.resources[arguments["urn"]]
            result = {"urn": found.urn, "id": found.id, "state": found.state}
        else:
            result = self._looked_up(request.tok, arguments)
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(property_bags.encode(result))
        return response

    def _stood_in(self, token: str, label: str) -> None:
        """Told of each data source that was answered with what nobody has seen."""

    def _looked_up(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer of a data source."""
        account = self._deployed.account if self._deployed else ""
        return mock_cloud.invoke(token, arguments, self._region, account or mock_cloud.ACCOUNT_ID)

    def _answer(self, token: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The id and the state of what a provider creates."""
        if token.startswith("pulumi:providers:"):
            # A provider has an id even in a first preview: the engine makes it, not the cloud.
            return f"{name}-provider", inputs
        if self._deployed and (found := self._deployed.answer(token, name, inputs)):
            identifier, outputs = found
            return identifier, mock_cloud.not_computed(token, outputs)  # what a state leaves out is not known
        if not self._known:
            return "", mock_cloud.not_computed(token, inputs)
        return mock_cloud.outputs(token, name, inputs, self._region)

    def _placed(self, token: str, provider: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return placed(token, provider, inputs, self._regions, self._region)

    def _reference(self, name: str) -> dict[str, Any]:
        """What another stack has put out."""
        found = self._answers.get(name)
        if found is None:
            self.problems.append(f"the preview answers for what settings.recovery.home names, and not for {name}")
        return (found or Read(UNKNOWN)).state(name)

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """A URN as the engine makes it: the types of all parents, save the root stack's."""
        lineage = "" if not parent or _is_stack(parent) else f"{parent.split('::')[2]}$"
        return f"urn:pulumi:{self._stack}::{self._project}::{lineage}{type_}::{name}"

    def _register_remote(
        self, request: Any, urn: str, inputs: dict[str, Any], seen: dict[str, property_bags.Seen]
    ) -> Any:
        """A component that runs inside the engine: what it makes is recorded with it."""
        node = _node(request, urn, inputs, {}, "", seen)
        try:
            asked = Expansion(node, dict(request.providers), self.nodes, self.make_urn, self._answer, self._region)
            expansion = expand(asked)
            given = [replace(n, inputs=self._placed(n.type, n.provider, n.inputs)) for n in expansion.nodes]
            inside = [self.transforms.applied(request.transforms, found) for found in given]
        except RefusedError as error:
            self.problems.append(str(error))
            self._record(node)
            return resource_pb2.RegisterResourceResponse(urn=urn)
        except (RemoteError, UnknownTouchedError) as error:
            self.unseen.append(node)
            self.problems += [str(error)] if self._complains else []
            self._record(node)
            return resource_pb2.RegisterResourceResponse(urn=urn)
        for token, label in expansion.looked_up:
            self._stood_in(token, label)
        for found in (expansion.component, *inside):
            self._record(found)
        response = resource_pb2.RegisterResourceResponse(
            urn=expansion.component.urn, object=property_bags.encode(expansion.outputs)
        )
        for key, urns in expansion.output_dependencies.items():
            response.propertyDependencies[key].urns.extend(urns)
        return response

    def _response(self, urn: str, identifier: str, state: dict[str, Any]) -> Any:
        """What a program in this process hears of what it registered."""
        return Registered(urn, identifier, property_bags.Lazy(state))

    @property
    def _strict(self) -> bool:
        """Whether nothing may be unknown."""
        return self._known

    def _record(self, node: Node) -> None:
        if node.urn in self.nodes:
            self.problems.append(f"two resources share the URN {node.urn}")
        if self._strict:
            unknown = [key for key, value in node.inputs.items() if not wholly_known(value)]
            self.problems += [f"{node.type} {node.name}: input {key} is unknown" for key in unknown]
        self._regions |= provider_regions([node])
        self.nodes[node.urn] = with_contents(node, self._root)
        self._turns[node.urn] = self._turn()
        self.resources[node.urn] = self.ResourceRegistration(node.urn, node.id, node.outputs)
        if self._progress:
            self._progress(len(self.nodes))


def _is_stack(urn: str) -> bool:
    return urn.split("::")[2:3] == [_STACK]


def _is_read(urn: str) -> bool:
    """Whether this is another stack that outputs were read of, which is no part of this one."""
    return urn.split("::")[2:3] == [REFERENCE]


def _node(
    request: Any,
    urn: str,
    inputs: dict[str, Any],
    state: dict[str, Any],
    identifier: str,
    seen: dict[str, property_bags.Seen],
) -> Node:
    properties = {
        key: own
        for key, found in request.propertyDependencies.items()
        if (own := {urn for urn in found.urns if not _is_read(urn)})
    }
    for key, found in seen.items():
        if found.references:
            properties.setdefault(key, set()).update(found.references)
    dependencies = {*request.dependencies, *(urn for found in seen.values() for urn in found.references)}
    dependencies = {urn for urn in dependencies if not _is_read(urn)}
    return Node(
        urn=urn,
        type=request.type,
        name=request.name,
        inputs=inputs,
        outputs=state,
        id=identifier,
        parent="" if _is_stack(request.parent) else request.parent,
        custom=request.custom,
        remote=request.remote,
        provider=request.provider,
        dependencies=tuple(sorted(dependencies)),
        property_dependencies={key: tuple(sorted(urns)) for key, urns in sorted(properties.items())},
        secret_inputs=frozenset(key for key, found in seen.items() if found.secret),
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        options=property_bags.options(request),
    )

"""A resource monitor that records every registration and answers like AWS would."""

import threading
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from policy.unknown import wholly_known
from preview import answers, wire
from preview.graph import Node

_STACK = "pulumi:pulumi:Stack"
_OPTIONS = ("aliases", "customTimeouts", "deleteBeforeReplace", "retainOnDelete", "deletedWith", "replaceOnChanges")


class _Unused(mocks.Mocks):
    """The recorder answers everything itself."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise NotImplementedError(args.typ)


class Recorder(mocks.MockMonitor):
    """Records what a program registers.

    With ``known`` every computed output has a value, as after an ``up``; without, none has, as in the first preview
    on an empty account.
    """

    def __init__(self, region: str, *, known: bool) -> None:
        super().__init__(_Unused())
        self.nodes: dict[str, Node] = {}
        self.exports: dict[str, Any] = {}
        self.problems: list[str] = []
        self._region = region
        self._known = known
        self._lock = threading.RLock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, the monitor's interface
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        secrets: set[str] = set()
        inputs = wire.decode(request.object, secrets)
        with self._lock:
            identifier, state, sent = self._answer(request, urn, inputs)
            node = _node(request, urn, inputs, state, identifier, secrets)
            self._record(node)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=wire.encode(sent))

    def ReadResource(self, request: Any) -> Any:  # noqa: N802, the monitor's interface
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = wire.decode(request.properties)
        state = answers.outputs(request.type, request.name, inputs, self._region)[1]
        self.resources[urn] = self.ResourceRegistration(urn, request.id, state)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=wire.encode(state))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, the monitor's interface
        if request.urn.split("::")[2] == _STACK:
            self.exports = wire.decode(request.outputs)
            if self._known:
                unknown = [key for key, value in self.exports.items() if not wholly_known(value)]
                self.problems += [f"stack output {key} is unknown" for key in unknown]
                self.problems += [f"stack output {key} is empty" for key, v in self.exports.items() if v is None]
        return super().RegisterResourceOutputs(request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802, the monitor's interface
        arguments = wire.decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            found = self.resources[arguments["urn"]]
            result = {"urn": found.urn, "id": found.id, "state": found.state}
        else:
            result = answers.invoke(request.tok, arguments, self._region)
        return resource_pb2.ResourceInvokeResponse(**{"return": wire.encode(result)})

    def _answer(self, request: Any, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The id, the state that the graph keeps, and what the program is told."""
        if request.type.startswith("pulumi:providers:"):
            return f"{request.name}-provider", inputs, inputs
        if request.remote:
            return "", {}, self._component(request, urn, inputs)
        if not request.custom:
            return "", {}, {}
        if not self._known:
            return "", inputs, inputs
        identifier, state = answers.outputs(request.type, request.name, inputs, self._region)
        return identifier, state, state

    def _component(self, request: Any, urn: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """What a component that runs in the engine hands back: values, and resources by reference."""
        if not self._known:
            return {}
        told = answers.component_outputs(request.type, request.name, inputs, self._region)
        for key, (cls, several) in answers.resource_outputs(request.type).items():
            token = getattr(cls, "pulumi_type", "")
            name = f"{request.name}-{key}"
            identifier, state = answers.outputs(token, name, {}, self._region)
            child = self.make_urn(urn, token, name)
            self.resources[child] = self.ResourceRegistration(child, identifier, state)
            reference = wire.ResourceReference(child, identifier)
            told[key] = [reference] if several else reference
        return told

    def _record(self, node: Node) -> None:
        if node.urn in self.nodes:
            self.problems.append(f"two resources share the URN {node.urn}")
        if self._known:
            unknown = [key for key, value in node.inputs.items() if not wholly_known(value)]
            self.problems += [f"{node.type} {node.name}: input {key} is unknown" for key in unknown]
        self.nodes[node.urn] = node
        self.resources[node.urn] = self.ResourceRegistration(node.urn, node.id, node.outputs)


def _node(request: Any, urn: str, inputs: dict[str, Any], state: dict[str, Any], identifier: str, secrets: set[str]) -> Node:
    options = {key: getattr(request, key) for key in _OPTIONS if request.DESCRIPTOR.fields_by_name.get(key)}
    return Node(
        urn=urn,
        type=request.type,
        name=request.name,
        inputs=inputs,
        outputs=state,
        id=identifier,
        parent="" if request.parent.split("::")[2:3] == [_STACK] else request.parent,
        custom=request.custom,
        remote=request.remote,
        provider=request.provider or request.providers.get("kubernetes", ""),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={k: tuple(sorted(v.urns)) for k, v in request.propertyDependencies.items() if v.urns},
        secret_inputs=frozenset(secrets),
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        options={key: str(value) for key, value in options.items() if value},
    )

"""A recorder of programs that nobody here has written: what it cannot know is a gap, and no fault."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2

from analyser.graph import Gap, Node
from analyser.run import mock_cloud, property_bags
from analyser.run.deployed import Deployed
from analyser.run.foreign.callbacks import Callbacks
from analyser.run.foreign.outputs_elsewhere import Elsewhere
from analyser.run.recorder import Recorder
from analyser.run.references import REFERENCE, Read
from policy.tokens import canonical
from policy.unknown import UNKNOWN

_STACK = "pulumi:pulumi:Stack"


class Observer(Recorder):
    """Answers a program of another project; ``gaps`` holds what it had to answer without knowing."""

    _complains = False

    def __init__(
        self,
        project: str,
        stack: str,
        region: str,
        *,
        elsewhere: Elsewhere,
        deployed: Deployed | None,
        root: Path,
        progress: Callable[[int], None] | None,
    ) -> None:
        super().__init__(
            stack,
            region,
            known=deployed is None,
            turn=self._next,
            progress=progress,
            deployed=deployed,
            root=root,
            project=project,
        )
        self.gaps: list[Gap] = []
        self.callbacks = Callbacks()
        self._elsewhere = elsewhere
        self._registered = 0

    @property
    def _strict(self) -> bool:
        return False

    def _next(self) -> int:
        """A program in another process sends what waited for the same thing in any order; names put it in one."""
        return 0

    def in_order(self) -> list[Node]:
        """What was registered, in an order of dependencies and, among equals, of names: the same at every run."""
        self.nodes = dict(sorted(self.nodes.items()))
        return super().in_order()

    def RegisterResource(self, request: Any) -> Any:
        if request.type == _STACK:
            return super().RegisterResource(request)
        asked = self.callbacks.transformed(request)
        answer = super().RegisterResource(asked)
        property_bags.seal(answer.object, asked.additionalSecretOutputs)
        with self._lock:
            self.callbacks.belongs(answer.urn, request)
        return answer

    def ReadResource(self, request: Any) -> Any:
        if request.type == REFERENCE:
            return super().ReadResource(request)
        self._gap("read", request.type, request.name)
        urn = self.make_urn(request.parent, request.type, request.name)
        given = property_bags.decode(request.properties)
        _, state = mock_cloud.outputs(request.type, request.name, given, self._region)
        identifier = UNKNOWN if request.id == property_bags.UNKNOWN_TEXT else request.id
        self.resources[urn] = self.ResourceRegistration(urn, request.id, state)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=property_bags.encode({**state, "id": identifier}))

    def Call(self, request: Any) -> Any:
        """A method of a component, whose provider is not here: its result is not known."""
        self._gap("data source", request.tok, "")
        response = provider_pb2.CallResponse()
        getattr(response, "return").CopyFrom(property_bags.encode({}))
        return response

    def RegisterStackTransform(self, request: Any) -> Any:
        self.callbacks.register(request)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any) -> Any:
        self.callbacks.close()  # before the program closes its port, of which gRPC would tell on stderr
        return super().SignalAndWaitForShutdown(request)

    def _response(self, urn: str, identifier: str, state: dict[str, Any]) -> Any:
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=property_bags.encode(state))

    def _looked_up(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        account = self._deployed.account if self._deployed else ""
        answer = mock_cloud.look_up(token, arguments, self._region, account or mock_cloud.ACCOUNT_ID)
        if answer.invented:
            self._stood_in(token, answer.label)
        return answer.values

    def _stood_in(self, token: str, label: str) -> None:
        self._gap("data source", token, label)

    def _reference(self, name: str) -> dict[str, Any]:
        found = self._elsewhere.read(name)
        if found is None:
            self._gap("stack", name, "")
        return (found or Read(UNKNOWN)).state(name)

    def _record(self, node: Node) -> None:
        # One type under several names of the SDK is one type to whoever answers; the URN keeps the name it was given.
        super()._record(dataclasses.replace(node, type=canonical(node.type)))

    def _gap(self, kind: str, token: str, name: str) -> None:
        with self._lock:
            self.gaps.append(Gap(kind, token, name))

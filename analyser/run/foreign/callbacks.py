"""Transforms, which the engine has the program run for each resource over a port of the program's own.

Order and reach are the engine's (``source_eval.go`` of https://github.com/pulumi/pulumi): a resource's own, then those
of its parents from the inside out, then the stack's.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

_OPTIONS = (("ignoreChanges", "ignore_changes"), ("replaceOnChanges", "replace_on_changes"),
            ("additionalSecretOutputs", "additional_secret_outputs"), ("dependencies", "depends_on"))  # fmt: skip
_FLAGS = (("protect", "protect"), ("retainOnDelete", "retain_on_delete"))


class Callbacks:
    """The transforms that a program has registered, by the resource they were registered with."""

    def __init__(self) -> None:
        self._of_stack: list[callback_pb2.Callback] = []
        self._of_resource: dict[str, tuple[str, tuple[callback_pb2.Callback, ...]]] = {}
        self._channels: dict[str, grpc.Channel] = {}
        self._lock = threading.Lock()

    def register(self, callback: callback_pb2.Callback) -> None:
        """A transform of every resource that the stack registers from now on."""
        self._of_stack.append(callback)

    def transformed(self, request: Any) -> Any:
        """The registration that the engine goes on with. Raises grpc.RpcError where the program's function fails."""
        chain = [*request.transforms, *self._above(request.parent), *self._of_stack]
        if not chain:
            return request
        changed = resource_pb2.RegisterResourceRequest()
        changed.CopyFrom(request)
        for callback in chain:
            self._run(callback, changed)
        return changed

    def belongs(self, urn: str, request: Any) -> None:
        """Keeps a registered resource's transforms for those whose parent it is."""
        self._of_resource[urn] = (request.parent, tuple(request.transforms))

    def _above(self, parent: str) -> Iterable[callback_pb2.Callback]:
        while parent in self._of_resource:
            parent, own = self._of_resource[parent]
            yield from own

    def _run(self, callback: callback_pb2.Callback, request: Any) -> None:
        asked = callback_pb2.CallbackInvokeRequest(token=callback.token, request=_asked(request).SerializeToString())
        answer = resource_pb2.TransformResponse()
        answer.ParseFromString(self._stub(callback.target).Invoke(asked).response)
        if answer.HasField("properties"):
            request.object.CopyFrom(answer.properties)
        if answer.HasField("options"):
            _take(answer.options, request)

    def _stub(self, target: str) -> callback_pb2_grpc.CallbacksStub:
        with self._lock:
            channel = self._channels.setdefault(target, grpc.insecure_channel(target))
        return callback_pb2_grpc.CallbacksStub(channel)

    def close(self) -> None:
        """Lets go of the program's ports."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            self._channels.clear()


def _asked(request: Any) -> resource_pb2.TransformRequest:
    lists: dict[str, Any] = {theirs: list(getattr(request, ours)) for ours, theirs in _OPTIONS}
    options = resource_pb2.TransformResourceOptions(
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        provider=request.provider,
        providers=dict(request.providers),
        version=request.version,
        aliases=request.aliases,
        custom_timeouts=request.customTimeouts,
        deleted_with=request.deletedWith,
        **lists,
    )
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return resource_pb2.TransformRequest(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        properties=request.object if request.HasField("object") else struct_pb2.Struct(),
        options=options,
    )


def _take(options: Any, request: Any) -> None:
    for ours, theirs in _OPTIONS:
        _replace(getattr(request, ours), getattr(options, theirs))
    for ours, theirs in _FLAGS:
        setattr(request, ours, getattr(options, theirs))
    if options.HasField("delete_before_replace"):
        request.deleteBeforeReplace = options.delete_before_replace
    request.provider = options.provider
    request.deletedWith = options.deleted_with
    request.customTimeouts.CopyFrom(options.custom_timeouts)
    del request.aliases[:]
    request.aliases.extend(options.aliases)
    _refill(request.providers, options.providers)


def _replace(mine: Any, theirs: Sequence[str]) -> None:
    found = list(theirs)
    del mine[:]
    mine.extend(found)


def _refill(mine: Any, theirs: Mapping[str, str]) -> None:
    found = dict(theirs)
    mine.clear()
    mine.update(found)

"""The outputs of a resource's properties, made when somebody reads them, which of most properties nobody does.

Pulumi's SDK makes a future for each property of each resource, translates each answer of a provider to the types that
it declares and hands every one on through the event loop: twenty thousand a stack, of which three thousand are read.
"""

import asyncio
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from google.protobuf import struct_pb2
from pulumi import Output, Resource, _types
from pulumi.output import _OutputData
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS, is_dry_run


class Said:
    """What a provider has said of a resource, from which each property can be taken."""

    def __init__(
        self,
        resource: Resource,
        given: struct_pb2.Struct,
        outputs: Mapping[str, Any],
        dependencies: Mapping[str, set[Resource]],
        by_metadata: bool,
        keep_unknowns: bool,
        missing_is_known: bool,
    ) -> None:
        self._resource = resource
        self._names = _types.resource_pulumi_to_py_names(type(resource)) if by_metadata else None
        self._given, self._outputs = given, outputs
        self._inputs = {self._name(key): key for key in given.fields}
        self._keys = {self._name(key): key for key in outputs}
        self._dependencies = {self._name(key): found for key, found in dependencies.items()}
        self._keep_unknowns = keep_unknowns
        self._missing_is_known = missing_is_known and not is_dry_run()

    def data(self, name: str) -> _OutputData[Any]:
        """What a property is: the provider's word, or without one, and not in a preview, the program's."""
        found = None
        if name in self._keys:
            key = self._keys[name]
            found = self._translated(name, key, rpc.deserialize_property(self._outputs[key], self._keep_unknowns))
        if found is None and name in self._inputs and not is_dry_run():
            key = self._inputs[name]
            found = self._translated(name, key, rpc.deserialize_property(self._given[key]), lenient=True)
        resources = {self._resource, *self._dependencies.get(name, ())}
        known = found is not None or self._missing_is_known
        return _OutputData(resources, rpc.unwrap_rpc_secret(found), known, rpc.is_rpc_secret(found))

    def nested(self) -> list[str]:
        """The properties that the program gave a list or a map."""
        kinds = {name: self._given.fields[key].WhichOneof("kind") for name, key in self._inputs.items()}
        return [name for name, kind in kinds.items() if kind in ("list_value", "struct_value")]

    @cached_property
    def _types(self) -> dict[str, Any]:
        return _types.resource_types(type(self._resource))

    def _name(self, key: str) -> str:
        if self._names is None:
            return self._resource.translate_output_property(key)
        return self._names.get(key) or key

    def _translated(self, name: str, key: str, value: Any, *, lenient: bool = False) -> Any:
        nested = self._resource.translate_output_property if self._names is None else str
        path = rpc._Path(name, resource=self._resource._name)
        typ, by_metadata = self._types.get(key), self._names is not None
        return rpc.translate_output_properties(value, nested, typ, by_metadata, path, lenient)


class Answers(dict[str, rpc.Resolver]):
    """What resolves the properties of a resource, by name, each by itself or all by what is said, and what they are."""

    def __init__(self, resource: Resource, names: list[str]) -> None:
        super().__init__((name, partial(self._resolve, name)) for name in names)
        self._resource = resource
        self._found: dict[str, _OutputData[Any] | Exception] = {}
        self._waiting: dict[str, asyncio.Future[_OutputData[Any]]] = {}
        self._said: Said | None = None

    def take(self, said: Said) -> None:
        """Answers from now on by what is said: at once what is waited for, and lists and maps that the program gave, so
        that what does not fit its type is refused where it was given.
        """
        self._said = said
        for name in dict.fromkeys((*self._waiting, *(name for name in said.nested() if name in self))):
            self._settle(name, said.data(name))

    def future(self, name: str) -> asyncio.Future[_OutputData[Any]]:
        """What a property is or will be, which the end of the run then waits for."""
        future: asyncio.Future[_OutputData[Any]] = asyncio.Future()
        self._waiting[name] = future
        if name in self._found:
            self._settle(name, self._found[name])
        elif self._said:
            self._settle(name, self._said.data(name))
        else:
            SETTINGS.outputs.add(future)
        return future

    def let_go(self) -> None:
        """Frees the resource, its outputs and this, which hold one another, without the garbage collector."""
        own = vars(self._resource)
        for name in [name for name, value in own.items() if isinstance(value, Output)]:
            del own[name]
        self.clear()

    def _resolve(
        self, name: str, value: Any, known: bool, secret: bool, others: set[Resource] | None, failed: Exception | None
    ) -> None:
        self._settle(name, failed or _OutputData({self._resource, *(others or ())}, value, known, secret))

    def _settle(self, name: str, found: _OutputData[Any] | Exception) -> None:
        self._found[name] = found
        waiting = self._waiting.pop(name, None)
        if waiting is None:
            return
        if isinstance(found, Exception):
            waiting.set_exception(found)
        else:
            waiting.set_result(found)


class Property(Output[Any]):
    """The output of one property."""

    def __init__(self, answers: Answers, name: str) -> None:
        self._answers = answers
        self._name = name
        self._own: asyncio.Future[_OutputData[Any]] | None = None

    @property
    def _data(self) -> asyncio.Future[_OutputData[Any]]:  # ty: ignore[incompatible-property-override] - only ever read
        if self._own is None:
            self._own = self._answers.future(self._name)
        return self._own


def resolve_outputs(
    resource: Resource,
    given: struct_pb2.Struct,
    outputs: Mapping[str, Any],
    dependencies: Mapping[str, set[Resource]],
    resolvers: Answers,
    _custom: bool,
    by_metadata: bool = False,
    keep_unknowns: bool = False,
    resolve_missing_as_unknown: bool = False,
) -> None:
    """Resolves a resource's properties to what the SDK's own does, most of them when they are read."""
    missing_is_known = not resolve_missing_as_unknown
    resolvers.take(Said(resource, given, outputs, dependencies, by_metadata, keep_unknowns, missing_is_known))

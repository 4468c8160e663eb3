"""What a registration goes through in Pulumi's SDK on its way to the recorder, without what only an engine needs: a
task of its own for each call, questions of what is plain, a walk of all resources for each dependency, a message on the
wire.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from pulumi import Resource
from pulumi.runtime import resource as runtime_resource
from pulumi.runtime import resource_cycle_breaker, rpc
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.rpc_manager import RPCManager

PLAIN = frozenset({str, int, float, bool, type(None)})
_DEPENDENCIES = resource_cycle_breaker._DEPENDENCIES_PROPERTY
_NEEDED = "_strata_needed"
_MESSAGE = resource_pb2.RegisterResourceRequest
_serialize_property = rpc.serialize_property
_prepare_hooks = runtime_resource._prepare_resource_hooks
_NO_HOOKS = _MESSAGE.ResourceHooksBinding()


async def serialize_property(value: Any, deps: Any, key: str | None, *rest: Any, **more: Any) -> Any:
    """A value as the engine is sent it: what is plain is sent as it is, which the SDK says after fourteen questions."""
    if type(value) in PLAIN and not more:
        return value
    return await _serialize_property(value, deps, key, *rest, **more)


def declare_dependency(from_resource: Resource, to_resource: Resource) -> bool:
    """Notes that one resource depends on another; False where that closes a circle, in which the first is needed."""
    if from_resource is to_resource or (_NEEDED in vars(from_resource) and reachable(to_resource, from_resource)):
        return False
    vars(from_resource).setdefault(_DEPENDENCIES, set()).add(to_resource)
    vars(to_resource)[_NEEDED] = True
    return True


def reachable(from_resource: Resource, to_resource: Resource) -> bool:
    """Whether the one depends on the other, directly or through others; the SDK's own makes a generator for each."""
    seen: set[Resource] = set()
    left = [from_resource]
    while left:
        one = left.pop()
        if one is to_resource:
            return True
        if one not in seen:
            seen.add(one)
            left += resource_cycle_breaker._deps(one)
    return False


async def prepare_hooks(hooks: Any, prefix: str) -> Any:
    """A resource's hooks as a message, which for those that have none is always the same."""
    return await _prepare_hooks(hooks, prefix) if hooks else _NO_HOOKS


def do_rpc(
    manager: RPCManager, _name: str, call: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[tuple[Any, Exception | None]]]:
    """A call whose end the run waits for, and whose first failure is the run's: in the task that asks for it."""

    async def called(*args: Any, **more: Any) -> tuple[Any, Exception | None]:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        manager.rpcs.append(ended)
        try:
            return await call(*args, **more), None
        except Exception as error:
            if manager.unhandled_exception is None:
                manager.unhandled_exception, manager.exception_traceback = error, sys.exc_info()[2]
            return None, error
        finally:
            ended.set_result(None)

    return called


class Urns:
    """RegisterResourceRequest.PropertyDependencies within a process."""

    def __init__(self, urns: list[str]) -> None:
        self.urns = urns


class Registration:
    """RegisterResourceRequest within a process: where an option is set it is the message itself, which refuses what has
    not its type."""

    PropertyDependencies = Urns
    CustomTimeouts = _MESSAGE.CustomTimeouts
    ResourceHooksBinding = _MESSAGE.ResourceHooksBinding

    def __new__(cls, **fields: Any) -> Any:
        if any(map(fields.get, _OPTIONS)):
            needs: dict[str, Urns] = fields.pop("propertyDependencies")
            own = {key: _MESSAGE.PropertyDependencies(urns=found.urns) for key, found in needs.items()}
            return _MESSAGE(propertyDependencies=own, **fields)
        registration = object.__new__(cls)
        vars(registration).update(_UNSET)
        vars(registration).update((name, fields[name]) for name in _TOLD)
        return registration

    def __init__(self, **_fields: Any) -> None: ...


_TOLD = (
    *("type", "name", "parent", "custom", "remote", "object"),
    *("provider", "providers", "dependencies", "propertyDependencies"),
)
_OPTIONS = (
    *("protect", "retainOnDelete", "deleteBeforeReplace", "ignoreChanges", "replaceOnChanges"),
    *("additionalSecretOutputs", "importId", "deletedWith", "replace_with", "customTimeouts", "aliases", "aliasURNs"),
    *("transforms", "state_migrations", "replacement_trigger", "hideDiffs", "envVarMappings", "pluginDownloadURL"),
)
_NOTHING = _MESSAGE()
_UNSET = {name: getattr(_NOTHING, name) for name in _OPTIONS}
"""What the message says of options that are not set."""

MESSAGES = SimpleNamespace(**{**vars(resource_pb2), "RegisterResourceRequest": Registration})
"""The monitor's messages, of which a registration is made as above."""

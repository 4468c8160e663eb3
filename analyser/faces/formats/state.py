"""A graph as the deployment that Pulumi would have in its state after an ``up``.

The format is that of ``pulumi stack export``, version 3, with the order and the references that the engine insists on
when it reads one:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/snapshot.go
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pulumi.runtime import rpc

from analyser.analyses.timeline.times import seconds
from analyser.faces.formats.secret import Secrets
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import NAMES
from analyser.run.property_bags import SIGNATURE, Asset
from policy.unknown import UNKNOWN

_STACK = "pulumi:pulumi:Stack"
_TIME = "1970-01-01T00:00:00Z"
"""Nothing was deployed at any time; the same graph gives the same file."""
_CERTAIN = {"arn", *NAMES}
"""Outputs that AWS gives whatever was asked. Any other that was not given may be a setting that nobody made."""


def deployment(graph: Graph) -> dict[str, Any]:
    """The whole file. The texts of secret values are ``[secret]``, so that reading it needs no key.

    A resource's outputs are its known inputs and what AWS certainly answers, its ARN and its name: who judges the file
    would take a default that the preview invented for a setting.
    """
    engine = f"v{version('pulumi')}"
    manifest = {"time": _TIME, "magic": hashlib.sha256(engine.encode()).hexdigest(), "version": engine}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": list(_resources(graph))}}


def _resources(graph: Graph) -> Iterator[dict[str, Any]]:
    secrets = Secrets(graph)
    stack = f"urn:pulumi:{graph.stack}::{graph.project}::{_STACK}::{graph.project}-{graph.stack}"
    yield {
        "urn": stack,
        "custom": False,
        "type": _STACK,
        "outputs": _shown(graph.exports, graph.secret_exports, secrets),
    }
    defaults: dict[str, str] = {}
    for node in graph:
        if node.is_resource and not node.provider and node.package not in defaults:
            made = _default_provider(graph, node.package)
            defaults[node.package] = f"{made['urn']}::{made['id']}"
            yield made
        yield _resource(node, stack, defaults, secrets)


def _default_provider(graph: Graph, package: str) -> dict[str, Any]:
    """The provider that the engine makes for resources that were given none; without a release where none is here."""
    number = _release(package)
    token, name = f"pulumi:providers:{package}", "_".join(("default", *number.split("."))) if number else "default"
    urn = f"urn:pulumi:{graph.stack}::{graph.project}::{token}::{name}"
    inputs = {**({"version": number} if number else {}), **({"region": graph.region} if package == "aws" else {})}
    identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, urn))
    return {"urn": urn, "custom": True, "id": identifier, "type": token, "inputs": inputs, "outputs": inputs}


def _release(package: str) -> str:
    """Of the package's SDK; empty for one that only another program has."""
    try:
        return version(f"pulumi-{package}")
    except PackageNotFoundError:
        return ""


def _resource(node: Node, stack: str, defaults: Mapping[str, str], secrets: Secrets) -> dict[str, Any]:
    # The engine keeps no inputs of a component that runs inside it.
    inputs = {} if node.remote else _shown(node.inputs, node.secret_inputs, secrets)
    certain = {key: _plain(node.outputs[key]) for key in sorted(_CERTAIN & node.outputs.keys())}
    state: dict[str, Any] = {
        "urn": node.urn,
        "custom": node.custom,
        "type": node.type,
        "inputs": inputs,
        "outputs": {**certain, **inputs} if node.custom else {},
        "parent": node.parent or stack,
        "dependencies": list(node.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in node.property_dependencies.items()},
    }
    if node.custom:
        state["id"] = node.id or rpc.UNKNOWN
    if node.is_resource:
        state["provider"] = node.provider or defaults[node.package]
    if node.protect:
        state["protect"] = True
    if node.options.get("retainOnDelete"):
        state["retainOnDelete"] = True
    return state | _options(node)


def _options(node: Node) -> dict[str, Any]:
    """Those that a state keeps; aliases are URNs there, so partial ones are left out."""
    found: dict[str, Any] = {}
    secret_outputs = node.options.get("additionalSecretOutputs")
    if secret_outputs:
        found["additionalSecretOutputs"] = list(secret_outputs)
    aliases = [alias for alias in node.options.get("aliases", ()) if isinstance(alias, str)]
    if aliases:
        found["aliases"] = aliases
    timeouts = node.options.get("customTimeouts")
    if timeouts:
        found["customTimeouts"] = {key: seconds(text) for key, text in timeouts.items()}
    return found


def _shown(values: Mapping[str, Any], secret: frozenset[str], secrets: Secrets) -> dict[str, Any]:
    plain = {key: _plain(value) for key, value in sorted(values.items())}
    return {key: secrets.written(value) if key in secret else value for key, value in plain.items()}


def _plain(value: Any) -> Any:
    if value is UNKNOWN:
        return rpc.UNKNOWN
    if isinstance(value, Asset):
        return {
            SIGNATURE: value.signature,
            **{key: _plain(member) for key, member in value.items() if member is not UNKNOWN},
        }
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value

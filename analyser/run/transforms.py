"""What the engine would ask the program about resources that a component makes inside the engine."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime.proto import callback_pb2

from analyser.graph import Node
from analyser.run.remote_components import RemoteError

_BOUNDARY = "permissionsBoundary"


class Transforms:
    """The program's transforms. The engine calls them back over a port of their own; here they are just called."""

    def __init__(self) -> None:
        self._transforms: list[pulumi.ResourceTransform] = []

    def register_transform(self, transform: pulumi.ResourceTransform) -> callback_pb2.Callback:
        """What the SDK asks for; the answer goes into the registration of the component."""
        self._transforms.append(transform)
        return callback_pb2.Callback(token=str(len(self._transforms) - 1))

    def applied(self, callbacks: Sequence[callback_pb2.Callback], node: Node) -> Node:
        """A resource inside a component that was registered with ``callbacks``, with the options that they add.

        Raises RemoteError for a transform that changes more than protection, retention and a role's boundary.
        """
        for callback in callbacks:
            node = _applied(self._transforms[int(callback.token)], node)
        return node


def _applied(transform: pulumi.ResourceTransform, node: Node) -> Node:
    options = pulumi.ResourceOptions(protect=node.protect or None, retain_on_delete=node.options.get("retainOnDelete"))
    asked = pulumi.ResourceTransformArgs(node.custom, node.type, node.name, node.inputs, options)
    answer = transform(asked)
    if answer is None:
        return node
    if not isinstance(answer, pulumi.ResourceTransformResult) or not _is_known(answer.props, node):
        raise RemoteError(f"{node.type} {node.name}: the preview knows transforms of options and boundaries only")
    given = {key for key, value in vars(answer.opts).items() if value != vars(pulumi.ResourceOptions())[key]}
    if strange := given - {"protect", "retain_on_delete"}:
        raise RemoteError(
            f"{node.type} {node.name}: the preview does not know transforms of {', '.join(sorted(strange))}"
        )
    kept = {"retainOnDelete": True} if answer.opts.retain_on_delete else {}
    options = {**node.options, **kept}
    return dataclasses.replace(node, inputs=dict(answer.props), protect=bool(answer.opts.protect), options=options)


def _is_known(props: Mapping[str, Any], node: Node) -> bool:
    """Whether inputs are as they were, but for the permissions boundary."""
    return {**props, _BOUNDARY: None} == {**node.inputs, _BOUNDARY: None}

"""The resources of a REST API whose changes require a new deployment of its stage."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import pulumi

Made = TypeVar("Made", bound=pulumi.CustomResource)


class Published:
    """Resources of one REST API that are live only once they are deployed, each made by ``add``.

    A deployment is a copy of the API as it is at that moment. It must wait for all of ``resources``, and be recreated
    when ``digest`` changes: with every input of every one of them, so that none can be forgotten.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/updating-api.html
    """

    def __init__(self) -> None:
        self.resources: list[pulumi.Resource] = []
        self._said: list[dict[str, Any]] = []

    def add(self, kind: Callable[..., Made], name: str, /, *, opts: pulumi.ResourceOptions, **inputs: Any) -> Made:
        """Makes a resource of a type; inputs are plain values and outputs, in dicts and lists, and nothing else."""
        made = kind(name, **inputs, opts=opts)
        self.resources.append(made)
        self._said.append({"type": type(made).__name__, "name": name, "inputs": inputs})
        return made

    @property
    def digest(self) -> pulumi.Output[str]:
        """A digest of all resources' inputs, which changes with any of them."""
        return pulumi.Output.json_dumps(self._said, sort_keys=True).apply(_digest)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""Secret values in the form that a state file has for them.

A structure is often secret only for one text in it, as a distribution's origins are for the header that they send; a
policy still has to see the rest.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (SecretV1)
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pulumi.runtime import rpc

from analyser.graph import Graph
from analyser.run.property_bags import SIGNATURE
from settings.stackfile import HIDDEN


class Secrets:
    """The texts of a graph that are known to be secret, and how values that hold them are written."""

    def __init__(self, graph: Graph) -> None:
        declared = (node.outputs.get(key) for node in graph for key in node.options.get("additionalSecretOutputs", ()))
        given = (node.inputs[key] for node in graph for key in node.secret_inputs)
        self._texts = {HIDDEN, *(text for text in (*declared, *given) if isinstance(text, str) and text)}

    def written(self, value: Any) -> dict[str, str]:
        """A secret value, with its texts hidden: those known to be secret, or all where none of them explains it."""
        explained = _any_text(value, self._is_secret)
        hidden = _with_texts(value, lambda text: not explained or self._is_secret(text))
        return {SIGNATURE: rpc._special_secret_sig, "plaintext": json.dumps(hidden, sort_keys=True)}

    def _is_secret(self, text: str) -> bool:
        return any(secret in text for secret in self._texts)


def _any_text(value: Any, test: Callable[[str], bool]) -> bool:
    if isinstance(value, Mapping):
        return any(_any_text(member, test) for member in value.values())
    if isinstance(value, list):
        return any(_any_text(member, test) for member in value)
    return isinstance(value, str) and test(value)


def _with_texts(value: Any, hide: Callable[[str], bool]) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_texts(member, hide) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_texts(member, hide) for member in value]
    return HIDDEN if isinstance(value, str) and hide(value) else value

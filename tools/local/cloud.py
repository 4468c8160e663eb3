"""Makes at the emulator what a graph registers, as far as it can be held there."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from botocore.exceptions import BotoCoreError, ClientError

from analyser.graph import Graph, Node
from tools.local.arguments import arguments
from tools.local.emulator import Emulator
from tools.local.recipes import RECIPES, Recipe

_EXECUTE_API = re.compile(r"(?:https|wss)://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")

_FUNCTION_SECONDS = 900
"""The most that Lambda takes: a laptop may take longer to start a function than a function is given in AWS."""


@dataclass
class Cloud:
    """What is there, and what is not.

    ``real`` has what the emulator calls things, by what the preview called them: ids and ARNs, in any text.
    """

    emulator: Emulator
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that each function has beside its own."""
    secret: Callable[[str], str] = lambda _: secrets.token_urlsafe(48)
    """What a secret holds, by its name. Rotations make it in AWS; the emulator's calls no function, and it has a secret
    without a value as one with an empty one."""
    made: list[Node] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    """How many resources of a type the emulator is not asked for."""
    unsaid: list[str] = field(default_factory=list)
    """Inputs that the API has no member for."""
    real: dict[str, str] = field(default_factory=dict)
    _streams: dict[str, str] = field(default_factory=dict)
    """Streams by the ARN that the preview has for them, which is their table's."""
    _clients: dict[str, Any] = field(default_factory=dict)

    def make(self, graph: Graph) -> None:
        """Makes everything, in the graph's order. Raises RuntimeError for what the emulator refuses."""
        for node in graph.resources:
            recipe = RECIPES.get(node.type)
            if recipe is None or node.inputs.get("region") not in (None, self.emulator.region):
                self.left_out[node.type] = self.left_out.get(node.type, 0) + 1
                continue
            self._make(node, recipe)
            self.made.append(node)

    def known_as(self, value: Any) -> Any:
        """A value of the preview as it is at the emulator."""
        if isinstance(value, dict):
            return {key: self.known_as(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.known_as(each) for each in value]
        if not isinstance(value, str):
            return value
        for recorded in sorted(self.real, key=len, reverse=True):
            value = value.replace(recorded, self.real[recorded])
        return _EXECUTE_API.sub(rf"{self.emulator.endpoint}/_aws/execute-api/\1", value)

    def _make(self, node: Node, recipe: Recipe) -> None:
        answer = self._call(node, recipe)
        for output, member in recipe.answers.items():
            recorded = node.id if output == "id" else node.outputs.get(output)
            found = jmespath.search(member, answer)
            if isinstance(recorded, str) and found and recorded != found:
                (self._streams if output == "streamArn" else self.real)[recorded] = found
        for more in recipe.after:
            self._call(node, more)

    def _call(self, node: Node, recipe: Recipe) -> Any:
        inputs = {key: self.known_as(value) for key, value in node.inputs.items() if key not in recipe.without}
        inputs = {key: value for key, value in inputs.items() if key not in ("tags", "region") and value is not None}
        if recipe.named and recipe.named not in inputs:
            inputs[recipe.named] = node.outputs.get("name") or node.name
        inputs = recipe.shaped(node, inputs)
        if recipe.operation == "create_function":
            own = inputs.get("environment", {}).get("variables", {})
            inputs |= {"environment": {"variables": {**own, **self.variables}}, "timeout": _FUNCTION_SECONDS}
        if recipe.operation == "create_secret":
            inputs["secretString"] = self.secret(inputs["name"])
        if "eventSourceArn" in inputs:
            inputs["eventSourceArn"] = self._streams.get(inputs["eventSourceArn"], inputs["eventSourceArn"])
        client = self._clients.setdefault(recipe.service, None) or self.emulator.client(recipe.service)
        self._clients[recipe.service] = client
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[recipe.operation])
        given, unknown = arguments(model.input_shape, inputs, node.kind, recipe.renamed)
        if recipe is RECIPES[node.type]:
            self.unsaid += [f"{node.type} {key}" for key in unknown]
        try:
            return getattr(client, recipe.operation)(**given)
        except (ClientError, BotoCoreError) as error:
            raise RuntimeError(f"{node.type} {node.name}: {error}") from error

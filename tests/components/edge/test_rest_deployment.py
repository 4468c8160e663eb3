"""Whatever a deployment publishes makes it anew when it changes."""

import ast
import asyncio
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.edge.rest_deployment import Published
from tests.stacks import ROOT, STACKS, stack_graph

_LIVE_AT_ONCE = {
    "account", "basePathMapping", "deployment", "domainName", "methodSettings", "stage",
}  # fmt: skip
"""What API Gateway reads as it stands, without a deployment."""
_LEAF = st.one_of(st.booleans(), st.integers(-9, 9), st.text("ab", max_size=3), st.none())
_KEYS = st.text("xy", min_size=1, max_size=2)
_VALUES = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=2))
_INPUTS = st.dictionaries(st.sampled_from(["uri", "type", "parameters"]), _VALUES, min_size=1)


class Made(pulumi.CustomResource):
    """Stands for a resource: nothing is registered."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        """Says what a resource would be made with."""
        self.said = (name, inputs)


async def said(*resources: tuple[str, dict[str, Any]]) -> str:
    published = Published()
    for name, inputs in resources:
        made = published.add(Made, name, opts=pulumi.ResourceOptions(), **inputs)
        assert made.said == (name, inputs)
    assert len(published.resources) == len(resources)
    found = await published.digest.future()
    assert found is not None
    return found


@settings(max_examples=50)
@given(_INPUTS, _INPUTS)
def test_any_other_input_is_another_digest(some: dict[str, Any], other: dict[str, Any]) -> None:
    async def compare() -> None:
        one, changed = await said(("a", some)), await said(("a", other))
        assert (one == changed) == (repr(some) == repr(other) or _same(some, other))
        assert one != await said(("b", some))
        assert one != await said(("a", some), ("b", other))

    asyncio.run(compare())


def _same(some: Any, other: Any) -> bool:
    """Equal, and true is no 1."""
    return repr(_sorted(some)) == repr(_sorted(other))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("stack", STACKS)
def test_a_deployment_waits_for_everything_that_it_publishes(stack: str) -> None:
    graph = stack_graph(stack)
    for deployment in graph.of_type("aws:apigateway/deployment:Deployment"):
        api = deployment.inputs["restApi"]
        own = {
            node.urn
            for node in graph
            if node.type.startswith("aws:apigateway/")
            and node.type.split("/")[1].split(":")[0] not in _LIVE_AT_ONCE
            and api in (node.inputs.get("restApi"), node.inputs.get("restApiId"), node.id)
        }
        assert own
        assert own <= set(deployment.dependencies)


def test_nothing_is_published_but_through_published() -> None:
    """So that its inputs are in the digest: nothing else makes a resource that is not live at once."""
    found = []
    for path in sorted((Path(ROOT) / "components").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "apigateway" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("aws.apigateway."):
                name = ast.unparse(node.func).removeprefix("aws.apigateway.")
                if name[0].lower() + name[1:] not in _LIVE_AT_ONCE and not name.endswith("Args"):
                    found.append(f"{path.name}: {name}")
    assert found == []

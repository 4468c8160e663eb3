"""The state file: what the engine checks when it reads a deployment.

https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/snapshot.go
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/resources.json
"""

import hashlib
import json
from typing import Any

import pytest

from preview.forms.state import deployment
from tests.preview.forms.reports import report
from tests.stacks import STACKS, stack_graph

MEMBERS = {
    "urn", "custom", "id", "type", "inputs", "outputs", "parent", "protect", "dependencies", "provider",
    "propertyDependencies", "additionalSecretOutputs", "aliases", "customTimeouts",
}  # fmt: skip


def check(found: dict[str, Any]) -> None:
    """The invariants of Snapshot.VerifyIntegrity, and members that the format knows."""
    assert found["version"] == 3
    manifest = found["deployment"]["manifest"]
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()
    seen: set[str] = set()
    providers: set[str] = set()
    for resource in found["deployment"]["resources"]:
        assert set(resource) <= MEMBERS
        assert resource["urn"] not in seen
        assert resource["urn"].split("::")[2].rpartition("$")[2] == resource["type"]
        assert resource["custom"] == ("id" in resource)
        named = set(resource.get("dependencies", ())).union(*resource.get("propertyDependencies", {}).values())
        assert named <= seen, f"{resource['urn']} waits for what comes later"
        assert resource.get("parent", "") in {"", *seen}
        if resource["type"].startswith("pulumi:providers:"):
            providers.add(f"{resource['urn']}::{resource['id']}")
        elif resource["custom"]:
            assert resource["provider"] in providers
        seen.add(resource["urn"])


@pytest.mark.parametrize("stack", STACKS)
def test_the_engine_would_read_every_stack(stack: str) -> None:
    graph = stack_graph(stack)
    found = deployment(graph)
    check(found)
    json.dumps(found)
    urns = {resource["urn"] for resource in found["deployment"]["resources"]}
    assert {node.urn for node in graph} <= urns


def test_a_small_one_in_full() -> None:
    found = deployment(report().graph)
    check(found)
    stack, provider, topic, parameter = found["deployment"]["resources"]
    assert stack["urn"] == "urn:pulumi:prod::strata::pulumi:pulumi:Stack::strata-prod"
    assert provider["inputs"]["region"] == "eu-west-1"
    assert topic["parent"] == stack["urn"]
    assert topic["protect"] is True
    assert topic["customTimeouts"] == {"create": 3600}
    assert topic["outputs"]["arn"].startswith("arn:aws:sns:eu-west-1:")
    assert parameter["propertyDependencies"] == {"description": [topic["urn"]]}
    assert parameter["inputs"]["description"] == topic["outputs"]["arn"]


def test_secrets_and_unknown_values_are_plain_stand_ins() -> None:
    found = deployment(report(known=False).graph)
    check(found)
    parameter = found["deployment"]["resources"][-1]
    assert parameter["inputs"]["value"] == "[secret]"
    assert parameter["outputs"]["value"] == "[secret]"
    assert parameter["inputs"]["description"] == "[unknown]"
    assert parameter["id"] == "[unknown]"

"""The state file: what the engine checks when it reads a deployment.

https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/snapshot.go
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/resources.json
"""

import hashlib
import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest

from analyser.faces.formats.state import deployment
from analyser.run.program import run_program
from tests.analyser.faces.formats.reports import report
from tests.stacks import STACKS, stack_graph

MEMBERS = {
    "urn", "custom", "id", "type", "inputs", "outputs", "parent", "protect", "dependencies", "provider",
    "propertyDependencies", "additionalSecretOutputs", "aliases", "customTimeouts", "retainOnDelete",
}  # fmt: skip
# https://github.com/pulumi/pulumi/blob/v3.260.0/sdk/go/common/resource/sig/sig.go, …/resource/plugin/rpc.go
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# What AWS or Pulumi gives every resource that has it, asked or not.
IDENTITY = {"arn", "name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId", "clusterName",
    "domainName", "functionName", "dashboardName", "alarmName", "repositoryName"}  # fmt: skip


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
    kept = {each["urn"] for each in found["deployment"]["resources"] if each.get("retainOnDelete")}
    assert kept == {node.urn for node in graph if node.options.get("retainOnDelete")}


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


def of(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["deployment"]["resources"] if each["urn"].endswith(f"::{name}"))


def secret(value: Any) -> dict[str, str]:
    """As `pulumi stack export --show-secrets` writes one: https://github.com/pulumi/pulumi/blob/v3.260.0/sdk/go/common/apitype/core.go#L603"""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value, sort_keys=True)}


def test_a_secret_text_is_hidden_in_the_form_that_the_engine_reads() -> None:
    parameter = of(deployment(report().graph), "parameter")
    assert parameter["inputs"]["value"] == secret("[secret]")
    assert parameter["outputs"]["value"] == secret("[secret]")


def test_what_is_not_known_is_what_the_engine_takes_for_unknown() -> None:
    parameter = of(deployment(report(known=False).graph), "parameter")
    check(deployment(report(known=False).graph))
    assert parameter["inputs"]["description"] == UNKNOWN_STRING
    assert parameter["id"] == UNKNOWN_STRING


def test_of_a_secret_structure_only_the_secret_text_is_hidden() -> None:
    def program() -> None:
        password = random.RandomPassword("password", length=32)
        text = pulumi.Output.secret(password.result)
        rule: Any = text.apply(lambda text: [{"name": "X-Origin-Verify", "values": [f"a {text}"], "weight": 1}])
        aws.lb.ListenerRule("rule", listener_arn="arn", actions=[], tags={"open": "yes"}, conditions=rule)
        hidden: Any = pulumi.Output.secret([{"name": "hidden", "weight": 1}])
        aws.lb.ListenerRule("other", listener_arn="arn", actions=[], conditions=hidden)

    found = deployment(run_program(program, stack="prod", config={"aws:region": "us-east-1"}))
    shown = [{"name": "X-Origin-Verify", "values": ["[secret]"], "weight": 1}]
    assert of(found, "rule")["inputs"]["conditions"] == secret(shown)
    assert of(found, "rule")["inputs"]["tags"] == {"open": "yes"}
    # Nothing that is known to be secret explains this one, so that any of its texts may be.
    assert of(found, "other")["inputs"]["conditions"] == secret([{"name": "[secret]", "weight": 1}])


@pytest.mark.parametrize("stack", STACKS)
def test_outputs_are_what_was_given_and_what_aws_certainly_answers(stack: str) -> None:
    for resource in deployment(stack_graph(stack))["deployment"]["resources"]:
        if resource["custom"]:
            assert resource["outputs"].items() >= resource["inputs"].items()
            assert resource["outputs"].keys() - resource["inputs"].keys() <= IDENTITY, resource["urn"]


def test_no_secret_of_a_real_stack_is_in_its_file() -> None:
    graph = stack_graph("prod")
    made = [node.outputs["result"] for node in graph.of_type("random:index/randomPassword:RandomPassword")]
    assert made
    text = json.dumps(deployment(graph))
    assert not [value for value in made if value in text]
    resources = deployment(graph)["deployment"]["resources"]
    (cdn,) = (each for each in resources if each["type"] == "aws:cloudfront/distribution:Distribution")
    shown = json.loads(cdn["inputs"]["origins"]["plaintext"])
    given = graph.only(cdn["type"]).inputs["origins"]
    hidden = [{key for key in mine if mine[key] != its[key]} for mine, its in zip(given, shown, strict=True)]
    assert set().union(*hidden) == {"customHeaders"}

"""Traces in every system: somebody sends them, may do so, and is made where the setting is and nowhere else."""

import json
from typing import Any

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from tests.stacks import STACKS, stack_graph
from tests.systems.changed import otherwise
from tests.traces import Told

RULE, GROUP = "aws:xray/samplingRule:SamplingRule", "aws:xray/group:Group"
CONFIG, DEPLOYMENT = "kubernetes:core/v1:ConfigMap", "kubernetes:apps/v1:Deployment"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
COLLECTOR = "trace-collector"


def senders(graph: Graph) -> set[str]:
    """The policies that let somebody send traces; Lambda and Step Functions send theirs in the name of a role."""
    running = {
        *(node.inputs["role"] for node in graph.of_type("aws:lambda/function:Function")),
        *(node.inputs["roleArn"] for node in graph.of_type("aws:sfn/stateMachine:StateMachine")),
    }
    theirs = {node.outputs["name"] for node in graph.of_type("aws:iam/role:Role") if node.outputs["arn"] in running}
    return {
        node.name.removesuffix("-policy")
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in json.loads(node.inputs["policy"])["Statement"]
        if node.inputs["role"] not in theirs and any(action.startswith("xray:") for action in statement["Action"])
    }


def collector_config(graph: Graph) -> dict[str, Any]:
    text = graph.only(CONFIG, f"{COLLECTOR}-config").inputs["data"]["AOT_CONFIG_CONTENT"]
    return json.loads(text.replace("$$", "$"))


def told_by_pods(graph: Graph) -> set[str]:
    """The workloads that are told of the collectors."""
    return {
        node.inputs["data"]["OTEL_SERVICE_NAME"]
        for node in graph.of_type(CONFIG)
        if node.inputs["data"].get("OTEL_EXPORTER_OTLP_ENDPOINT")
        == f"http://{COLLECTOR}.tracing.svc.cluster.local:4318"
    }


def containers(graph: Graph) -> list[dict[str, Any]]:
    (task,) = graph.of_type(TASK)
    return json.loads(task.inputs["containerDefinitions"])


def blocked(graph: Graph) -> list[str]:
    return [f"{found.rule}: {found.urn}" for found in verdict(graph)[0] if found.blocks]


@pytest.mark.parametrize("stack", ["confluence-prod", "confluence-dev"])
def test_pods_of_confluence_send_to_collectors_that_sample_by_the_rules(stack: str) -> None:
    graph = stack_graph(stack)
    assert told_by_pods(graph) == {"bff", "websocket"}
    policies = collector_config(graph)["processors"]["tail_sampling"]["policies"]
    shares = {
        one["name"]: one["and"]["and_sub_policy"][-1]["probabilistic"]["sampling_percentage"]
        for one in policies
        if one["type"] == "and"
    }
    of_x_ray = {f"rule-{n.name.removeprefix('tracing-')}": n.inputs["fixedRate"] * 100 for n in graph.of_type(RULE)}
    assert shares == of_x_ray == {"rule-busy": 0.1, "rule-default": 1}


def test_hocuspocus_sends_to_the_collector_beside_it() -> None:
    app, collector = containers(stack_graph("mdreader-prod"))
    told = {one["name"]: one["value"] for one in app["environment"]}
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    assert collector["name"] == COLLECTOR


def test_records_traces_by_choice() -> None:
    made = otherwise("prod")
    assert told_by_pods(made) == {"microservice"}
    assert senders(made) == {f"{COLLECTOR}-pods"}
    (rule,) = made.of_type(RULE)
    assert rule.inputs["fixedRate"] == 0.2
    assert blocked(made) == []


def test_the_platform_of_collaboration_traces_by_choice() -> None:
    made = otherwise("collaboration-prod")
    app, collector = containers(made)
    assert (app["name"], collector["name"]) == ("app", COLLECTOR)
    assert senders(made) == {"server-task-own"}
    assert blocked(made) == []


def test_consulting_traces_by_choice() -> None:
    made = otherwise("consulting-prod")
    assert told_by_pods(made) == {"backend"}
    assert senders(made) == {f"{COLLECTOR}-pods"}
    assert blocked(made) == []


@pytest.mark.parametrize("stack", ["confluence-dev", "mdreader-dev"])
def test_without_the_setting_there_is_neither_sender_nor_right_nor_rule(stack: str) -> None:
    made = otherwise(stack)
    assert senders(made) == set()
    assert not made.of_type(RULE)
    assert not made.of_type(GROUP)
    assert not [node.name for node in made.resources if COLLECTOR in node.name]
    assert not [node.name for node in made.resources if "OTEL_" in str(node.inputs)]


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_has_a_rule_or_a_right_without_a_sender(stack: str) -> None:
    graph = stack_graph(stack)
    asked = graph.of_type("aws:apigateway/stage:Stage")
    collectors = [node for node in graph.of_type(DEPLOYMENT) if node.name == f"{COLLECTOR}-deployment"]
    tasks = [node for node in graph.of_type(TASK) if COLLECTOR in node.inputs["containerDefinitions"]]
    assert len(senders(graph)) == len(collectors) + len(tasks)
    assert not graph.of_type(RULE) or collectors or tasks or asked


IN_CLUSTER = Told("confluence-prod", "spans of bff to X-Ray")
BESIDE = Told("mdreader-prod", "spans of hocuspocus to X-Ray")


def test_spans_of_pods_reach_collectors_by_policies_of_both_sides() -> None:
    IN_CLUSTER.shows("collector", "bff-config", "trace-collector-service", "trace-collector-deployment")
    IN_CLUSTER.shows("network", "trace-collector-to-bff", "trace-collector-from-bff")


def test_collectors_may_send_and_reach_x_ray() -> None:
    IN_CLUSTER.shows("identity", "trace-collector-pods-association", "trace-collector-pods-role")
    IN_CLUSTER.shows("rights", "trace-collector-pods-policy")
    IN_CLUSTER.shows("out", "trace-collector-network")


def test_spans_of_tasks_go_out_by_the_task_s_own_role() -> None:
    BESIDE.shows("collector", "hocuspocus-task-definition")
    BESIDE.shows("rights", "hocuspocus-task-own-policy")

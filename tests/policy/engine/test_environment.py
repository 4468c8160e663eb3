"""One source of the environment for the pack and the preview: the stack's configuration, else the stack's name."""

import json
from dataclasses import replace

import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from policy.model import Level
from tests.policy.engine import calls
from tests.policy.engine.process import EMPTY, analyze_request, pack_process
from tests.policy.engine.verdicts import TODAY, InProcess, Verdict, told_by, told_offline
from tests.stacks import stack_graph

DATABASE = "aws:rds/instance:Instance"


def lowered(stack: str, environment: str) -> Graph:
    """The stack with another environment in its file, as docs/runbooks/records.md has it to take prod down."""
    graph = stack_graph(stack)
    nodes = [replace(node, inputs=_unprotected(node.inputs)) for node in graph]
    config = {**graph.config, "strata:environment": environment}
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=config)


def _unprotected(inputs: dict[str, object]) -> dict[str, object]:
    return {key: False if key == "deletionProtection" else value for key, value in inputs.items()}


@pytest.mark.parametrize(("environment", "level"), [("staging", Level.ADVISORY), ("prod", Level.MANDATORY)])
def test_a_stack_that_is_to_go_has_one_verdict(environment: str, level: Level) -> None:
    graph = lowered("prod", environment)
    offline = told_offline(verdict(graph, today=TODAY)[0])
    assert engine(graph) == offline
    found = {said for rule, _, _, said in offline if rule in ("rds-deletion-protection", "eks-deletion-protection")}
    assert found == {level.value}


def engine(graph: Graph) -> list[Verdict]:
    pack = InProcess()
    pack.configure(graph.stack, graph.project, graph.config)
    return told_by(pack, calls.up(graph))


def test_the_process_lists_levels_by_the_configuration_it_starts_with() -> None:
    config = json.dumps({"strata:environment": "dev"})
    with pack_process("prod", config) as stub:
        levels = {each.name: each.enforcementLevel for each in stub.GetAnalyzerInfo(EMPTY).policies}
        assert levels["rds-backups"] == wire.ADVISORY
        request = analyze_request(DATABASE, "db", storageEncrypted=True, kmsKeyId="k")
        found = {each.policyName: each.enforcementLevel for each in stub.Analyze(request).diagnostics}
        assert found["rds-backups"] == wire.ADVISORY

"""Every type that Strata knows, with nothing said of it, and with nothing known of it: each answer is given."""

from collections.abc import Callable
from typing import Any

import pytest

from analyser.analyses.checks import checks
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.gaps import Answer, lacks
from analyser.analyses.inventory.stores import READERS
from analyser.analyses.policies.verdict import verdict
from analyser.analyses.prerequisites import prerequisites
from analyser.analyses.reach.answer import matrix
from analyser.analyses.reach.model import Reach
from analyser.analyses.report import Report, document
from analyser.analyses.simulation import simulate
from analyser.analyses.simulation.run import standing
from analyser.analyses.teardown import take_away
from analyser.analyses.timeline import timeline
from analyser.analyses.trace import trace
from analyser.faces.commands.diagram import picture
from analyser.faces.formats.state import deployment
from analyser.graph import Graph, Node
from analyser.run import mock_cloud
from analyser.run.mock_cloud.computed_outputs import output_types
from policy.unknown import UNKNOWN
from resource_types import tokens

_KUBERNETES = ("metadata", "spec", "data", "rules", "subjects", "roleRef")


def whole(*, unknown: bool) -> Graph:
    """One resource of each type."""
    return Graph("p", "dev", [_node(token, unknown=unknown) for token in tokens()], {}, region="eu-west-1")


def _node(token: str, *, unknown: bool) -> Node:
    keys = [key for key in output_types(token) if key not in ("id", "urn")] or _KUBERNETES
    inputs = dict.fromkeys(keys, UNKNOWN) if unknown else {}
    identifier, outputs = mock_cloud.outputs(token, token, inputs, "eu-west-1")
    urn = f"urn:pulumi:dev::p::{token}::{token}"
    return Node(urn=urn, type=token, name=token, inputs=inputs, outputs=outputs, id=identifier)


def _inventory(graph: Graph) -> list[object]:
    told = graph.without_unknowns()
    return [READERS[node.type](told, node) for node in told.resources if node.type in READERS]


ANSWERS: dict[str, Callable[[Graph], Any]] = {
    "checks": lambda graph: list(checks(graph)),
    "cost": monthly_cost,
    "diagram": lambda graph: picture(graph, "svg", unfolded=False),
    "document": lambda graph: document(Report(graph, (), 0)),
    "inventory": _inventory,
    "lacks": lambda graph: [lacks(graph, answer) for answer in Answer],
    "policies": verdict,
    "prerequisites": prerequisites,
    "reach": lambda graph: matrix(Reach(graph)),
    "recovery": lambda graph: standing(graph, None),
    "simulation": lambda graph: list(simulate(graph, None)),
    "state": deployment,
    "teardown": take_away,
    "timeline": timeline,
    "trace": trace,
}


@pytest.mark.parametrize("unknown", [False, True])
def test_every_answer_is_given_of_what_nobody_has_said_anything_of(unknown: bool) -> None:
    graph = whole(unknown=unknown)
    assert len(graph.resources) > 100
    for name, answer in ANSWERS.items():
        assert answer(graph) is not None, name

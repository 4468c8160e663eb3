"""The boundary that a stack's file names is asked of every role, as it is of the role that deploys."""

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node

ROLE = "aws:iam/role:Role"
ASKED = {"strata:permissionsBoundary": "strata-prod-boundary"}
GIVEN = "arn:aws:iam::123456789012:policy/strata-prod-boundary"


@pytest.mark.parametrize(
    ("config", "inputs", "blocks"),
    [
        (ASKED, {}, True),
        (ASKED, {"permissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}, True),
        (ASKED, {"permissionsBoundary": GIVEN}, False),
        ({}, {}, False),
    ],
)
def test_a_role_without_it_stops_the_deployment(config: dict[str, str], inputs: dict[str, str], blocks: bool) -> None:
    node = Node(urn=f"urn:pulumi:prod::strata::{ROLE}::reader", type=ROLE, name="reader", inputs=inputs, outputs={})
    graph = Graph("strata", "prod", [node], {}, region="us-east-1", config=config)
    found, _ = verdict(graph, exemptions=())
    assert any(one.blocks and one.rule.id == "iam-roles-bounded" for one in found) is blocks

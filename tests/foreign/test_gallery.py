"""Programs of the shapes that people write, against what was expected of each before it was run."""

import json
from collections import Counter
from typing import Any

import pytest

from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.gaps import Answer, lacks
from analyser.analyses.policies.verdict import verdict
from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from analyser.analyses.report import Report, document
from analyser.analyses.rights.question import ask as may
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from tests.foreign import gallery
from tests.foreign.gallery import PROGRAMS, expected, graph


def named(found: Graph, name: str) -> Node:
    return next(node for node in found.resources if node.name == name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_registers_what_was_expected_of_it(name: str) -> None:
    found, said = graph(name), expected(name)
    assert (len(found.resources), len(found.components)) == (said["resources"], said["components"])
    assert said["types"].items() <= dict(found.counts).items()
    assert [gap.token for gap in found.gaps] == said.get("gaps", [])
    assert [node.name for node in found.protected] == said.get("protected", [])
    assert found.region == said.get("region", found.region)
    for resource, inputs in said.get("inputs", {}).items():
        assert any(inputs.items() <= node.inputs.items() for node in found.resources if node.name == resource)
    for resource, keys in said.get("secrets", {}).items():
        holding = [node for node in found.resources if node.name == resource and node.secret_inputs]
        assert [sorted(node.secret_inputs) for node in holding] == [keys]
    for resource, provider in said.get("providers", {}).items():
        assert f"::{provider}::" in f"::{'::'.join(named(found, resource).provider.split('::')[-2:-1])}::"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_priced_and_judged(name: str) -> None:
    found, said = graph(name), expected(name)
    cost = monthly_cost(found)
    assert [line.partition(": ")[0] for line in cost.unpriced] == said.get("unpriced", [])
    assert set(said.get("costs", ())) <= {component for component, amount in cost.by_component if amount.usd > 0}
    violations, _ = verdict(found)
    rules = {violation.rule.id for violation in violations}
    assert set(said.get("finds", ())) <= rules
    assert not [rule for rule in rules if rule.startswith("exemption")], "an exemption of Strata's own"
    for question in said.get("can", ()):
        role, action, resource, answer = question.split()
        assert may(found, role, action, resource).answer == answer


def test_the_gallery_has_the_shapes_that_people_write() -> None:
    assert len(PROGRAMS) >= 15


def test_a_secret_of_the_configuration_is_nowhere() -> None:
    found = graph("config_secrets")
    told = json.dumps(document(Report(found, (), 0)))
    assert "ciphertext" not in told
    assert found.secret_exports == {"password"}
    assert set(found.config) == {
        "aws:region",
        "config-secrets:database",
        "config-secrets:standby",
        "config-secrets:storage",
    }


def test_what_another_project_puts_out_is_read_by_a_preview_of_it() -> None:
    found = graph("stack_reference")
    machine = named(found, "app")
    assert machine.inputs["subnetId"] == named(graph("network"), "private").id
    assert machine.secret_inputs == {"userData"}
    assert machine.inputs["tags"] in ({"Owner": UNKNOWN}, {})
    assert set(found.reads) == {"acme/network/dev", "acme/elsewhere/prod"}


def test_the_network_of_awsx_is_cut_as_its_strategy_cuts_it() -> None:
    blocks = {node.name: node.inputs["cidrBlock"] for node in graph("vpc_eks").of_type("aws:ec2/subnet:Subnet")}
    assert blocks == {
        "shop-private-1": "10.0.0.0/18",
        "shop-public-1": "10.0.64.0/19",
        "shop-private-2": "10.0.128.0/18",
        "shop-public-2": "10.0.192.0/19",
    }


def test_nodes_are_what_the_cluster_was_asked_for() -> None:
    found = graph("vpc_eks")
    group = found.only("aws:autoscaling/group:Group")
    assert (group.inputs["minSize"], group.inputs["desiredCapacity"], group.inputs["maxSize"]) == (3, 3, 6)
    private = {node.id for node in found.of_type("aws:ec2/subnet:Subnet") if "private" in node.name}
    assert set(group.inputs["vpcZoneIdentifiers"]) == private
    lines = [line.label for line in monthly_cost(found).lines]
    assert "t3.large nodes" in lines


def test_nodes_that_cloudformation_starts_are_priced_by_its_template() -> None:
    found = graph("legacy_cluster")
    told = {line.label: (line.quantity, line.low, line.high) for line in monthly_cost(found).lines}
    hours = 730
    assert told["m5.large Spot nodes"] == (3 * hours, hours, 5 * hours)
    assert told["gp2 disks of nodes"] == (150, 50, 250)
    assert told["Detailed monitoring of nodes"][0] == 21, "a launch configuration monitors unless it is told not to"
    template = found.only("aws:cloudformation/stack:Stack").inputs["templateBody"]
    assert "MinInstancesInService: '0'" in template


def test_a_balancer_in_subnets_that_nobody_sees_is_neither_open_nor_closed() -> None:
    answers = ask(Reach(graph("ecs_service")), "internet", "balancer")
    assert [answer.verdict for answer in answers] == [Verdict.UNKNOWN]


def test_what_may_be_inside_an_unknown_component_makes_a_no_uncertain() -> None:
    found = graph("unknown_component")
    assert all(answer.verdict is not Verdict.NO for answer in ask(Reach(found), "internet", "files"))
    lines = {answer: lacks(found, answer) for answer in Answer}
    assert all(any("acme:landing:Zone zone" in line for line in each) for each in lines.values())


def test_types_without_a_price_are_one_line_with_a_count() -> None:
    lines = lacks(graph("other_cloud"), Answer.COST)
    assert [line.partition(":")[0] for line in lines] == ["1 type without a price, so not in the total (1 resource)"]
    assert lacks(graph("other_cloud"), Answer.REACH) == [
        "1 type without a place in reach (1 resource): gcp:storage/bucket:Bucket"
    ]


def test_the_order_is_the_same_at_every_run() -> None:
    again: Any = gallery._run("multi_provider")
    assert [node.urn for node in again] == [node.urn for node in graph("multi_provider")]
    assert Counter(again.counts) == graph("multi_provider").counts

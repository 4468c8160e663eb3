"""What an update would replace: from the table, from options, and from what else is replaced."""

import dataclasses
from typing import Any

import pytest

from analyser.analyses.changes.replaced import Replaced, replaced, replaced_document
from analyser.analyses.report import compared
from analyser.graph import Graph
from resource_types.bearing import Bearing
from tests.analyser.changed import changed
from tests.stacks import stack_graph


def of(before: Graph, after: Graph) -> tuple[Replaced, ...]:
    return replaced(*(compared(graph) for graph in (before, after)))


def after(inputs: dict[str, dict[str, Any]], stack: str = "prod") -> dict[str, Replaced]:
    """What is replaced in a stack with other inputs, by name."""
    graph = stack_graph(stack)
    return {one.name: one for one in of(graph, changed(graph, inputs=inputs))}


def test_nothing_changed_and_nothing_is_replaced() -> None:
    assert after({}) == {}


def test_a_new_master_user_is_a_new_database_and_pulumi_refuses() -> None:
    found = after({"database-primary": {"username": "other"}})
    database = found["database-primary"]
    assert database.properties == ("username",)
    assert (database.since, database.certain, database.protected) == ((), True, True)
    assert database.bearing == Bearing("data", "rows")
    assert next(iter(found)) == "database-primary"


def test_the_same_in_development_is_not_refused() -> None:
    assert after({"database-primary": {"username": "other"}}, "dev")["database-primary"].protected is False


def test_what_is_protected_only_from_now_on_is_not_refused_yet() -> None:
    graph = stack_graph("prod")
    unprotected = Graph(
        graph.project,
        graph.stack,
        [dataclasses.replace(node, protect=False) for node in graph],
        graph.exports,
        region=graph.region,
        config=graph.config,
    )
    found = of(unprotected, changed(graph, inputs={"database-primary": {"username": "other"}}))
    assert [one.protected for one in found if one.bearing] == [False]


@pytest.mark.parametrize(
    "changes",
    [
        {"database-primary": {"instanceClass": "db.r5.4xlarge", "engineVersion": "16.1"}},
        {"cache-replication-group": {"engineVersion": "7.1"}},
        # Autoscalers change it, and updates leave it alone.
        {"nodes-group": {"scalingConfig": {"minSize": 3, "maxSize": 10, "desiredSize": 9}}},
    ],
)
def test_what_is_changed_in_place_is_not_replaced(changes: dict[str, dict[str, Any]]) -> None:
    assert after(changes) == {}


def test_where_the_direction_decides_it_does() -> None:
    found = after({"cache-replication-group": {"engineVersion": "6.2"}})["cache-replication-group"]
    assert (found.properties, found.certain, found.protected) == (("engineVersion",), True, True)


def test_a_later_version_in_whatever_form_is_no_replacement_and_of_words_nobody_knows() -> None:
    stream = stack_graph("prod").only("aws:msk/cluster:Cluster")
    assert after({stream.name: {"kafkaVersion": "4.0.x.kraft"}}) == {}
    assert after({stream.name: {"kafkaVersion": "3.8.x.kraft"}})[stream.name].certain
    strange = after({stream.name: {"kafkaVersion": "latest"}})[stream.name]
    assert (strange.properties, strange.certain) == (("kafkaVersion",), False)


def test_what_takes_its_input_from_there_is_replaced_too_and_says_why() -> None:
    found = after({"network-vpc": {"cidrBlock": "10.99.0.0/16"}})
    subnet = found["network-private-a"]
    assert (subnet.properties, subnet.since, subnet.certain) == (("vpcId",), ("network-vpc",), True)
    # Step after step: the VPC takes its subnets along, these the node group.
    assert set(found["nodes-group"].since) == {f"network-private-{zone}" for zone in "abc"}
    assert "database-primary" not in found


def test_where_the_provider_decides_by_more_it_may_be() -> None:
    found = after({"cache-replication-group": {"transitEncryptionEnabled": False}})
    assert [(one.name, one.properties, one.certain) for one in found.values()] == [
        ("cache-replication-group", ("transitEncryptionEnabled",), False)
    ]


def test_an_option_can_force_it() -> None:
    spec = {"targetGroupARN": "arn:aws:other", "targetType": "ip"}
    found = after({"frontend-targets": {"spec": spec}}, "confluence-prod")
    assert "spec.targetGroupARN" in found["frontend-targets"].properties


def test_an_input_that_is_ignored_forces_nothing() -> None:
    graph = stack_graph("prod")
    ignoring = [
        dataclasses.replace(node, ignore_changes=("username",), inputs={**node.inputs, "username": "other"})
        if node.name == "database-primary"
        else node
        for node in graph
    ]
    other = Graph(graph.project, graph.stack, ignoring, graph.exports, region=graph.region, config=graph.config)
    assert of(graph, other) == ()


def test_of_a_type_that_nobody_asked_about_each_change_may_replace() -> None:
    graph = stack_graph("prod")
    strange = dataclasses.replace(graph.only("aws:ec2/vpc:Vpc"), urn="urn:pulumi:prod::strata::aws:a/b:C::c")
    strange = dataclasses.replace(strange, type="aws:a/b:C", name="c")
    before, later = (
        changed(graph, add=(dataclasses.replace(strange, inputs={"a": value, "b": 1}),)) for value in (1, 2)
    )
    (found,) = of(before, later)
    assert (found.name, found.properties, found.certain, found.bearing) == ("c", ("a",), False, None)
    assert not found.asked
    # What is given no more is a change like any other.
    (found,) = of(before, changed(graph, add=(dataclasses.replace(strange, inputs={"b": 1}),)))
    assert (found.properties, found.certain) == (("a",), False)


def test_what_comes_or_goes_is_not_replaced() -> None:
    graph = stack_graph("prod")
    without = changed(graph, drop=("database-primary",))
    assert (of(graph, without), of(without, graph)) == ((), ())


def test_as_json() -> None:
    found = tuple(after({"database-primary": {"username": "other"}}).values())
    assert replaced_document(found)[0] == {
        "urn": stack_graph("prod").only("aws:rds/instance:Instance", "database-primary").urn,
        "type": "aws:rds/instance:Instance",
        "name": "database-primary",
        "properties": ["username"],
        "since": [],
        "certain": True,
        "bears": "data",
        "protected": True,
    }
    assert {entry["bears"] for entry in replaced_document(found)[1:]} == {None}

"""When everything begins and ends, checked against sums made by hand."""

import dataclasses
import json
from graphlib import CycleError

import pytest

from analyser.analyses.timeline import timeline
from analyser.analyses.timeline.document import document
from analyser.analyses.timeline.waits import Why, imposed, waits
from tests.analyser.analyses.timeline.nodes import ADDON, CLUSTER, DATABASE, KAFKA, NODES, TOPIC, VPC, graph, node

vpc = node(VPC, "vpc")
database = node(DATABASE, "database", values=[vpc])
kafka = node(KAFKA, "stream", values=[vpc])


def test_what_needs_nothing_of_each_other_is_made_side_by_side() -> None:
    found = timeline(graph(vpc, database, kafka))
    assert found.typical == 13 + 1500
    assert found.worst == 60 + 6000
    assert (found.least, found.least_worst) == (found.typical, found.worst)
    assert found.ratio == 1
    assert found.at_once == 2
    assert [(step.node.name, step.start, step.finish) for step in found.steps] == [
        ("vpc", 0, 13),
        ("database", 13, 373),
        ("stream", 13, 1513),
    ]


def test_the_critical_path_says_what_each_link_waited_for() -> None:
    told = timeline(graph(vpc, database, node(TOPIC, "topic", after=[database])))
    assert [(link.node.name, link.start, link.finish, link.why) for link in told.path] == [
        ("vpc", 0, 13, None),
        ("database", 13, 373, Why.VALUE),
        ("topic", 373, 375, Why.REQUEST),
    ]
    assert [link.node.name for link in told.needless] == ["topic"]
    assert [link.node.name for link in told.least_path] == ["vpc", "database"]


def test_a_depends_on_by_hand_is_longer_than_what_aws_imposes() -> None:
    slow = node(DATABASE, "database", values=[vpc], after=[kafka])
    found = timeline(graph(vpc, kafka, slow))
    assert found.typical == 13 + 1500 + 360
    assert found.least == 13 + 1500
    assert found.ratio > 1.1


def test_an_order_that_aws_needs_counts_as_imposed() -> None:
    cluster = node(CLUSTER, "cluster")
    addon = node(ADDON, "vpc-cni", after=[cluster])
    nodes = node(NODES, "nodes", after=[addon])
    found = timeline(graph(cluster, addon, nodes))
    assert found.typical == found.least == 600 + 35 + 119
    assert [link.why for link in found.path] == [None, Why.AWS, Why.AWS]


def test_one_add_on_has_no_reason_to_wait_for_another() -> None:
    first = node(ADDON, "first")
    found = timeline(graph(first, node(ADDON, "second", after=[first])))
    assert (found.typical, found.least) == (70, 35)


def test_a_remote_component_is_waited_for_as_a_whole_but_imposes_only_what_is_taken_of_it() -> None:
    remote = node("eks:index:Cluster", "eks", custom=False, remote=True)
    quick = node(TOPIC, "quick", parent=remote.urn, within=remote.urn)
    slow = node(DATABASE, "slow", parent=remote.urn, within=remote.urn)
    user = node(TOPIC, "user", values=[quick])
    found = timeline(graph(remote, quick, slow, user))
    assert found.typical == 360 + 2
    assert found.least == 360
    assert waits(graph(remote, quick, slow, user))[user.urn] == {
        quick.urn: Why.VALUE,
        slow.urn: Why.COMPONENT,
    }
    assert [step.start for step in found.steps if step.node.within] == [0, 0]


def test_a_component_that_waits_holds_its_children_back() -> None:
    box = node("strata:data:Box", "box", custom=False, after=[database])
    inside = dataclasses.replace(node(TOPIC, "inside"), parent=box.urn)
    found = timeline(graph(vpc, database, box, inside))
    assert found.typical == 375
    assert found.least == 373
    assert [link.node.name for link in found.needless] == ["inside"]


def test_a_provider_is_waited_for_and_waits_itself() -> None:
    cluster = node(CLUSTER, "cluster")
    provider = node("pulumi:providers:kubernetes", "provider", values=[cluster])
    inside = node("kubernetes:core/v1:ConfigMap", "inside", provider=f"{provider.urn}::an-id")
    found = timeline(graph(cluster, provider, inside))
    assert found.typical == found.least == 601


def test_who_waits_in_a_circle_is_told() -> None:
    one, two = node(TOPIC, "one"), node(TOPIC, "two")
    one = dataclasses.replace(one, dependencies=(two.urn,))
    two = dataclasses.replace(two, dependencies=(one.urn,))
    with pytest.raises(CycleError):
        timeline(graph(one, two))


def test_a_provider_that_gives_up_too_early_is_named() -> None:
    replica = node(DATABASE, "replica", inputs={"replicateSourceDb": "primary"})
    [(found, limit, worst)] = timeline(graph(replica)).impatient
    assert (found.name, limit, worst) == ("replica", 2400, 6000)
    patient = dataclasses.replace(replica, options={"customTimeouts": {"create": "2h"}})
    assert timeline(graph(patient)).impatient == ()


def test_of_equals_the_path_names_the_same_one_in_whatever_order_they_were_recorded() -> None:
    one, two = node(DATABASE, "one"), node(DATABASE, "two")
    both = [timeline(graph(one, two, node(TOPIC, "topic", values=pair))) for pair in ([one, two], [two, one])]
    assert both[0].path[0] == both[1].path[0]


def test_nothing_takes_no_time() -> None:
    found = timeline(graph())
    assert (found.typical, found.ratio, found.path) == (0, 1, ())


def test_the_json_form_holds_every_step() -> None:
    told = json.loads(json.dumps(document(timeline(graph(vpc, database)))))
    assert told["typicalSeconds"] == 373
    assert told["criticalPath"][1] == {"urn": database.urn, "start": 13, "finish": 373, "waitsBy": "value"}
    assert [step["urn"] for step in told["steps"]] == [vpc.urn, database.urn]
    assert all(step["source"].startswith("https://") for step in told["steps"])


@pytest.mark.parametrize("entry", imposed(), ids=lambda entry: f"{entry.resource} after {entry.after}")
def test_every_imposed_order_says_why_and_where_that_is_written(entry) -> None:
    reason, _, source = entry.because.rpartition(": ")
    assert len(reason) > 20
    assert source.startswith("https://")

"""How long updates take, checked against sums made by hand."""

from typing import Any

import pytest

from analyser.analyses.changes.difference import compare
from analyser.analyses.update_time import UpdateTime, update_document, update_time
from tests.analyser.analyses.changes.documents import preview, resource

CLUSTER, NODES = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
DATABASE, TOPIC, KAFKA = "aws:rds/instance:Instance", "aws:sns/topic:Topic", "aws:msk/cluster:Cluster"
GATEWAY, CONFIG = "aws:ec2/natGateway:NatGateway", "kubernetes:core/v1:ConfigMap"


def took(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *, stacks: tuple[str, str] = ("shop", "shop")
) -> Any:
    ours, theirs = preview(*before, stack=stacks[0]), preview(*after, stack=stacks[1])
    return update_time(ours, theirs, compare(ours, theirs))


def after(other: dict[str, Any]) -> dict[str, Any]:
    """What a resource has that takes a value of another."""
    return {"dependencies": [other["urn"]], "propertyDependencies": {"value": [other["urn"]]}}


def names(time: UpdateTime) -> list[str]:
    return [link.node.name for link in time.path]


def test_nodes_are_renewed_once_the_control_plane_is() -> None:
    def stack(version: str) -> list[dict[str, Any]]:
        cluster = resource(CLUSTER, "cluster", {"version": version})
        inputs = {"version": version, "scalingConfig": {"desiredSize": 3}}
        return [cluster, resource(NODES, "nodes", inputs, **after(cluster))]

    time = took(stack("1.34"), stack("1.35"))
    assert (time.typical, time.worst) == (600 + 1480 + 3 * 159, 1800 + 1480 + 3 * 900)
    assert names(time) == ["cluster", "nodes"]
    assert time.not_known == ()
    assert update_document(time)["criticalPath"][1] == {"urn": time.path[1].node.urn, "start": 600, "finish": 2557}


def test_brokers_are_renewed_one_after_the_other() -> None:
    def stream(kind: str) -> dict[str, Any]:
        group = {"instanceType": kind}
        return resource(KAFKA, "stream", {"numberOfBrokerNodes": 3, "brokerNodeGroupInfo": group})

    time = took([stream("kafka.m5.large")], [stream("kafka.m5.xlarge")])
    assert (time.typical, time.worst) == (3 * 750, 3 * 900)


def test_what_nobody_has_timed_is_named_and_counts_as_nothing_else() -> None:
    small = resource(DATABASE, "db", {"instanceClass": "db.t3.micro", "allocatedStorage": 20})
    large = resource(DATABASE, "db", {"instanceClass": "db.t3.large", "allocatedStorage": 40})
    time = took([small], [large])
    assert time.not_known == ("Instance db: allocatedStorage, instanceClass",)
    assert (time.typical, time.path) == (0, ())


def test_nobody_has_timed_the_promotion_of_a_copy_nor_its_standby() -> None:
    copy = resource(DATABASE, "db", {"replicateSourceDb": "arn", "multiAz": False, "skipFinalSnapshot": True})
    alone = resource(DATABASE, "db", {"multiAz": True, "skipFinalSnapshot": False})
    time = took([copy], [alone])
    assert (time.typical, time.not_known) == (2, ("Instance db: multiAz, replicateSourceDb",))


def test_tags_are_a_call_and_options_are_none() -> None:
    plain, tagged = (resource(DATABASE, "db", {"tags": {"a": tag}}) for tag in "xy")
    assert took([plain], [tagged]).typical == 2
    kept = resource(DATABASE, "db", {"tags": {"a": "x"}}, protect=True)
    assert (took([plain], [kept]).typical, took([plain], [kept]).not_known) == (0, ())


def test_what_goes_goes_after_everything_has_come_and_what_needs_others_first() -> None:
    gateway = resource(GATEWAY, "gateway")
    old = resource(DATABASE, "old", {}, **after(gateway))
    time = took([gateway, old], [resource(DATABASE, "new")])
    assert (time.typical, time.worst) == (360 + 330 + 51, 1500 + 1200 + 300)
    assert [(link.node.name, link.start) for link in time.path] == [("new", 0), ("old", 360), ("gateway", 690)]


@pytest.mark.parametrize(
    ("options", "typical"),
    [({}, 360 + 330), ({"deleteBeforeReplace": True}, 360 + 330), ({"retainOnDelete": True}, 360)],
)
def test_what_is_made_anew_comes_and_goes(options: dict[str, Any], typical: float) -> None:
    old, new = (resource(DATABASE, "db", {"username": name}, options=options) for name in "ab")
    assert took([old], [new]).typical == typical


def test_what_follows_waits_for_the_old_one_where_that_goes_first() -> None:
    options = {"deleteBeforeReplace": True}
    old, new = (resource(DATABASE, "db", {"username": name}, options=options) for name in "ab")
    last = resource(DATABASE, "replica", {}, **after(new))
    time = took([old], [new, last])
    assert [(link.node.name, link.start) for link in time.path] == [("db", 0), ("replica", 690)]


def test_what_may_be_made_anew_is_not_known() -> None:
    old, new = (resource(KAFKA, "stream", {"storageMode": mode}) for mode in ("LOCAL", "TIERED"))
    assert took([old], [new]).not_known == ("Cluster stream: may be made anew",)


def test_types_that_nobody_timed_are_not_known_when_they_come_and_when_they_go() -> None:
    assert took([], [resource("nowhere:of/a:Thing", "thing")]).not_known == ("Thing thing: made",)
    assert took([resource(KAFKA, "stream")], []).not_known == ("Cluster stream: deleted",)


def test_the_engine_takes_sixteen_at_once() -> None:
    topics = [resource(TOPIC, f"topic-{number}") for number in range(33)]
    time = took([], topics)
    assert (time.typical, time.worst) == (3 * 2, 3 * 20)


def test_nothing_takes_no_time_and_no_update_leads_from_one_stack_to_another() -> None:
    topic = resource(TOPIC, "topic")
    time = took([topic], [topic])
    assert (time.typical, time.worst, time.path, time.not_known) == (0, 0, (), ())
    assert took([topic], [], stacks=("shop", "other")) is None


def test_what_a_provider_needs_comes_before_what_it_makes() -> None:
    cluster = resource(CLUSTER, "cluster")
    provider = resource("pulumi:providers:kubernetes", "inside", {}, **after(cluster))
    config = resource(CONFIG, "config", {"metadata": {"name": "config"}}, provider=f"{provider['urn']}::id")
    assert [(link.node.name, link.start) for link in took([], [cluster, provider, config]).path] == [
        ("cluster", 0), ("config", 600),
    ]  # fmt: skip

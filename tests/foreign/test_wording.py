"""What answers say of a program that is not Strata's: nothing of Strata's own stacks, and no claim that nobody made."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.changes.replaced import replaced
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.gaps import Answer, lacks
from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from analyser.analyses.report import compared
from analyser.analyses.trace import State, trace
from analyser.faces.commands import cli
from analyser.graph import Graph, Node
from tests.foreign.gallery import graph

CLUSTER = "aws:eks/cluster:Cluster"


def links(found: Graph) -> dict[str, State]:
    return {link.kind: link.state for chain in trace(found) for link in chain.links}


def node(token: str, name: str, **inputs: Any) -> Node:
    return Node(f"urn:pulumi:dev::shop::{token}::{name}", token, name, inputs, {"name": name, "arn": f"arn:{name}"})


def test_an_api_that_is_made_with_its_route_calls_what_it_names() -> None:
    answers = ask(Reach(graph("lambda_api")), "internet", "handler")
    assert [answer.verdict for answer in answers] == [Verdict.YES]
    told = links(graph("lambda_api"))
    assert (told["stage"], told["call"]) == (State.FOUND, State.FOUND)


def test_what_only_strata_asks_of_its_stacks_is_missing_in_no_other() -> None:
    told = links(graph("lambda_api"))
    assert told["configured"] is State.NOT_KNOWN
    assert "group" not in told
    balanced = links(graph("ecs_service"))
    assert not {"waf", "listener"} & set(balanced)
    assert (balanced["dns"], balanced["rule"]) == (State.NOT_KNOWN, State.FOUND)


@pytest.mark.parametrize(("access", "expected"), [({}, State.FOUND), ({"endpointPublicAccess": False}, State.MISSING)])
def test_a_cluster_answers_on_the_internet_unless_it_is_told_not_to(access: Any, expected: State) -> None:
    cluster = node(CLUSTER, "main", vpcConfig={"subnetIds": ["subnet-1"], **access})
    assert links(Graph("shop", "dev", [cluster], {}, region="eu-west-1"))["endpoint"] is expected


def test_nothing_is_missing_for_certain_where_something_is_not_seen() -> None:
    hidden = graph("unknown_component")
    api = node("aws:apigatewayv2/api:Api", "api", protocolType="HTTP")
    found = Graph("shop", "dev", [api], {}, region="eu-west-1")
    assert links(found)["stage"] is State.MISSING
    assert links(Graph("shop", "dev", [api], {}, region="eu-west-1", gaps=hidden.gaps))["stage"] is State.NOT_KNOWN


def test_stores_that_nobody_reads_are_named() -> None:
    unknown, kept = node("aws:nowhere/store:Store", "x"), node("aws:ebs/volume:Volume", "v")
    found = Graph("shop", "dev", [unknown, kept], {})
    assert lacks(found, Answer.RECOVERY) == [
        "1 type of which nobody has said whether they keep data (1 resource): aws:nowhere/store:Store"
    ]
    assert "aws:ebs/volume:Volume, " in lacks(found, Answer.INVENTORY)[0]


@pytest.mark.parametrize(
    ("token", "before", "after", "certain"),
    [
        ("tls:index/privateKey:PrivateKey", {"algorithm": "RSA"}, {"algorithm": "ED25519"}, True),
        ("docker:index/container:Container", {"image": "a"}, {"image": "b"}, True),
        ("docker:index/container:Container", {"restart": "no"}, {"restart": "always"}, None),
        ("random:index/randomPet:RandomPet", {"length": 2}, {"length": 3}, True),
        # Of an image nobody has said what replaces it.
        ("docker:index/image:Image", {"imageName": "a"}, {"imageName": "b"}, False),
    ],
)
def test_what_replaces_a_resource_of_another_package(token: str, before: Any, after: Any, certain: bool | None) -> None:
    sides = [compared(Graph("shop", "dev", [node(token, "x", **inputs)], {})) for inputs in (before, after)]
    assert [one.certain for one in replaced(*sides)] == ([] if certain is None else [certain])


def test_databases_of_documents_and_graphs_are_priced_but_for_what_is_by_use() -> None:
    found = [
        node("aws:docdb/cluster:Cluster", "papers"),
        node("aws:docdb/clusterInstance:ClusterInstance", "papers-0", instanceClass="db.r6g.large"),
        node("aws:neptune/clusterInstance:ClusterInstance", "who-knows-whom", instanceClass="db.t4g.medium"),
        node("aws:neptune/clusterInstance:ClusterInstance", "any", instanceClass="db.serverless"),
        node("aws:msk/cluster:Cluster", "news", brokerNodeGroupInfo={"instanceType": "kafka.t3.small"}),
    ]
    cost = monthly_cost(Graph("shop", "dev", found, {}, region="us-east-1"))
    assert {line.label: round(line.usd, 2) for line in cost.lines} == {
        "db.r6g.large instance": 192.10,  # 730 x 0.26315
        "db.t4g.medium instance": 67.89,  # 730 x 0.093
    }
    assert [line.partition(": ")[0] for line in cost.unpriced] == [
        *("Cluster papers", "ClusterInstance any", "Cluster news"),
    ]


def test_an_inventory_claims_nothing_of_what_nobody_wrote_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    stack = {
        "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
        "type": "pulumi:pulumi:Stack",
        "custom": False,
    }
    bucket = {"urn": "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::b", "type": "aws:s3/bucket:Bucket", "custom": True}
    said = []
    for resources in ([stack, bucket], [stack]):
        (tmp_path / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
        assert cli.run(["inventory", "--from", "state.json"]) == 0
        said.append(capsys.readouterr().out)
    assert "| `b` | S3 | not written down | not known |" in said[0]
    assert "ids of users" not in said[0]
    assert "Nothing is found that keeps data." in said[1]

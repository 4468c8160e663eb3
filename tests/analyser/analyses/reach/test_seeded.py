"""Answers change with the one thing that decides them."""

import dataclasses
from typing import Any

import pytest

from analyser.analyses.reach.answer import Answer, ask
from analyser.analyses.reach.model import Reach
from analyser.graph import Graph, Node
from tests.analyser.changed import changed, id_of, node
from tests.stacks import stack_graph

ROUTE = "aws:ec2/route:Route"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EVERYWHERE = "0.0.0.0/0"


def best(graph: Graph, source: str, target: str, port: int | None = None) -> Answer:
    return ask(Reach(graph), source, target, port)[0]


def to_gateway(graph: Graph, table: str, **to: str) -> Node:
    where = {"destinationCidrBlock": EVERYWHERE} | to
    return node(ROUTE, f"stray-{table}", routeTableId=id_of(graph, table), **where)


def with_network_of(graph: Graph, other: Graph) -> Graph:
    """A stack with the network and database of another, which previews give the same ids, under names of their own.

    Rules that let in groups of what is left out are left out with it.
    """
    found = [node for node in other if other.outermost(node) in ("network", "postgres")]
    ids = {node.id for node in found if node.id}
    found = [node for node in found if node.inputs.get("referencedSecurityGroupId") in {None, *ids}]

    def away(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: away(member) for key, member in value.items()}
        if isinstance(value, list):
            return [away(member) for member in value]
        return f"{value}-away" if isinstance(value, str) and value in ids else value

    def named(urn: str) -> str:
        head, _, name = urn.rpartition("::")
        return f"{head}::away-{name}"

    nodes = [
        dataclasses.replace(
            node,
            urn=named(node.urn),
            name=f"away-{node.name}",
            id=away(node.id),
            inputs=away(node.inputs),
            outputs=away(node.outputs),
            parent=named(node.parent) if node.parent in {one.urn for one in found} else node.parent,
        )
        for node in found
    ]
    return changed(graph, add=tuple(nodes))


def admitted(graph: Graph, group: str, port: int, **who: Any) -> Node:
    own = {"fromPort": port, "toPort": port, "ipProtocol": "tcp"}
    return node(INGRESS, "stray-rule", securityGroupId=id_of(graph, group), **own, **who)


def seeds(graph: Graph) -> dict[str, Any]:
    """Each of the three mistakes that together open the database to the internet."""
    return {
        "route": to_gateway(graph, "network-data-routes-all", gatewayId=id_of(graph, "network-internet")),
        "rule": admitted(graph, "database-group", 5432, cidrIpv4=EVERYWHERE),
        "address": {"database-primary": {"publiclyAccessible": True}},
    }


def test_three_mistakes_open_the_database_and_two_do_not() -> None:
    graph = stack_graph("prod")
    wrong = seeds(graph)
    every = changed(graph, add=(wrong["route"], wrong["rule"]), inputs=wrong["address"])
    assert best(every, "internet", "database").yes
    without_route = changed(graph, add=(wrong["rule"],), inputs=wrong["address"])
    (missing,) = best(without_route, "internet", "database").missing
    assert missing.startswith("no subnet of database has a route to an internet gateway")
    without_rule = changed(graph, add=(wrong["route"],), inputs=wrong["address"])
    (missing,) = best(without_rule, "internet", "database").missing
    assert missing.startswith("security group database lets in no tcp 5432")
    without_address = changed(graph, add=(wrong["route"], wrong["rule"]))
    assert best(without_address, "internet", "database").missing == ["database has no public address"]


def test_a_rule_for_an_office_says_so() -> None:
    graph = stack_graph("prod")
    wrong = seeds(graph)
    office = admitted(graph, "database-group", 5432, cidrIpv4="8.8.8.0/24")
    answer = best(changed(graph, add=(wrong["route"], office), inputs=wrong["address"]), "internet", "database")
    assert answer.yes
    assert ", only from 8.8.8.0/24 (rule stray-rule)" in answer.path[-1].checks[-1].says


def test_one_wrong_route_lets_the_data_tier_out() -> None:
    graph = stack_graph("confluence-lambda")
    https = node(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "stray-egress",
        securityGroupId=id_of(graph, "pages-group"),
        cidrIpv4=EVERYWHERE,
        ipProtocol="-1",
    )
    assert not best(changed(graph, add=(https,)), "pages", "internet").yes
    nat = next(one.id for one in graph.resources if one.type == "aws:ec2/natGateway:NatGateway")
    route = to_gateway(graph, "network-data-routes-all", natGatewayId=nat)
    assert best(changed(graph, add=(https, route)), "pages", "internet").yes


def test_a_nat_gateway_without_a_way_out_is_none() -> None:
    graph = stack_graph("prod")
    answer = best(changed(graph, drop=("network-public-internet-all",)), "microservice", "internet")
    assert answer.missing == ["no route to the internet from network-private-a, network-private-b, network-private-c"]


def test_peering_needs_routes_both_ways() -> None:
    graph = with_network_of(stack_graph("confluence-prod"), stack_graph("confluence-prod-dr"))
    near, far = "network-private-routes-a", "away-network-data-routes-all"
    there = to_gateway(graph, near, vpcPeeringConnectionId="pcx-1", destinationCidrBlock="10.128.0.0/14")
    back = to_gateway(graph, far, vpcPeeringConnectionId="pcx-1", destinationCidrBlock="10.0.0.0/16")
    apart = [best(changed(graph, add=add), "nodes", "away-postgres").missing for add in ((there,), (back,))]
    assert all(any("networks apart" in text for text in missing) for missing in apart)
    joined = best(changed(graph, add=(there, back)), "nodes", "away-postgres")
    assert "peering by stray-" in joined.path[-1].checks[1].says
    (missing,) = joined.missing
    assert missing.startswith("security group away-postgres lets in no tcp 5432")


@pytest.mark.parametrize(
    ("dropped", "missing"),
    [
        ("balancer-from-prefix-list-443", "security group balancer lets in no tcp 443 from CloudFront"),
        ("cluster-nodes-from-balancer-8080", "security group cluster-nodes lets in no tcp 8080 from balancer"),
        ("cluster-nodes-to-balancer-8080", "security group balancer lets out no tcp 8080 to microservice"),
        ("microservice-network", "no NetworkPolicy lets in tcp 8080 from balancer"),
    ],
)
def test_without_a_rule_the_application_is_cut_off(dropped: str, missing: str) -> None:
    answer = best(changed(stack_graph("prod"), drop=(dropped,)), "internet", "microservice")
    assert answer.missing[0].startswith(missing)
    assert len(answer.missing) == 1


@pytest.mark.parametrize("dropped", ["balancer-to-microservice", "microservice-targets", "microservice-service"])
def test_without_a_listener_rule_or_its_targets_nothing_goes_on(dropped: str) -> None:
    answer = best(changed(stack_graph("prod"), drop=(dropped,)), "internet", "microservice")
    assert [link.target.name for link in answer.path] == ["microservice"]  # the direct way, far as it is from open
    assert not answer.yes


def test_without_its_record_an_origin_leads_elsewhere() -> None:
    records = ("zone-origin.records.example.com-primary-a", "zone-balancer.records.example.com-a")
    graph = changed(stack_graph("prod"), drop=records)
    assert not best(graph, "cloudfront", "microservice").yes
    assert best(graph, "cloudfront", "unavailable").yes


def test_a_policy_more_lets_the_frontend_out() -> None:
    more = node(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "stray-policy",
        metadata={"name": "stray", "namespace": "confluence"},
        spec={"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 5000, "endPort": 6000}]}]},
    )
    assert best(changed(stack_graph("confluence-prod"), add=(more,)), "frontend", "postgres").yes


def test_policies_that_nothing_enforces_stop_nobody() -> None:
    graph = stack_graph("confluence-prod")
    (addon,) = [one.name for one in graph.resources if one.inputs.get("addonName") == "vpc-cni"]
    answer = best(changed(graph, inputs={addon: {"configurationValues": "{}"}}), "frontend", "postgres")
    assert answer.yes
    assert answer.path[0].checks[0].says == ("NetworkPolicies of confluence are enforced by nothing in this cluster")


def test_without_a_permission_an_api_calls_nobody() -> None:
    graph = stack_graph("confluence-lambda")
    permissions = tuple(one.name for one in graph.resources if one.name.startswith("websocket-invocation-sockets"))
    answer = best(changed(graph, drop=permissions), "internet", "websocket")
    assert answer.missing == ["no permission lets API Gateway invoke websocket"]


def test_a_bucket_that_does_not_let_the_distribution_in() -> None:
    graph = changed(stack_graph("confluence-prod"), drop=("static-policy",))
    assert best(graph, "cloudfront", "static").missing == [
        "the policy of bucket static lets this distribution read nothing"
    ]


def test_an_endpoint_that_lets_nobody_in_is_worse_than_none() -> None:
    graph = stack_graph("confluence-lambda")
    shut = changed(graph, drop=("network-endpoints-from-pages-443",))
    assert (
        best(shut, "pages", "encryption-keys")
        .missing[0]
        .startswith("security group network-endpoints lets in no tcp 443")
    )


def test_a_public_api_server() -> None:
    graph = stack_graph("prod")
    inside = graph.only("aws:eks/cluster:Cluster").inputs["vpcConfig"]
    name = graph.only("aws:eks/cluster:Cluster").name
    for cidrs, said in (([EVERYWHERE], "addresses"), (["8.8.8.0/24"], "addresses, only to 8.8.8.0/24")):
        config = {**inside, "endpointPublicAccess": True, "publicAccessCidrs": cidrs}
        answer = best(changed(graph, inputs={name: {"vpcConfig": config}}), "internet", "cluster")
        assert answer.yes
        assert answer.path[0].checks[0].says.endswith(said)


def test_a_port_that_is_not_passed_on() -> None:
    answer = best(stack_graph("prod"), "internet", "microservice", 22)
    assert not answer.yes
    assert "balancer passes on to port 8080 of microservice, not 22" in answer.missing

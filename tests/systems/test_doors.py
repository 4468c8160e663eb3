"""Who reaches the Kubernetes API of every stack that has one: the runner, those named, and nobody else."""

import functools
from typing import Any

import pytest

from analyser.analyses.reach.answer import ask
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.security_groups import Peer, SecurityGroups
from analyser.graph import Graph
from analyser.run.program import ProgramError
from tests.analyser.changed import changed
from tests.stacks import EVERY_STACK, STACKS, home_of, serving, stack_graph
from tests.systems.changed import NO_WAY_OUT, otherwise, with_settings

pytestmark = pytest.mark.long

CLUSTER = "aws:eks/cluster:Cluster"
EKS = [
    stack
    for stack in STACKS
    if stack in {"prod", "prod-dr", "dev"} or stack.startswith(("consulting", "confluence-d", "confluence-p"))
]
GROUP = "aws:ec2/securityGroup:SecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OF_OTHER_SETTINGS = (
    *("alarms-backup-copy", "backup-copied", "backup-copies", "operators-copied", "operators-copies"),
    *("bedrock-api-key", "frontend-config", "trace-collector", "tracing", "zone-delegation", "zone-near"),
)
"""What the resources are called that the other settings of ``otherwise`` bring."""


@functools.cache
def reach_of(graph: Graph) -> Reach:
    """Kept until the last test here: several ask of one graph."""
    return Reach(graph)


@functools.cache
def groups_of(graph: Graph) -> SecurityGroups:
    """The same, of its security groups."""
    return SecurityGroups(View(graph))


def test_these_are_the_stacks_with_a_cluster() -> None:
    assert [stack for stack in STACKS if stack_graph(stack).of_type(CLUSTER)] == EKS
    assert len(EKS) == 8


@pytest.mark.parametrize("stack", EKS)
def test_the_runner_reaches_the_api_and_all_that_it_fetches(stack: str) -> None:
    reach = reach_of(stack_graph(stack))
    assert ask(reach, "deployment-runner", "api-server", 443)[0].yes
    assert ask(reach, "deployment-runner", "internet", 443)[0].yes
    assert not ask(reach, "deployment-runner", "api-server", 10250)[0].yes


def test_a_door_that_nobody_opens_is_found_by_its_rule() -> None:
    """Without the rule that lets the runner in, or the one that lets it out, it is told which side is shut."""
    graph = stack_graph("dev")
    (runner,) = (node for node in graph.of_type(GROUP) if node.name.startswith("deployment-runner"))
    ways = {
        token: [
            node.name
            for node in graph.of_type(token)
            if runner.id in (node.inputs["securityGroupId"], node.inputs.get("referencedSecurityGroupId"))
        ]
        for token in (INGRESS, EGRESS)
    }
    for token, names in ways.items():
        assert names, token
        shut = ask(Reach(changed(graph, drop=tuple(names))), "deployment-runner", "api-server", 443)[0]
        assert not shut.yes, token
        assert any(not check.ok and check.says for link in shut.path for check in link.checks), token


@pytest.mark.parametrize("stack", EKS)
def test_the_runner_reaches_no_store_and_nobody_reaches_the_runner(stack: str) -> None:
    reach = reach_of(serving(stack))
    for store in ("postgres", "redis"):
        assert not ask(reach, "deployment-runner", store)[0].yes
    assert not ask(reach, "internet", "deployment-runner")[0].yes
    assert not ask(reach, "nodes", "deployment-runner")[0].yes


@pytest.mark.parametrize("stack", EKS)
def test_with_no_setting_given_only_the_stack_s_own_reach_the_api(stack: str) -> None:
    graph = stack_graph(stack)
    (cluster,) = graph.of_type(CLUSTER)
    assert cluster.inputs["vpcConfig"]["endpointPublicAccess"] is False
    assert not ask(reach_of(graph), "internet", "api-server")[0].yes
    own = {node.id for node in graph.of_type("aws:ec2/securityGroup:SecurityGroup")}
    for rule in into_the_api(graph):
        assert "cidrIpv4" not in rule
        assert rule["referencedSecurityGroupId"] in {*own, rule["securityGroupId"]}


@pytest.mark.parametrize("stack", [stack for stack in EKS if EVERY_STACK or home_of(stack) is None])
def test_a_vpn_that_is_named_reaches_the_api_on_its_port_and_no_other_address_does(stack: str) -> None:
    graph = otherwise(stack)
    vpn, bastion = Peer("the VPN", cidrs=("10.200.3.0/24",)), Peer("a bastion", groups=("sg-0123456789abcdef0",))
    stranger = Peer("a stranger", cidrs=("10.201.0.0/16",))
    for peer, port, expected in (
        (vpn, 443, True),
        (bastion, 443, True),
        (vpn, 10250, False),
        (bastion, 22, False),
        (stranger, 443, False),
    ):
        assert admitted(graph, peer, port) is expected, (peer.says, port)
    assert not admitted(stack_graph(stack), vpn, 443)
    new = {node.name for node in graph} - {node.name for node in stack_graph(stack)}
    theirs = {name for name in new if not name.startswith(OF_OTHER_SETTINGS)}
    assert theirs == {"cluster-api-from-client-vpn", "cluster-api-from-client-bastion"}


@pytest.mark.parametrize("stack", ["dev", "confluence-dev", "consulting-dev"])
def test_a_runner_without_a_way_out_is_refused_in_one_line(stack: str) -> None:
    """The smallest stack of each system with a cluster: production says the same in other sizes."""
    where = "eks." if stack.startswith("confluence") else ""
    with pytest.raises(ProgramError, match=rf"Pulumi.{stack}.yaml: settings\.{where}runner: needs network.nat"):
        with_settings(stack, NO_WAY_OUT)
    cluster = otherwise(stack)
    assert not cluster.of_type("aws:codebuild/project:Project") or stack.startswith("confluence")
    assert "deploymentRunner" not in cluster.exports


def into_the_api(graph: Graph) -> list[dict[str, Any]]:
    groups = api_groups(graph)
    return [node.inputs for node in graph.of_type(INGRESS) if node.inputs["securityGroupId"] in groups]


def api_groups(graph: Graph) -> tuple[str, ...]:
    (place,) = reach_of(graph).find("api-server")
    return tuple(group for interface in place.interfaces for group in interface.groups or ())


def admitted(graph: Graph, peer: Peer, port: int) -> bool:
    return groups_of(graph).into(api_groups(graph), peer, port).ok

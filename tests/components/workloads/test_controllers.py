"""The load balancer controller and Cluster Autoscaler: their charts, their rights, their order."""

from collections.abc import Callable
from typing import Any

import pytest

from analyser.graph import Graph
from components.versions import MINORS
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.load_balancer_controller import LoadBalancerController
from tests.components.workloads.support import RELEASE, Cluster, nodes, of, statements, waits_for
from tests.support import ACCOUNT, unequal_when_unknown

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def load_balancers() -> None:
    LoadBalancerController("lbc", account=ACCOUNT, cluster=Cluster(), vpc_id="vpc-1", nodes=nodes())


def autoscaler() -> None:
    ClusterAutoscaler("scaler", account=ACCOUNT, cluster=Cluster(), nodes=nodes())


PROGRAMS = [load_balancers, autoscaler]


def release(graph: Graph) -> dict[str, Any]:
    return graph.only(RELEASE).inputs


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_release_is_pinned_and_whole_or_not_there(program: Callable[[], None]) -> None:
    made = release(of(program))
    assert made["namespace"] == "kube-system"
    assert made["atomic"] is True
    assert made["cleanupOnFail"] is True
    assert made["timeout"] == 600
    assert not made.get("skipAwait")
    assert made["version"].count(".") == 2
    assert made["values"]["replicaCount"] == 2
    assert made["values"]["podDisruptionBudget"] == {"maxUnavailable": 1}


@pytest.mark.parametrize("program", PROGRAMS)
def test_pods_find_their_role_and_nodes_outlive_them(program: Callable[[], None]) -> None:
    graph = of(program)
    node = graph.only(RELEASE)
    assert waits_for(graph, node, graph.only(ASSOCIATION))
    assert waits_for(graph, node, graph.only("aws:iam/role:Role", "nodes"))
    assert node.provider.startswith(graph.only("pulumi:providers:kubernetes").urn)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_role_is_for_the_account_that_the_chart_makes(program: Callable[[], None]) -> None:
    graph = of(program)
    association = graph.only(ASSOCIATION).inputs
    values = release(graph)["values"]
    account = values.get("serviceAccount") or values["rbac"]["serviceAccount"]
    assert account == {"create": True, "name": association["serviceAccount"]}
    assert association["namespace"] == "kube-system"
    assert association["clusterName"] == "records-test"


def test_the_load_balancer_controller_is_told_what_it_cannot_ask() -> None:
    made = release(of(load_balancers))
    assert (made["chart"], made["version"]) == ("aws-load-balancer-controller", "3.4.2")
    assert made["repositoryOpts"] == {"repo": "https://aws.github.io/eks-charts"}
    values = made["values"]
    assert (values["clusterName"], values["region"], values["vpcId"]) == ("records-test", "us-east-1", "vpc-1")
    off = ("enableShield", "enableWaf", "enableWafv2", "enableBackendSecurityGroup", "enableServiceMutatorWebhook")
    assert [values[key] for key in (*off, "createIngressClassResource")] == [False] * 6


def test_the_load_balancer_controller_makes_and_opens_nothing() -> None:
    rights = statements(of(load_balancers), "lbc-pods-policy")
    assert set(rights) == {"FindTargets", "RegisterTargets"}
    assert all(action.split(":")[1].startswith("Describe") for action in rights["FindTargets"]["Action"])
    assert rights["RegisterTargets"]["Resource"] == [
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/*"
    ]
    assert {action.split(":")[1] for action in rights["RegisterTargets"]["Action"]} == {
        "DeregisterTargets",
        "ModifyTargetGroup",
        "ModifyTargetGroupAttributes",
        "RegisterTargets",
    }


def test_cluster_autoscaler_follows_the_clusters_version() -> None:
    made = release(of(autoscaler))
    assert (made["chart"], made["version"]) == ("cluster-autoscaler", "9.59.0")
    values = made["values"]
    assert values["image"] == {"tag": MINORS["1.36"].cluster_autoscaler.tagged}
    assert values["autoDiscovery"] == {"clusterName": "records-test"}
    assert (values["cloudProvider"], values["awsRegion"]) == ("aws", "us-east-1")


def test_cluster_autoscaler_resizes_groups_of_its_own_cluster_only() -> None:
    rights = statements(of(autoscaler), "scaler-pods-policy")
    resize = rights["ResizeOwnGroups"]
    assert resize["Action"] == ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    assert resize["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/records-test": "owned"}}
    assert rights["DescribeNodeGroups"]["Resource"] == ["arn:aws:eks:us-east-1:123456789012:nodegroup/records-test/*/*"]
    wide = [action for s in rights.values() if s["Resource"] == ["*"] for action in s["Action"]]
    assert all(action.split(":")[1].startswith(("Describe", "Get")) for action in wide)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_is_made_when_nothing_is_known_yet(program: Callable[[], None]) -> None:
    assert unequal_when_unknown(program) == []

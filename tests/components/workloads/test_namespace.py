"""The namespace: who may be in it and what may pass."""

import pytest

from analyser.graph import Graph
from components.workloads.namespace import Namespace
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, objects, of, waits_for
from tests.support import unequal_when_unknown


def program() -> None:
    Namespace("apps", namespace="records", cluster=Cluster(), nodes=nodes())


def graph() -> Graph:
    return of(program)


def test_only_restricted_pods_are_admitted() -> None:
    made = graph().only("kubernetes:core/v1:Namespace")
    assert made.inputs["metadata"]["name"] == "records"
    labels = made.inputs["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}


@pytest.mark.parametrize("gates", [False, True])
def test_pods_wait_for_the_load_balancer_s_controller_only_where_they_are_targets(gates: bool) -> None:
    """The webhook that gives gates fails closed, so an agent in a namespace with the label would not start without."""
    made = of(lambda: Namespace("apps", namespace="apps", cluster=Cluster(), nodes=[], readiness_gates=gates))
    labels = made.only("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    assert (labels.get("elbv2.k8s.aws/pod-readiness-gate-inject") == "enabled") is gates


def test_agents_of_the_node_get_a_namespace_that_admits_them() -> None:
    made = of(lambda: Namespace("agents", namespace="logging", cluster=Cluster(), nodes=[], pod_security="privileged"))
    labels = made.only("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"privileged"}
    assert "agents-default-deny" in {node.name for node in made.of_type(NETWORK_POLICY)}


def test_nothing_passes_but_dns() -> None:
    policies = {node.name: node.inputs["spec"] for node in graph().of_type(NETWORK_POLICY)}
    assert policies["apps-default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    dns = policies["apps-allow-dns"]
    assert dns["podSelector"] == {}
    assert dns["policyTypes"] == ["Egress"]
    [rule] = dns["egress"]
    assert {(port["port"], port["protocol"]) for port in rule["ports"]} == {(53, "UDP"), (53, "TCP")}
    [peer] = rule["to"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
    assert peer["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}
    assert len(policies) == 2


def test_no_controller_makes_a_load_balancer_and_containers_have_bounds() -> None:
    made = graph()
    quota = made.only("kubernetes:core/v1:ResourceQuota")
    assert quota.inputs["spec"]["hard"] == {"services.loadbalancers": "0"}
    [limit] = made.only("kubernetes:core/v1:LimitRange").inputs["spec"]["limits"]
    assert limit["default"] == {"cpu": "500m", "memory": "512Mi"}
    assert limit["defaultRequest"] == {"cpu": "250m", "memory": "256Mi"}


def test_all_of_it_is_in_the_cluster_and_goes_before_the_nodes() -> None:
    made = graph()
    provider = made.only("pulumi:providers:kubernetes")
    node = made.only("aws:iam/role:Role")
    for item in objects(made):
        assert item.provider.startswith(provider.urn)
        assert waits_for(made, item, node), item.name


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []

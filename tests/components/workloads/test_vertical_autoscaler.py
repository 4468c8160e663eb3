"""The Vertical Pod Autoscaler: advice and no more."""

from components.workloads.namespace import Namespace
from components.workloads.vertical_autoscaler import VerticalAutoscaler
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from tests.components.workloads.support import RELEASE, Cluster, nodes, of, waits_for
from tests.support import unequal_when_unknown

ADVICE = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"


def program() -> None:
    cluster = Cluster()
    group = nodes()
    namespace = Namespace("apps", namespace="confluence", cluster=cluster, nodes=group)
    settings = WorkloadSettings(tag="1.0.0", port=3000)
    websocket = Workload("websocket", settings, cluster=cluster, namespace=namespace, repository="registry/websocket")
    VerticalAutoscaler("vpa", cluster=cluster, nodes=group).advise(websocket)


def test_only_the_recommender_is_installed() -> None:
    release = of(program).only(RELEASE).inputs
    assert (release["chart"], release["version"]) == ("vertical-pod-autoscaler", "0.9.0")
    assert release["repositoryOpts"] == {"repo": "https://kubernetes.github.io/autoscaler"}
    values = release["values"]
    assert values["updater"] == {"enabled": False}
    assert values["admissionController"]["enabled"] is False
    assert values["recommender"]["replicas"] == 2
    assert values["recommender"]["resources"]["limits"] == {"cpu": "200m", "memory": "1Gi"}


def test_the_recommender_holds_no_privilege() -> None:
    values = of(program).only(RELEASE).inputs["values"]
    assert values["podSecurityContext"]["runAsNonRoot"] is True
    assert values["containerSecurityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_advice_never_changes_a_pod() -> None:
    advice = of(program).only(ADVICE).inputs
    assert advice["metadata"] == {"name": "websocket", "namespace": "confluence"}
    assert advice["spec"] == {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "websocket"},
        "updatePolicy": {"updateMode": "Off"},
    }


def test_advice_comes_after_its_kind_and_its_deployment() -> None:
    graph = of(program)
    advice = graph.only(ADVICE)
    release = graph.only(RELEASE)
    assert waits_for(graph, advice, release)
    assert waits_for(graph, advice, graph.only("kubernetes:apps/v1:Deployment"))
    assert waits_for(graph, release, graph.only("aws:iam/role:Role", "nodes"))
    assert advice.provider.startswith(graph.only("pulumi:providers:kubernetes").urn)


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(program) == []

"""What Kubernetes objects wait for after they were made, and which of these waits cannot end well."""

from collections.abc import Iterable
from typing import Any

import pytest

from analyser.analyses.timeline import timeline
from analyser.faces.timeline_text import lost
from analyser.graph import Node
from tests.analyser.analyses.timeline.nodes import KAFKA, graph, node
from tests.stacks import STACKS, stack_graph

SERVICE = "kubernetes:core/v1:Service"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"

slow = node(KAFKA, "stream")  # 25 min, while a Service waits for 10


def service(after: Iterable[Node] = (), annotations: dict[str, str] | None = None, **spec: Any) -> Node:
    metadata = {"name": "web", "namespace": "shop", "annotations": annotations or {}}
    return node(
        SERVICE, "web", after=after, inputs={"metadata": metadata, "spec": {"selector": {"app": "web"}, **spec}}
    )


def deployment(after: Iterable[Node] = (), app: str = "web", namespace: str = "shop") -> Node:
    template = {"metadata": {"labels": {"app": app, "tier": "front"}}}
    inputs = {"metadata": {"name": app, "namespace": namespace}, "spec": {"template": template}}
    return node(DEPLOYMENT, app, after=after, inputs=inputs)


def ingress(*names: str) -> Node:
    paths = [{"backend": {"service": {"name": name}}} for name in names]
    metadata = {"name": "door", "namespace": "shop"}
    return node(INGRESS, "door", inputs={"metadata": metadata, "spec": {"rules": [{"http": {"paths": paths}}]}})


def lines(*nodes: Node) -> list[str]:
    return [lost(wait) for wait in timeline(graph(*nodes)).lost]


def test_a_service_is_made_when_its_pods_answer() -> None:
    found = timeline(graph(service(), deployment()))
    assert found.lost == ()
    assert {step.node.name + step.node.kind: step.finish for step in found.steps} == {
        "webService": 45,
        "webDeployment": 45,
    }


def test_pods_that_come_later_than_the_provider_waits_are_a_lost_wait() -> None:
    assert lines(slow, service(), deployment(after=[slow])) == [
        "Service web: its provider waits for pods that answer and gives up after 10 min; they are there after 26 min"
    ]
    assert lines(slow, service(after=[slow]), deployment(after=[slow])) == []


def test_pods_that_wait_for_their_service_never_answer_it() -> None:
    made = service()
    between = node("kubernetes:core/v1:ConfigMap", "between", after=[made])
    [line] = lines(made, between, deployment(after=[between]))
    assert line.endswith("gives up after 10 min; nothing that the stack makes before it gives them")


@pytest.mark.parametrize("other", [deployment(app="api"), deployment(namespace="bank")])
def test_pods_of_others_are_no_answer(other: Node) -> None:
    assert len(lines(service(), other)) == 1


@pytest.mark.parametrize(
    "quiet",
    [
        {"annotations": {"pulumi.com/skipAwait": "true"}},
        {"clusterIP": "None"},
        {"type": "ExternalName"},
        {"selector": {}},
    ],
)
def test_a_service_that_waits_for_no_pods_loses_no_wait(quiet: dict[str, Any]) -> None:
    assert lines(service(**quiet)) == []


def test_a_timeout_of_its_own_is_the_services_patience() -> None:
    patient = node(SERVICE, "web", inputs=dict(service().inputs), options={"customTimeouts": {"create": "30m"}})
    assert lines(slow, patient, deployment(after=[slow])) == []


def test_an_ingress_waits_for_each_service_that_it_names() -> None:
    made = service(annotations={"pulumi.com/skipAwait": "true"})
    assert lines(made, ingress("web")) == []
    [line] = lines(made, ingress("web", "gone"))
    assert "Ingress door: its provider waits for the Service gone and gives up after 10 min" in line


@pytest.mark.parametrize("stack", STACKS)
def test_no_wait_of_a_stack_is_lost(stack: str) -> None:
    assert [lost(wait) for wait in timeline(stack_graph(stack)).lost] == []

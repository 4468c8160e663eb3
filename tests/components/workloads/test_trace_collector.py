"""The collectors of a cluster: who may send to them, what they may do, and what a workload is told of them."""

from typing import Any

from analyser.graph import Graph
from components.operations.tracing import Tracing, TracingSettings
from components.workloads.namespace import Namespace
from components.workloads.trace_collector import TraceCollector
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from tests.components.workloads.support import NETWORK_POLICY, Cluster, nodes, of, statements, waits_for
from tests.support import ACCOUNT, once, unequal_when_unknown

DEPLOYMENT, CONFIG, SERVICE = (
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Service",
)


def program() -> None:
    cluster, ready = Cluster(), nodes()
    tracing = Tracing("tracing", TracingSettings())
    traces = TraceCollector("trace-collector", tracing=tracing, account=ACCOUNT, cluster=cluster, nodes=ready)
    Workload(
        "api",
        WorkloadSettings(tag="1.4.2", port=8080),
        cluster=cluster,
        namespace=Namespace("apps", namespace="apps", cluster=cluster, nodes=ready),
        repository="r",
        config={"LOG_LEVEL": "info", "OTEL_SERVICE_NAME": "its own"},
        traces=traces,
    )


@once
def graph() -> Graph:
    return of(program)


def policy(name: str) -> dict[str, Any]:
    (found,) = [node.inputs for node in graph().of_type(NETWORK_POLICY) if node.inputs["metadata"]["name"] == name]
    return found


def pod() -> dict[str, Any]:
    return graph().only(DEPLOYMENT, "trace-collector-deployment").inputs["spec"]["template"]["spec"]


def peer(app: str, namespace: str) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": {"app": app}},
    }


def test_the_collectors_alone_may_send_and_only_that() -> None:
    granted = statements(graph(), "trace-collector-pods-policy")
    assert {sid: one["Action"] for sid, one in granted.items()} == {"TraceTracing": ["xray:PutTraceSegments"]}
    association = graph().only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("tracing", pod()["serviceAccountName"])


def test_a_workload_is_told_where_to_send_and_may_say_otherwise() -> None:
    told = graph().only(CONFIG, "api-config").inputs["data"]
    service = graph().only(SERVICE, "trace-collector-service").inputs
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"
    (port,) = service["spec"]["ports"]
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://{host}:{port['port']}"
    assert (told["LOG_LEVEL"], told["OTEL_SERVICE_NAME"]) == ("info", "its own")


def test_both_sides_of_the_door_to_the_collectors_are_open_to_the_workload_alone() -> None:
    (ingress,) = policy("trace-collector-from-api")["spec"]["ingress"]
    assert (ingress["from"], ingress["ports"]) == ([peer("api", "apps")], [{"port": 4318, "protocol": "TCP"}])
    egress = policy("api-to-trace-collector")
    assert egress["metadata"]["namespace"] == "apps"
    assert egress["spec"]["podSelector"] == {"matchLabels": {"app": "api"}}
    assert egress["spec"]["egress"] == [
        {"to": [peer("trace-collector", "tracing")], "ports": [{"port": 4318, "protocol": "TCP"}]}
    ]
    made = graph().only(DEPLOYMENT, "api-deployment")
    assert waits_for(graph(), made, graph().only(NETWORK_POLICY, "trace-collector-to-api"))


def test_collectors_reach_each_other_x_ray_and_their_credentials() -> None:
    own = [peer("trace-collector", "tracing")]
    (ingress,) = policy("trace-collector-from-peers")["spec"]["ingress"]
    (egress,) = policy("trace-collector-to-peers")["spec"]["egress"]
    assert (ingress["from"], egress["to"]) == (own, own)
    assert ingress["ports"] == egress["ports"] == [{"port": 4317, "protocol": "TCP"}]
    outside = policy("trace-collector")["spec"]
    assert outside["ingress"] == []
    assert [(rule["to"][0]["ipBlock"]["cidr"], rule["ports"][0]["port"]) for rule in outside["egress"]] == [
        ("0.0.0.0/0", 443),
        ("169.254.170.23/32", 80),
    ]


def test_the_name_that_they_divide_traces_by_is_of_each_pod() -> None:
    peers = graph().only(SERVICE, "trace-collector-peers").inputs
    assert peers["spec"]["clusterIP"] == "None"
    config = graph().only(CONFIG, "trace-collector-config").inputs["data"]["AOT_CONFIG_CONTENT"]
    assert f'"hostname": "{peers["metadata"]["name"]}.tracing.svc.cluster.local"' in config
    labels = graph().only(DEPLOYMENT, "trace-collector-deployment").inputs["spec"]["template"]["metadata"]["labels"]
    assert peers["spec"]["selector"] == labels


def test_two_pods_that_may_do_nothing_on_their_node() -> None:
    spec = graph().only(DEPLOYMENT, "trace-collector-deployment").inputs["spec"]
    assert spec["replicas"] == 2
    assert (
        graph()
        .only("kubernetes:policy/v1:PodDisruptionBudget", "trace-collector-disruption")
        .inputs["spec"]["maxUnavailable"]
        == 1
    )
    (container,) = pod()["containers"]
    assert pod()["securityContext"]["runAsUser"] == 4317
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod()["automountServiceAccountToken"] is False
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports[container["readinessProbe"]["httpGet"]["port"]] == 13133
    assert container["envFrom"] == [{"configMapRef": {"name": "trace-collector"}}]


def test_a_pod_uses_less_memory_than_it_may_before_it_refuses() -> None:
    (container,) = pod()["containers"]
    config = graph().only(CONFIG, "trace-collector-config").inputs["data"]["AOT_CONFIG_CONTENT"]
    assert container["resources"]["limits"]["memory"] == "512Mi"
    assert '"limit_mib": 409' in config


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(program) == []

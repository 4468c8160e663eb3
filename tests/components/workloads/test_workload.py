"""A workload: what runs, who reaches it, and in which order it comes and goes."""

from collections.abc import Callable
from typing import Any, Literal

import pulumi
import pulumi_aws as aws
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.security.pod_role import PodRole
from components.workloads.autoscaling import Autoscaling, ScaleDown
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import Probe, SecretKey
from components.workloads.quantity import Amount, Resources
from components.workloads.workload import Workload
from components.workloads.workload_settings import WorkloadSettings
from policy.unknown import UNKNOWN
from tests.components.workloads.support import BINDING, NETWORK_POLICY, RELEASE, Cluster, nodes, objects, of, waits_for
from tests.support import ACCOUNT, once, record, unequal_when_unknown

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/0123456789abcdef"
REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/records/api"
SETTINGS = WorkloadSettings(
    tag="1.4.2",
    port=8061,
    replicas=3,
    resources=Resources(requests=Amount(cpu="250m", memory="512Mi"), limits=Amount(cpu="500m", memory="1Gi")),
    liveness=Probe(initial_delay_seconds=30, period_seconds=10),
    readiness=Probe(initial_delay_seconds=5, period_seconds=5),
    autoscaling=Autoscaling(min_replicas=2, max_replicas=10, cpu_percent=70, memory_percent=80),
    secrets={"DATABASE_URL": SecretKey(secret="app-secrets", key="database-url")},
)


def build(settings: WorkloadSettings = SETTINGS, **changes: Any) -> Workload:
    cluster = Cluster()
    group = nodes()
    namespace = Namespace("apps", namespace="records", cluster=cluster, nodes=group, readiness_gates=True)
    role = PodRole("api-pods", account=ACCOUNT, cluster=cluster, namespace="records", service_account="api")
    controller = LoadBalancerController("lbc", account=ACCOUNT, cluster=cluster, vpc_id="vpc-1", nodes=group)
    given: dict[str, Any] = {
        "repository": REPOSITORY,
        "pod_role": role,
        "config": {"LOG_LEVEL": "info", "DATABASE_HOST": pulumi.Output.from_input("db.internal")},
        "clients": ["10.1.0.0/24", "10.1.1.0/24"],
        "destinations": {"postgres": Destination(5432, ["10.1.96.0/24"]), "aws": Destination(443, ["0.0.0.0/0"])},
        "target_group_arn": TARGET_GROUP,
        "load_balancer_controller": controller,
        **changes,
    }
    return Workload("api", settings, cluster=cluster, namespace=namespace, **given)


@once
def graph(settings: WorkloadSettings = SETTINGS, **changes: Any) -> Graph:
    return of(lambda: build(settings, **changes))


def pod(made: Graph) -> dict[str, Any]:
    return made.only(DEPLOYMENT).inputs["spec"]["template"]["spec"]


def fails(program: Callable[[], object]) -> str:
    with pytest.raises(ProgramError) as error:
        record(program)
    return str(error.value)


def test_the_deployment_is_what_was_asked_for() -> None:
    made = graph().only(DEPLOYMENT).inputs
    assert made["metadata"] == {"name": "api", "namespace": "records", "labels": {"app": "api"}}
    assert made["spec"]["replicas"] == 3
    assert made["spec"]["selector"]["matchLabels"] == {"app": "api"} == made["spec"]["template"]["metadata"]["labels"]
    assert made["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": 0}
    [container] = made["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["image"]) == ("api", f"{REPOSITORY}:1.4.2")
    assert container["ports"] == [{"name": "http", "containerPort": 8061}]
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "512Mi"},
        "limits": {"cpu": "500m", "memory": "1Gi"},
    }
    assert container["envFrom"] == [{"configMapRef": {"name": "api-config"}}]
    key = {"name": "app-secrets", "key": "database-url"}
    assert container["env"] == [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": key}}]


def test_a_digest_pins_the_image() -> None:
    digest = "sha256:" + "0" * 64
    [container] = pod(graph(SETTINGS.model_copy(update={"tag": digest})))["containers"]
    assert container["image"] == f"{REPOSITORY}@{digest}"


def test_probes_start_slowly_and_watch_closely() -> None:
    [container] = pod(graph())["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] == 120
    liveness, readiness = container["livenessProbe"], container["readinessProbe"]
    assert (liveness["initialDelaySeconds"], liveness["periodSeconds"]) == (30, 10)
    assert (readiness["initialDelaySeconds"], readiness["periodSeconds"]) == (5, 5)


def test_a_pod_holds_no_privilege_and_writes_nowhere_but_scratch() -> None:
    spec = pod(graph())
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    [container] = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["volumeMounts"] == [{"name": "scratch-tmp", "mountPath": "/tmp"}]
    assert spec["volumes"] == [{"name": "scratch-tmp", "emptyDir": {"sizeLimit": "256Mi"}}]


def test_a_low_port_needs_no_root() -> None:
    spec = pod(graph(SETTINGS.model_copy(update={"port": 80})))
    assert spec["securityContext"]["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]
    assert spec["securityContext"]["runAsNonRoot"] is True


def test_stopping_pods_drain_before_they_are_killed() -> None:
    spec = pod(graph())
    [container] = spec["containers"]
    assert container["lifecycle"]["preStop"] == {"sleep": {"seconds": 20}}
    assert spec["terminationGracePeriodSeconds"] == 50


def test_pods_spread_over_zones_and_nodes() -> None:
    spread = pod(graph())["topologySpreadConstraints"]
    assert [s["topologyKey"] for s in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(s["labelSelector"] == {"matchLabels": {"app": "api"}} and s["maxSkew"] == 1 for s in spread)


def test_a_pool_is_asked_for_by_label_and_taint() -> None:
    assert "nodeSelector" not in pod(graph())
    assert "tolerations" not in pod(graph())
    spec = pod(graph(SETTINGS.model_copy(update={"node_pool": "burst"})))
    assert spec["nodeSelector"] == {"karpenter.sh/nodepool": "burst"}
    [toleration] = spec["tolerations"]
    assert toleration == {"key": "dedicated", "operator": "Equal", "value": "burst", "effect": "NoSchedule"}


def test_managed_nodes_are_chosen_by_labels_whose_taints_are_borne() -> None:
    spec = pod(graph(SETTINGS.model_copy(update={"node_selector": {"tier": "interruptible"}})))
    assert spec["nodeSelector"] == {"tier": "interruptible"}
    assert spec["tolerations"] == [{"key": "tier", "operator": "Equal", "value": "interruptible"}], "of any effect"


def test_configuration_reaches_the_pods_and_a_change_starts_them_anew() -> None:
    made = graph()
    assert made.only("kubernetes:core/v1:ConfigMap").inputs["data"] == {
        "LOG_LEVEL": "info",
        "DATABASE_HOST": "db.internal",
    }
    other = graph(config={"LOG_LEVEL": "debug", "DATABASE_HOST": "db.internal"})
    sums = [
        g.only(DEPLOYMENT).inputs["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
        for g in (made, of(build), other)
    ]
    assert sums[0] == sums[1] != sums[2]


def test_without_configuration_there_is_no_config_map() -> None:
    made = graph(config=None)
    assert made.of_type("kubernetes:core/v1:ConfigMap") == []
    assert pod(made)["containers"][0]["envFrom"] == []


def test_the_config_map_may_have_a_name_of_its_own() -> None:
    made = graph(SETTINGS.model_copy(update={"config_map": "app-config"}))
    assert made.only("kubernetes:core/v1:ConfigMap").inputs["metadata"]["name"] == "app-config"
    assert pod(made)["containers"][0]["envFrom"] == [{"configMapRef": {"name": "app-config"}}]


def test_the_service_account_is_the_roles_and_holds_no_token() -> None:
    made = graph()
    account = made.only("kubernetes:core/v1:ServiceAccount").inputs
    assert account["metadata"]["name"] == "api" == pod(made)["serviceAccountName"]
    assert account["automountServiceAccountToken"] is False
    association = made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation", "api-pods-association")
    assert association.inputs["serviceAccount"] == "api"
    assert waits_for(made, made.only(DEPLOYMENT), association)


def test_autoscaling_owns_the_number_of_replicas() -> None:
    made = graph()
    spec = made.only("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    targets = {m["resource"]["name"]: m["resource"]["target"] for m in spec["metrics"]}
    assert targets == {
        "cpu": {"type": "Utilization", "averageUtilization": 70},
        "memory": {"type": "Utilization", "averageUtilization": 80},
    }
    assert made.only(DEPLOYMENT).ignore_changes == ("spec.replicas",)
    fixed = graph(SETTINGS.model_copy(update={"autoscaling": None}))
    assert fixed.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler") == []
    assert fixed.only(DEPLOYMENT).ignore_changes == ()


def test_one_pod_at_a_time_may_be_evicted() -> None:
    spec = graph().only("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]
    assert spec == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": {"app": "api"}},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }


def test_only_the_load_balancer_gets_in_and_only_named_places_are_reached() -> None:
    spec = graph().only(NETWORK_POLICY, "api-network").inputs["spec"]
    assert spec["podSelector"]["matchLabels"] == {"app": "api"}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    [ingress] = spec["ingress"]
    assert ingress["ports"] == [{"port": 8061, "protocol": "TCP"}]
    assert ingress["from"] == [{"ipBlock": {"cidr": "10.1.0.0/24"}}, {"ipBlock": {"cidr": "10.1.1.0/24"}}]
    reached = {(rule["ports"][0]["port"], rule["to"][0]["ipBlock"]["cidr"]) for rule in spec["egress"]}
    assert reached == {(5432, "10.1.96.0/24"), (443, "0.0.0.0/0"), (80, "169.254.170.23/32")}


def test_a_workload_told_of_nobody_talks_to_nobody() -> None:
    made = graph(pod_role=None, clients=(), destinations=None)
    spec = made.only(NETWORK_POLICY, "api-network").inputs["spec"]
    assert (spec["ingress"], spec["egress"]) == ([], [])


def test_another_workload_is_let_in_at_both_ends() -> None:
    def program() -> None:
        server = build()
        client = Workload(
            "front",
            WorkloadSettings(tag="1", port=3000),
            cluster=server.cluster,
            namespace=server._namespace,
            repository=REPOSITORY,
        )
        server.allow(client)

    made = of(program)
    answer = made.only(NETWORK_POLICY, "api-from-front").inputs["spec"]
    assert answer["podSelector"]["matchLabels"] == {"app": "api"}
    assert answer["ingress"][0]["from"][0]["podSelector"]["matchLabels"] == {"app": "front"}
    assert answer["ingress"][0]["ports"][0]["port"] == 8061
    ask = made.only(NETWORK_POLICY, "api-to-front").inputs["spec"]
    assert ask["podSelector"]["matchLabels"] == {"app": "front"}
    assert ask["egress"][0]["to"][0]["podSelector"]["matchLabels"] == {"app": "api"}
    assert ask["egress"][0]["ports"][0]["port"] == 8061


def test_the_service_points_at_the_pods() -> None:
    spec = graph().only("kubernetes:core/v1:Service").inputs["spec"]
    assert spec == {
        "type": "ClusterIP",
        "selector": {"app": "api"},
        "ports": [{"name": "http", "port": 8061, "targetPort": "http"}],
        "sessionAffinity": "None",
    }


def test_the_binding_registers_pods_and_goes_before_the_controller() -> None:
    made = graph()
    binding = made.only(BINDING)
    assert binding.inputs["spec"] == {
        "serviceRef": {"name": "api", "port": 8061},
        "targetGroupARN": TARGET_GROUP,
        "targetType": "ip",
    }
    assert waits_for(made, binding, made.only(RELEASE))
    assert waits_for(made, binding, made.only("kubernetes:core/v1:Service"))


def test_pods_begin_behind_their_binding_and_their_service_does_not_wait_for_them() -> None:
    made = graph()
    assert waits_for(made, made.only(DEPLOYMENT), made.only(BINDING))
    service = made.only("kubernetes:core/v1:Service")
    assert service.inputs["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}
    assert "annotations" not in made.only(DEPLOYMENT).inputs["metadata"]


def test_a_node_port_takes_instance_targets_and_sticks() -> None:
    made = graph(SETTINGS.model_copy(update={"service_type": "NodePort", "sticky": True}))
    spec = made.only("kubernetes:core/v1:Service").inputs["spec"]
    assert (spec["type"], spec["sessionAffinity"]) == ("NodePort", "ClientIP")
    assert made.only(BINDING).inputs["spec"]["targetType"] == "instance"


def test_pods_that_hold_connections_go_slowly() -> None:
    slow = Autoscaling(min_replicas=2, max_replicas=10, memory_percent=80, scale_down=ScaleDown())
    made = graph(SETTINGS.model_copy(update={"autoscaling": slow, "drain_seconds": 15, "stop_seconds": 600}))
    spec = made.only("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"]
    assert spec["behavior"] == {
        "scaleDown": {
            "stabilizationWindowSeconds": 600,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        }
    }
    pod = made.only(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 615
    assert pod["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 15}}


def test_pods_go_kubernetes_own_way_unless_told() -> None:
    assert "behavior" not in graph().only("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"]


def test_another_target_group_takes_another_binding() -> None:
    binding = graph(SETTINGS).only(BINDING)
    assert binding.options["replaceOnChanges"] == ["spec.targetGroupARN", "spec.targetType"]
    assert binding.options["deleteBeforeReplace"] is True


def test_pods_wait_for_what_they_find_by_name_only() -> None:
    def program() -> None:
        cluster = Cluster()
        secret = aws.sqs.Queue("made-first")
        namespace = Namespace("apps", namespace="records", cluster=cluster, nodes=[])
        Workload("api", SETTINGS, cluster=cluster, namespace=namespace, repository=REPOSITORY, after=[secret])

    made = of(program)
    assert waits_for(made, made.only(DEPLOYMENT), made.only("aws:sqs/queue:Queue"))


def test_everything_is_in_the_cluster_and_goes_before_namespace_and_nodes() -> None:
    made = graph()
    provider = made.only("pulumi:providers:kubernetes")
    namespace = made.only("kubernetes:core/v1:Namespace")
    node = made.only("aws:iam/role:Role", "nodes")
    for item in objects(made):
        assert item.provider.startswith(provider.urn), item.name
        if item.name.startswith("api-"):
            assert waits_for(made, item, namespace), item.name
            assert waits_for(made, item, node), item.name
    assert all(made.only(DEPLOYMENT).inputs["metadata"][k] is not UNKNOWN for k in ("name", "namespace"))


def test_contradictions_are_refused() -> None:
    assert "a target group needs the load balancer controller" in fails(lambda: build(load_balancer_controller=None))
    assert "both in the configuration and a secret: DATABASE_URL" in fails(lambda: build(config={"DATABASE_URL": "x"}))

    def elsewhere() -> None:
        cluster = Cluster()
        role = PodRole("other", account=ACCOUNT, cluster=cluster, namespace="other", service_account="api")
        namespace = Namespace("apps", namespace="records", cluster=cluster, nodes=[])
        Workload("api", SETTINGS, cluster=cluster, namespace=namespace, repository=REPOSITORY, pod_role=role)

    assert "its role is for pods of other, not of records" in fails(elsewhere)


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(build) == []


def test_targets_by_address_need_gates_and_targets_by_node_do_not() -> None:
    """A pod that begins without its gate is ready before the load balancer has heard of it."""

    def bound(service_type: Literal["ClusterIP", "NodePort"]) -> None:
        cluster = Cluster()
        Workload(
            "api",
            SETTINGS.model_copy(update={"service_type": service_type}),
            cluster=cluster,
            namespace=Namespace("apps", namespace="records", cluster=cluster, nodes=[]),
            repository=REPOSITORY,
            target_group_arn="arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/1",
            load_balancer_controller=LoadBalancerController(
                "lbc", account=ACCOUNT, cluster=cluster, vpc_id="vpc-1", nodes=[]
            ),
        )

    assert "targets of type ip need a namespace with readiness gates" in fails(lambda: bound("ClusterIP"))
    assert of(lambda: bound("NodePort")).only(BINDING).inputs["spec"]["targetType"] == "instance"


def test_pods_that_speak_tls_are_told_so_and_asked_so() -> None:
    def program() -> None:
        cluster = Cluster()
        settings = WorkloadSettings(tag="1.0.0", port=8443, protocol="HTTPS")
        namespace = Namespace("apps", namespace="records", cluster=cluster, nodes=[])
        Workload("api", settings, cluster=cluster, namespace=namespace, repository=REPOSITORY, config={"A": "b"})

    made = of(program)
    (container,) = made.only(DEPLOYMENT).inputs["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["scheme"] == "HTTPS"
    assert made.only("kubernetes:core/v1:ConfigMap").inputs["data"] == {"A": "b", "PORT": "8443", "PROTOCOL": "HTTPS"}

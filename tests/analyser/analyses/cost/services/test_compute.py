"""EKS, Fargate, Lambda and their neighbours, by hand."""

import pytest

from analyser.graph import Node
from settings import Usage
from tests.analyser.analyses.cost.support import bill, lines, node

pytestmark = pytest.mark.usefixtures("prices")

SERVICE, ADDON = "aws:ecs/service:Service", "aws:eks/addon:Addon"
FUNCTION = "aws:lambda/function:Function"
PROVISIONED = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
CALLED = Usage(function_millions=1, function_milliseconds=200)


@pytest.mark.parametrize("name", ["prod", "dev", "other"])
def test_a_control_plane(name: str) -> None:
    assert bill("aws:eks/cluster:Cluster", {"name": name}) == {"EKS control plane": 73.0}


def test_observations_of_a_cluster_by_nodes_and_pods() -> None:
    sizes = {"desiredSize": 3, "minSize": 2, "maxSize": 10}
    group = node("aws:eks/nodeGroup:NodeGroup", {"scalingConfig": sizes}, "nodes")
    proxy = node(ADDON, {"addonName": "kube-proxy"}, "proxy")
    pods = {"replicas": 2, "template": {"spec": {"containers": [{}, {}]}}}
    workload = node("kubernetes:apps/v1:Deployment", {"metadata": {"name": "web"}, "spec": pods}, "web")
    bounds = {"scaleTargetRef": {"name": "web"}, "minReplicas": 2, "maxReplicas": 5}
    scaler = node("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", {"spec": bounds}, "scaler")
    agent = node("kubernetes:apps/v1:DaemonSet", {}, "agent")
    (line,) = lines(ADDON, {"addonName": "amazon-cloudwatch-observability"}, group, proxy, workload, scaler, agent)
    each = 26 + (2 + 1 + 1) * (35 + 12)  # a node with its agent's two pods, kube-proxy and the forwarder
    told = [23 + number * each + web * (35 + 2 * 12) + 4 + 2 for number, web in ((3, 2), (2, 2), (10, 5))]
    assert [line.quantity, line.low, line.high] == pytest.approx([each * 60 * 730 / 1e6 for each in told])
    assert line.usd == pytest.approx(told[0] * 0.0438 * 0.21)


@pytest.mark.parametrize(("addon", "number"), [("vpc-cni", 0), ("amazon-cloudwatch-observability", 1)])
def test_add_ons_are_free_but_for_what_they_send(addon: str, number: int) -> None:
    assert len(lines(ADDON, {"addonName": addon})) == number


@pytest.mark.parametrize(("value", "usd"), [("enhanced", 30.0), ("enabled", 30.0), ("disabled", 0)])
def test_clusters_of_tasks_cost_their_insights(value: str, usd: float) -> None:
    inputs = {"settings": [{"name": "containerInsights", "value": value}]}
    found = bill("aws:ecs/cluster:Cluster", inputs, usage=Usage(custom_metrics=100))
    assert found == ({"Custom metrics": usd} if usd else {})


def service(
    inputs: dict[str, object],
    cpu: str,
    memory: str,
    architecture: str | None = "ARM64",
    bounds: tuple[int, int] | None = None,
) -> tuple[dict[str, float], list[float]]:
    platform = {"runtimePlatform": {"cpuArchitecture": architecture}} if architecture else {}
    definition = node("aws:ecs/taskDefinition:TaskDefinition", {"cpu": cpu, "memory": memory, **platform}, "definition")
    target = node(
        "aws:appautoscaling/target:Target",
        {"resourceId": "service/c/web", "minCapacity": bounds[0], "maxCapacity": bounds[1]} if bounds else {},
        "target",
    )
    depends = {"taskDefinition": (definition.urn,)}
    arguments = (SERVICE, {"name": "web", **inputs}, definition, target)
    highs = [line.high / 730 for line in lines(*arguments, property_dependencies=depends)]
    return bill(*arguments, property_dependencies=depends), highs


def test_two_tasks_of_half_a_vcpu_on_arm() -> None:
    found, _ = service({"desiredCount": 2}, "512", "1024")
    assert found == {"Fargate vCPU": 23.6374, "Fargate memory": 5.1976}  # 730 x 0.03238, 2 x 730 x 0.00356


def test_one_task_of_a_vcpu_on_x86() -> None:
    found, _ = service({"desiredCount": 1}, "1024", "2048", None)
    assert found == {"Fargate vCPU": 29.5504, "Fargate memory": 6.4897}


def test_tasks_above_the_base_are_shared_by_weight() -> None:
    strategies = [
        {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    found, highs = service(
        {"desiredCount": 5, "capacityProviderStrategies": strategies}, "1024", "1024", bounds=(2, 20)
    )
    assert found == {
        "Fargate vCPU": 47.2748,  # two tasks: the base and a quarter of four
        "Fargate memory": 5.1976,
        "Fargate Spot vCPU": 21.2737,  # three tasks
        "Fargate Spot memory": 2.3389,
    }
    assert highs == [5.75, 5.75, 14.25, 14.25]  # twenty tasks at most: the base and a quarter of nineteen


@pytest.mark.parametrize(
    ("inputs", "duration"),
    [
        ({"architectures": ["arm64"], "memorySize": 1024}, 2.6667),  # 1M x 0.2 s x 1 GB x 0.0000133334
        ({"memorySize": 512}, 1.6667),
        ({"architectures": ["arm64"]}, 0.3333),
    ],
)
def test_functions(inputs: dict[str, object], duration: float) -> None:
    found = bill(FUNCTION, inputs, door("apigateway"), usage=CALLED)
    assert found == {"Calls": 0.2, "Duration": duration}


def test_calls_run_on_the_instances_that_are_kept_warm_at_their_price() -> None:
    warm = node(PROVISIONED, {"functionName": "it", "provisionedConcurrentExecutions": 1}, "warm")
    inputs = {"architectures": ["arm64"], "memorySize": 1024}
    assert bill(FUNCTION, inputs, door("apigateway"), warm, usage=CALLED)["Duration"] == 1.5556  # 0.0000077778


@pytest.mark.parametrize(
    ("principal", "calls"), [("s3", 0.2), ("sns", 0.2), ("secretsmanager", 0), ("events", 0), ("scheduler", 0)]
)
def test_what_only_rotations_and_schedules_call_costs_nothing_to_speak_of(principal: str, calls: float) -> None:
    assert bill(FUNCTION, {}, door(principal), usage=CALLED).get("Calls", 0) == calls
    assert bill(FUNCTION, {}, usage=CALLED) == {}


def test_a_stream_calls_the_function_behind_an_alias() -> None:
    behind = {"functionName": (node(FUNCTION).urn,)}
    alias = node("aws:lambda/alias:Alias", {}, "live", property_dependencies=behind)
    behind = {"functionName": (alias.urn,)}
    stream = node("aws:lambda/eventSourceMapping:EventSourceMapping", {}, "stream", property_dependencies=behind)
    assert bill(FUNCTION, {}, stream, alias, usage=CALLED)["Calls"] == 0.2


def test_calls_are_shared_by_what_is_called_and_counted_once_however_many_may_call() -> None:
    other = node(FUNCTION, {}, "other")
    idle = node(FUNCTION, {}, "idle")
    doors = [door("apigateway"), door("s3"), door("sns", other), door("secretsmanager", idle)]
    assert bill(FUNCTION, {}, other, idle, *doors, usage=CALLED)["Calls"] == 0.1


def door(principal: str, to: Node | None = None) -> Node:
    """A permission of a service to call a function."""
    inputs, behind = {"principal": f"{principal}.amazonaws.com"}, {"function": ((to or node(FUNCTION)).urn,)}
    return node("aws:lambda/permission:Permission", inputs, f"{principal}-door", property_dependencies=behind)


@pytest.mark.parametrize(("number", "memory", "usd"), [(1, 1024, 8.7602), (2, 512, 8.7602), (5, 256, 10.9502)])
def test_provisioned_concurrency(number: int, memory: int, usd: float) -> None:
    function = node(FUNCTION, {"architectures": ["arm64"], "memorySize": memory}, "function")
    inputs = {"functionName": "function", "provisionedConcurrentExecutions": number}
    found = bill(PROVISIONED, inputs, function)
    assert found == {"Provisioned concurrency": usd}  # number x GB x 2,628,000 s x 0.0000033334


@pytest.mark.parametrize(("thousands", "usd"), [(1, 0.025), (4, 0.1), (100, 2.5)])
def test_state_machines(thousands: float, usd: float) -> None:
    found = bill("aws:sfn/stateMachine:StateMachine", usage=Usage(state_transition_thousands=thousands))
    assert found == {"Transitions": usd}


@pytest.mark.parametrize(("gigabytes", "usd"), [(1, 0.1), (5, 0.5), (20, 2.0)])
def test_images(gigabytes: float, usd: float) -> None:
    assert bill("aws:ecr/repository:Repository", usage=Usage(image_gb=gigabytes)) == {"Images": usd}


@pytest.mark.parametrize(("gigabytes", "usd"), [(1, 0.3), (50, 15.0), (230, 69.0)])
def test_file_systems(gigabytes: float, usd: float) -> None:
    assert bill("aws:efs/fileSystem:FileSystem", usage=Usage(file_gb=gigabytes)) == {"Files": usd}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"resources": {"requests": {"storage": "100Gi"}}}, {"gp3 volume": 8.0}),
        ({"resources": {"requests": {"storage": "1Ti"}}}, {"gp3 volume": 81.92}),
        ({"volumeName": "there", "resources": {"requests": {"storage": "100Gi"}}}, {}),
    ],
)
def test_claims_of_volumes(spec: dict[str, object], expected: dict[str, float]) -> None:
    assert bill("kubernetes:core/v1:PersistentVolumeClaim", {"spec": spec}) == expected


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", None])
def test_services_in_the_cluster_are_free(kind: str | None) -> None:
    assert bill("kubernetes:core/v1:Service", {"spec": {"type": kind} if kind else {}}) == {}


def test_a_service_with_a_balancer_of_its_own_is_not() -> None:
    found = bill("kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer"}}, usage=Usage(egress_gb=1000))
    assert found == {"Load balancer of a service": 16.425, "Capacity units": 6.0}

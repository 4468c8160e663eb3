"""Stopping and starting what writes to a stack's stores."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import deployed, replicas
from analyser.analyses.drill.names import SERVICE, mine
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph, Node

_FUNCTION = "aws:lambda/function:Function"
_READY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"


def stop(graph: Graph) -> Iterator[str]:
    """Scales pods and tasks to zero and disables functions, so that nothing writes."""
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas=0"
    for node in mine(graph, SERVICE):
        yield from _tasks(graph, node, 0, 0)
    for name in _functions(graph):
        # Lambda reserves no less than what is provisioned:
        # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
        for named, _ in _ready(graph, name):
            yield f"aws lambda delete-provisioned-concurrency-config {named}"
        yield f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions 0"


def start(graph: Graph) -> Iterator[str]:
    """Restores the former numbers of pods and tasks, and enables functions."""
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas={replicas(graph, namespace, name)}"
    for node in mine(graph, SERVICE):
        wanted = int(node.inputs.get("desiredCount", 1))
        yield from _tasks(graph, node, _least(graph, node, wanted), wanted)
    for name, reserved in _functions(graph).items():
        if reserved is None:
            yield f"aws lambda delete-function-concurrency --function-name {name}"
        else:
            yield (
                f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions "
                f"{reserved}"
            )
        for named, count in _ready(graph, name):
            yield (f"aws lambda put-provisioned-concurrency-config {named} --provisioned-concurrent-executions {count}")


def _tasks(graph: Graph, node: Node, least: int, count: int) -> Iterator[str]:
    """An autoscaler's least first, or it would start them again."""
    cluster, service = cluster_of(node), node.inputs["name"]
    for target in _scaled(graph, node):
        named = "--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id"
        told = f"{named} {target.inputs['resourceId']} --min-capacity {least}"
        yield f"aws application-autoscaling register-scalable-target {told}"
    yield f"aws ecs update-service --cluster {cluster} --service {service} --desired-count {count}"


def _scaled(graph: Graph, node: Node) -> list[Node]:
    name = f"service/{cluster_of(node)}/{node.inputs['name']}"
    targets = mine(graph, "aws:appautoscaling/target:Target")
    return [target for target in targets if target.inputs["resourceId"] == name]


def _least(graph: Graph, node: Node, otherwise: int) -> int:
    """What the autoscaler of a service keeps at the least, as the stack says."""
    return next((int(target.inputs["minCapacity"]) for target in _scaled(graph, node)), otherwise)


def _ready(graph: Graph, function: str) -> Iterator[tuple[str, int]]:
    """What of a function's versions is kept ready: the options that name it, and how many."""
    for node in mine(graph, _READY):
        if node.inputs["functionName"] == function:
            named = f"--function-name {function} --qualifier {node.inputs['qualifier']}"
            yield named, int(node.inputs["provisionedConcurrentExecutions"])


def _functions(graph: Graph) -> dict[str, int | None]:
    """The functions that requests come to, those of which a version is live; with what the stack reserves for each."""
    live = sorted({str(node.inputs["functionName"]) for node in mine(graph, "aws:lambda/alias:Alias")})
    made = {node.inputs.get("name"): node.inputs.get("reservedConcurrentExecutions") for node in mine(graph, _FUNCTION)}
    return {name: made.get(name) for name in live}

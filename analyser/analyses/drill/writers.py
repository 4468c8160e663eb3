"""What writes to a stack's stores, stopped and started again."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import deployed, replicas
from analyser.analyses.drill.names import SERVICE, mine
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph, Node

_FUNCTION = "aws:lambda/function:Function"


def stop(graph: Graph) -> Iterator[str]:
    """No pod, task or function writes."""
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas=0"
    for node in mine(graph, SERVICE):
        yield from _tasks(graph, node, 0)
    for name in _functions(graph):
        yield f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions 0"


def start(graph: Graph) -> Iterator[str]:
    """As it was."""
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas={replicas(graph, namespace, name)}"
    for node in mine(graph, SERVICE):
        yield from _tasks(graph, node, int(node.inputs.get("desiredCount") or 1))
    for name, reserved in _functions(graph).items():
        if reserved is None:
            yield f"aws lambda delete-function-concurrency --function-name {name}"
        else:
            yield (
                f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions "
                f"{reserved}"
            )


def _tasks(graph: Graph, node: Node, count: int) -> Iterator[str]:
    """An autoscaler's least first, or it would start them again."""
    cluster, service = cluster_of(node), node.inputs["name"]
    scaled = {target.inputs["resourceId"] for target in mine(graph, "aws:appautoscaling/target:Target")}
    if (name := f"service/{cluster}/{service}") in scaled:
        named = f"--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id {name}"
        yield f"aws application-autoscaling register-scalable-target {named} --min-capacity {count}"
    yield f"aws ecs update-service --cluster {cluster} --service {service} --desired-count {count}"


def _functions(graph: Graph) -> dict[str, int | None]:
    """The functions that requests come to, those of which a version is live; with what the stack reserves for each."""
    live = sorted({str(node.inputs["functionName"]) for node in mine(graph, "aws:lambda/alias:Alias")})
    made = {node.inputs.get("name"): node.inputs.get("reservedConcurrentExecutions") for node in mine(graph, _FUNCTION)}
    return {name: made.get(name) for name in live}

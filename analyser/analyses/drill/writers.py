"""Stopping and starting what writes to a stack's stores."""

from collections.abc import Iterable, Iterator

from analyser.analyses.drill.kubernetes import deployed, replicas
from analyser.analyses.drill.names import SERVICE, id_of, mine
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph, Node

FUNCTION, _ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
READY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
_SCALING = ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")
_CALLERS = ("apigateway.amazonaws.com", "s3.amazonaws.com")
"""Who calls a function because of what users do; what secrets and timers call keeps a store's password right."""
_AUTHORIZERS = ("aws:apigateway/authorizer:Authorizer", "aws:apigatewayv2/authorizer:Authorizer")


def stop(graph: Graph) -> Iterator[str]:
    """Scales pods and tasks to zero, and disables functions and what hands streams to them, so that nothing writes.

    A stream is no longer read before its function is stopped: a record that is refused for long enough is given up.
    With ``id`` of ``names.reader``, for what has no name of its own.
    """
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas=0"
    for node in mine(graph, SERVICE):
        yield from _tasks(graph, node, 0, 0, idle=True)
    yield from _mappings(graph, "--no-enabled")
    for name, function in _functions(graph).items():
        # Lambda reserves no less than what is provisioned:
        # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
        for named, _ in ready(graph, function):
            yield f"aws lambda delete-provisioned-concurrency-config {named}"
        yield f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions 0"


def start(graph: Graph) -> Iterator[str]:
    """Restores the former numbers of pods and tasks, and enables functions."""
    for namespace, name in deployed(graph):
        yield f"kubectl -n {namespace} scale deployment {name} --replicas={replicas(graph, namespace, name)}"
    for node in mine(graph, SERVICE):
        wanted = int(node.inputs.get("desiredCount", 1))
        yield from _tasks(graph, node, _least(graph, node, wanted), wanted, idle=False)
    for name, function in _functions(graph).items():
        reserved = function.inputs.get("reservedConcurrentExecutions")
        if reserved is None:
            yield f"aws lambda delete-function-concurrency --function-name {name}"
        else:
            yield (
                f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions "
                f"{reserved}"
            )
        for named, count in ready(graph, function):
            yield (f"aws lambda put-provisioned-concurrency-config {named} --provisioned-concurrent-executions {count}")
    yield from _mappings(graph, "--enabled")


def _mappings(graph: Graph, switch: str) -> Iterator[str]:
    for node in mine(graph, _MAPPING):
        if node.inputs.get("enabled") is not False:
            yield f"aws lambda update-event-source-mapping --uuid {id_of(node)} {switch}"


def rescaled(graph: Graph) -> Iterator[str]:
    """Lets autoscalers and schedules work again that ``stop`` suspended: no update does, whatever else it sets, since
    the provider takes from AWS what is not given (``components.drift`` has where that is read)."""
    for node in mine(graph, SERVICE):
        yield from (_bounded(target, idle=False) for target in _scaled(graph, node))


def _tasks(graph: Graph, node: Node, least: int, count: int, *, idle: bool) -> Iterator[str]:
    """An autoscaler's least first, or it would start them again; a schedule sets it anew unless it is suspended."""
    cluster, service = cluster_of(node), node.inputs["name"]
    for target in _scaled(graph, node):
        yield f"{_bounded(target, idle=idle)} --min-capacity {least}"
    yield f"aws ecs update-service --cluster {cluster} --service {service} --desired-count {count}"


def _bounded(target: Node, *, idle: bool) -> str:
    """https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html"""
    suspended = ",".join(f"{kind}Suspended={str(idle).lower()}" for kind in _SCALING)
    return (
        "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension "
        f"ecs:service:DesiredCount --resource-id {target.inputs['resourceId']} --suspended-state {suspended}"
    )


def _scaled(graph: Graph, node: Node) -> list[Node]:
    name = f"service/{cluster_of(node)}/{node.inputs['name']}"
    targets = mine(graph, "aws:appautoscaling/target:Target")
    return [target for target in targets if target.inputs["resourceId"] == name]


def _least(graph: Graph, node: Node, otherwise: int) -> int:
    """What the autoscaler of a service keeps at the least, as the stack says."""
    return next((int(target.inputs["minCapacity"]) for target in _scaled(graph, node)), otherwise)


def ready(graph: Graph, function: Node) -> Iterator[tuple[str, int]]:
    """What of a function's versions is kept ready: the options that name it, and how many."""
    for node in mine(graph, READY):
        if node.inputs["functionName"] == function.inputs.get("name"):
            named = f"--function-name {node.inputs['functionName']} --qualifier {node.inputs['qualifier']}"
            yield named, int(node.inputs["provisionedConcurrentExecutions"])


def _functions(graph: Graph) -> dict[str, Node]:
    """The functions that work for users, by name as a shell is given it: APIs, buckets or streams call them."""
    called = [node for node in mine(graph, "aws:lambda/permission:Permission") if node.inputs["principal"] in _CALLERS]
    reached = _named(graph, called, "function") | _named(graph, mine(graph, _MAPPING), "functionName")
    asked = [node for token in _AUTHORIZERS for node in mine(graph, token)]
    reached -= _named(graph, asked, "authorizerUri")
    found = [node for node in mine(graph, FUNCTION) if node.urn in reached]
    return dict(sorted((str(node.inputs.get("name") or id_of(node)), node) for node in found))


def _named(graph: Graph, nodes: Iterable[Node], key: str) -> set[str]:
    """The functions that an input names, by themselves or by an alias."""
    urns = {urn for node in nodes for urn in node.property_dependencies.get(key, ())}
    aliases = [node for node in mine(graph, _ALIAS) if node.urn in urns]
    return urns | (_named(graph, aliases, "functionName") if aliases else set())

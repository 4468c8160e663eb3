"""Lambda."""

from collections.abc import Iterator

from analyser.analyses.cost.item import LITTLE, MUCH, Item, Pricer
from analyser.analyses.cost.result import HOURS, Line
from analyser.graph import Graph, Node

DEFAULT_MIB = 128
QUIET = ("secretsmanager.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com")
"""Who calls a function at most some hundred times a month: rotations, schedules and events of AWS's own."""
_FUNCTION, _PERMISSION = "aws:lambda/function:Function", "aws:lambda/permission:Permission"
_MAPPING, _ALIAS = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:lambda/alias:Alias"
_PROVISIONED = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"


def function(item: Item) -> Iterator[Line]:
    """Calls and the memory they hold while they run: each function that is called by use as often as the others.

    A call is the function's that runs, whoever asked for it: nothing of it is on the bill of an API, an authorizer or a
    stream. What only rotations, schedules and deployments call costs less than a cent.
    """
    busy = called(item.graph)
    if item.node.urn not in busy:
        return
    share = 1 / len(busy)
    yield item.used("Calls", "lambda.requests", "function_millions", share=share)
    calls = item.assumed("function_millions") * 1e6 * share
    seconds = calls * item.assumed("function_milliseconds") / 1000 * _gib(item.node)
    warm = any(_is_of(node, item.node) for node in item.graph.of_type(_PROVISIONED))
    yield item.scaled(
        "Duration",
        f"lambda.{'duration-provisioned' if warm else 'duration'}-{_architecture(item.node)}",
        seconds,
        low=seconds * LITTLE,
        high=seconds * MUCH,
        basis="functionMillions, functionMilliseconds",
    )


def called(graph: Graph) -> set[str]:
    """The URNs of functions that clients, buckets, topics, streams or queues call."""
    doors = [node for node in graph.of_type(_PERMISSION) if node.inputs.get("principal") not in QUIET]
    ways = [(node, "function") for node in doors] + [(node, "functionName") for node in graph.of_type(_MAPPING)]
    named = {urn for node, key in ways for urn in node.property_dependencies.get(key, ())}
    aliases = [node for node in graph.of_type(_ALIAS) if node.urn in named]
    behind = {urn for node in aliases for urn in node.property_dependencies.get("functionName", ())}
    functions = {node.urn for node in graph.of_type(_FUNCTION)}
    return functions & (named | behind)


def provisioned(item: Item) -> Iterator[Line]:
    """Provisioned concurrency, all hours of a month."""
    for node in item.graph.of_type(_FUNCTION):
        if _is_of(item.node, node):
            memory = item.number("provisionedConcurrentExecutions") * _gib(node)
            yield item.fixed(
                "Provisioned concurrency", f"lambda.provisioned-{_architecture(node)}", HOURS * 3600, factor=memory
            )


def _is_of(config: Node, function: Node) -> bool:
    """Whether instances are kept warm of a function; its calls then run on those, at their own price."""
    return config.inputs.get("functionName") in (function.id, function.inputs.get("name"), function.outputs.get("name"))


def _gib(node: Node) -> float:
    value = node.inputs.get("memorySize")
    return (value if isinstance(value, int | float) else DEFAULT_MIB) / 1024


def _architecture(node: Node) -> str:
    value = node.inputs.get("architectures")
    return str(value[0]) if isinstance(value, list) and value else "x86_64"


PRICERS: dict[str, Pricer] = {
    _FUNCTION: function,
    _PROVISIONED: provisioned,
}

"""Lambda."""

from collections.abc import Iterator

from analyser.analyses.cost.item import LITTLE, MUCH, Item, Pricer
from analyser.analyses.cost.result import HOURS, Line
from analyser.graph import Node

DEFAULT_MIB = 128
_FUNCTION = "aws:lambda/function:Function"


def function(item: Item) -> Iterator[Line]:
    """Calls and the memory they hold while they run; every function is called as often as the others."""
    share = 1 / item.of_same_type()
    yield item.used("Calls", "lambda.requests", "function_millions", share=share)
    calls = item.assumed("function_millions") * 1e6 * share
    seconds = calls * item.assumed("function_milliseconds") / 1000 * _gib(item.node)
    yield item.scaled(
        "Duration",
        f"lambda.duration-{_architecture(item.node)}",
        seconds,
        low=seconds * LITTLE,
        high=seconds * MUCH,
        basis="functionMillions, functionMilliseconds",
    )


def provisioned(item: Item) -> Iterator[Line]:
    """Instances kept warm all month."""
    name = item.read("functionName")
    for node in item.graph.of_type(_FUNCTION):
        if name in (node.id, node.inputs.get("name"), node.outputs.get("name")):
            memory = item.number("provisionedConcurrentExecutions") * _gib(node)
            yield item.fixed(
                "Provisioned concurrency", f"lambda.provisioned-{_architecture(node)}", HOURS * 3600, factor=memory
            )


def _gib(node: Node) -> float:
    value = node.inputs.get("memorySize")
    return (value if isinstance(value, int | float) else DEFAULT_MIB) / 1024


def _architecture(node: Node) -> str:
    value = node.inputs.get("architectures")
    return str(value[0]) if isinstance(value, list) and value else "x86_64"


PRICERS: dict[str, Pricer] = {
    _FUNCTION: function,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": provisioned,
}

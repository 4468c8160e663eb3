"""Costs by use that belong to no single resource."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.result import Line

_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def whole(item: Item) -> Iterator[Line]:
    """Traces, copies into the other region, tokens of foundation models; the item stands for the stack."""
    sends = any("xray:PutTraceSegments" in str(node.inputs.get("policy")) for node in item.graph.of_type(_ROLE_POLICY))
    if sends or any(_traced(node.inputs) for node in item.graph.resources):
        yield item.used("Traces", "xray.traces", "trace_millions")
    if any(node.inputs.get("region") not in (None, item.region, "us-east-1") for node in item.graph.resources):
        yield item.used("Data to the recovery region", "transfer.region", "cross_region_gb")
    if any("bedrock:InvokeModel" in str(node.inputs.get("policy")) for node in item.graph.of_type(_ROLE_POLICY)):
        yield item.used("Nova Lite, tokens in", "bedrock.nova-lite-input", "input_token_millions")
        yield item.used("Nova Lite, tokens out", "bedrock.nova-lite-output", "output_token_millions")


def _traced(inputs: dict[str, object]) -> bool:
    config = inputs.get("tracingConfig")
    return inputs.get("xrayTracingEnabled") is True or (isinstance(config, dict) and config.get("mode") == "Active")

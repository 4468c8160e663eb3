"""Which region a resource of pulumi-aws is in where it says none itself: that of its provider.

Since version 7 pulumi-aws writes the region of the provider into each resource's inputs; before it, and in a program
before anything is asked of it, only the provider has it.
https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from analyser.graph import Node

_PROVIDER = "pulumi:providers:aws"
_REGION = "region"


def provider_regions(nodes: Iterable[Node]) -> dict[str, str]:
    """The region of each provider of AWS that says one in plain text, by its URN."""
    own = ((node.urn, node.inputs.get(_REGION)) for node in nodes if node.type == _PROVIDER)
    return {urn: region for urn, region in own if isinstance(region, str) and region}


def placed(
    token: str, provider: str, inputs: Mapping[str, Any], regions: Mapping[str, str], home: str
) -> dict[str, Any]:
    """The inputs with the region of the provider (``URN::id``), where that is another than ``home``."""
    region = regions.get(provider.rpartition("::")[0], home)
    if region == home or not token.startswith("aws:") or inputs.get(_REGION) is not None:
        return dict(inputs)
    return {**inputs, _REGION: region}

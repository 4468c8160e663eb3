"""By what Route 53 chooses among records of one name and type."""

from collections.abc import Mapping
from typing import Any

from analyser.graph import Node

_POLICIES = (
    "failoverRoutingPolicies",
    "weightedRoutingPolicies",
    "latencyRoutingPolicies",
    "geolocationRoutingPolicies",
)


def policy(record: Node) -> str:
    """By what a record is chosen among several of its name; empty for one that is alone."""
    return next((name for name in _POLICIES if record.inputs.get(name)), "")


def is_last(record: Node) -> bool:
    """Whether it answers when nothing else does, or for those whom nothing else answers, and need not be well for that.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
    """
    return (
        _says(record, "failoverRoutingPolicies", {"type": "SECONDARY"})
        or _says(record, "weightedRoutingPolicies", {"weight": 0})
        or _says(record, "geolocationRoutingPolicies", {"country": "*"})
    )


def _says(record: Node, name: str, said: Mapping[str, Any]) -> bool:
    return any(said.items() <= each.items() for each in record.inputs.get(name) or ())

"""Who answers at the address that the last step of a deployment asks."""

import re

from analyser.graph import Graph


def answers_by_api(graph: Graph) -> bool:
    """Whether the address that integration asks is an API's own, or a distribution's path that leads to no bucket."""
    address = graph.exports.get("healthUrl")
    if not isinstance(address, str):
        return False
    host, _, path = address.removeprefix("https://").partition("/")
    for cdn in graph.of_type("aws:cloudfront/distribution:Distribution"):
        if host in (cdn.inputs.get("aliases") or ()):
            behaviors = cdn.inputs.get("orderedCacheBehaviors") or ()
            hit = next((one for one in behaviors if _matches(one["pathPattern"], f"/{path}")), None)
            origin = (hit or cdn.inputs["defaultCacheBehavior"])["targetOriginId"]
            (to,) = [one for one in cdn.inputs["origins"] if one["originId"] == origin]
            return not to.get("s3OriginConfig") and not to.get("originAccessControlId")
    return True


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), path) is not None

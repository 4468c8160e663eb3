"""The path of y-websocket's clients leads past the edge to the servers, in every stack whose servers take sockets."""

from fnmatch import fnmatchcase

import pytest
from collaboration.requests import YJS_PATH

from tests.stacks import stack_graph

PATH = f"{YJS_PATH}docs/plan"
SERVERS = {
    "confluence-prod": ("application", "alb-websocket"),
    "confluence-dev": ("application", "alb-websocket"),
    "collaboration-prod": ("server", "alb-server"),
    "collaboration-staging": ("server", "alb-server"),
    "collaboration-dev": ("server", "alb-server"),
}


@pytest.mark.parametrize("stack", SERVERS)
def test_its_path_reaches_the_servers(stack: str) -> None:
    graph = stack_graph(stack)
    origin, group = SERVERS[stack]
    cdn = graph.only("aws:cloudfront/distribution:Distribution").inputs
    behaviors = [*cdn["orderedCacheBehaviors"], {"pathPattern": "*", **cdn["defaultCacheBehavior"]}]
    first = next(one for one in behaviors if fnmatchcase(PATH, one["pathPattern"]))
    assert first["targetOriginId"] == origin
    # Managed-AllViewerExceptHostHeader: the token's header and the upgrade go on to the servers.
    assert first["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    rules = sorted(graph.of_type("aws:lb/listenerRule:ListenerRule"), key=lambda rule: rule.inputs["priority"])
    paths = [(rule, rule.inputs["conditions"][0].get("pathPattern", {"values": []})["values"]) for rule in rules]
    taken = next(rule for rule, patterns in paths if any(fnmatchcase(PATH, pattern) for pattern in patterns))
    wanted = graph.only("aws:lb/targetGroup:TargetGroup", group).outputs["arn"]
    assert taken.inputs["actions"][0]["targetGroupArn"] == wanted

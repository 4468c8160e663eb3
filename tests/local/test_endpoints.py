"""That nothing of the stack `local` reaches AWS: each service that its graph asks has an endpoint on this machine."""

import json

from settings import stackfile
from tests.stacks import ROOT, stack_graph

_CLIENTS = {
    "aws:cloudwatch/event": "events", "aws:cloudwatch/log": "logs", "aws:cloudwatch/queryDefinition": "logs",
    "aws:costexplorer/": "ce", "aws:lb/": "elbv2", "aws:vpc/": "ec2",
}  # fmt: skip
"""The provider's client of a type, by what the type begins with, where it is not called as the module is:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints"""


def _client(token: str) -> str:
    module = token.removeprefix("aws:").partition("/")[0]
    return next((client for start, client in _CLIENTS.items() if token.startswith(start)), module)


def test_every_service_has_an_endpoint() -> None:
    (endpoints,) = json.loads(stackfile.read(ROOT, "local").config["aws:endpoints"])
    asked = {_client(node.type) for node in stack_graph("local").resources if node.type.startswith("aws:")}
    assert len(asked) >= 20
    # The provider itself asks STS who it is.
    assert sorted({*asked, "sts"} - set(endpoints)) == []

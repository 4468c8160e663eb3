"""Functions to stand behind APIs, and what tests read about an API."""

from typing import Any

import pulumi
import pulumi_aws as aws

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.compute.function import Function, FunctionSettings
from components.security.key import Key
from policy.model import Violation
from tests.components.edge.support import key
from tests.support import ACCOUNT

PERMISSION = "aws:lambda/permission:Permission"


def function(name: str) -> Function:
    return Function(
        name,
        FunctionSettings(),
        account=ACCOUNT,
        key=Key(f"{name}-data", account=ACCOUNT, purpose="test"),
        log_key=key(f"{name}-logs"),
        code="functions/rotate_secret",
        handler="handler.handle",
        description="Answers",
    )


class Called:
    """What an API knows of a function, by the names that a ``Function`` gives: nothing it runs with is made."""

    def __init__(self, name: str) -> None:
        """Registers the function itself."""
        self._name = name
        self._function = aws.lambda_.Function(f"{name}-function", role=ACCOUNT.arn("iam", "role/answers"))
        self.invoke_arn = self._function.invoke_arn

    def allow_invocation(self, suffix: str, service: str, source_arn: pulumi.Input[str]) -> aws.lambda_.Permission:
        """As ``Function`` does."""
        return aws.lambda_.Permission(
            f"{self._name}-invocation-{suffix}",
            function=self._function.name,
            action="lambda:InvokeFunction",
            principal=service,
            source_arn=source_arn,
        )


def invokers(graph: Graph, prefix: str = "") -> dict[str, str]:
    """Who may invoke which function: the path of the source ARN by the permission's name."""
    permissions = [node for node in graph.of_type(PERMISSION) if node.name.startswith(prefix)]
    assert all(node.inputs["principal"] == "apigateway.amazonaws.com" for node in permissions)
    return {node.name: node.inputs["sourceArn"].partition("/")[2] for node in permissions}


def log_groups_of(graph: Graph, prefix: str) -> dict[str, dict[str, Any]]:
    groups = [n for n in graph.of_type("aws:cloudwatch/logGroup:LogGroup") if n.name.startswith(prefix)]
    return {node.name: node.inputs for node in groups}


def findings(graph: Graph) -> list[Violation]:
    """What the pack has against the APIs of a graph."""
    return [found for found in verdict(graph, exemptions=[])[0] if found.rule.id.startswith("apigateway")]

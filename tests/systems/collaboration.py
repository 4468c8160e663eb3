"""What tests ask stacks of the collaboration platform, and stacks that no stack file asks for."""

import json
from typing import Any

import pytest

from analyser.graph import Graph
from analyser.run.mock_cloud import ACCOUNT_ID
from components.account import Account
from settings import Environment, SettingsError
from settings.stack import parse
from systems.collaboration import SystemSettings, build
from tests.support import record

STACKS = ("collaboration-dev", "collaboration-staging", "collaboration-prod")
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:lambda/function:Function"
DOMAIN = "collaborate.example.com"
LEAST: dict[str, Any] = {
    "notices": {"emails": ["platform@example.com"]},
    "budget": {"monthlyUsd": 100},
    "costAnomaly": {},
}


def environment(graph: Graph) -> str:
    """What the names of a stack begin with."""
    return graph.only("aws:apigatewayv2/stage:Stage").inputs["name"]


def certificate(region: str) -> str:
    """The ARN of a certificate that was made by somebody else."""
    return f"arn:aws:acm:{region}:{ACCOUNT_ID}:certificate/12345678-1234-1234-1234-123456789012"


def settings(environment: Environment, region: str = "us-east-1", **given: Any) -> SystemSettings:
    """What a stack file would say, in its spelling."""
    text = json.dumps({**LEAST, **given})
    context = {"environment": environment, "region": region}
    return SystemSettings.model_validate_json(text, context=context, by_alias=True, by_name=False)


def built(environment: Environment, region: str = "us-east-1", *, known: bool = True, **given: Any) -> Graph:
    """What such a stack registers."""
    parsed = settings(environment, region, **given)
    account = Account(ACCOUNT_ID, region, environment)
    return record(lambda: build(parsed, account), stack="collaboration-other", region=region, known=known)


def refusals(environment: Environment, region: str = "us-east-1", **given: Any) -> tuple[str, ...]:
    """The lines that a stack file is refused with, all of which name it."""
    config = {
        "strata:system": "collaboration",
        "strata:environment": environment.value,
        "strata:settings": json.dumps({**LEAST, **given}),
        "aws:region": region,
    }
    with pytest.raises(SettingsError) as caught:
        parse("collaboration-other", config, {"collaboration": SystemSettings})
    file = "Pulumi.collaboration-other.yaml: "
    assert all(line.startswith(file) for line in caught.value.lines)
    return tuple(line.removeprefix(file) for line in caught.value.lines)

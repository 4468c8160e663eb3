"""Stacks of the collaboration platform that no stack file asks for, built from their settings."""

import json
from typing import Any

from components.account import Account
from preview.answers import ACCOUNT_ID
from preview.graph import Graph
from settings import Environment
from systems.collaboration import SystemSettings, build
from tests.support import record

DOMAIN = "collaborate.example.com"
LEAST: dict[str, Any] = {
    "notices": {"emails": ["platform@example.com"]},
    "budget": {"monthlyUsd": 100},
    "costAnomaly": {},
}


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

"""Shipped stacks with some settings changed, through the real program."""

import functools
import json
import runpy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analyser.graph import Graph
from analyser.run.program import run_program
from analyser.run.references import references
from settings import stackfile
from tests.stacks import ROOT, shared, stack_graph

PARENT = "ZPARENT0123456"
CLIENTS = {"cluster": {"apiClients": {"vpn": "10.200.0.0/16", "bastion": "sg-0123456789abcdef0"}}}
COPIES_ACCOUNT = "210987654321"


def _vault(region: str) -> Mapping[str, Any]:
    return {"backup": {"copyToVault": f"arn:aws:backup:{region}:{COPIES_ACCOUNT}:backup-vault:copies"}}


HTTPS = {"protocol": "HTTPS"}
NO_WAY_OUT = {"network": {"nat": "none"}}
"""A runner in the network needs one: where there is none, a stack does without either."""
OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "dev": {
        **_vault("us-east-1"),
        **CLIENTS,
        **NO_WAY_OUT,
        "runner": None,
        "parentZoneId": PARENT,
        "application": HTTPS,
    },
    "prod": {**CLIENTS, "tracing": {"rules": {"all": {"rate": 0.2}}}, "copies": {"near": {"policy": "latency"}}},
    "prod-dr": CLIENTS,
    "consulting-dev": {
        **_vault("us-east-1"),
        **CLIENTS,
        **NO_WAY_OUT,
        "runner": None,
        "parentZoneId": PARENT,
        "backend": HTTPS,
        "frontend": HTTPS,
    },
    "consulting-prod": {**CLIENTS, "tracing": {}, "bedrockApiKey": True},
    "confluence-dev": {
        **_vault("us-east-1"),
        "parentZoneId": PARENT,
        **NO_WAY_OUT,
        "tracing": None,
        "eks": {**CLIENTS, "runner": None, "frontend": HTTPS, "bff": HTTPS, "websocket": HTTPS},
    },
    "confluence-prod": {"eks": CLIENTS},
    "confluence-prod-dr": {"eks": CLIENTS},
    "mdreader-dev": {**_vault("us-east-1"), "parentZoneId": PARENT, "tracing": None},
    "collaboration-dev": {**_vault("us-west-2"), "parentZoneId": PARENT},
    "collaboration-prod": {"tracing": {}},
}
"""Settings that have nothing to do with each other, tried at once: each run of a stack costs over a second."""


@functools.cache
def otherwise(stack: str) -> Graph:
    """The stack with these settings. Tests only read it."""
    return shared(f"{stack}.otherwise", lambda: with_settings(stack, OTHERWISE[stack]))


def with_settings(stack: str, change: Mapping[str, Any], *, known: bool = True) -> Graph:
    """The stack with settings put over its own, objects within objects too.

    Raises ProgramError with what is said of settings that contradict each other.
    """
    file = stackfile.read(ROOT, stack)
    settings = _over(json.loads(file.config["strata:settings"]), change)
    config = {**file.config, "strata:settings": json.dumps(settings)}
    answers = references(ROOT, replace(file, config=config), stack_graph, known=known)

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run_program(program, stack=stack, config=config, secret_keys=file.secret_keys, known=known, answers=answers)


def _over(given: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _over(given[key], value) if isinstance(value, Mapping) and isinstance(given.get(key), Mapping) else value
        for key, value in change.items()
    }
    return {**given, **both}

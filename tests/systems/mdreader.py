"""What tests of MDReader ask its stacks, and MDReader with other settings than a stack file gives it."""

import functools
import json
import runpy
from collections.abc import Mapping
from typing import Any

import yaml

from analyser.graph import Graph
from analyser.run.program import run_program
from settings import stackfile
from tests.stacks import ROOT, shared

STACKS = ("mdreader-prod", "mdreader-dev", "mdreader-amplify")
FUNCTION = "aws:lambda/function:Function"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
SCALING = "aws:appautoscaling/policy:Policy"
GOOGLE = {"providers": {"google": {"clientId": "1.apps.googleusercontent.com"}}}


def statements(graph: Graph, role: str) -> dict[str, dict[str, Any]]:
    """What a role may do, by the ids of the statements."""
    found = graph.only("aws:iam/rolePolicy:RolePolicy", f"{role}-policy")
    return {s["Sid"]: s for s in json.loads(found.inputs["policy"])["Statement"]}


def variables(graph: Graph, function: str) -> dict[str, str]:
    """What a function is told."""
    return graph.only(FUNCTION, f"{function}-function").inputs["environment"]["variables"]


def settings_of(stack: str) -> dict[str, Any]:
    """The block of settings of a stack file."""
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]["strata:settings"]


def rerun(
    change: Mapping[str, Any], secrets: dict[str, str] | None = None, *, known: bool = True, region: str = "us-east-1"
) -> Graph:
    """mdreader-prod with some settings changed, secrets in its configuration, or in another region."""
    file = stackfile.read(ROOT, "mdreader-prod")
    settings = json.loads(file.config["strata:settings"]) | dict(change)
    config = {**file.config, "strata:settings": json.dumps(settings), "aws:region": region, **(secrets or {})}
    if settings.get("pipeline") is None:
        config["strata:delivery"] = json.dumps({"by": "hand"})

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run_program(program, stack="mdreader-prod", config=config, secret_keys=list(secrets or ()), known=known)


PROD = settings_of("mdreader-prod")
ELSEWHERE: dict[str, Any] = {
    "copies": None,
    "backup": {"copyToRegion": None},
    "database": PROD["database"]
    | {"manageMasterUserPassword": False, "readReplicas": 2, "secretName": "mdreader-prod/master"},
    "backend": {"package": "dist/mdreader-backend.zip", "provisionedConcurrency": 2},
}
"""In Europe, with copies of the database to read from and a package of the product's own: three tests in one run."""


@functools.cache
def elsewhere() -> Graph:
    """The stack with these settings. Tests only read it."""
    return shared("mdreader-prod.elsewhere", lambda: rerun(ELSEWHERE, region="eu-central-1"))

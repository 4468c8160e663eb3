"""What AWS and Kubernetes would answer: plausible, typed, the same at every run."""

from typing import Any

from preview.answers.identity import ACCOUNT_ID, NAMES
from preview.answers.invokes import invoke
from preview.answers.kubernetes import kubernetes_outputs
from preview.answers.values import computed, not_computed

__all__ = ["ACCOUNT_ID", "NAMES", "invoke", "not_computed", "outputs"]


def outputs(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """The id and the whole state of a created resource: its inputs and a value for each computed property."""
    if token.startswith("kubernetes:"):
        return kubernetes_outputs(token, name, inputs)
    return computed(token, name, inputs, region)

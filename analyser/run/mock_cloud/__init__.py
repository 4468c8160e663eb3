"""What AWS and Kubernetes would answer: plausible, typed, the same at every run."""

from typing import Any

from analyser.run.mock_cloud.computed_outputs import computed, not_computed
from analyser.run.mock_cloud.data_sources import Answer, look_up
from analyser.run.mock_cloud.identity import ACCOUNT_ID, NAMES
from analyser.run.mock_cloud.invokes import invoke
from analyser.run.mock_cloud.kubernetes import kubernetes_outputs

__all__ = ["ACCOUNT_ID", "NAMES", "Answer", "invoke", "look_up", "not_computed", "outputs"]


def outputs(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """The id and the whole state of a created resource: its inputs and a value for each computed property."""
    if token.startswith("kubernetes:"):
        return kubernetes_outputs(token, name, inputs)
    return computed(token, name, inputs, region)

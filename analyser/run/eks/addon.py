"""eks:index:Addon: one add-on; the component makes itself a child of the cluster it is for."""

import json
from typing import Any

from analyser.run.remote_components import Expansion, applied, output_of

_INPUTS = (
    "addonName", "addonVersion", "preserve", "resolveConflictsOnCreate", "resolveConflictsOnUpdate",
    "serviceAccountRoleArn", "tags",
)  # fmt: skip


def expand_addon(expansion: Expansion) -> None:
    """The add-on, under the component's own name."""
    expansion.only([*_INPUTS, "cluster", "configurationValues"])
    component = expansion.given_resource("cluster", "eks:index:Cluster")
    expansion.move_to(component)
    cluster = expansion.made_by(component, "aws:eks/cluster:Cluster")
    configuration = expansion.given("configurationValues")
    expansion.resource(
        "aws:eks/addon:Addon",
        expansion.name,
        {
            **{key: expansion.given(key) for key in _INPUTS},
            "clusterName": output_of(cluster, "name"),
            "configurationValues": applied(_compact, configuration),
        },
    )


def _compact(values: Any) -> str | None:
    return None if values is None else json.dumps(values, separators=(",", ":"))

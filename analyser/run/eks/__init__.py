"""What the components of pulumi-eks 4.4 register inside the engine.

Established by recording Pulumi's own engine with stand-in cloud providers; tests/analyser/run/eks_components.json holds
the facts. Where a recording says nothing, pulumi-eks's source decides: https://github.com/pulumi/pulumi-eks
"""

from analyser.run.eks.addon import expand_addon
from analyser.run.eks.cluster import expand_cluster
from analyser.run.eks.node_group import expand_node_group
from analyser.run.remote_components import Expansion, RemoteError

_COMPONENTS = {
    "eks:index:Addon": expand_addon,
    "eks:index:Cluster": expand_cluster,
    "eks:index:ManagedNodeGroup": expand_node_group,
}


def expand(expansion: Expansion) -> Expansion:
    """Fills in what a remote component makes. Raises RemoteError for one that the preview does not know."""
    token = expansion.component.type
    fill = _COMPONENTS.get(token)
    if fill is None:
        raise RemoteError(f"{token} {expansion.name}: the preview does not know what this component makes")
    fill(expansion)
    return expansion

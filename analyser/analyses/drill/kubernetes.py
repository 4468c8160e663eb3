"""A cluster as a drill speaks to it."""

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import CLUSTER, DEPLOYMENT, mine, session
from analyser.graph import Graph, Node


def connect(graph: Graph) -> tuple[str, ...]:
    """The commands after which kubectl speaks to the stack's cluster; to none where that does not answer, so that what
    is meant for home, when home is gone, is not done to its recovery."""
    name = mine(graph, CLUSTER)[0].inputs["name"]
    return (
        f'export KUBECONFIG="$HOME/.kube/{name}.{graph.region}"',
        f"aws eks update-kubeconfig --name {name} --region {graph.region}",
        "kubectl get nodes",
    )


def entered(graph: Graph) -> Step:
    """Into the cluster of a stack from inside its network. How long a session lasts ``delivery/in-vpc.sh`` says, and
    how long one in which nobody types, Session Manager:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html"""
    lost = (
        "; a session ends after eight hours, and by itself 20 minutes after the last key: what AWS does goes on, and "
        "in the next one this step and what was set (`id`, names) come first"
    )
    return Step(
        "come into the cluster, from inside its network",
        (*session(graph), *connect(graph)),
        "an answer" + (lost if session(graph) else ""),
    )


def deployed(graph: Graph) -> list[tuple[str, str]]:
    """Namespace and name of each Deployment that the stack makes itself."""
    return [
        (str(node.inputs["metadata"]["namespace"]), str(node.inputs["metadata"]["name"]))
        for node in graph.of_type(DEPLOYMENT)
    ]


def autoscaler(graph: Graph, namespace: str, name: str) -> Node | None:
    """The HorizontalPodAutoscaler of a Deployment."""
    for node in graph.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler"):
        if node.inputs["metadata"]["namespace"] == namespace and node.inputs["spec"]["scaleTargetRef"]["name"] == name:
            return node
    return None


def replicas(graph: Graph, namespace: str, name: str) -> int:
    """How many pods a Deployment begins with: its autoscaler's least, else its own number."""
    if scaler := autoscaler(graph, namespace, name):
        return int(scaler.inputs["spec"].get("minReplicas") or 1)
    for node in graph.of_type(DEPLOYMENT):
        if node.inputs["metadata"]["namespace"] == namespace and node.inputs["metadata"]["name"] == name:
            return int(node.inputs["spec"].get("replicas") or 1)
    return 1

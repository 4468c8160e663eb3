"""Scaling out and back: by hand for now, by the stack file for good."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect, deployed, replicas
from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import CLUSTER, NODES, RDS, REDIS, SERVICE, mine, region_of, up
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph, Node

_GOOD = "the next up sets what the stack file says; for good, say it there"


def scale(graph: Graph) -> list[Step]:
    """Pods, tasks and nodes at once; then what only an update makes larger."""
    steps = [*_nodes(graph), *_pods(graph), *_tasks(graph), *_sizes(graph)]
    return [Step("speak to the stack's region", (region_of(graph),), role=OPERATOR), *steps] if steps else []


def _nodes(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, NODES):
        size = node.inputs["scalingConfig"]
        now, most = int(size["desiredSize"]), int(size["maxSize"])
        more = min(now + 1, most)
        if more == now:
            continue
        cluster, group = node.inputs["clusterName"], _group(node)
        yield Step(
            f"nodes {node.name}: from {now} to {more}, of {most} at the most",
            (
                _resize(cluster, group, more),
                "kubectl get nodes",
            ),
            see=f"{more} nodes of the group are Ready, and take pods",
            back=f"{_resize(cluster, group, int(size['minSize']), now)}; {_GOOD}",
            role=OPERATOR,
        )


def _group(node: Node) -> str:
    """A node group's name, which begins as the program says and ends as AWS does."""
    prefix, cluster = node.inputs.get("nodeGroupNamePrefix"), node.inputs["clusterName"]
    if not prefix:
        return str(node.inputs["nodeGroupName"])
    asked = f"nodegroups[?starts_with(@, '{prefix}')] | [0]"
    return f'"$(aws eks list-nodegroups --cluster-name {cluster} --query "{asked}" --output text)"'


def _resize(cluster: str, group: str, least: int, wanted: int | None = None) -> str:
    sizes = f"minSize={least},desiredSize={least if wanted is None else wanted}"
    return f"aws eks update-nodegroup-config --cluster-name {cluster} --nodegroup-name {group} --scaling-config {sizes}"


def _pods(graph: Graph) -> Iterator[Step]:
    if not graph.of_type(CLUSTER) or not deployed(graph):
        return
    yield Step("come into the cluster, from inside its network", connect(graph), "an answer", role=OPERATOR)
    for namespace, name in deployed(graph):
        now = replicas(graph, namespace, name)
        yield Step(
            f"pods {name}: from {now} to {now + 1}",
            (
                f"kubectl -n {namespace} scale deployment {name} --replicas={now + 1}",
                f"kubectl -n {namespace} rollout status deployment/{name}",
            ),
            see=f"{now + 1} pods are ready; an autoscaler of theirs may take the last one away again, which is right",
            back=f"kubectl -n {namespace} scale deployment {name} --replicas={now}; {_GOOD}",
        )


def _tasks(graph: Graph) -> Iterator[Step]:
    targets = {node.inputs["resourceId"]: node for node in mine(graph, "aws:appautoscaling/target:Target")}
    for node in mine(graph, SERVICE):
        cluster, service = cluster_of(node), node.inputs["name"]
        target = targets.get(f"service/{cluster}/{service}")
        now = int(node.inputs.get("desiredCount") or 0)
        counted = f"aws ecs wait services-stable --cluster {cluster} --services {service}"
        if target is None:
            set_ = f"aws ecs update-service --cluster {cluster} --service {service} --desired-count"
            yield Step(
                f"tasks of {service}: from {now} to {now + 1}",
                (f"{set_} {now + 1}", counted),
                f"{now + 1} tasks run",
                f"{set_} {now}; {_GOOD}",
            )
            continue
        least, most = int(target.inputs["minCapacity"]), int(target.inputs["maxCapacity"])
        if least == most:
            continue
        yield Step(
            f"tasks of {service}: at least {least + 1} instead of {least}, of {most} at the most",
            (_bounds(target, least + 1, most), counted),
            see=f"{least + 1} tasks run within a minute or two",
            back=f"{_bounds(target, least, most)}; {_GOOD}",
        )


def _bounds(target: Node, least: int, most: int) -> str:
    named = (
        "--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id "
        f"{target.inputs['resourceId']}"
    )
    return f"aws application-autoscaling register-scalable-target {named} --min-capacity {least} --max-capacity {most}"


def _sizes(graph: Graph) -> Iterator[Step]:
    sizes = [
        *(f"PostgreSQL {node.inputs['identifier']} {node.inputs['instanceClass']}" for node in mine(graph, RDS)),
        *(
            f"Redis {node.inputs['replicationGroupId']} {node.inputs['nodeType']}"
            for node in mine(graph, REDIS)
            if node.inputs.get("nodeType")
        ),
    ]
    if sizes:
        yield Step(
            f"classes of stores, by the stack file alone: {', '.join(sizes)}",
            (
                f"strata capacity {graph.stack}",
                f"pulumi preview --stack {graph.stack} --diff",
                f"git commit -m 'Another size' Pulumi.{graph.stack}.yaml",
                up(graph),
            ),
            see="capacity says what gives out first; the preview changes the class and replaces nothing; PostgreSQL "
            "changes in its maintenance window, unless database.applyImmediately says at once",
            back="the former class in the stack file, and the same commands",
        )

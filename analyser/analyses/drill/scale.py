"""Scaling out and back: by hand for now, by the stack file for good."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import autoscaler, deployed, entered, replicas
from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import (
    CLUSTER,
    KAFKA,
    NODES,
    RDS,
    REDIS,
    SEARCH,
    SERVICE,
    changed,
    mine,
    region_of,
)
from analyser.analyses.drill.writers import FUNCTION, ready
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph, Node

_GOOD = "no update takes it back but one with --refresh; for good, say it in the stack file"
_OWNED = (
    "an update that changes the number in the stack file is refused as a field conflict, once, unless it has "
    "PULUMI_K8S_ENABLE_PATCH_FORCE=true"
)
"""kubectl owns with Pulumi what both have set: https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
and https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/."""
_LEFT = 100
"""Lambda leaves this much of an account's concurrency to functions that reserve none:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html."""


def scale(graph: Graph) -> list[Step]:
    """Nodes, pods, tasks and functions at once; then what only an update makes larger."""
    steps = [*_nodes(graph), *_pods(graph), *_tasks(graph), *_functions(graph), *_sizes(graph)]
    return [Step("speak to the stack's region", (region_of(graph),), role=OPERATOR), *steps] if steps else []


def _nodes(graph: Graph) -> Iterator[Step]:
    """One node more than run now, which only EKS knows: an autoscaler moves the number between its bounds."""
    for node in mine(graph, NODES):
        size = node.inputs["scalingConfig"]
        least, most = int(size["minSize"]), int(size["maxSize"])
        if least == most:
            continue
        named = f"--cluster-name {node.inputs['clusterName']} --nodegroup-name {_group(node)}"
        resize = f"aws eks update-nodegroup-config {named} --scaling-config"
        more = "--query 'sum([nodegroup.scalingConfig.desiredSize, `1`])' --output text"
        yield Step(
            f"nodes {node.name}: one more than run, and no fewer; {most} at the most",
            (
                f'more="$(aws eks describe-nodegroup {named} {more})"',
                f'{resize} minSize="$more",desiredSize="$more"',
                f"aws eks wait nodegroup-active {named}",
            ),
            see="so many nodes of the group are Ready, and no pod is pending; EKS refuses more than the most",
            back=f"{resize} minSize={least}; the autoscaler takes away what stands empty, and asking for fewer nodes "
            f"would end some that do not; {_GOOD}",
            role=OPERATOR,
        )


def _group(node: Node) -> str:
    """A node group's name, which begins as the program says and ends as AWS does."""
    prefix, cluster = node.inputs.get("nodeGroupNamePrefix"), node.inputs["clusterName"]
    if not prefix:
        return str(node.inputs["nodeGroupName"])
    asked = f"nodegroups[?starts_with(@, '{prefix}')] | [0]"
    return f'"$(aws eks list-nodegroups --cluster-name {cluster} --query "{asked}" --output text)"'


def _pods(graph: Graph) -> Iterator[Step]:
    if not graph.of_type(CLUSTER) or not deployed(graph):
        return
    yield entered(graph)
    for namespace, name in deployed(graph):
        now = replicas(graph, namespace, name)
        scaler = autoscaler(graph, namespace, name)
        if scaler is None:
            set_ = f"kubectl -n {namespace} scale deployment {name} --replicas="
            yield Step(
                f"pods {name}: from {now} to {now + 1}",
                (f"{set_}{now + 1}", f"kubectl -n {namespace} rollout status deployment/{name}"),
                see=f"{now + 1} pods are ready",
                back=f"{set_}{now}; {_GOOD}; {_OWNED}",
            )
            continue
        most = int(scaler.inputs["spec"]["maxReplicas"])
        if now < most:
            yield Step(
                f"pods {name}: at least {now + 1} instead of {now}, of {most} at the most",
                (
                    _patched(namespace, scaler, now + 1),
                    f"kubectl -n {namespace} get hpa {scaler.inputs['metadata']['name']}",
                    f"kubectl -n {namespace} rollout status deployment/{name}",
                ),
                see=f"{now + 1} pods or more are ready; the number of the Deployment itself is its autoscaler's, which "
                "would take another back",
                back=f"{_patched(namespace, scaler, now)}; {_GOOD}; {_OWNED}",
            )


def _patched(namespace: str, scaler: Node, least: int) -> str:
    patch = f'{{"spec":{{"minReplicas":{least}}}}}'
    return f"kubectl -n {namespace} patch hpa {scaler.inputs['metadata']['name']} --type merge --patch '{patch}'"


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
            back=f"{_bounds(target, least, most)}; {_kept(target)}",
        )


def _kept(target: Node) -> str:
    """How long other bounds than the program's stay."""
    clock = "minCapacity" in target.ignore_changes
    return "a schedule sets both numbers at its next turn; for good, say them in the stack file" if clock else _GOOD


def _bounds(target: Node, least: int, most: int) -> str:
    named = (
        "--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id "
        f"{target.inputs['resourceId']}"
    )
    return f"aws application-autoscaling register-scalable-target {named} --min-capacity {least} --max-capacity {most}"


def _functions(graph: Graph) -> Iterator[Step]:
    """Functions that may run so often at once and no more: a tenth more, of what the account has left."""
    for node in mine(graph, FUNCTION):
        now = int(node.inputs.get("reservedConcurrentExecutions") or 0)
        if now <= 0 or not node.inputs.get("name"):
            continue
        named = f"--function-name {node.inputs['name']}"
        set_ = f"aws lambda put-function-concurrency {named} --reserved-concurrent-executions"
        warm = [(f"aws lambda put-provisioned-concurrency-config {each}", count) for each, count in ready(graph, node)]
        more = [f"{put} --provisioned-concurrent-executions {count + 1}" for put, count in warm]
        less = [f"{put} --provisioned-concurrent-executions {count}" for put, count in warm]
        yield Step(
            f"function {node.inputs['name']}: {now + now // 10} at once instead of {now}",
            (
                "aws lambda get-account-settings --query AccountLimit.UnreservedConcurrentExecutions",
                f"{set_} {now + now // 10}",
                *more,
            ),
            see=f"more than {_LEFT + now // 10} were left to the account, or Lambda refuses; no more Throttles of it",
            back="; ".join((*less, f"{set_} {now}", _GOOD)),
        )


def _sizes(graph: Graph) -> Iterator[Step]:
    sizes = list(_classes(graph))
    if sizes:
        copied = "recovery" in graph.exports and mine(graph, RDS)
        yield Step(
            f"classes of stores, by the stack file alone: {', '.join(sizes)}",
            (f"strata capacity {graph.stack}", *changed(graph, "Another size")),
            see="capacity says what gives out first; the preview changes the class and replaces nothing; PostgreSQL "
            "changes in its maintenance window, unless database.applyImmediately says at once"
            + (
                "; its copy in the recovery stack is made larger before, since it follows to no fewer connections"
                if copied
                else ""
            ),
            back="the former class in the stack file, and the same commands"
            + ("; the copy in the recovery stack after" if copied else ""),
        )


def _classes(graph: Graph) -> Iterator[str]:
    for node in mine(graph, RDS):
        yield f"PostgreSQL {node.inputs['identifier']} {node.inputs['instanceClass']}"
    for node in mine(graph, REDIS):
        if node.inputs.get("nodeType"):
            yield f"Redis {node.inputs['replicationGroupId']} {node.inputs['nodeType']}"
    for node in mine(graph, SEARCH):
        nodes = node.inputs["clusterConfig"]
        yield f"OpenSearch {node.name} {nodes['instanceCount']} of {nodes['instanceType']}"
    for node in mine(graph, KAFKA):
        size = node.inputs["brokerNodeGroupInfo"]["instanceType"]
        yield f"Kafka {node.name} {node.inputs['numberOfBrokerNodes']} of {size}"

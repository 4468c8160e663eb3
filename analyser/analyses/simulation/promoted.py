"""What the promoted stack lacks of what home does: what is off, not there, follows still, or would not come back."""

from collections.abc import Callable, Iterator, Mapping

from analyser.analyses.recovery import recovery
from analyser.analyses.recovery.plans import region_and_account
from analyser.analyses.simulation.model import Fault, Pair
from analyser.analyses.simulation.watched import is_disabled
from analyser.graph import Graph, Node
from settings.objectives import Loss

_FUNCTION, _MAPPING = "aws:lambda/function:Function", "aws:lambda/eventSourceMapping:EventSourceMapping"
_SERVICE, _SCALED = "aws:ecs/service:Service", "aws:appautoscaling/target:Target"
_NODES = "aws:eks/nodeGroup:NodeGroup"
_SOURCES = {
    "aws:rds/instance:Instance": "replicateSourceDb",
    "aws:rds/cluster:Cluster": "replicationSourceIdentifier",
}
"""What follows a store of another region for as long as this input names one."""
_EMPTY = "who opens connections to it finds nothing, not even an empty one"
_AS_AT_HOME = {
    "aws:appautoscaling/target:Target": "what it scales keeps its size whatever the load",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "what is called by it has to be reached some other way",
    "aws:ecs/service:Service": "its tasks do not run",
    "aws:eks/addon:Addon": "the cluster lacks what the add-on does",
    "aws:elasticache/replicationGroup:ReplicationGroup": _EMPTY,
    "aws:lambda/eventSourceMapping:EventSourceMapping": "nothing is handed over",
    "aws:msk/cluster:Cluster": _EMPTY,
    "aws:opensearch/domain:Domain": _EMPTY,
    "aws:scheduler/schedule:Schedule": "nothing is done when its time comes",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "requests are not looked at",
    "kubernetes:apps/v1:DaemonSet": "its pods do not run",
    "kubernetes:apps/v1:Deployment": "its pods do not run",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "what it scales keeps its size whatever the load",
    "kubernetes:batch/v1:CronJob": "nothing is done when its time comes",
    "kubernetes:helm.sh/v3:Release": "the cluster lacks what the chart installs",
}
"""Of what the promoted stack has one by the name that home's has, and what it means that there is none."""


def promoted(pair: Pair) -> Iterator[Fault]:
    """All of it."""
    yield from _off(pair)
    yield from _twice(pair)
    yield from _absent(pair)
    yield from _following(pair)
    yield from _objectives(pair)


_OFF: Mapping[str, tuple[Callable[[Node], bool], str]] = {
    _FUNCTION: (
        lambda node: node.inputs.get("reservedConcurrentExecutions") == 0,
        "reserves no concurrency: it never runs",
    ),
    _MAPPING: (lambda node: node.inputs.get("enabled") is False, "is disabled: nothing is handed over"),
    "aws:cloudwatch/eventRule:EventRule": (
        is_disabled,
        "is disabled: nothing is passed on",
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        lambda node: node.inputs.get("actionsEnabled") is False,
        "has its actions off: nobody hears of it",
    ),
    "aws:scheduler/schedule:Schedule": (
        lambda node: node.inputs.get("state") == "DISABLED",
        "is disabled: nothing is done when its time comes",
    ),
    _SCALED: (lambda node: node.inputs.get("maxCapacity") == 0, "scales to nothing at the most"),
    "kubernetes:apps/v1:Deployment": (lambda node: node.at("spec", "replicas") == 0, "has no pods"),
    "kubernetes:apps/v1:StatefulSet": (lambda node: node.at("spec", "replicas") == 0, "has no pods"),
    "kubernetes:batch/v1:CronJob": (
        lambda node: node.at("spec", "suspend") is True,
        "is suspended: nothing is done when its time comes",
    ),
}
"""When something of a type is switched off by its own inputs, and what that means."""


def _off(pair: Pair) -> Iterator[Fault]:
    """What is off once promoted, where home's of the same name is not."""
    for token, (is_off, why) in _OFF.items():
        on = {node.name for node in pair.home.of_type(token) if not is_off(node)}
        for node in pair.promoted.of_type(token):
            if node.name in on and is_off(node):
                yield _fault("off", pair, node, f"{why}, once promoted")
    scaled = [
        str(each.inputs.get("resourceId")) for each in pair.promoted.of_type(_SCALED) if each.inputs.get("minCapacity")
    ]
    for node in pair.promoted.of_type(_SERVICE):
        # What is scaled comes to the least that it is scaled to:
        # https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        kept = any(each.endswith(f"/{node.inputs.get('name') or node.name}") for each in scaled)
        if node.inputs.get("desiredCount") == 0 and not kept and _tasks(pair.home, node.name):
            yield _fault("off", pair, node, "has no tasks, once promoted")
    if _nodes(pair.home) and pair.promoted.of_type(_NODES) and not _nodes(pair.promoted):
        said = "no node group has a node once promoted: no pod runs, nor what would add nodes"
        yield Fault("off", pair.standby.stack, said)


def _tasks(home: Graph, name: str) -> bool:
    return any(node.name == name and node.inputs.get("desiredCount") != 0 for node in home.of_type(_SERVICE))


def _nodes(graph: Graph) -> bool:
    """Whether a node group has nodes, or may have."""
    return any(group.at("scalingConfig", "desiredSize") != 0 for group in graph.of_type(_NODES))


def _twice(pair: Pair) -> Iterator[Fault]:
    """Changes of a table that both regions hand over while one stands by: a replica has all of them in its own stream.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables_HowItWorks.html
    """
    is_off, _ = _OFF[_MAPPING]
    read = {node.name for node in pair.home.of_type(_MAPPING) if not is_off(node) and _of_table(node)}
    for node in pair.standby.of_type(_MAPPING):
        if node.name in read and not is_off(node) and _of_table(node):
            yield _fault("twice", pair, node, "hands over while it stands by what home's hands over as well")


def _of_table(mapping: Node) -> bool:
    return str(mapping.inputs.get("eventSourceArn")).startswith("arn:aws:dynamodb:")


def _absent(pair: Pair) -> Iterator[Fault]:
    for token, why in _AS_AT_HOME.items():
        there = {node.name for node in pair.promoted.of_type(token)}
        for node in pair.home.of_type(token):
            if node.name not in there and pair.home.region_of(node) == pair.home.region:
                yield _fault("absent", pair, node, f"is at home and not here once promoted: {why}")


def _following(pair: Pair) -> Iterator[Fault]:
    for token, source in _SOURCES.items():
        for node in pair.promoted.of_type(token):
            region, _ = region_and_account(str(node.inputs.get(source)))
            if region and region != pair.promoted.region:
                yield _fault("promotion", pair, node, f"follows {region} still, once promoted: nobody can write to it")


def _objectives(pair: Pair) -> Iterator[Fault]:
    """What is stated of losses that the promoted stack has to get over by itself, and that it would not."""
    for verdict in recovery(pair.promoted).failing:
        if verdict.loss in (Loss.ZONE, Loss.CORRUPTION, Loss.DELETION):
            way = f"{verdict.way.name} does not do" if verdict.way else "nothing brings it back"
            where = f"{pair.standby.stack}: {verdict.store.name}"
            said = f"promoted, it misses what is stated of loss by {verdict.loss} ({verdict.key}): {way}"
            yield Fault("objective", where, said)


def _fault(kind: str, pair: Pair, node: Node, what: str) -> Fault:
    return Fault(kind, f"{pair.standby.stack}: {node.name}", what)

"""Who sends to topics and queues, who lets them in, and under which keys: each principal of a policy has a sender."""

import json
from collections.abc import Iterable, Iterator, Mapping

from analyser.graph import Graph, Node
from tests.systems.other_sides import Asked, Kind

TOPIC, QUEUE, KEY = "aws:sns/topic:Topic", "aws:sqs/queue:Queue", "aws:kms/key:Key"


def sent(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """Who sends by which service to which ARN."""
    for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        for key in ("alarmActions", "okActions", "insufficientDataActions"):
            yield from ((node.name, "cloudwatch", arn) for arn in node.inputs.get(key) or ())
    for node in graph.of_type("aws:budgets/budget:Budget"):
        for told in node.inputs.get("notifications") or ():
            yield from ((node.name, "budgets", arn) for arn in told.get("subscriberSnsTopicArns") or ())
    for node in graph.of_type("aws:costexplorer/anomalySubscription:AnomalySubscription"):
        told = [one["address"] for one in node.inputs.get("subscribers") or () if one["type"] == "SNS"]
        yield from ((node.name, "costalerts", arn) for arn in told)
    for node in graph.of_type("aws:cloudwatch/eventTarget:EventTarget"):
        yield node.name, "events", node.inputs["arn"]
        if lost := node.inputs.get("deadLetterConfig"):
            yield node.name, "events", lost["arn"]


def arrives(graph: Graph) -> set[tuple[str, str]]:
    """Services and the ARNs of topics and queues that they send to."""
    return {(service, arn) for _, service, arn in sent(graph)}


def _let_in(policy: str) -> Iterator[str]:
    for statement in json.loads(policy)["Statement"]:
        principal = statement.get("Principal")
        if statement["Effect"] == "Allow" and isinstance(principal, Mapping):
            services = principal.get("Service", ())
            for service in (services,) if isinstance(services, str) else services:
                yield service.partition(".")[0]


def _policies(graph: Graph) -> Iterator[tuple[Node, str]]:
    for node in graph.of_type("aws:sns/topicPolicy:TopicPolicy"):
        yield node, node.inputs["arn"]
    queues = {node.outputs["url"]: node.outputs["arn"] for node in graph.of_type(QUEUE)}
    for node in graph.of_type("aws:sqs/queuePolicy:QueuePolicy"):
        yield node, queues[node.inputs["queueUrl"]]


def invited(graph: Graph) -> Asked:
    """Services that the policy of a topic or a queue lets in, as ``service ARN``."""
    for node, arn in _policies(graph):
        yield from ((node.name, f"{service} {arn}") for service in _let_in(node.inputs["policy"]))


def sends(graph: Graph, what: str) -> bool:
    service, _, arn = what.partition(" ")
    return (service, arn) in arrives(graph)


def senders(graph: Graph) -> Asked:
    """Services that send to a topic or a queue of the stack, as ``service ARN``."""
    mine = {node.outputs["arn"] for token in (TOPIC, QUEUE) for node in graph.of_type(token)}
    yield from ((who, f"{service} {arn}") for who, service, arn in sent(graph) if arn in mine)


def admitted(graph: Graph, what: str) -> bool:
    """Its policy lets the service in, and so does that of the key under which it keeps what it gets."""
    service, _, arn = what.partition(" ")
    by_policy = any(service in _let_in(node.inputs["policy"]) for node, one in _policies(graph) if one == arn)
    keys = {node.outputs["arn"]: node for node in graph.of_type(KEY)}
    used = [keys.get(key) for key in keys_of(graph, [arn])]
    return by_policy and bool(used) and all(key and service in _let_in(key.inputs["policy"]) for key in used)


def keys_of(graph: Graph, arns: Iterable[str]) -> set[str]:
    """The keys under which topics and queues keep what is sent to them."""
    wanted = set(arns)
    nodes = [node for token in (TOPIC, QUEUE) for node in graph.of_type(token) if node.outputs["arn"] in wanted]
    return {str(node.inputs["kmsMasterKeyId"]) for node in nodes}


def sends_under(graph: Graph, service: str, key: str) -> bool:
    """Whether a service sends to something that is kept under a key."""
    return key in keys_of(graph, (arn for who, arn in arrives(graph) if who == service))


SENDER_KINDS: Mapping[str, Kind] = {
    "a service that a topic or a queue lets in": Kind(invited, sends),
    "what a service sends to": Kind(senders, admitted),
}

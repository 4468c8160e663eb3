"""What the operators' role lacks for a command, by the rights of a stack's own graph."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping

from analyser.analyses.reach.graph_view import View, view_of
from analyser.analyses.rights.decide import Decision, decide
from analyser.analyses.rights.principal import principal
from analyser.analyses.rights.question import judge
from analyser.analyses.rights.target import target
from analyser.graph import Graph, Node
from tests.aws_actions import actions
from tests.docs.code import given_names
from tests.stacks import stack_graph
from tests.systems.procedures import Step

OPERATORS = "operators"
_SERVICE, _TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
_FUNCTION, _GROUP = "aws:lambda/function:Function", "aws:cloudwatch/logGroup:LogGroup"
_MACHINE = "aws:sfn/stateMachine:StateMachine"
_INSTANCE, _QUEUE = "aws:rds/instance:Instance", "aws:sqs/queue:Queue"
_SECRET, _ROTATION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"
ABOUT: Mapping[str, str] = {
    "cognito-idp": "aws:cognito/userPool:UserPool",
    "ecr": "aws:ecr/repository:Repository",
    "ecs": _SERVICE,
    "eks": "aws:eks/cluster:Cluster",
    "eks:UpdateNodegroupConfig": "aws:eks/nodeGroup:NodeGroup",
    "elasticache": "aws:elasticache/replicationGroup:ReplicationGroup",
    "logs": _GROUP,
    "pi": _INSTANCE,
    "rds": _INSTANCE,
    "secretsmanager": _SECRET,
    "sqs": _QUEUE,
}
"""The type of resource that an action, or else its service's actions, are about where a policy limits them to some."""
_VIA = {"pi": "rds"}
"""The service in whose name a key is used, where it has another."""
_FORTNIGHT = 14 * 24 * 3600


@functools.cache
def may(view: View, action: str, arn: str, *via: tuple[str, str]) -> Decision:
    """What the role is told; steps of many pages ask the same of one stack."""
    return (
        decide(principal(view, OPERATORS), action, target(view, arn, action), dict(via))
        if via
        else judge(view, OPERATORS, action, arn)
    )


def lacking(step: Step, stack: str, graph: Graph | None = None) -> list[str]:
    """What the role may not do that the command does, in words; ``graph`` in place of the stack's own."""
    view = view_of(stack_graph(stack) if graph is None else graph)
    return [line for action in actions(step.words) for line in _lacks(step, view, action)]


def _lacks(step: Step, view: View, action: str) -> Iterator[str]:
    everywhere = may(view, action, "*")
    if everywhere.yes and all(ground.plain for ground in everywhere.grounds):
        return
    about = ABOUT.get(action) or ABOUT.get(action.partition(":")[0])
    if about is None:
        yield _told(step, view.graph, action, "*", "no component", everywhere.because)
        return
    for node in meant(step, view.graph, about, action):
        for needed, arn in ((action, arn_of(node, action)), *_beside(view.graph, node, action)):
            found = _judged(view, needed, arn, action)
            if not found.yes:
                yield _told(step, view.graph, needed, arn, node.parent.rpartition("::")[2], found.because)


def _judged(view: View, needed: str, arn: str, action: str) -> Decision:
    """A key is used through the service that asks for it."""
    if not needed.startswith("kms:"):
        return may(view, needed, arn)
    via = f"{_VIA[action.partition(':')[0]]}.{view.graph.region}.amazonaws.com"
    return may(view, needed, arn, ("kms:viaservice", via))


def _told(step: Step, graph: Graph, action: str, arn: str, owner: str, because: str) -> str:
    return (
        f"{step.place}: operators of {graph.stack} may not {action} on {arn} ({because}); let the component of {owner} "
        "offer it under operate and the system hand that to OperatorRole.may, or say before the command that it is "
        "done as deployer"
    )


def meant(step: Step, graph: Graph, token: str, action: str) -> list[Node]:
    """The stack's own resources that a command is about: those with the logical names of what it names, in whichever
    stack of the page these are, or all that its kind of step can be about."""
    mine = [node for node in graph.of_type(token) if f":{graph.region}:" in node.outputs["arn"]]
    named = {name for stack in step.code.stacks for name, given in _called(stack, token) if given & step.said}
    choose = _OPEN.get(action.partition(":")[0])
    if named:
        return [node for node in mine if node.name in named]
    return [node for node in mine if choose is None or choose(graph, node, action)]


@functools.cache
def _called(stack: str, token: str) -> list[tuple[str, set[str]]]:
    """The logical names of a stack's resources of a type, and what else each is called."""
    return [(node.name, given_names(node)) for node in stack_graph(stack).of_type(token)]


def unread(graph: Graph) -> list[str]:
    """What keeps failures, or what code wrote, and the role may not read: queues with what is in them, and logs."""
    view = view_of(graph)
    asked = [
        *((node, "sqs:ReceiveMessage") for node in graph.of_type(_QUEUE) if _is_kept(graph, node, "")),
        *((node, "logs:FilterLogEvents") for node in graph.of_type(_GROUP) if _is_of_work(graph, node)),
    ]
    found = ((node, may(view, action, arn_of(node, action))) for node, action in asked)
    return [f"{node.name}: {decision.because}" for node, decision in found if not decision.yes]


def _is_rotated(graph: Graph, node: Node, action: str) -> bool:
    by = [one.inputs["secretId"] in (node.id, node.outputs["arn"]) for one in graph.of_type(_ROTATION)]
    return any(by) == action.endswith(":RotateSecret")


def _is_kept(graph: Graph, node: Node, action: str) -> bool:
    """A queue that nobody works off, where messages stay for as long as SQS keeps any; and one to go back from."""
    sources = list(_sources(graph, node))
    return node.inputs.get("messageRetentionSeconds") == _FORTNIGHT and (
        bool(sources) or not action.endswith("MoveTask")
    )


def _is_of_code(graph: Graph, node: Node, _action: str) -> bool:
    """The log of functions and tasks."""
    functions = {one.inputs["loggingConfig"]["logGroup"] for one in graph.of_type(_FUNCTION)}
    tasks = [json.loads(one.inputs["containerDefinitions"]) for one in graph.of_type(_TASK)]
    logs = {part["logConfiguration"]["options"]["awslogs-group"] for parts in tasks for part in parts}
    return node.outputs["name"] in functions | logs


def _is_of_work(graph: Graph, node: Node) -> bool:
    """The log of functions, tasks and state machines."""
    machines = {one.inputs["loggingConfiguration"]["logDestination"] for one in graph.of_type(_MACHINE)}
    return _is_of_code(graph, node, "") or f"{node.outputs['arn']}:*" in machines


_OPEN: Mapping[str, Callable[[Graph, Node, str], bool]] = {
    "secretsmanager": _is_rotated,
    "sqs": _is_kept,
    "logs": _is_of_code,
}
"""What a step is about that names nothing, where that is not every resource of its type."""


def arn_of(node: Node, action: str) -> str:
    """The ARN that IAM asks about:
    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    arn = str(node.outputs["arn"])
    if action == "ecs:StopTask":
        return f"{arn.replace(':service/', ':task/').rpartition('/')[0]}/*"
    if action.startswith("pi:"):
        head = arn.replace(":rds:", ":pi:").partition(":db:")[0]
        return f"{head}:metrics/rds/{node.outputs['resourceId']}"
    return f"{arn}:*" if action.startswith("logs:") else arn


def _sources(graph: Graph, dead: Node) -> Iterator[Node]:
    for queue in graph.of_type(_QUEUE):
        redrive = json.loads(queue.inputs.get("redrivePolicy") or "{}")
        if redrive.get("deadLetterTargetArn") == dead.outputs["arn"]:
            yield queue


def _beside(graph: Graph, node: Node, action: str) -> Iterator[tuple[str, str]]:
    """What a service asks of the caller beside the action itself.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.access-control.cmk-policy.html
    """
    if action == "secretsmanager:RotateSecret":
        for rotation in graph.of_type(_ROTATION):
            if rotation.inputs["secretId"] in (node.id, node.outputs["arn"]) and "rotationLambdaArn" in rotation.inputs:
                yield "lambda:InvokeFunction", rotation.inputs["rotationLambdaArn"]
    if action == "sqs:StartMessageMoveTask":
        for verb in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
            yield f"sqs:{verb}", node.outputs["arn"]
        yield from (("sqs:SendMessage", source.outputs["arn"]) for source in _sources(graph, node))
    if action.startswith("pi:"):
        for verb in ("Decrypt", "GenerateDataKey"):
            yield f"kms:{verb}", node.inputs["performanceInsightsKmsKeyId"]

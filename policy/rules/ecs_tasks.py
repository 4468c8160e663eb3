"""ECS task definitions."""

from collections.abc import Iterator

from policy.credentials import is_credential
from policy.json_text import decoded
from policy.model import Block, Finding, Graph, Resource, Severity, known, rule, stack_rule
from policy.pods import name_of
from policy.rules.kubernetes_images import is_movable

TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
ROLE = "aws:iam/role:Role"
_LINK = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
_PARAMETERS = _LINK + "task_definition_parameters.html"
_SHARED = {"networkMode": "network", "pidMode": "processes", "ipcMode": "shared memory"}


def containers(task: Resource) -> Iterator[Block]:
    """The containers of a task definition, when it is known."""
    content = decoded(task.get("containerDefinitions"))
    found = [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
    for index, container in enumerate(found):
        yield Block(container, f"containerDefinitions[{index}]")


def _is_windows(task: Resource) -> bool:
    family = task.get("runtimePlatform.operatingSystemFamily")
    return isinstance(family, str) and family.startswith("WINDOWS")


@rule(
    "ecs-not-privileged",
    title="ECS containers are not privileged",
    severity=Severity.CRITICAL,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.4", "Checkov": "CKV_AWS_334"},
    remedy="Leave privileged off.",
    link=_PARAMETERS,
)
def not_privileged(task: Resource) -> Iterator[Finding]:
    """A privileged container owns its instance, and every task and role on it."""
    for container in containers(task):
        if container.has("privileged", True):
            yield Finding(f"{name_of(container)} is privileged", container.path("privileged"))


@rule(
    "ecs-read-only-root",
    title="ECS containers cannot write to their image",
    severity=Severity.MEDIUM,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.5", "Checkov": "CKV_AWS_336"},
    remedy="Set readonlyRootFilesystem, and mount a volume where the program must write.",
    link=_PARAMETERS,
)
def read_only_root(task: Resource) -> Iterator[Finding]:
    """An intruder who can change no file has to stay in memory."""
    for container in containers(task):
        if not _is_windows(task) and container.lacks("readonlyRootFilesystem", True):
            at = container.path("readonlyRootFilesystem")
            yield Finding(f"{name_of(container)} can write to its root filesystem", at)


@rule(
    "ecs-non-root",
    title="ECS containers do not run as root",
    severity=Severity.HIGH,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": ("ECS.1", "ECS.20")},
    remedy="Set user to a user of the image other than root.",
    link=_PARAMETERS,
)
def non_root(task: Resource) -> Iterator[Finding]:
    """Without a user it is the image's, which is root unless its maker thought of it."""
    for container in containers(task):
        user = str(container.get("user", "")).partition(":")[0]
        if not _is_windows(task) and user in ("", "root", "0"):
            yield Finding(f"{name_of(container)} runs as root", container.path("user"))


@rule(
    "ecs-host-namespaces",
    title="ECS tasks share no namespace with their instance",
    severity=Severity.HIGH,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.3", "Security Hub": "ECS.17", "Checkov": "CKV_AWS_335"},
    remedy="Set networkMode to awsvpc, and leave pidMode and ipcMode out.",
    link=_PARAMETERS,
)
def host_namespaces(task: Resource) -> Iterator[Finding]:
    """On the host's network a task reads the instance's role; among its processes, those of all tasks."""
    for key, shared in _SHARED.items():
        if task.has(key, "host"):
            yield Finding(f"shares the instance's {shared}", key)


@rule(
    "ecs-no-plain-secrets",
    title="Environments of ECS tasks hold no credentials",
    severity=Severity.HIGH,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.8", "cdk-nag": "AwsSolutions-ECS2"},
    remedy="Name the value in secrets by the ARN of a Secrets Manager secret or SSM parameter.",
    link=_LINK + "specifying-sensitive-data.html",
)
def no_plain_secrets(task: Resource) -> Iterator[Finding]:
    """Whoever may describe task definitions reads it, in every revision there ever was."""
    for container in containers(task):
        for variable in container.blocks("environment"):
            if is_credential(variable.get("name"), variable.get("value")):
                yield Finding(f"{name_of(container)} is given a credential", variable.path("value"))
        for key in ("command", "entryPoint"):
            if any(is_credential(None, argument) for argument in container.list(key)):
                yield Finding(f"{name_of(container)} is given a credential", container.path(key))


@rule(
    "ecs-logs",
    title="ECS containers deliver their logs",
    severity=Severity.MEDIUM,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.9", "cdk-nag": "AwsSolutions-ECS7"},
    remedy="Set logConfiguration with logDriver awslogs or awsfirelens.",
    link=_LINK + "using_awslogs.html",
)
def logs(task: Resource) -> Iterator[Finding]:
    """What a task said is gone with it."""
    for container in containers(task):
        if container.lacks("logConfiguration.logDriver"):
            yield Finding(f"{name_of(container)} delivers no logs", container.path("logConfiguration"))


@rule(
    "ecs-image-version",
    title="ECS containers name the version of their image",
    severity=Severity.MEDIUM,
    types=[TASK_DEFINITION],
    frameworks={"Well-Architected": "REL08-BP04"},
    remedy="Name a tag other than latest, or a digest.",
    link=_PARAMETERS,
)
def image_version(task: Resource) -> Iterator[Finding]:
    """Tasks of one service run different programs when the tag moves, and there is nothing to roll back to."""
    for container in containers(task):
        if is_movable(container.get("image")):
            yield Finding(f"{name_of(container)} runs whatever is latest", container.path("image"))


@rule(
    "ecs-efs-in-transit",
    title="ECS tasks mount EFS over TLS",
    severity=Severity.MEDIUM,
    types=[TASK_DEFINITION],
    frameworks={"FSBP": "ECS.18", "Checkov": "CKV_AWS_97"},
    remedy="Set efsVolumeConfiguration.transitEncryption to ENABLED.",
    link=_LINK + "efs-volumes.html",
)
def efs_in_transit(task: Resource) -> Iterator[Finding]:
    """Files cross the network with every read and write; ECS mounts in clear by default."""
    for volume in task.blocks("volumes"):
        at = "efsVolumeConfiguration.transitEncryption"
        if volume.has("efsVolumeConfiguration") and volume.lacks(at, "ENABLED"):
            yield Finding("mounts EFS in clear", volume.path(at))


@stack_rule(
    "ecs-roles-apart",
    title="ECS tasks do not run under their execution role",
    severity=Severity.MEDIUM,
    types=[TASK_DEFINITION],
    frameworks={"Checkov": "CKV_AWS_249"},
    remedy="Give the task a taskRoleArn of its own.",
    link=_LINK + "security-iam-roles.html",
)
def roles_apart(task: Resource, graph: Graph) -> Iterator[Finding]:
    """The execution role reads the secrets of the task's containers and pulls images; the program need do neither."""
    execution, own = task.get("executionRoleArn"), task.get("taskRoleArn")
    both_known = known(execution) and known(own)
    same = both_known and own is not None and execution == own
    shared = set(_roles(task, "executionRoleArn", graph)) & set(_roles(task, "taskRoleArn", graph))
    if same or (shared and not both_known):
        yield Finding("runs under its execution role", "taskRoleArn")


def _roles(task: Resource, path: str, graph: Graph) -> list[str]:
    return [role.urn for role in graph.refers(task, path, ROLE)]

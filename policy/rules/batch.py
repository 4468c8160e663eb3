"""AWS Batch: what its jobs may do to the machine they run on."""

from collections.abc import Iterator

from policy.json_text import decoded
from policy.model import Block, Finding, Resource, Severity, rule
from policy.resources import Values

JOB_DEFINITION = "aws:batch/jobDefinition:JobDefinition"
NATIVE_JOB_DEFINITION = "aws-native:batch:JobDefinition"


@rule(
    "batch-not-privileged",
    title="Batch jobs are not privileged",
    severity=Severity.CRITICAL,
    types=[JOB_DEFINITION, NATIVE_JOB_DEFINITION],
    frameworks={"Checkov": "CKV_AWS_210"},
    remedy="Leave privileged off.",
    link="https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html",
)
def not_privileged(job: Resource) -> Iterator[Finding]:
    """A privileged container owns its instance, and every job and role on it."""
    for path, container in _containers(job):
        for leaf in ("privileged", "securityContext.privileged"):
            if container.has(leaf, True):
                yield Finding("has a container that is privileged", path)


def _containers(job: Resource) -> Iterator[tuple[str, Values]]:
    """Its containers: of one, of several on ECS, of several nodes, of a pod."""
    for path in ("containerProperties", "ecsProperties", "nodeProperties"):
        content = decoded(job.get(path)) or job.get(path)
        if isinstance(content, dict):
            whole = Block(content, path)
            yield path, whole
            ranges = [whole, *whole.blocks("nodeRangeProperties")]
            for each in ranges:
                tasks = [*each.blocks("taskProperties"), *each.blocks("ecsProperties.taskProperties")]
                inner = [*each.blocks("container"), *(one for task in tasks for one in task.blocks("containers"))]
                yield from ((path, one) for one in inner)
    for key in ("containers", "initContainers"):
        for container in job.blocks(f"eksProperties.podProperties.{key}"):
            yield container.path(""), container

"""ECS clusters and services."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

CLUSTER = "aws:ecs/cluster:Cluster"
SERVICE = "aws:ecs/service:Service"
TASK_SET = "aws:ecs/taskSet:TaskSet"
CAPACITY_PROVIDER = "aws:ecs/capacityProvider:CapacityProvider"
_LINK = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
_LATEST_PLATFORMS = ("LATEST", "1.4.0")


@rule(
    "ecs-no-public-address",
    title="ECS tasks get no public address",
    severity=Severity.HIGH,
    types=[SERVICE, TASK_SET],
    frameworks={"FSBP": ("ECS.2", "ECS.16"), "Checkov": "CKV_AWS_333"},
    remedy="Leave networkConfiguration.assignPublicIp off, in private subnets behind a load balancer.",
    link=_LINK + "task-networking.html",
)
def no_public_address(service: Resource) -> Iterator[Finding]:
    """What has no public address cannot be reached by a mistake in a security group."""
    if service.has("networkConfiguration.assignPublicIp", True):
        yield Finding("gives its tasks public addresses", "networkConfiguration.assignPublicIp")


@rule(
    "ecs-circuit-breaker",
    title="Failed deployments of ECS services roll back",
    severity=Severity.LOW,
    types=[SERVICE],
    frameworks={"Well-Architected": "REL08-BP05"},
    remedy="Set deploymentCircuitBreaker enable and rollback.",
    link=_LINK + "deployment-circuit-breaker.html",
    level=Level.ADVISORY,
)
def circuit_breaker(service: Resource) -> Iterator[Finding]:
    """Without it ECS starts a task that cannot run for as long as nobody looks."""
    if service.lacks("deploymentController.type", "CODE_DEPLOY", "EXTERNAL"):
        for key in ("enable", "rollback"):
            if service.lacks(f"deploymentCircuitBreaker.{key}", True):
                yield Finding("does not roll a failed deployment back", f"deploymentCircuitBreaker.{key}")


@stack_rule(
    "ecs-exec-audited",
    title="Shells into ECS tasks are recorded and encrypted",
    severity=Severity.MEDIUM,
    types=[SERVICE],
    frameworks={"Checkov": ("CKV_AWS_223", "CKV_AWS_224")},
    remedy="Set the cluster's executeCommandConfiguration kmsKeyId and logging; or leave enableExecuteCommand off.",
    link=_LINK + "ecs-exec.html",
)
def exec_audited(service: Resource, graph: Graph) -> Iterator[Finding]:
    """ECS Exec gives a shell with the task's role; afterwards only the record says what was done with it."""
    if not service.has("enableExecuteCommand", True):
        return
    at = "configuration.executeCommandConfiguration"
    for cluster in graph.refers(service, "cluster", CLUSTER):
        if cluster.has(f"{at}.logging", "NONE"):
            yield Finding(f"can be entered, and its cluster {cluster.name} records nothing", "enableExecuteCommand")
        if cluster.lacks(f"{at}.kmsKeyId"):
            yield Finding(f"can be entered, and its cluster {cluster.name} names no key", "enableExecuteCommand")


@rule(
    "ecs-container-insights",
    title="ECS clusters measure their tasks",
    severity=Severity.LOW,
    types=[CLUSTER],
    frameworks={"FSBP": "ECS.12", "cdk-nag": "AwsSolutions-ECS4", "Checkov": "CKV_AWS_65"},
    remedy="Add a setting containerInsights with value enhanced or enabled.",
    link=_LINK + "cloudwatch-container-insights.html",
    level=Level.ADVISORY,
)
def container_insights(cluster: Resource) -> Iterator[Finding]:
    """Restarts, memory and network by task are measured nowhere else."""
    settings = list(cluster.blocks("settings"))
    measuring = any(not each.lacks("value", "enabled", "enhanced") for each in settings)
    if not cluster.partly_unknown("settings") and not measuring:
        yield Finding("has no Container Insights", "settings")


@rule(
    "ecs-platform-version",
    title="Fargate services run on the latest platform",
    severity=Severity.MEDIUM,
    types=[SERVICE],
    frameworks={"FSBP": "ECS.10", "Checkov": "CKV_AWS_332"},
    remedy="Leave platformVersion out, or set it to LATEST.",
    link=_LINK + "platform-fargate.html",
)
def platform_version(service: Resource) -> Iterator[Finding]:
    """Older platforms miss fixes of the kernel and the container runtime."""
    if service.has("platformVersion") and service.lacks("platformVersion", *_LATEST_PLATFORMS):
        yield Finding("stays on an old platform version", "platformVersion")


@rule(
    "ecs-termination-protection",
    title="Scaling in spares instances with tasks",
    severity=Severity.LOW,
    types=[CAPACITY_PROVIDER],
    frameworks={"FSBP": "ECS.19"},
    remedy="Set autoScalingGroupProvider.managedTerminationProtection to ENABLED.",
    link=_LINK + "managed-termination-protection.html",
    level=Level.ADVISORY,
)
def termination_protection(provider: Resource) -> Iterator[Finding]:
    """Otherwise the Auto Scaling group ends instances together with the tasks on them."""
    at = "autoScalingGroupProvider.managedTerminationProtection"
    if provider.has("autoScalingGroupProvider") and provider.lacks(at, "ENABLED"):
        yield Finding("ends instances that run tasks", at)

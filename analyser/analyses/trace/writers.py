"""Who writes to a log group: by which input or convention it is named, and by whose right."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.fargate import PROFILE
from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.reach.workloads import DEPLOYMENTS, FUNCTION
from analyser.analyses.trace.code import SERVICE, TASK, Code
from analyser.analyses.trace.code_configuration import CONFIG, flat
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

DELIVERY = "delivery.logs.amazonaws.com"
_ACCOUNT = "aws:apigateway/account:Account"
_CLUSTER = "aws:eks/cluster:Cluster"
_ECS = "aws:ecs/cluster:Cluster"
_ADDON = "aws:eks/addon:Addon"
_STAGES = {"aws:apigateway/stage:Stage": "restApi", "aws:apigatewayv2/stage:Stage": "apiId"}
_BY_ROLE = {
    FUNCTION: ("loggingConfig", "role"),
    TASK: ("containerDefinitions", "executionRoleArn"),
    "aws:ec2/flowLog:FlowLog": ("logDestination", "iamRoleArn"),
    "aws:codebuild/project:Project": ("logsConfig", "serviceRole"),
    "aws:cloudtrail/trail:Trail": ("cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn"),
}
"""Of what writes as a role: the input that names the group, and the one that names the role."""
_BY_SERVICE = {
    "aws:elasticache/replicationGroup:ReplicationGroup": ("logDeliveryConfigurations", DELIVERY),
    "aws:msk/cluster:Cluster": ("loggingInfo", DELIVERY),
    "aws:sfn/stateMachine:StateMachine": ("loggingConfiguration", DELIVERY),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("logDestinationConfigs", DELIVERY),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("deliveryDestinationConfiguration", DELIVERY),
    "aws:opensearch/domain:Domain": ("logPublishingOptions", "es.amazonaws.com"),
    "aws:route53/queryLog:QueryLog": ("cloudwatchLogGroupArn", "route53.amazonaws.com"),
    "aws:cloudwatch/eventTarget:EventTarget": ("arn", "events.amazonaws.com"),
}
"""Of what a service writes: the input that names the group, and the service."""


@dataclass(frozen=True)
class Writer:
    """What writes to a log group, and by which right: a role's, a policy of log groups, or one that AWS arranged."""

    resource: Resource
    role: Resource | None = None
    service: str = ""
    by_itself: str = ""
    """Why it needs no right that the stack would give; empty where it needs one."""
    unclear: str = ""
    """What is not modelled of it."""


def writers(s: Survey, group: Resource) -> Iterator[Writer]:
    """Everything that writes to a log group."""
    names = (text(group.outputs.get("name")), text(group.outputs.get("arn")))
    for token, (path, role) in _BY_ROLE.items():
        for one in _naming(s, token, path, names):
            yield Writer(one, next(iter(s.refers(one, role, "aws:iam/role:Role")), None))
    for token, (path, service) in _BY_SERVICE.items():
        for one in _naming(s, token, path, names):
            yield Writer(one, service=service)
    for token in _STAGES:
        for one in _naming(s, token, "accessLogSettings", names):
            yield _as_account(s, one)
    yield from _sessions(s, names)
    yield from _agents(s, names[0])
    for find in (_databases, _clusters, _stages, _insights, _routers):
        yield from find(s, names[0])


def unnamed_functions(s: Survey) -> list[Resource]:
    """Functions that would make themselves a group, with no end of keeping and no key."""
    groups = {text(one.outputs.get("name")) for one in s.of("aws:cloudwatch/logGroup:LogGroup")}
    default = "/aws/lambda/"
    return [
        one
        for one in s.of(FUNCTION)
        if (text(one.get("loggingConfig.logGroup")) or default + text(one.outputs.get("name"))) not in groups
    ]


def _naming(s: Survey, token: str, path: str, names: tuple[str, str]) -> Iterator[Resource]:
    for one in s.of(token):
        if any(_is_named(value, names) for _, value in flat(one.get(path))):
            yield one


def _is_named(value: str, names: tuple[str, str]) -> bool:
    """By its name or ARN alone, or as a text within JSON."""
    return value.removesuffix(":*") in names or f'"{names[0]}"' in value


def _as_account(s: Survey, stage: Resource) -> Writer:
    """API Gateway writes as one role of the account and region.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    roles = [role for one in s.of(_ACCOUNT) for role in s.refers(one, "cloudwatchRoleArn", "aws:iam/role:Role")]
    unclear = "" if roles else "the account's role for API Gateway is not this stack's: strata check --before"
    return Writer(stage, roles[0] if roles else None, unclear=unclear)


def _sessions(s: Survey, names: tuple[str, str]) -> Iterator[Writer]:
    """What people type in a container is written as the task's own role.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    for cluster in _naming(s, _ECS, "configuration", names):
        services = [one for one in s.of(SERVICE) if one.has("enableExecuteCommand", True)]
        for service in services:
            yield Writer(service, Code(service, s).identity.role)
        if not services:
            yield Writer(cluster, by_itself="nobody may start sessions in its tasks")


def _agents(s: Survey, name: str) -> Iterator[Writer]:
    """Agents whose configuration names the group."""
    for config in _configured(s, name):
        for workload in s.of(*DEPLOYMENTS):
            mounted = [one.get("configMap.name") for one in workload.blocks("spec.template.spec.volumes")]
            if config.get("metadata.name") in mounted and workload.get("metadata.namespace") == config.get(
                "metadata.namespace"
            ):
                yield Writer(workload, Code(workload, s).identity.role)


def _routers(s: Survey, name: str) -> Iterator[Writer]:
    """Fargate's own log router, which writes as the role that starts a profile's pods.

    https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
    """
    for config in _configured(s, name):
        if config.has("metadata.namespace", "aws-observability") and config.has("metadata.name", "aws-logging"):
            for profile in s.of(PROFILE):
                yield Writer(profile, next(iter(s.refers(profile, "podExecutionRoleArn", "aws:iam/role:Role")), None))


def _configured(s: Survey, name: str) -> Iterator[Resource]:
    """The configurations of Fluent Bit that name the group."""
    for config in s.of(CONFIG):
        data = config.get("data")
        values = [value for _, value in flat(data if isinstance(data, dict) else {})]
        if any(line.split() == ["log_group_name", name] for value in values for line in value.splitlines()):
            yield config


def _databases(s: Survey, name: str) -> Iterator[Writer]:
    by_itself = "RDS writes as its service-linked role"
    for one in s.of(RDS_INSTANCE, RDS_CLUSTER):
        exported = texts(one.list("enabledCloudwatchLogsExports"))
        what = "cluster" if one.type == RDS_CLUSTER else "instance"
        own = text(one.get("clusterIdentifier" if one.type == RDS_CLUSTER else "identifier"))
        if any(name == f"/aws/rds/{what}/{own}/{kind}" for kind in exported):
            yield Writer(one, by_itself=by_itself)
    yield from (Writer(one, by_itself=by_itself) for one in s.of(PROXY) if name == f"/aws/rds/proxy/{one.get('name')}")


def _clusters(s: Survey, name: str) -> Iterator[Writer]:
    for one in s.of(_CLUSTER):
        if name == f"/aws/eks/{one.get('name')}/cluster" and one.list("enabledClusterLogTypes"):
            yield Writer(one, by_itself="EKS writes as its service-linked role")


def _stages(s: Survey, name: str) -> Iterator[Writer]:
    """The execution logs of APIs, by the names that API Gateway gives them."""
    for token, by in _STAGES.items():
        begin = "API-Gateway-Execution-Logs_" if by == "restApi" else "/aws/apigateway/"
        for one in s.of(token):
            stage = text(one.get("stageName")) or text(one.get("name"))
            if name == f"{begin}{text(one.get(by))}/{stage}":
                yield _as_account(s, one)


def _insights(s: Survey, name: str) -> Iterator[Writer]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-view-metrics.html"""
    for addon in s.of(_ADDON):
        observing = addon.has("addonName", "amazon-cloudwatch-observability")
        if observing and name.startswith(f"/aws/containerinsights/{text(addon.get('clusterName'))}/"):
            ties = s.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            agents = [one for one in ties if one.has("namespace", "amazon-cloudwatch")]
            roles = [role for one in agents for role in s.refers(one, "roleArn", "aws:iam/role:Role")]
            yield Writer(addon, roles[0] if roles else None)

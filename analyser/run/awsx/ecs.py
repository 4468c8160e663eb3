"""awsx:ecs: services with a task definition, its roles and its log group.

``ecs/fargateService.ts``, ``ec2Service.ts``, ``fargateTaskDefinition.ts``, ``ec2TaskDefinition.ts`` and
``containers.ts`` of https://github.com/pulumi/pulumi-awsx
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run.awsx.defaults import default_network, log_group, open_group, role_of, short_hash
from analyser.run.awsx.fargate_sizes import size_of
from analyser.run.remote_components import (
    Expansion,
    RefusedError,
    RemoteError,
    Traced,
    id_of,
    output_of,
    reference_to,
    traced,
)
from policy.unknown import UNKNOWN, wholly_known

_SERVICE = (
    "alarms", "availabilityZoneRebalancing", "capacityProviderStrategies", "cluster", "deploymentCircuitBreaker",
    "deploymentConfiguration", "deploymentController", "deploymentMaximumPercent", "deploymentMinimumHealthyPercent",
    "desiredCount", "enableEcsManagedTags", "enableExecuteCommand", "forceDelete", "forceNewDeployment",
    "healthCheckGracePeriodSeconds", "iamRole", "name", "networkConfiguration", "orderedPlacementStrategies",
    "placementConstraints", "platformVersion", "propagateTags", "region", "schedulingStrategy",
    "serviceConnectConfiguration", "serviceRegistries", "sigintRollback", "tags", "triggers", "volumeConfiguration",
    "vpcLatticeConfigurations",
)  # fmt: skip
_SERVICE_ONLY = (
    "assignPublicIp", "continueBeforeSteadyState", "loadBalancers", "taskDefinition", "taskDefinitionArgs",
    "useClusterDefaultCapacityProviderStrategy",
)  # fmt: skip
_TASK = (
    "cpu", "enableFaultInjection", "ephemeralStorage", "family", "ipcMode", "memory", "networkMode", "pidMode",
    "placementConstraints", "proxyConfiguration", "region", "runtimePlatform", "skipDestroy", "tags", "trackLatest",
    "volumes",
)  # fmt: skip
_TASK_ONLY = ("container", "containers", "executionRole", "logGroup", "taskRole")
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Effect": "Allow", "Sid": ""}
    ],
}
_EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_MAPPED = ("name", "containerPortRange", "appProtocol", "protocol")


@dataclass(frozen=True)
class _Task:
    """A task definition and what comes with it, by what the component hands back."""

    definition: Node
    balancers: list[dict[str, Any]]
    outputs: dict[str, Node | None]


def expand_fargate_service(expansion: Expansion) -> None:
    """A service on Fargate: one task in the default network, open to everybody, unless it is told otherwise."""
    _service(expansion, "FARGATE")


def expand_ec2_service(expansion: Expansion) -> None:
    """A service on machines of the cluster's own."""
    _service(expansion, "EC2")


def expand_fargate_task(expansion: Expansion) -> None:
    """A task definition for Fargate."""
    _alone(expansion, "FARGATE")


def expand_ec2_task(expansion: Expansion) -> None:
    """A task definition for machines of the cluster's own."""
    _alone(expansion, "EC2")


def _alone(expansion: Expansion, kind: str) -> None:
    expansion.only([*_TASK, *_TASK_ONLY])
    task = _task(expansion, kind, expansion.component.inputs, expansion.component.property_dependencies, None)
    expansion.output("taskDefinition", reference_to(task.definition))
    expansion.output("loadBalancers", task.balancers)
    for key, node in task.outputs.items():
        expansion.output(key, reference_to(node) if node else None)


def _service(expansion: Expansion, kind: str) -> None:
    expansion.only([*_SERVICE, *_SERVICE_ONLY])
    inputs = expansion.component.inputs
    label = f"{expansion.component.type} {expansion.name}"
    for one, other in (
        ("taskDefinition", "taskDefinitionArgs"),
        ("networkConfiguration", "assignPublicIp"),
        ("capacityProviderStrategies", "useClusterDefaultCapacityProviderStrategy"),
    ):
        if one in inputs and inputs.get(other):
            raise RefusedError(f"{label}: {one} and {other} exclude each other")
    definition, task = expansion.given("taskDefinition"), None
    if "taskDefinitionArgs" in inputs:
        task = _own_task(expansion, kind)
        definition = output_of(task.definition, "arn")
    if definition.value is None:
        raise RefusedError(f"{label}: needs taskDefinition or taskDefinitionArgs")
    shared = "capacityProviderStrategies" in inputs or inputs.get("useClusterDefaultCapacityProviderStrategy")
    balancers = expansion.given("loadBalancers")
    if balancers.value is None and task:
        balancers = traced(task.balancers)
    made = expansion.resource(
        "aws:ecs/service:Service",
        expansion.name,
        {
            **({"desiredCount": 1} if kind == "FARGATE" else {}),
            **{key: expansion.given(key) for key in _SERVICE if key in inputs},
            **({"networkConfiguration": _network(expansion)} if _needs_network(expansion, kind) else {}),
            "launchType": None if shared else kind,
            "loadBalancers": balancers,
            "waitForSteadyState": not expansion.plain("continueBeforeSteadyState", False),
            "taskDefinition": definition,
        },
    )
    expansion.output("service", reference_to(made))
    expansion.output("taskDefinition", reference_to(task.definition) if task else None)


def _needs_network(expansion: Expansion, kind: str) -> bool:
    return kind == "FARGATE" and "networkConfiguration" not in expansion.component.inputs


def _network(expansion: Expansion) -> dict[str, Any]:
    network = default_network(expansion)
    group = open_group(expansion, f"{expansion.name}-sg", network.vpc)
    public = expansion.plain("assignPublicIp", False)
    subnets = network.public if public else network.private
    return {"subnets": subnets, "assignPublicIp": public, "securityGroups": [id_of(group)]}


def _own_task(expansion: Expansion, kind: str) -> _Task:
    said = expansion.component.inputs["taskDefinitionArgs"]
    if not isinstance(said, Mapping):
        raise RemoteError(f"{expansion.component.type} {expansion.name}: taskDefinitionArgs decides what is made")
    if strange := sorted(said.keys() - {*_TASK, *_TASK_ONLY}):
        raise RemoteError(f"{expansion.component.type} {expansion.name}: nobody knows what {', '.join(strange)} makes")
    token = "awsx:ecs:FargateTaskDefinition" if kind == "FARGATE" else "awsx:ecs:EC2TaskDefinition"
    group = expansion.group(token, expansion.name)
    urns = expansion.component.property_dependencies.get("taskDefinitionArgs", ())
    return _task(expansion, kind, said, dict.fromkeys(said, urns), group)


def _task(
    expansion: Expansion, kind: str, said: Mapping[str, Any], urns: Mapping[str, Any], parent: Node | None
) -> _Task:
    name = expansion.name
    containers = _containers(expansion, said)
    logs = None if (said.get("logGroup") or {}).get("skip") else log_group(
        expansion, name, said.get("logGroup"), parent=parent
    )  # fmt: skip
    usual = {"assumeRolePolicy": _TRUST}
    task_role, own = role_of(expansion, f"{name}-task", said.get("taskRole"), usual, parent=parent)
    starting, starter = role_of(
        expansion,
        f"{name}-execution",
        said.get("executionRole"),
        {**usual, "policyArns": [_EXECUTION]},
        parent=parent,
    )
    groups = _target_groups(expansion, [*(urns.get("container") or ()), *(urns.get("containers") or ())])
    definitions = traced([_definition(key, each, logs, groups) for key, each in sorted(containers.items())])
    came_from = definitions.urns | frozenset(urns.get("container") or ()) | frozenset(urns.get("containers") or ())
    text = json.dumps(definitions.value, separators=(",", ":")) if wholly_known(definitions.value) else UNKNOWN
    family = UNKNOWN if text is UNKNOWN else f"{name}-{short_hash(expansion.stack + str(text))}"
    definition = expansion.resource(
        "aws:ecs/taskDefinition:TaskDefinition",
        name,
        {
            **(size_of(definitions.value) if kind == "FARGATE" else {}),
            "networkMode": "awsvpc",
            "family": family,
            **{key: Traced(said[key], frozenset(urns.get(key) or ())) for key in _TASK if said.get(key) is not None},
            **({"networkMode": "awsvpc"} if kind == "FARGATE" else {}),
            "requiresCompatibilities": [kind],
            "taskRoleArn": task_role,
            "executionRoleArn": starting,
            "containerDefinitions": Traced(text, came_from),
        },
        parent=parent,
    )
    outputs = {"logGroup": logs.made if logs else None, "taskRole": own, "executionRole": starter}
    return _Task(definition, _balancers(containers, groups), outputs)


def _containers(expansion: Expansion, said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    one, several = said.get("container"), said.get("containers")
    label = f"{expansion.component.type} {expansion.name}"
    if (one is None) == (several is None):
        raise RefusedError(f"{label}: needs either container or containers")
    found = {(one or {}).get("name") or "container": one} if one is not None else several
    if not isinstance(found, Mapping) or not all(isinstance(each, Mapping) for each in found.values()):
        raise RemoteError(f"{label}: its containers decide what is made and must be known")
    return dict(found)


def _definition(name: str, said: Mapping[str, Any], logs: Any, groups: Mapping[Any, Node]) -> dict[str, Any]:
    ports = said.get("portMappings")
    found = {**said, "name": name}
    if ports is not None:
        found["portMappings"] = [_mapping(each, groups) for each in ports]
    if said.get("logConfiguration") is None and logs is not None:
        options = {"awslogs-group": logs.name, "awslogs-region": logs.region, "awslogs-stream-prefix": name}
        found["logConfiguration"] = {"logDriver": "awslogs", "options": options}
    return found


def _mapping(said: Mapping[str, Any], groups: Mapping[Any, Node]) -> dict[str, Any]:
    behind = _port(said.get("targetGroup"), groups)
    inside, outside = said.get("containerPort"), said.get("hostPort")
    ports = {"containerPort": _first(inside, outside, behind), "hostPort": _first(outside, behind, inside)}
    return {**{key: said[key] for key in _MAPPED if said.get(key) is not None},
            **{key: port for key, port in ports.items() if port is not None}}  # fmt: skip


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _port(group: Any, groups: Mapping[Any, Node]) -> Any:
    if group is None:
        return None
    return groups[group].inputs.get("port") if group in groups else UNKNOWN


def _target_groups(expansion: Expansion, urns: list[str]) -> dict[Any, Node]:
    """The target groups that containers were given, by their ids, as which references arrive."""
    found = (expansion.registered(urn) for urn in urns)
    return {node.id: node for node in found if node is not None and node.type == "aws:lb/targetGroup:TargetGroup"}


def _balancers(containers: Mapping[str, Mapping[str, Any]], groups: Mapping[Any, Node]) -> list[dict[str, Any]]:
    return [
        {
            "containerName": name,
            "containerPort": _port(each["targetGroup"], groups),
            "targetGroupArn": output_of(groups[each["targetGroup"]], "arn")
            if each["targetGroup"] in groups
            else each["targetGroup"],
        }
        for name, said in containers.items()
        for each in said.get("portMappings") or ()
        if each.get("targetGroup") is not None
    ]

import json
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import ecs, ecs_tasks
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

SECRET = {"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"}
CONTAINER: dict[str, Any] = {
    "name": "api",
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:1.4.2",
    "user": "1000:1000",
    "readonlyRootFilesystem": True,
    "environment": [{"name": "LOG_LEVEL", "value": "info"}],
    "secrets": [SECRET],
    "logConfiguration": {"logDriver": "awslogs"},
}
EXECUTION = resource(ecs_tasks.ROLE, "execution", outputs={"arn": "arn:aws:iam::123456789012:role/execution"})
OWN = resource(ecs_tasks.ROLE, "own", outputs={"arn": "arn:aws:iam::123456789012:role/own"})


def definitions(**changes: Any) -> str:
    return json.dumps([CONTAINER | changes])


def task(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {
        "containerDefinitions": definitions(),
        "networkMode": "awsvpc",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "taskRoleArn": "arn:aws:iam::123456789012:role/own",
        "volumes": [{"name": "files", "efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}],
    }
    return resource(ecs_tasks.TASK_DEFINITION, "task", **(inputs | changes))


CLUSTER = resource(
    ecs.CLUSTER,
    "cluster",
    name="main",
    settings=[{"name": "containerInsights", "value": "enhanced"}],
    configuration={"executeCommandConfiguration": {"kmsKeyId": "arn:aws:kms:key", "logging": "OVERRIDE"}},
)
SERVICE = resource(
    ecs.SERVICE,
    "service",
    refers={"cluster": CLUSTER},
    cluster="main",
    launchType="FARGATE",
    platformVersion="LATEST",
    enableExecuteCommand=True,
    networkConfiguration={"assignPublicIp": False},
    deploymentCircuitBreaker={"enable": True, "rollback": True},
)
TASK_SET = resource(ecs.TASK_SET, "set", networkConfiguration={"assignPublicIp": False})
PROVIDER = resource(
    ecs.CAPACITY_PROVIDER, "provider", autoScalingGroupProvider={"managedTerminationProtection": "ENABLED"}
)


def containers(rule: str, *changes: dict[str, Any]) -> Case:
    return Case(rule, [task()], [Set("containerDefinitions", definitions(**change)) for change in changes])


CASES = [
    containers("ecs-not-privileged", {"privileged": True}),
    containers("ecs-read-only-root", {"readonlyRootFilesystem": False}, {"readonlyRootFilesystem": None}),
    containers("ecs-non-root", {"user": "root"}, {"user": "0:0"}, {"user": ""}, {"user": "0"}),
    containers(
        "ecs-no-plain-secrets",
        {"environment": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]},
        {"environment": [{"name": "ID", "value": "AKIAIOSFODNN7EXAMPLE"}]},
    ),
    containers("ecs-logs", {"logConfiguration": None}, {"logConfiguration": {}}),
    containers("ecs-image-version", {"image": "nginx"}, {"image": "nginx:latest"}),
    Case(
        "ecs-host-namespaces",
        [task()],
        [Set("networkMode", "host"), Set("pidMode", "host"), Set("ipcMode", "host")],
    ),
    Case(
        "ecs-efs-in-transit",
        [task()],
        [
            Set("volumes[0].efsVolumeConfiguration.transitEncryption", "DISABLED"),
            Set("volumes[0].efsVolumeConfiguration", {"fileSystemId": "fs-1"}),
        ],
    ),
    Case(
        "ecs-roles-apart",
        [task(), EXECUTION, OWN],
        [Set("taskRoleArn", "arn:aws:iam::123456789012:role/execution")],
    ),
    Case("ecs-no-public-address", [SERVICE], [Set("networkConfiguration.assignPublicIp", True)]),
    Case("ecs-no-public-address", [TASK_SET], [Set("networkConfiguration.assignPublicIp", True)]),
    Case(
        "ecs-circuit-breaker",
        [SERVICE],
        [
            Set("deploymentCircuitBreaker"),
            Set("deploymentCircuitBreaker.enable", False),
            Set("deploymentCircuitBreaker.rollback", False),
        ],
    ),
    Case(
        "ecs-exec-audited",
        [SERVICE, CLUSTER],
        [
            Set("configuration", on="cluster"),
            Set("configuration.executeCommandConfiguration.kmsKeyId", on="cluster"),
            Set("configuration.executeCommandConfiguration.logging", "NONE", on="cluster"),
        ],
    ),
    Case(
        "ecs-container-insights",
        [CLUSTER],
        [Set("settings"), Set("settings", []), Set("settings[0].value", "disabled")],
    ),
    Case("ecs-platform-version", [SERVICE], [Set("platformVersion", "1.3.0")]),
    Case(
        "ecs-termination-protection",
        [PROVIDER],
        [
            Set("autoScalingGroupProvider.managedTerminationProtection", "DISABLED"),
            Set("autoScalingGroupProvider", {"autoScalingGroupArn": "arn"}),
        ],
    ),
]


def test_unknown_roles_of_one_resource_are_one() -> None:
    shared = resource(
        ecs_tasks.TASK_DEFINITION,
        "task",
        refers={"executionRoleArn": EXECUTION, "taskRoleArn": EXECUTION},
        executionRoleArn=UNKNOWN,
        taskRoleArn=UNKNOWN,
    )
    assert check("ecs-roles-apart", shared, EXECUTION) == ["task: runs under its execution role (taskRoleArn)"]


@pytest.mark.parametrize("text", ["no JSON", "{}", "[1]"])
def test_what_is_no_list_of_containers_is_left_alone(text: str) -> None:
    assert check("ecs-logs", task(containerDefinitions=text)) == []


def test_windows_has_neither_root_nor_read_only_images() -> None:
    windows = task(
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
        containerDefinitions=definitions(user="", readonlyRootFilesystem=False),
    )
    assert check("ecs-non-root", windows) == []
    assert check("ecs-read-only-root", windows) == []


def test_code_deploy_rolls_back_by_itself() -> None:
    service = resource(ecs.SERVICE, deploymentController={"type": "CODE_DEPLOY"})
    assert check("ecs-circuit-breaker", service) == []


def test_closed_services_need_no_record() -> None:
    closed = resource(ecs.SERVICE, refers={"cluster": CLUSTER}, cluster="main", enableExecuteCommand=False)
    bare = resource(ecs.CLUSTER, "cluster", name="main")
    assert check("ecs-exec-audited", closed, bare) == []

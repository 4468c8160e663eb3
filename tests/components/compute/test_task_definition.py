"""What a task may do, read and write."""

import json

import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.compute.task_definition import SecretReference, repository_arn
from components.compute.task_settings import ContainerHealth
from components.operations.tracing import Tracing, TracingSettings
from components.security.key import Key
from components.statements import Statement
from tests.components.compute.fargate import REPOSITORY, SECRET, TASK, build, container, graph, settings, statements
from tests.support import ACCOUNT, record


def test_the_task_is_fargate_s_and_of_the_size_asked_for() -> None:
    inputs = graph().only(TASK).inputs
    assert {key: inputs[key] for key in ("family", "cpu", "memory", "networkMode", "requiresCompatibilities")} == {
        "family": "mdreader-hocuspocus",
        "cpu": "512",
        "memory": "1024",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
    }
    assert inputs["runtimePlatform"] == {"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"}
    assert inputs["skipDestroy"] is True


def test_the_container_can_write_to_memory_only_and_is_nobody_special() -> None:
    only = container(graph())
    assert only["readonlyRootFilesystem"] is True
    assert only["user"] == "1000:1000"
    assert only["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert only["linuxParameters"]["tmpfs"] == [
        {"containerPath": "/tmp", "size": 64, "mountOptions": ["nodev", "noexec", "nosuid"]}
    ]
    assert "privileged" not in only
    assert only["stopTimeout"] == 120


@pytest.mark.parametrize(("tag", "image"), [("1.4.2", ":1.4.2"), ("sha256:" + "b" * 64, "@sha256:" + "b" * 64)])
def test_the_image_is_one_version(tag: str, image: str) -> None:
    assert container(graph(settings(tag=tag)))["image"] == REPOSITORY + image


def test_environment_and_secrets_come_in_an_order_that_does_not_change() -> None:
    secrets = {"Z": SecretReference(SECRET), "A": SecretReference(SECRET, field="redis-url")}
    only = container(graph(environment={"B": "2", "A1": "1"}, secrets=secrets))
    assert only["environment"] == [{"name": "A1", "value": "1"}, {"name": "B", "value": "2"}]
    assert only["secrets"] == [
        {"name": "A", "valueFrom": f"{SECRET}:redis-url::"},
        {"name": "Z", "valueFrom": SECRET},
    ]


def test_no_name_can_be_both() -> None:
    with pytest.raises(ProgramError, match="both in environment and secrets: NODE_ENV"):
        graph(secrets={"NODE_ENV": SecretReference(SECRET)})


def test_its_logs_are_encrypted_and_never_block_it() -> None:
    found = graph()
    group = found.only("aws:cloudwatch/logGroup:LogGroup", "hocuspocus-task-logs-group")
    assert group.inputs["name"] == "/ecs/mdreader-hocuspocus"
    assert group.inputs["kmsKeyId"] == found.only("aws:kms/key:Key", "logs-key").outputs["arn"]
    logging = container(found)["logConfiguration"]
    assert logging["logDriver"] == "awslogs"
    assert logging["options"]["awslogs-group"] == "/ecs/mdreader-hocuspocus"
    assert (logging["options"]["awslogs-region"], logging["options"]["mode"]) == ("us-east-1", "non-blocking")


@pytest.mark.parametrize("protocol", ["HTTP", "HTTPS"])
def test_it_is_asked_for_its_health_in_its_own_protocol(protocol: str) -> None:
    check = container(graph(settings(protocol=protocol, health=ContainerHealth(path="/live", start_period=30))))
    command = check["healthCheck"].pop("command")
    assert check["healthCheck"] == {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 30}
    assert command[:3] == ["CMD", "node", "-e"]
    assert f"require('{protocol.lower()}').get(" in command[3]
    assert '"port": 8443' in command[3]
    assert '"path": "/live"' in command[3]


def test_an_image_without_node_brings_its_own_question() -> None:
    health = ContainerHealth(command=("CMD-SHELL", "wget -q localhost:8443"))
    assert container(graph(settings(health=health)))["healthCheck"]["command"] == list(health.command or ())


def test_the_roles_are_apart_and_trust_ecs_of_this_account_only() -> None:
    found = graph()
    inputs = found.only(TASK).inputs
    own, execution = (found.only("aws:iam/role:Role", f"hocuspocus-task-{r}-role") for r in ("own", "execution"))
    assert (inputs["taskRoleArn"], inputs["executionRoleArn"]) == (own.outputs["arn"], execution.outputs["arn"])
    for role in (own, execution):
        (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Service": ["ecs-tasks.amazonaws.com"]}
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT.id}:*"},
        }


def test_the_task_may_do_what_it_was_granted_and_no_more() -> None:
    granted = Statement("ReadTable", ["dynamodb:GetItem"], ["arn:aws:dynamodb:us-east-1:123456789012:table/state"])
    assert list(statements(graph(grants=[granted]), "own")) == ["ReadTable"]
    names = {node.name for node in graph().of_type("aws:iam/rolePolicy:RolePolicy")}
    assert "hocuspocus-task-own-policy" not in names


def test_it_is_started_with_one_repository_one_log_group_and_its_secrets() -> None:
    found = graph()
    rights = statements(found, "execution")
    assert set(rights) == {"Login", "Pull", "WriteHocuspocusTaskLogs", "ReadSecrets", "DecryptSecrets"}
    assert [sid for sid, right in rights.items() if right["Resource"] == ["*"]] == ["Login"]
    assert rights["Pull"]["Resource"] == [f"arn:aws:ecr:us-east-1:{ACCOUNT.id}:repository/mdreader/hocuspocus"]
    assert rights["ReadSecrets"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert rights["ReadSecrets"]["Resource"] == [SECRET]
    assert rights["DecryptSecrets"]["Resource"] == [found.only("aws:kms/key:Key", "data-key").outputs["arn"]]
    assert rights["DecryptSecrets"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
    }


def test_each_key_of_its_secrets_once() -> None:
    def program() -> None:
        other = Key("other", account=ACCOUNT, purpose="Other secrets")
        build(secrets={v: SecretReference(SECRET, key=k) for v, k in {"A": None, "B": other, "C": other}.items()})

    found = record(program)
    arns = [found.only("aws:kms/key:Key", name).outputs["arn"] for name in ("data-key", "other-key")]
    assert statements(found, "execution")["DecryptSecrets"]["Resource"] == arns


def test_without_secrets_it_reads_none() -> None:
    assert not {"ReadSecrets", "DecryptSecrets"} & set(statements(graph(secrets={}), "execution"))


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        (f"{ACCOUNT.id}.dkr.ecr.eu-west-1.amazonaws.com/a", f"arn:aws:ecr:eu-west-1:{ACCOUNT.id}:repository/a"),
        (f"{ACCOUNT.id}.dkr.ecr.cn-north-1.amazonaws.com.cn/a", f"arn:aws-cn:ecr:cn-north-1:{ACCOUNT.id}:repository/a"),
    ],
)
def test_the_repository_behind_a_url(url: str, arn: str) -> None:
    assert repository_arn(url) == arn


@pytest.mark.parametrize("url", ["docker.io/library/node", f"{REPOSITORY}:1.0", "public.ecr.aws/a/b"])
def test_other_registries_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not a private ECR repository"):
        repository_arn(url)


def traced() -> Graph:
    def program() -> None:
        build(tracing=Tracing("tracing", TracingSettings(slow_ms=250)))

    return record(program)


def test_a_collector_beside_the_container_sends_what_it_is_told() -> None:
    found = traced()
    app, collector = json.loads(found.only(TASK).inputs["containerDefinitions"])
    told = {one["name"]: one["value"] for one in app["environment"]}
    config = {one["name"]: one["value"] for one in collector["environment"]}["AOT_CONFIG_CONTENT"]
    assert told["OTEL_SERVICE_NAME"] == "mdreader-hocuspocus"
    assert json.loads(config.replace("$$", "$"))["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == (
        told["OTEL_EXPORTER_OTLP_ENDPOINT"].removeprefix("http://")
    )
    assert '"threshold_ms": 250' in config
    assert statements(found, "own")["TraceTracing"]["Action"] == ["xray:PutTraceSegments"]


def test_the_task_outlives_its_collector_which_ends_after_the_container() -> None:
    app, collector = json.loads(traced().only(TASK).inputs["containerDefinitions"])
    assert (app["essential"], collector["essential"]) == (True, False)
    assert collector["restartPolicy"]["enabled"] is True
    assert app["dependsOn"] == [{"containerName": collector["name"], "condition": "START"}]
    streams = [one["logConfiguration"]["options"]["awslogs-stream-prefix"] for one in (app, collector)]
    assert streams == ["app", "trace-collector"]
    assert (collector["user"], collector["readonlyRootFilesystem"]) == ("4317:4317", True)
    assert collector["memory"] == 256


def test_without_tracing_nothing_is_said_of_it() -> None:
    assert not [one["name"] for one in container(graph())["environment"] if one["name"].startswith("OTEL")]

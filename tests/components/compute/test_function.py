"""A function: encrypted, traced, alone in its role, and closed until told otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.compute.function import Function, FunctionSettings
from components.network.security_group import SecurityGroup
from components.security.key import Key
from components.statements import Statement
from settings.project_files import ROOT
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, once, record, unequal_when_unknown, without_digests

FUNCTION, QUEUE = "aws:lambda/function:Function", "aws:sqs/queue:Queue"
CODE = "functions/rotate_secret"


def build(settings: FunctionSettings | None = None, *, networked: bool = False, **more: Any) -> Function:
    log_key = Key("logs", account=ACCOUNT, purpose="Logs")
    arguments: dict[str, Any] = {"code": CODE, "handler": "handler.handle", "description": "Does it"} | more
    return Function(
        "task",
        settings or FunctionSettings(),
        account=ACCOUNT,
        key=Key("data", account=ACCOUNT, purpose="Data"),
        log_key=log_key,
        network=Subnets("net") if networked else None,
        **arguments,
    )


@once
def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: build(*args, **more))


def statements(graph: Graph) -> dict[str, dict[str, Any]]:
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "task-execution-policy").inputs["policy"]
    return {s["Sid"]: s for s in json.loads(policy)["Statement"]}


def arn(graph: Graph, token: str, name: str) -> str:
    return graph.only(token, name).outputs["arn"]


def test_what_a_function_is_by_default() -> None:
    graph = graph_of(environment={"TABLE": "records"})
    inputs = graph.only(FUNCTION).inputs
    assert {**inputs, "code": without_digests(inputs["code"])} == {
        "description": "Does it",
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "code": {"assets": {"handler.py": {"path": "functions/rotate_secret/handler.py"}}},
        "handler": "handler.handle",
        "role": arn(graph, "aws:iam/role:Role", "task-execution-role"),
        "memorySize": 256,
        "timeout": 30,
        "environment": {"variables": {"TABLE": "records"}},
        "kmsKeyArn": arn(graph, "aws:kms/key:Key", "data-key"),
        "loggingConfig": {
            "logFormat": "JSON",
            "logGroup": graph.only("aws:cloudwatch/logGroup:LogGroup").outputs["name"],
        },
        "tracingConfig": {"mode": "Active"},
    }


def test_its_logs_are_its_own_and_encrypted() -> None:
    graph = graph_of()
    group = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["kmsKeyId"] == arn(graph, "aws:kms/key:Key", "logs-key")
    (logs,) = [s for s in statements(graph).values() if any(a.startswith("logs:") for a in s["Action"])]
    assert logs["Resource"] == [f"{group.outputs['arn']}:*"]


def test_its_rights_are_logs_traces_key_and_what_it_was_granted() -> None:
    granted = Statement("Granted", ["s3:GetObject"], ["arn:aws:s3:::records/*"])
    graph = graph_of(grants=[granted])
    assert set(statements(graph)) == {"WriteTaskLogs", "WriteTraces", "UseFunctionKey", "Granted"}
    assert statements(graph)["UseFunctionKey"]["Action"] == ["kms:Decrypt"]
    assert [sid for sid, s in statements(graph).items() if s["Resource"] == ["*"]] == ["WriteTraces"]


def test_nobody_may_invoke_it_until_told() -> None:
    assert graph_of().of_type("aws:lambda/permission:Permission") == []
    source = f"arn:aws:events:us-east-1:{ACCOUNT.id}:rule/nightly"
    graph = record(lambda: build().allow_invocation("nightly", "events.amazonaws.com", source))
    assert graph.only("aws:lambda/permission:Permission", "task-invocation-nightly").inputs == {
        "function": graph.only(FUNCTION).outputs["name"],
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "sourceArn": source,
    }


@pytest.mark.parametrize("service", ["s3", "secretsmanager"])
def test_services_that_send_their_account_must_send_this_one(service: str) -> None:
    graph = record(lambda: build().allow_invocation("source", f"{service}.amazonaws.com", "arn:aws:s3:::uploads"))
    assert graph.only("aws:lambda/permission:Permission").inputs["sourceAccount"] == ACCOUNT.id


def test_settings_reach_the_function() -> None:
    settings = FunctionSettings(memory_mib=512, timeout_seconds=60, reserved_concurrency=5)
    inputs = graph_of(settings).only(FUNCTION).inputs
    assert (inputs["memorySize"], inputs["timeout"], inputs["reservedConcurrentExecutions"]) == (512, 60, 5)


@pytest.mark.parametrize("given", [{"memory_mib": 64}, {"timeout_seconds": 901}, {"reserved_concurrency": 0}])
def test_settings_out_of_lambda_s_bounds_are_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        FunctionSettings.model_validate(given)


def test_dead_letters_are_kept_for_asynchronous_callers_only() -> None:
    assert graph_of().of_type(QUEUE) == []
    graph = graph_of(asynchronous=True)
    queue = graph.only(QUEUE)
    assert queue.inputs == {
        "kmsMasterKeyId": arn(graph, "aws:kms/key:Key", "data-key"),
        "messageRetentionSeconds": 1209600,
    }
    assert graph.only(FUNCTION).inputs["deadLetterConfig"] == {"targetArn": queue.outputs["arn"]}
    assert statements(graph)["KeepDeadLetters"]["Resource"] == [queue.outputs["arn"]]
    assert statements(graph)["UseFunctionKey"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    (transport,) = json.loads(graph.only("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])["Statement"]
    assert transport["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_dead_letter_queue_is_there_for_alarms() -> None:
    graph_of_names: list[Any] = []
    record(lambda: graph_of_names.append(build(asynchronous=True).dead_letter_queue_name))
    assert len(graph_of_names) == 1
    with pytest.raises(ProgramError, match="invoked synchronously"):
        record(lambda: build().dead_letter_queue_name)


def test_in_a_network_it_is_private_and_closed() -> None:
    graph = graph_of(networked=True)
    private = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-private-")}
    group = graph.only("aws:ec2/securityGroup:SecurityGroup", "task-group")
    vpc = graph.only(FUNCTION).inputs["vpcConfig"]
    assert set(vpc["subnetIds"]) == private
    assert vpc["securityGroupIds"] == [group.id]
    rules = [n for n in graph if "GroupIngressRule" in n.type or "GroupEgressRule" in n.type]
    assert [rule for rule in rules if rule.inputs["securityGroupId"] == group.id] == []
    assert statements(graph)["ChangeInterfaces"]["Resource"] == [f"arn:aws:ec2:us-east-1:{ACCOUNT.id}:*/*"]


def test_in_the_data_tier_it_is_in_that_tier_s_subnets_only() -> None:
    graph = graph_of(networked=True, tier="data")
    data = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-data-")}
    assert set(graph.only(FUNCTION).inputs["vpcConfig"]["subnetIds"]) == data
    assert len(data) == 3


def test_its_group_is_a_client_of_stores() -> None:
    def program() -> None:
        SecurityGroup("store", vpc_id="vpc-1", description="Store").allow(build(networked=True), 5432, "Database")

    graph = record(program)
    rule = graph.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "store-to-task-5432").inputs
    assert rule["securityGroupId"] == graph.only("aws:ec2/securityGroup:SecurityGroup", "task-group").id
    with pytest.raises(ProgramError, match="in no network"):
        record(lambda: build().security_group_id)


def test_a_fixed_name_is_that_of_function_and_log_group() -> None:
    graph = graph_of(function_name="confluence-clone-auth")
    group = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert graph.only(FUNCTION).inputs["name"] == "confluence-clone-auth"
    assert group.inputs["name"] == "/aws/lambda/confluence-clone-auth"
    assert graph.only(FUNCTION).inputs["loggingConfig"]["logGroup"] == "/aws/lambda/confluence-clone-auth"


def test_layers_reach_the_function() -> None:
    layer = f"arn:aws:lambda:us-east-1:{ACCOUNT.id}:layer:libraries:1"
    assert graph_of(layers=[layer]).only(FUNCTION).inputs["layers"] == [layer]


def test_what_is_granted_later_does_not_hold_the_function_up() -> None:
    statement = Statement("Push", ["execute-api:ManageConnections"], ["arn:aws:execute-api:us-east-1:1:a/b/POST/*"])
    graph = record(lambda: build().grant("sockets", statement))
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "task-grant-sockets")
    assert json.loads(policy.inputs["policy"])["Statement"] == [statement.as_dict()]
    assert policy.inputs["role"] == graph.only("aws:iam/role:Role").outputs["name"]
    assert policy.urn not in graph.only(FUNCTION).dependencies


def test_it_waits_for_the_rights_of_its_role() -> None:
    graph = graph_of(networked=True, asynchronous=True)
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "task-execution-policy")
    assert policy.urn in graph.only(FUNCTION).dependencies


def test_code_is_found_from_anywhere_and_leaves_caches_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    code = record(build).only(FUNCTION).inputs["code"]
    assert list(code["assets"]) == ["handler.py"]
    path = code["assets"]["handler.py"]["path"]
    assert not Path(path).is_absolute()
    assert (ROOT / path).is_file()


def test_code_may_be_a_zip_that_was_built() -> None:
    code = graph_of(code="dist/backend.zip").only(FUNCTION).inputs["code"]
    assert without_digests(code) == {"path": "dist/backend.zip"}


def test_code_that_is_not_there() -> None:
    with pytest.raises(ProgramError, match="functions/none is no folder with Python files"):
        graph_of(code="functions/none")


@pytest.mark.parametrize("more", [{}, {"asynchronous": True, "networked": True, "environment": {"A": "b"}}])
def test_the_same_without_outputs(more: dict[str, Any]) -> None:
    assert unequal_when_unknown(lambda: build(**more)) == []

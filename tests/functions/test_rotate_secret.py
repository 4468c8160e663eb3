"""The rotation function against a Secrets Manager kept in memory."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.stub import Stubber

from .events import rotation

HANDLER = Path(__file__).parents[2] / "functions" / "rotate_secret" / "handler.py"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:session-key-a1b2c3"


class ResourceNotFoundError(Exception):
    """What the service raises for a version that has a label but no value."""


class SecretsManager:
    """Versions with stages and values, moved about as the service moves them."""

    def __init__(self, stages: dict[str, list[str]], values: dict[str, str] | None = None, *, rotates: bool = True):
        self.stages = stages
        self.values = values or {}
        self.puts = 0
        self.exceptions = SimpleNamespace(ResourceNotFoundException=ResourceNotFoundError)
        self._rotates = rotates

    def describe_secret(self, **call: Any) -> dict[str, Any]:
        assert call == {"SecretId": ARN}
        return {"RotationEnabled": self._rotates, "VersionIdsToStages": {k: list(v) for k, v in self.stages.items()}}

    def get_secret_value(self, **call: Any) -> dict[str, str]:
        version = call["VersionId"]
        if version not in self.values or call["VersionStage"] not in self.stages[version]:
            raise ResourceNotFoundError
        return {"SecretString": self.values[version]}

    def put_secret_value(self, **call: Any) -> None:
        self.puts += 1
        self.values[call["ClientRequestToken"]] = call["SecretString"]
        self.stages[call["ClientRequestToken"]] = call["VersionStages"]

    def update_secret_version_stage(self, **call: Any) -> None:
        stage = call["VersionStage"]
        holder = next((version for version, labels in self.stages.items() if stage in labels), None)
        assert call.get("RemoveFromVersionId") == holder, "the service refuses to take a label from where it is not"
        if holder:
            self.stages[holder] = ["AWSPREVIOUS"]
        self.stages[call["MoveToVersionId"]] = [stage]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SECRET_LENGTH", "48")
    spec = importlib.util.spec_from_file_location("rotate_secret_handler", HANDLER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(handler: Any, service: SecretsManager, *steps: str, token: str = "new") -> None:
    handler.client = lambda: service
    for step in steps:
        handler.handle(rotation(ARN, token, step), None)


def test_the_first_rotation_fills_an_empty_secret(handler: Any) -> None:
    service = SecretsManager({"new": ["AWSPENDING"]})
    run(handler, service, *STEPS)
    assert service.stages == {"new": ["AWSCURRENT"]}
    assert len(service.values["new"]) == 48
    assert service.values["new"].isalnum()


def test_a_rotation_replaces_the_value_and_keeps_the_one_before(handler: Any) -> None:
    service = SecretsManager({"old": ["AWSCURRENT"], "new": ["AWSPENDING"]}, {"old": "x" * 48})
    run(handler, service, *STEPS)
    assert service.stages == {"old": ["AWSPREVIOUS"], "new": ["AWSCURRENT"]}
    assert service.values["new"] != service.values["old"]


def test_values_differ_between_rotations(handler: Any) -> None:
    made = set()
    for _ in range(20):
        service = SecretsManager({"new": ["AWSPENDING"]})
        run(handler, service, "createSecret")
        made.add(service.values["new"])
    assert len(made) == 20


def test_every_step_may_come_twice(handler: Any) -> None:
    service = SecretsManager({"old": ["AWSCURRENT"], "new": ["AWSPENDING"]}, {"old": "x" * 48})
    run(handler, service, *[step for step in STEPS for _ in range(2)])
    assert service.puts == 1
    assert service.stages == {"old": ["AWSPREVIOUS"], "new": ["AWSCURRENT"]}


def test_a_finished_rotation_is_left_alone(handler: Any) -> None:
    service = SecretsManager({"new": ["AWSCURRENT", "AWSPENDING"]}, {"new": "x" * 48})
    run(handler, service, *STEPS)
    assert (service.puts, service.stages) == (0, {"new": ["AWSCURRENT", "AWSPENDING"]})


def test_nothing_becomes_current_that_has_no_value(handler: Any) -> None:
    service = SecretsManager({"new": ["AWSPENDING"]})
    with pytest.raises(handler.RotationError, match=r"version new of .* has no value"):
        run(handler, service, "testSecret")


@pytest.mark.parametrize("value", ["x" * 47, "x" * 47 + "!"])
def test_nothing_becomes_current_that_the_function_did_not_make(handler: Any, value: str) -> None:
    service = SecretsManager({"new": ["AWSPENDING"]}, {"new": value})
    with pytest.raises(handler.RotationError, match="is not 48 letters and digits") as caught:
        run(handler, service, "testSecret")
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("service", "step", "words"),
    [
        (SecretsManager({"new": ["AWSPENDING"]}), "dropSecret", "'dropSecret' is no rotation step"),
        (SecretsManager({"new": ["AWSPENDING"]}, rotates=False), "createSecret", "does not rotate"),
        (SecretsManager({"old": ["AWSCURRENT"]}), "createSecret", "has no version new"),
        (SecretsManager({}), "createSecret", "has no version new"),
        (SecretsManager({"new": ["AWSPREVIOUS"]}), "createSecret", "is not pending"),
    ],
)
def test_events_that_fit_no_rotation(handler: Any, service: SecretsManager, step: str, words: str) -> None:
    with pytest.raises(handler.RotationError, match=words):
        run(handler, service, step)


def test_the_calls_are_ones_that_secrets_manager_takes(handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real client, stubbed, checks names and types of parameters against the service's own model."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = handler.client()
    token, old = "n" * 32, "o" * 32
    described = {"RotationEnabled": True, "VersionIdsToStages": {token: ["AWSPENDING"], old: ["AWSCURRENT"]}}
    value = "a" * 48
    with Stubber(client) as stub:
        look = ("describe_secret", described, {"SecretId": ARN})
        read = {"SecretId": ARN, "VersionId": token, "VersionStage": "AWSPENDING"}
        put = {"SecretId": ARN, "ClientRequestToken": token, "SecretString": value, "VersionStages": ["AWSPENDING"]}
        move = {"SecretId": ARN, "VersionStage": "AWSCURRENT", "MoveToVersionId": token, "RemoveFromVersionId": old}
        stub.add_response(*look)
        stub.add_client_error("get_secret_value", "ResourceNotFoundException", expected_params=read)
        stub.add_response("put_secret_value", {}, put)
        stub.add_response(*look)
        stub.add_response(*look)
        stub.add_response("get_secret_value", {"SecretString": value}, read)
        stub.add_response(*look)
        stub.add_response("update_secret_version_stage", {}, move)
        monkeypatch.setattr(handler.secrets, "choice", lambda _: "a")
        for step in STEPS:
            handler.handle(rotation(ARN, token, step), None)
        stub.assert_no_pending_responses()

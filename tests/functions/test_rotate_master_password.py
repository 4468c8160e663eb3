import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.rotate_master_password import handler

from .events import rotation

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:master"


class MissingError(Exception):
    pass


class Manager:
    """Secrets Manager with one secret."""

    exceptions = SimpleNamespace(ResourceNotFoundException=MissingError)

    def __init__(self, stages: dict[str, list[str]], values: dict[str, str]) -> None:
        self.stages = stages
        self.values = values

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        assert SecretId == SECRET
        return {"VersionIdsToStages": self.stages}

    def get_secret_value(self, SecretId: str, VersionId: str, VersionStage: str) -> dict[str, str]:
        if VersionId not in self.values or VersionStage not in self.stages[VersionId]:
            raise MissingError
        return {"SecretString": self.values[VersionId]}

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str,
        SecretString: str,
        VersionStages: list[str],
    ) -> None:
        assert VersionStages == ["AWSPENDING"]
        self.values[ClientRequestToken] = SecretString

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        MoveToVersionId: str,
        RemoveFromVersionId: str | None = None,
    ) -> None:
        if RemoveFromVersionId is not None:
            self.stages[RemoveFromVersionId].remove(VersionStage)
        self.stages[MoveToVersionId].append(VersionStage)


class Rds:
    """RDS with one instance that takes a few looks to get anywhere."""

    def __init__(self, busy: int = 0, applying: int = 0) -> None:
        self.busy = busy
        self.applying = applying
        self.password: str | None = None

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:
        assert DBInstanceIdentifier == "prod-postgres"
        self.busy -= 1
        status = "creating" if self.busy >= 0 else "available"
        pending = {}
        if self.password is not None:
            self.applying -= 1
            pending = {"MasterUserPassword": "****"} if self.applying >= 0 else {}
        return {"DBInstances": [{"DBInstanceStatus": status, "PendingModifiedValues": pending}]}

    def modify_db_instance(
        self,
        DBInstanceIdentifier: str,
        MasterUserPassword: str,
    ) -> None:
        """Takes no ApplyImmediately, which would apply whatever else waits for the maintenance window."""
        assert self.busy < 0, "changed while RDS was busy"
        self.password = MasterUserPassword


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setenv("DB_INSTANCE_IDENTIFIER", "prod-postgres")
    monkeypatch.setenv("MASTER_USERNAME", "apiuser")
    made: list[int] = []
    monkeypatch.setattr(handler.time, "sleep", made.append)
    return made


def step(monkeypatch: pytest.MonkeyPatch, manager: Manager, rds: Rds, name: str, token: str = "new") -> None:
    monkeypatch.setattr(handler, "client", {"secretsmanager": manager, "rds": rds}.__getitem__)
    handler.handle(rotation(SECRET, token, name), None)


@pytest.mark.parametrize("stages", [{"new": ["AWSPENDING"]}, {"new": ["AWSPENDING"], "old": ["AWSCURRENT"]}])
def test_a_whole_rotation(monkeypatch: pytest.MonkeyPatch, pauses: list[int], stages: dict[str, list[str]]) -> None:
    manager, rds = Manager(stages, {}), Rds(busy=2, applying=3)
    for name in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        step(monkeypatch, manager, rds, name)
    value = json.loads(manager.values["new"])
    assert value == {"username": "apiuser", "password": rds.password}
    assert len(value["password"]) == 64
    assert value["password"].isalnum()
    assert "AWSCURRENT" in manager.stages["new"]
    assert all("AWSCURRENT" not in labels for version, labels in manager.stages.items() if version != "new")
    assert pauses == [10] * 5


def test_a_step_again_changes_nothing(monkeypatch: pytest.MonkeyPatch, pauses: list[int]) -> None:
    manager, rds = Manager({"new": ["AWSPENDING"]}, {}), Rds()
    step(monkeypatch, manager, rds, "createSecret")
    first = manager.values["new"]
    step(monkeypatch, manager, rds, "createSecret")
    assert manager.values["new"] == first
    manager.stages["new"].append("AWSCURRENT")
    step(monkeypatch, manager, rds, "setSecret")
    assert rds.password is None


@pytest.mark.parametrize(
    ("stages", "name", "says"),
    [
        ({"new": ["AWSPENDING"]}, "deleteSecret", "is no rotation step"),
        ({"old": ["AWSCURRENT"]}, "createSecret", "is not pending"),
        ({"new": []}, "createSecret", "is not pending"),
        ({"new": ["AWSPENDING"]}, "setSecret", "has no value"),
    ],
)
def test_what_fits_no_rotation_is_refused(
    monkeypatch: pytest.MonkeyPatch, pauses: list[int], stages: dict[str, list[str]], name: str, says: str
) -> None:
    rds = Rds()
    with pytest.raises(handler.RotationError, match=says):
        step(monkeypatch, Manager(stages, {}), rds, name)
    assert rds.password is None


def test_the_first_value_is_awaited(monkeypatch: pytest.MonkeyPatch, pauses: list[int]) -> None:
    manager = Manager({"new": ["AWSPENDING"]}, {})

    def sleep(seconds: int) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            manager.stages["new"].append("AWSCURRENT")

    monkeypatch.setattr(handler.time, "sleep", sleep)
    monkeypatch.setattr(handler, "client", {"secretsmanager": manager}.__getitem__)
    handler.handle({"Await": SECRET}, None)
    assert pauses == [10] * 3


def test_a_first_value_that_does_not_come_is_an_error(monkeypatch: pytest.MonkeyPatch, pauses: list[int]) -> None:
    monkeypatch.setattr(handler, "client", {"secretsmanager": Manager({}, {})}.__getitem__)
    with pytest.raises(handler.RotationError, match="has no value after 840 s"):
        handler.handle({"Await": SECRET}, None)
    assert sum(pauses) == 840


def test_patience_ends(monkeypatch: pytest.MonkeyPatch, pauses: list[int]) -> None:
    manager = Manager({"new": ["AWSPENDING"]}, {"new": json.dumps({"username": "apiuser", "password": "x"})})
    with pytest.raises(handler.RotationError, match="still creating after 600 s"):
        step(monkeypatch, manager, Rds(busy=1000), "setSecret")
    assert sum(pauses) == 600

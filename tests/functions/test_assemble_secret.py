import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.assemble_secret import handler

from .events import rotation, scheduled

APP, MASTER = "shop/app", "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
ENVIRONMENT = {
    "SECRET_ID": APP,
    "DATABASE_SECRET_ARN": MASTER,
    "DATABASE_HOST": "db.example",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "consulting",
    "CACHE_HOST": "cache.example",
    "CACHE_PORT": "6379",
    "CACHE_USER_ID": "shop-app",
    "CACHE_USER_NAME": "shop-app",
    "PUBLIC_VALUES": '{"ses-sender-email": "info@example.com"}',
}
URL = "postgresql://app:p%40ss%2Fword@db.example:5432/consulting?sslmode=require"


class MissingError(Exception):
    pass


class UnderWayError(Exception):
    pass


class Manager:
    """Secrets Manager with the application's secret and the one that RDS keeps."""

    exceptions = SimpleNamespace(ResourceNotFoundException=MissingError, InvalidRequestException=UnderWayError)

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, list[str]]] = {APP: {"new": ["AWSPENDING"]}, MASTER: {"m": ["AWSCURRENT"]}}
        self.values = {(MASTER, "m"): json.dumps({"username": "app", "password": "p@ss/word"})}
        self.started: list[str] = []
        self.busy = False

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        return {"VersionIdsToStages": self.stages[SecretId]}

    def get_secret_value(self, SecretId: str, VersionStage: str, VersionId: str | None = None) -> dict[str, str]:
        for version, labels in self.stages[SecretId].items():
            found = VersionStage in labels and VersionId in (None, version)
            if found and (SecretId, version) in self.values:
                return {"SecretString": self.values[SecretId, version]}
        raise MissingError

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str,
        SecretString: str,
        VersionStages: list[str],
    ) -> None:
        assert VersionStages == ["AWSPENDING"]
        self.values[SecretId, ClientRequestToken] = SecretString

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        MoveToVersionId: str,
        RemoveFromVersionId: str | None = None,
    ) -> None:
        if RemoveFromVersionId is not None:
            self.stages[SecretId][RemoveFromVersionId].remove(VersionStage)
        self.stages[SecretId][MoveToVersionId].append(VersionStage)

    def rotate_secret(self, SecretId: str) -> None:
        if self.busy:
            raise UnderWayError
        self.started.append(SecretId)

    def current(self) -> dict[str, str]:
        return json.loads(self.get_secret_value(APP, "AWSCURRENT")["SecretString"])


class Cache:
    """ElastiCache with one user, who takes a few looks to change."""

    def __init__(self, looks: int = 2) -> None:
        self.looks = looks
        self.left = 0
        self.passwords: list[str] = []

    def describe_users(self, UserId: str) -> dict[str, Any]:
        assert UserId == "shop-app"
        self.left -= 1
        return {"Users": [{"Status": "modifying" if self.left > 0 else "active"}]}

    def modify_user(self, UserId: str, AuthenticationMode: dict[str, Any]) -> None:
        assert UserId == "shop-app"
        assert AuthenticationMode["Type"] == "password"
        self.passwords = AuthenticationMode["Passwords"]
        self.left = self.looks


class Tasks:
    """ECS with one service, or none."""

    exceptions = SimpleNamespace(
        ClusterNotFoundException=MissingError,
        ServiceNotFoundException=MissingError,
        ServiceNotActiveException=MissingError,
    )

    def __init__(self) -> None:
        self.there = True
        self.replaced: list[dict[str, Any]] = []

    def update_service(self, **request: Any) -> None:
        if not self.there:
            raise MissingError
        self.replaced.append(request)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(secretsmanager=Manager(), elasticache=Cache(), ecs=Tasks())
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(handler, "client", lambda service: getattr(made, service))
    monkeypatch.setattr(handler.time, "sleep", lambda _: None)
    return made


def rotate(token: str, *steps: str) -> None:
    for step in steps or tuple(handler.STEPS):
        handler.handle(rotation(APP, token, step), None)


def again(aws: SimpleNamespace, token: str) -> None:
    aws.secretsmanager.stages[APP][token] = ["AWSPENDING"]
    rotate(token)


def cache_password(value: dict[str, str]) -> str:
    return value["redis-url"].removeprefix("rediss://shop-app:").removesuffix("@cache.example:6379")


def test_a_rotation_makes_every_key_ready_to_use(aws: SimpleNamespace) -> None:
    rotate("new")
    value = aws.secretsmanager.current()
    assert set(value) == {"database-url", "jwt-secret", "redis-url", "ses-sender-email"}
    assert value["database-url"] == URL
    assert value["ses-sender-email"] == "info@example.com"
    assert len(value["jwt-secret"]) == len(cache_password(value)) == 64
    assert aws.elasticache.passwords == [cache_password(value)]


def test_the_password_before_goes_on_opening_the_cache(aws: SimpleNamespace) -> None:
    rotate("new")
    first = aws.secretsmanager.current()
    again(aws, "second")
    second = aws.secretsmanager.current()
    assert aws.elasticache.passwords == [cache_password(second), cache_password(first)]
    assert second["jwt-secret"] != first["jwt-secret"]
    assert aws.secretsmanager.stages[APP] == {"new": ["AWSPENDING"], "second": ["AWSPENDING", "AWSCURRENT"]}


def test_steps_may_come_twice(aws: SimpleNamespace) -> None:
    rotate("new", "createSecret")
    made = aws.secretsmanager.values[APP, "new"]
    rotate("new", "createSecret", "setSecret", "setSecret", "testSecret", "finishSecret")
    assert aws.secretsmanager.values[APP, "new"] == made
    rotate("new")
    assert aws.secretsmanager.stages[APP] == {"new": ["AWSPENDING", "AWSCURRENT"]}


def test_a_look_starts_a_rotation_when_rds_has_rotated(aws: SimpleNamespace) -> None:
    rotate("new")
    handler.handle(scheduled(), None)
    assert aws.secretsmanager.started == []
    aws.secretsmanager.values[MASTER, "m"] = json.dumps({"username": "app", "password": "other"})
    handler.handle(scheduled(), None)
    assert aws.secretsmanager.started == [APP]
    again(aws, "second")
    assert aws.secretsmanager.current()["database-url"] == URL.replace("p%40ss%2Fword", "other")


def test_a_look_leaves_a_secret_alone_that_is_about_to_get_its_first_value(aws: SimpleNamespace) -> None:
    handler.handle(scheduled(), None)
    assert aws.secretsmanager.started == []


def test_a_look_during_a_rotation_is_no_failure(aws: SimpleNamespace) -> None:
    rotate("new")
    aws.secretsmanager.values[MASTER, "m"] = json.dumps({"username": "app", "password": "other"})
    aws.secretsmanager.busy = True
    handler.handle(scheduled(), None)


REPLACED = {"cluster": "shop", "service": "shop-sync", "forceNewDeployment": True}


@pytest.fixture
def with_tasks(aws: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setenv("ECS_CLUSTER", "shop")
    monkeypatch.setenv("ECS_SERVICE", "shop-sync")
    return aws


def test_tasks_are_replaced_once_the_new_value_is_current(with_tasks: SimpleNamespace) -> None:
    rotate("new", "createSecret", "setSecret", "testSecret")
    assert with_tasks.ecs.replaced == []
    rotate("new", "finishSecret")
    assert with_tasks.ecs.replaced == [REPLACED]


def test_a_last_step_that_comes_again_replaces_tasks_again(with_tasks: SimpleNamespace) -> None:
    rotate("new")
    rotate("new", "setSecret")
    assert with_tasks.ecs.replaced == [REPLACED]
    rotate("new", "finishSecret")
    assert with_tasks.ecs.replaced == [REPLACED, REPLACED]


def test_the_first_value_comes_before_the_service(with_tasks: SimpleNamespace) -> None:
    with_tasks.ecs.there = False
    rotate("new")
    assert with_tasks.ecs.replaced == []
    assert with_tasks.secretsmanager.current()["database-url"] == URL


def test_without_tasks_nobody_asks_ecs(aws: SimpleNamespace) -> None:
    rotate("new")
    assert aws.ecs.replaced == []


def test_a_user_who_never_gets_ready_stops_the_rotation(aws: SimpleNamespace) -> None:
    rotate("new", "createSecret")
    aws.elasticache.left = 10_000
    with pytest.raises(handler.RotationError, match="is still modifying after 540 s"):
        rotate("new", "setSecret")


def test_a_cache_alone_needs_no_database(aws: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        if name.startswith("DATABASE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PARTS", "redis-url")
    monkeypatch.setenv("PUBLIC_VALUES", "{}")
    rotate("new")
    assert set(aws.secretsmanager.current()) == {"redis-url"}
    assert aws.elasticache.passwords == [cache_password(aws.secretsmanager.current())]


def test_whoever_awaits_the_first_value_goes_on_once_it_is_there(
    aws: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            rotate("new")

    monkeypatch.setattr(handler.time, "sleep", pause)
    handler.handle({"Await": APP}, None)
    assert len(pauses) >= 3
    assert aws.secretsmanager.started == []


def test_a_first_value_that_never_comes_is_an_error(aws: SimpleNamespace) -> None:
    with pytest.raises(handler.RotationError, match="shop/app has no value after 540 s"):
        handler.handle({"Await": APP}, None)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (rotation(APP, "new", "sing"), "'sing' is no rotation step"),
        (rotation(APP, "old", "setSecret"), "version old of shop/app is not pending"),
        (rotation(APP, "new", "setSecret"), "version new of shop/app has no value"),
    ],
)
def test_what_fits_no_rotation(aws: SimpleNamespace, event: dict[str, str], said: str) -> None:
    with pytest.raises(handler.RotationError, match=said):
        handler.handle(event, None)


def test_errors_carry_no_value(aws: SimpleNamespace) -> None:
    rotate("new", "createSecret")
    aws.elasticache.left = 10_000
    with pytest.raises(handler.RotationError) as caught:
        rotate("new", "setSecret")
    assert cache_password(json.loads(aws.secretsmanager.values[APP, "new"])) not in str(caught.value)

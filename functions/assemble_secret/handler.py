"""Puts an application's secret together: database URL, cache URL, JWT secret and plain values, under named keys.

PARTS names the made ones among them, all three when it is not set; the cache URL is always one. Where tasks of ECS read
the secret, which they do only as they start, ECS_CLUSTER and ECS_SERVICE name their service: it gets fresh ones as soon
as a rotation is through.

Secrets Manager calls it four times a rotation, with the steps in order and any of them possibly again:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
EventBridge calls it every few minutes, without a step: it then starts a rotation if the database's password, which RDS
rotates by itself, is no longer the one in the URL. Pulumi calls it with ``Await`` and the id of the secret, to go on
once there is a first value.
"""

import contextlib
import functools
import json
import os
import secrets
import string
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import boto3

ALPHABET = string.ascii_letters + string.digits
LENGTH = 64
PAUSE_SECONDS = 5
PATIENCE_SECONDS = 540
_LAST_STEP = "finishSecret"


class RotationError(Exception):
    """A rotation cannot go on; the message says why and never carries a value."""


@functools.cache
def client(service: str) -> Any:
    """A client in the function's own region, reused while the function stays warm."""
    return boto3.client(service)


def handle(event: dict[str, Any], _context: object) -> None:
    """Takes one step of a rotation, or looks whether one is due. Raises RotationError when the event fits neither."""
    if "Await" in event:
        _await(event["Await"])
        return
    if "Step" not in event:
        _look()
        return
    secret, token, name = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if name not in STEPS:
        raise RotationError(f"{name!r} is no rotation step; steps: {', '.join(STEPS)}")
    stages = client("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    if "AWSCURRENT" in stages.get(token, ()):
        if name == _LAST_STEP:
            # Come again, so the tasks may not have been replaced.
            _replace_tasks()
        return
    if "AWSPENDING" not in stages.get(token, ()):
        raise RotationError(f"version {token} of {secret} is not pending")
    STEPS[name](secret, token)


def _look() -> None:
    """Starts a rotation when the database URL is out of date; a secret without a value is about to get its first."""
    secret = os.environ["SECRET_ID"]
    current = _value(secret, "AWSCURRENT")
    if current is None or current["database-url"] == _database_url():
        return
    manager = client("secretsmanager")
    # Refused while a rotation is under way, which Secrets Manager then takes up again.
    with contextlib.suppress(manager.exceptions.InvalidRequestException):
        manager.rotate_secret(SecretId=secret)


def _await(secret: str) -> None:
    """Returns once the secret has a value, which the cache took before it became current."""
    for _ in range(PATIENCE_SECONDS // PAUSE_SECONDS):
        if _value(secret, "AWSCURRENT") is not None:
            return
        time.sleep(PAUSE_SECONDS)
    raise RotationError(f"{secret} has no value after {PATIENCE_SECONDS} s")


def _create(secret: str, token: str) -> None:
    """Stores a new pending value, unless an earlier try did."""
    if _value(secret, "AWSPENDING", token) is not None:
        return
    parts = os.environ.get("PARTS", ",".join(PARTS)).split(",")
    value = {**json.loads(os.environ["PUBLIC_VALUES"]), **{part: PARTS[part]() for part in parts}}
    client("secretsmanager").put_secret_value(
        SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
    )


def _set(secret: str, token: str) -> None:
    """Gives the cache the new password beside the current one, which clients use until they have read the secret."""
    pending, current = _pending(secret, token), _value(secret, "AWSCURRENT")
    passwords = [_password(value["redis-url"]) for value in (pending, current) if value is not None]
    _wait_for_user()
    client("elasticache").modify_user(
        UserId=os.environ["CACHE_USER_ID"],
        AuthenticationMode={"Type": "password", "Passwords": list(dict.fromkeys(passwords))},
    )


def _test(secret: str, token: str) -> None:
    """Waits until the cache takes the new password; should the database's change meanwhile, the next look sees it."""
    _pending(secret, token)
    _wait_for_user()


def _finish(secret: str, token: str) -> None:
    """Makes the pending version current; Secrets Manager moves AWSPREVIOUS to the one before."""
    stages = client("secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next((version for version, labels in stages.items() if "AWSCURRENT" in labels), None)
    move = {"RemoveFromVersionId": current} if current else {}
    client("secretsmanager").update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **move
    )
    _replace_tasks()


def _replace_tasks() -> None:
    """Has ECS start tasks with the new value and end the others, as in any deployment; the first value comes before
    there is a service."""
    service = os.environ.get("ECS_SERVICE")
    if service is None:
        return
    ecs = client("ecs")
    missing = ("ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException")
    with contextlib.suppress(*(getattr(ecs.exceptions, name) for name in missing)):
        ecs.update_service(cluster=os.environ["ECS_CLUSTER"], service=service, forceNewDeployment=True)


STEPS: dict[str, Callable[[str, str], None]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    _LAST_STEP: _finish,
}


def _database_url() -> str:
    """The URL that libpq and its relatives understand, with the user and password that RDS keeps."""
    master = _value(os.environ["DATABASE_SECRET_ARN"], "AWSCURRENT")
    if master is None:
        raise RotationError("the database has no password yet")
    user, password = (quote(master[key], safe="") for key in ("username", "password"))
    host, port, name = (os.environ[f"DATABASE_{part}"] for part in ("HOST", "PORT", "NAME"))
    return f"postgresql://{user}:{password}@{host}:{port}/{name}?sslmode=require"


def _cache_url(password: str) -> str:
    user, host, port = (os.environ[f"CACHE_{part}"] for part in ("USER_NAME", "HOST", "PORT"))
    return f"rediss://{user}:{password}@{host}:{port}"


def _password(url: str) -> str:
    return url.split("@")[0].rsplit(":", 1)[1]


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


PARTS: dict[str, Callable[[], str]] = {
    "database-url": _database_url,
    "jwt-secret": _random,
    "redis-url": lambda: _cache_url(_random()),
}


def _pending(secret: str, token: str) -> dict[str, str]:
    value = _value(secret, "AWSPENDING", token)
    if value is None:
        raise RotationError(f"version {token} of {secret} has no value")
    return value


def _value(secret: str, stage: str, token: str | None = None) -> dict[str, str] | None:
    """A version's keys and values; None while the version has no value or does not exist."""
    manager = client("secretsmanager")
    version = {"VersionId": token} if token else {}
    try:
        found = manager.get_secret_value(SecretId=secret, VersionStage=stage, **version)
    except manager.exceptions.ResourceNotFoundException:
        return None
    value: dict[str, str] = json.loads(found["SecretString"])
    return value


def _wait_for_user() -> None:
    """ElastiCache refuses to change a user, and may still know the old passwords, while it is modifying him."""
    user = os.environ["CACHE_USER_ID"]
    for _ in range(PATIENCE_SECONDS // PAUSE_SECONDS):
        (found,) = client("elasticache").describe_users(UserId=user)["Users"]
        if found["Status"] == "active":
            return
        time.sleep(PAUSE_SECONDS)
    raise RotationError(f"user {user} is still {found['Status']} after {PATIENCE_SECONDS} s")

"""Rotates the master password of one RDS instance through the RDS API, so without a way to the database itself.

Secrets Manager calls it four times a rotation, with the steps in order and any of them possibly again:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
Pulumi calls it with ``Await`` and the id of the secret, to go on once there is a first value.
The value is the JSON of ``username`` and ``password`` that RDS itself keeps for passwords it manages.
"""

import functools
import json
import os
import secrets
import string
import time
from collections.abc import Callable
from typing import Any

import boto3

ALPHABET = string.ascii_letters + string.digits
LENGTH = 64
PATIENCE_SECONDS = 600
PAUSE_SECONDS = 10
AWAIT_SECONDS = 840
"""A rotation as a whole may take longer than one of its waits; Lambda ends a function after 900 s."""
MODIFIABLE = ("available", "storage-optimization")


class RotationError(Exception):
    """A rotation cannot go on; the message says why and never carries a value."""


@functools.cache
def client(service: str) -> Any:
    """A client in the function's own region, reused while the function stays warm."""
    return boto3.client(service)


def handle(event: dict[str, str], _context: object) -> None:
    """Takes one step of a rotation, or awaits the first. Raises RotationError when the event fits neither, or RDS takes
    too long."""
    if "Await" in event:
        _await(event["Await"])
        return
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if step not in STEPS:
        raise RotationError(f"{step!r} is no rotation step; steps: {', '.join(STEPS)}")
    stages = client("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    if "AWSCURRENT" in stages.get(token, ()):
        return
    if "AWSPENDING" not in stages.get(token, ()):
        raise RotationError(f"version {token} of {secret} is not pending")
    STEPS[step](secret, token)


def _await(secret: str) -> None:
    """Returns once the secret has a value, which RDS took before it became current."""
    for _ in range(AWAIT_SECONDS // PAUSE_SECONDS):
        stages = client("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
        if any("AWSCURRENT" in labels for labels in stages.values()):
            return
        time.sleep(PAUSE_SECONDS)
    raise RotationError(f"{secret} has no value after {AWAIT_SECONDS} s")


def _create(secret: str, token: str) -> None:
    """Stores a new pending password, unless an earlier try did."""
    if _pending(secret, token) is not None:
        return
    password = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    value = json.dumps({"username": os.environ["MASTER_USERNAME"], "password": password})
    client("secretsmanager").put_secret_value(
        SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
    )


def _set(secret: str, token: str) -> None:
    """Gives the pending password to RDS, which passes it on to the replicas.

    RDS sets a password at once in any case. ApplyImmediately would also apply all that waits for the maintenance
    window, restarts among it.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
    """
    value = _pending(secret, token)
    if value is None:
        raise RotationError(f"version {token} of {secret} has no value")
    _wait(lambda instance: instance["DBInstanceStatus"] in MODIFIABLE)
    client("rds").modify_db_instance(
        DBInstanceIdentifier=_identifier(), MasterUserPassword=json.loads(value)["password"]
    )


def _test(_secret: str, _token: str) -> None:
    """Waits until RDS has nothing left to apply to the password."""
    _wait(lambda instance: "MasterUserPassword" not in instance.get("PendingModifiedValues", {}))


def _finish(secret: str, token: str) -> None:
    """Makes the pending version current; Secrets Manager moves AWSPREVIOUS to the one before."""
    stages = client("secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next((version for version, labels in stages.items() if "AWSCURRENT" in labels), None)
    move = {"RemoveFromVersionId": current} if current else {}
    client("secretsmanager").update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **move
    )


STEPS: dict[str, Callable[[str, str], None]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    "finishSecret": _finish,
}


def _pending(secret: str, token: str) -> str | None:
    """The pending value; None while the version is only a label."""
    manager = client("secretsmanager")
    try:
        found = manager.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    except manager.exceptions.ResourceNotFoundException:
        return None
    return str(found["SecretString"])


def _wait(until: Callable[[dict[str, Any]], bool]) -> None:
    identifier = _identifier()
    for _ in range(PATIENCE_SECONDS // PAUSE_SECONDS):
        (instance,) = client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        if until(instance):
            return
        time.sleep(PAUSE_SECONDS)
    raise RotationError(f"{identifier} is still {instance['DBInstanceStatus']} after {PATIENCE_SECONDS} s")


def _identifier() -> str:
    return os.environ["DB_INSTANCE_IDENTIFIER"]

"""Rotates one Secrets Manager secret whose value is random letters and digits.

Secrets Manager calls it four times a rotation, with the steps in order and any of them possibly again:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import functools
import os
import secrets
import string
from collections.abc import Callable
from typing import Any

import boto3

ALPHABET = string.ascii_letters + string.digits


class RotationError(Exception):
    """A rotation cannot go on; the message says why and never carries a value."""


@functools.cache
def client() -> Any:
    """Secrets Manager in the function's own region, reused while the function stays warm."""
    return boto3.client("secretsmanager")


def handle(event: dict[str, str], _context: object) -> None:
    """Takes one step of a rotation. Raises RotationError when the event fits no rotation under way."""
    secret, token, name = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if name not in STEPS:
        raise RotationError(f"{name!r} is no rotation step; steps: {', '.join(STEPS)}")
    described = client().describe_secret(SecretId=secret)
    stages = described.get("VersionIdsToStages", {})
    if not described.get("RotationEnabled"):
        raise RotationError(f"{secret} does not rotate")
    if token not in stages:
        raise RotationError(f"{secret} has no version {token}")
    if "AWSCURRENT" in stages[token]:
        return
    if "AWSPENDING" not in stages[token]:
        raise RotationError(f"version {token} of {secret} is not pending")
    STEPS[name](secret, token, stages)


def _create(secret: str, token: str, _stages: dict[str, list[str]]) -> None:
    """Stores a new pending value, unless an earlier try did."""
    if _pending(secret, token) is not None:
        return
    value = "".join(secrets.choice(ALPHABET) for _ in range(_length()))
    client().put_secret_value(
        SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
    )


def _set(_secret: str, _token: str, _stages: dict[str, list[str]]) -> None:
    """Nothing outside Secrets Manager holds the value, so there is nobody to tell."""


def _test(secret: str, token: str, _stages: dict[str, list[str]]) -> None:
    """Makes sure that what is about to become current can be read and is what ``_create`` makes."""
    value = _pending(secret, token)
    if value is None:
        raise RotationError(f"version {token} of {secret} has no value")
    if len(value) != _length() or not set(value) <= set(ALPHABET):
        raise RotationError(f"version {token} of {secret} is not {_length()} letters and digits")


def _finish(secret: str, token: str, stages: dict[str, list[str]]) -> None:
    """Makes the pending version current; Secrets Manager moves AWSPREVIOUS to the one before."""
    current = next((version for version, labels in stages.items() if "AWSCURRENT" in labels), None)
    move = {"RemoveFromVersionId": current} if current else {}
    client().update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **move)


STEPS: dict[str, Callable[[str, str, dict[str, list[str]]], None]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    "finishSecret": _finish,
}


def _pending(secret: str, token: str) -> str | None:
    """The pending value; None while the version is only a label."""
    try:
        found = client().get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    except client().exceptions.ResourceNotFoundException:
        return None
    return str(found["SecretString"])


def _length() -> int:
    return int(os.environ["SECRET_LENGTH"])

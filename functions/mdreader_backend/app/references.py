"""What environment variables name by reference: the ARN of a secret and the key in it, in the form that ECS knows.

Such as ``arn:…:secret:name-abcdef:database-url::``.
"""

import functools
import json
import os
from typing import Any

import boto3
from botocore.config import Config

_PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
"""Of a caller who waits: a store whose secret cannot be had is away, and says so before API Gateway gives up."""


@functools.cache
def client(service: str) -> Any:
    """A client of the function's own region, kept while the function stays warm."""
    return boto3.client(service, config=_PATIENCE)


def reference(name: str) -> str:
    """The value of an environment variable; of one that names a secret and a key in it, what is there.

    Raises KeyError when there is no such variable or key.
    """
    value = os.environ[name]
    if not value.startswith("arn:"):
        return value
    secret, key = value.removesuffix("::").rsplit(":", 1)
    stored: str = _secret(secret)[key]
    return stored


def forget() -> None:
    """Has secrets read again, as must be when a store no longer takes what stood in one."""
    _secret.cache_clear()


@functools.cache
def _secret(arn: str) -> dict[str, str]:
    """Read once and kept while the function stays warm."""
    value: dict[str, str] = json.loads(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    return value

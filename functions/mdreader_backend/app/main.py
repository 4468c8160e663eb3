"""The place of the FastAPI application, and the proof that what it needs is within reach.

``handler`` is where Mangum stands in the application's own package (``handler = Mangum(app)``), which replaces this one
by a setting: docs/systems/mdreader.md. Nothing is imported here that Lambda's runtime does not have.

Environment: ENVIRONMENT; DATABASE_URL and REDIS_URL, each the ARN of a secret and the key in it, in the form in which
ECS names them: ``arn:…:secret:name-abcdef:database-url::``
"""

import functools
import json
import os
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Event = dict[str, Any]
_CONNECT_SECONDS = 3
_PORTS = {"postgresql": 5432, "rediss": 6379}


def handler(event: Event, _context: object) -> Event:
    """Answers GET of /health, /api/stores and /api/me; everything else with 501."""
    path = (event.get("path") or "").rstrip("/")
    answer = _ANSWERS.get(path) if event.get("httpMethod") == "GET" else None
    if answer is None:
        return _response(501, {"message": "not implemented; set backend.package to the application's own zip"})
    return answer(event)


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


def _health(_event: Event) -> Event:
    """That the function runs; says nothing of the stores, since anybody may ask."""
    return _response(200, {"status": "ok", "environment": os.environ["ENVIRONMENT"]})


def _stores(_event: Event) -> Event:
    """Whether the database and the cache take connections; 503 when one does not."""
    found = {name: _reachable(reference(f"{name.upper()}_URL")) for name in ("database", "redis")}
    return _response(200 if all(found.values()) else 503, found)


def _me(event: Event) -> Event:
    """Who asks, by the token that API Gateway has checked against the user pool."""
    claims = event["requestContext"]["authorizer"]["claims"]
    return _response(200, {"userId": claims["sub"], "email": claims.get("email")})


_ANSWERS: dict[str, Callable[[Event], Event]] = {"/health": _health, "/api/stores": _stores, "/api/me": _me}


def _reachable(url: str) -> bool:
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or _PORTS[place.scheme]), _CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


@functools.cache
def _secret(arn: str) -> dict[str, str]:
    """Read once and kept while the function stays warm; one that was rotated fails, and a new environment reads it."""
    import boto3  # only here: a check of health needs none

    value: dict[str, str] = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    return value


def _response(status: int, body: dict[str, Any]) -> Event:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

"""Lambda authorizers: ``rest`` for the REST API, ``sockets`` for the route $connect of the WebSocket API.

Environment: what ``tokens.Verifier`` reads; PERMISSIONS_CLAIM names the claim with the
permissions, ``permissions`` if unset.
"""

import functools
import os
from typing import Any

from .failures import traced
from .tokens import InvalidTokenError, Verifier

_CONTEXT_BYTES = 6_000
"""An authorizer may answer with 8 KB, and the policy takes its share:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""

_SUBJECT_BYTES = 255
"""As OpenID has it; a key of DynamoDB has 1,024: https://openid.net/specs/openid-connect-core-1_0.html#IDToken"""
_LATEST = 2**40
"""No epoch second that a clock comes to; a number of DynamoDB has 38 digits."""

Event = dict[str, Any]


@functools.cache
def verifier() -> Verifier:
    """Kept while the function stays warm, and the keys with it."""
    return Verifier.from_environment()


@traced
def rest(event: Event, _context: object) -> Event:
    """Lets the bearer of a good token call every method; the functions behind them judge what they may see.

    The answer may be kept for other paths, so it names the whole stage: one for a single method would be wrong for
    the next.
    """
    return _answer(event, token_of(event), f"{_stage(event['methodArn'])}/*")


@traced
def sockets(event: Event, _context: object) -> Event:
    """Lets the bearer of a good token connect; every later message on the connection carries the context."""
    return _answer(event, token_of(event), event["methodArn"])


def token_of(event: Event) -> str | None:
    """The token in ``Authorization: Bearer …``; in the protocols that a browser's WebSocket offers, after ``bearer``;
    or, for a WebSocket only, in ``?token=``, which never gets into the access log's format.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    given = event.get("authorizationToken") or headers.get("authorization", "")
    scheme, _, token = given.partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    protocols = [one.strip() for one in headers.get("sec-websocket-protocol", "").split(",")]
    if len(protocols) == 2 and protocols[0] == "bearer":
        return protocols[1]
    if event.get("requestContext", {}).get("eventType") == "CONNECT":
        return (event.get("queryStringParameters") or {}).get("token")
    return None


def _answer(event: Event, token: str | None, resource: str) -> Event:
    """A policy either way: an exception would be counted as the function's own failure."""
    try:
        claims = verifier().claims(token)
        context = context_of(claims, os.environ.get("PERMISSIONS_CLAIM", "permissions"))
    except InvalidTokenError as error:
        print(f"refused: {error}")
        return _policy("anonymous", "Deny", event["methodArn"])
    return _policy(str(claims["sub"]), "Allow", resource) | {"context": context}


def context_of(claims: dict[str, Any], permissions_claim: str) -> dict[str, str | int]:
    """What handlers are told of a good token; strings and numbers are all that API Gateway passes on.

    Raises InvalidTokenError when the permissions are neither text nor a list, or something is too long or too large to
    be kept.
    """
    held = claims.get(permissions_claim, [])
    if not isinstance(held, str | list):
        raise InvalidTokenError(f"{permissions_claim} is {type(held).__name__}, not text or a list")
    permissions = held if isinstance(held, str) else " ".join(str(one) for one in held)
    subject, expires = str(claims["sub"]), int(claims["exp"])
    name = str(claims.get("name") or subject)
    if not 1 <= _bytes(subject) <= _SUBJECT_BYTES:
        raise InvalidTokenError(f"sub has none or more than {_SUBJECT_BYTES} bytes")
    if _bytes(permissions) + _bytes(name) > _CONTEXT_BYTES:
        raise InvalidTokenError(f"permissions and name have more than {_CONTEXT_BYTES} bytes")
    if expires > _LATEST:
        raise InvalidTokenError("exp is no time")
    return {"userId": subject, "name": name, "permissions": permissions, "expires": expires}


def _bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidTokenError("half a letter of UTF-16") from error


def _stage(method_arn: str) -> str:
    """``arn:…:<api>/<stage>`` out of ``arn:…:<api>/<stage>/GET/some/path``."""
    return "/".join(method_arn.split("/")[:2])


def _policy(principal: str, effect: str, resource: str) -> Event:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": principal, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}

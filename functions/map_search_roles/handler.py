"""Tells an OpenSearch domain who may do what in it, and to write its audit log, as the domain's master role.

Pulumi calls it with ``Endpoint``, ``MasterRoleArn`` and ``Roles``: by the name of an OpenSearch role the JSON that
defines it (``Definition``) and the ARNs of those who have it (``BackendRoles``). What is there under these names is
replaced, so that it can be called any number of times; nothing else is touched. A domain answers some minutes after AWS
calls it made, and a role is refused until IAM has spread it, so each request is tried for as long as it may get better.
Forms: https://docs.opensearch.org/latest/security/access-control/api/ and
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html
"""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

PAUSE_SECONDS = 10
PATIENCE_SECONDS = 540
TIMEOUT_SECONDS = 30
_API = "/_plugins/_security/api"
_AUDIT = [{"op": "add", "path": "/config/enabled", "value": True}]
# What a domain that is still starting, or does not know a new role yet, answers; anything else stays as it is.
_PASSING = (401, 403, 429, 500, 502, 503, 504)


class MappingError(Exception):
    """The domain did not take what it was told; the message has its answer."""


def handle(event: Mapping[str, Any], _context: object) -> None:
    """Defines each role, then says who has it. Raises MappingError when the domain refuses, or does not answer in
    time."""
    domain = Domain(event["Endpoint"], event["MasterRoleArn"], PATIENCE_SECONDS)
    for name, role in sorted(event["Roles"].items()):
        domain.send("PUT", f"roles/{quote(name, safe='')}", role["Definition"])
        domain.send("PUT", f"rolesmapping/{quote(name, safe='')}", {"backend_roles": sorted(role["BackendRoles"])})
    domain.send("PATCH", "audit", _AUDIT)


class Domain:
    """The security API of one domain, asked as its master role, with patience for all requests together."""

    def __init__(self, endpoint: str, role_arn: str, patience: int) -> None:
        parts = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint}")
        self._scheme, self._host = parts.scheme, parts.netloc
        self._role_arn = role_arn
        self._left = patience // PAUSE_SECONDS
        self._session = boto3.Session()
        self._credentials: Any = None

    def send(self, method: str, path: str, body: object) -> None:
        """Sends until it is taken, or until patience ends. Raises MappingError."""
        while True:
            status, said = self._try(method, path, json.dumps(body).encode())
            if 200 <= status < 300:
                return
            if status not in _PASSING or self._left <= 0:
                raise MappingError(f"{method} {path}: {status} {said}")
            self._left -= 1
            time.sleep(PAUSE_SECONDS)

    def _try(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        try:
            headers = self._signed(method, path, body)
        except ClientError as error:
            return 403, str(error)
        except BotoCoreError as error:
            return 503, repr(error)
        kind = http.client.HTTPSConnection if self._scheme == "https" else http.client.HTTPConnection
        connection = kind(self._host, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, f"{_API}/{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(2000).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 503, repr(error)
        finally:
            connection.close()

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        if self._credentials is None:
            taken = self._session.client("sts").assume_role(RoleArn=self._role_arn, RoleSessionName="map-search-roles")
            found = taken["Credentials"]
            self._credentials = boto3.Session(
                found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]
            ).get_credentials()
        request = AWSRequest(method, f"{self._scheme}://{self._host}{_API}/{path}", data=body)
        request.headers["content-type"] = "application/json"
        SigV4Auth(self._credentials, "es", self._session.region_name).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}

"""The platform's HTTP server over TLS, as the load balancer, its users and the health check of its task ask it."""

import contextlib
import json
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from typing import Any

import pytest
from collaboration import web
from collaboration.operations import BusyError, Operations
from collaboration.state_table import OPERATIONS, StateTable
from pycrdt import Doc, Text

from tests.stacks import stack_graph
from tools.redis_server import PATIENCE

from .pods import SECRET, token
from .support import LIMITS, Clock, written_by

TABLE = "dev-collaboration-state"
ANYBODY = ssl._create_unverified_context()
TASK = "aws:ecs/taskDefinition:TaskDefinition"


@pytest.fixture
def container() -> dict[str, Any]:
    """What the stack's task definition says of the container."""
    (only,) = json.loads(stack_graph("collaboration-dev").only(TASK).inputs["containerDefinitions"])
    return only


@contextlib.contextmanager
def listening(environment: dict[str, str]) -> Generator[int]:
    server = web.serving(environment | {"PORT": "0"}, "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def environment(container: dict[str, Any], dynamodb: Any) -> dict[str, str]:
    """The variables that ECS hands to the container, secrets included."""
    told = {variable["name"]: variable["value"] for variable in container["environment"]}
    assert told["DYNAMODB_TABLE"] == TABLE
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
    names = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    region = told["AWS_REGION"]
    client = web.tables.client(region)
    client.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=keys, AttributeDefinitions=names)
    return told | {"JWT_SECRET": SECRET}


def ask(port: int, path: str, *permissions: str, scheme: str = "https") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token('ada', *permissions)}", "Connection": "close"} if permissions else {}
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{port}{path}", headers=headers)
    context = ANYBODY if scheme == "https" else None
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE, context=context) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_task_s_own_question_is_answered_by_what_is_in_the_image(
    container: dict[str, Any], environment: dict[str, str]
) -> None:
    kind, program, *question = container["healthCheck"]["command"]
    assert (kind, program) == ("CMD", "python")
    with listening(environment) as port:
        here = [part.replace(":3000/", f":{port}/") for part in question]
        assert here != question
        assert subprocess.run([sys.executable, *here], check=False).returncode == 0
        wrong = [part.replace("/health", "/healthy") for part in here]
        assert subprocess.run([sys.executable, *wrong], check=False, stderr=subprocess.DEVNULL).returncode == 1
    assert subprocess.run([sys.executable, *here], check=False, stderr=subprocess.DEVNULL).returncode == 1


def test_a_page_is_given_whole_to_who_may_read_it(environment: dict[str, str], clock: Clock) -> None:
    operations = Operations(StateTable(web.tables.client(environment["AWS_REGION"]), TABLE, OPERATIONS), LIMITS, clock)
    for operation in written_by(*"whole"):
        operations.append(operation, {"userId": "ada"})
    with listening(environment) as port:
        status, state = ask(port, "/pages/docs%2Fplan", "page:docs/plan:read")
        assert status == 200
        document: Doc = Doc()
        document.apply_update(state)
        assert str(document.get("text", type=Text)) == "whole"
        assert ask(port, "/pages/docs/plan", "page:docs/other:write")[0] == 403
        assert ask(port, "/pages/docs/plan")[0] == 401
        assert ask(port, "/")[0] == 404


def test_a_table_that_is_away_is_no_empty_page(environment: dict[str, str]) -> None:
    with listening(environment | {"DYNAMODB_TABLE": "gone"}) as port:
        assert ask(port, "/pages/docs/plan", "space:docs:read") == (503, b"not now; ask again\n")
        assert ask(port, "/health") == (200, b"ok\n")


def test_without_a_key_to_judge_by_nobody_is_refused_for_good(environment: dict[str, str]) -> None:
    """A user pool that does not answer says nothing about the token."""
    away = {"JWKS_URL": "http://127.0.0.1:9/jwks.json"}
    with listening(environment | away) as port:
        assert ask(port, "/pages/docs/plan", "space:docs:read") == (503, b"not now; ask again\n")


def test_a_page_that_never_stands_still_is_asked_for_again(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(_pages: Operations, page_id: str) -> bytes:
        raise BusyError(page_id)

    monkeypatch.setattr(Operations, "load", changed)
    with listening(environment) as port:
        assert ask(port, "/pages/docs/plan", "space:docs:read") == (503, b"not now; ask again\n")


def test_it_speaks_http_where_it_is_told_so(environment: dict[str, str]) -> None:
    with listening(environment | {"PROTOCOL": "HTTP"}) as port:
        assert ask(port, "/health", scheme="http") == (200, b"ok\n")


def test_it_ends_when_it_is_told_to(environment: dict[str, str]) -> None:
    """As ECS does: by SIGTERM to a process of its own."""
    variables = environment | {"PORT": "0", "PYTHONPATH": ":".join(sys.path)}
    # The loop calls service_actions once it serves.
    script = (
        "import collaboration.web as w, os, signal\n"
        "w.WebServer.service_actions = lambda self: os.kill(os.getpid(), signal.SIGTERM)\n"
        "w.main()"
    )
    assert subprocess.run([sys.executable, "-c", script], env=variables, check=False).returncode == 0
